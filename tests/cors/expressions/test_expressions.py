"""Regular expressions decide as Python's `re.fullmatch` does, in linear time where they can."""

from __future__ import annotations

import os
import re
import warnings
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, _fastcors
from fastcors._fastcors import expression_problem
from fastcors._regex.translate import _MOST_PIECES, Translation, translate
from fastcors._regex.tree import Parsed, Untranslatable
from tests.cors.expressions.patterns import (
    disagreement,
    fullmatch,
    generated,
    is_translated,
    pattern,
    text,
)
from tests.exchange import actual, answering, sent, values

# Odd configurations are run here; what they are told is in tests/lint.
pytestmark = pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
APP = answering()
ORIGINS = [
    "https://app.example.com",
    "https://APP.example.com",
    "https://app.example.com:8443",
    "http://localhost",
    "https://kelvin.example",
    "https://a_b-c.example",
    "null",
    "",
    "https://app.example.comx",
    "xhttps://app.example.com",
]

# Each with whether the Rust engine decides on it.
EXPRESSIONS: list[tuple[str | re.Pattern[str], bool]] = [
    (r"https://.*\.example\.com", True),
    (r"https?://(www\.)?app\.example\.com(:\d+)?", True),
    (r"^https://app\.example\.com$", True),
    (r"\Ahttps://\w+\.example\.com\Z", True),
    (r"(?i)https://app\.EXAMPLE\.com", True),
    ("(?i)https://\u212aelvin.example", True),
    (r"(?ai)https://.elvin.example", True),
    (r"(?x) https :// app \. example \. com  # spaces do not count", True),
    (r"https://(?P<host>[^.:]+)\.example.*?", True),
    (r"(?:|null)", True),
    (r"https://[\w-]+\b.*", True),
    (r"https://[^\W]+[.]example", True),
    (re.compile(r"https://APP\.example\.com", re.IGNORECASE), True),
    (re.compile(r"https://.+", re.DOTALL | re.VERBOSE), True),
    (r"https://(?!app).*", False),
    (r"https://(?<!x)app.*", False),
    (r"(https)://\w+.*|(?(1)a|null)", False),
    (r"(h)t\w+://(?:.*\1.*)", False),
    (r"https://(?>app|a).*", False),
    (r"https://[a-z]++\.example\.com", False),
    (r"\B|https://\Bx.*|https://a\Bpp.*", False),
    (r"(?:[a-z]{1000}){1000}|null", False),
]


def quiet(expression: Any) -> CORSMiddleware:
    """Give a middleware whatever it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CORSMiddleware(APP, allow_origin_regex=expression)


@pytest.mark.parametrize(
    ("expression", "translated"), EXPRESSIONS, ids=lambda value: repr(value)[:60]
)
def test_a_decision_equals_fullmatch(expression: Any, translated: bool) -> None:
    middleware = quiet(expression)
    for origin in ORIGINS:
        expected = re.compile(expression).fullmatch(origin) is not None
        assert middleware.is_allowed_origin(origin) is expected, origin
        found = values(sent(middleware, actual(origin)), "access-control-allow-origin")
        assert found == ([origin] if expected else []), origin


@pytest.mark.parametrize(
    ("expression", "translated"), EXPRESSIONS, ids=lambda value: repr(value)[:60]
)
def test_an_expression_that_only_python_matches_is_told_once_at_start_up(
    expression: Any, translated: bool
) -> None:
    with warnings.catch_warnings(record=True) as every:
        warnings.simplefilter("always")
        CORSMiddleware(APP, allow_origin_regex=expression)
    told = [warning for warning in every if "[regex-python-only]" in str(warning.message)]
    assert len(told) == (0 if translated else 1)
    for warning in told:
        assert issubclass(warning.category, ConfigWarning)
        assert warning.filename == __file__
        assert "does not guarantee linear time" in str(warning.message)
        assert "exponential" not in str(warning.message)
        assert len(str(warning.message)) < 600


@pytest.mark.parametrize(
    ("expression", "construct"),
    [
        (r"a(?!b)", "look-around"),
        (r"(?<=a)b", "look-around"),
        (r"(a)\1", "back-reference"),
        (r"(a)?(?(1)b|c)", "conditional"),
        (r"(?>a)b", "atomic group"),
        (r"a++", "possessive"),
        (r"a\B", r"\B"),
        ("(" * 300 + "a" + ")" * 300, "nest"),
    ],
)
def test_the_warning_names_the_construct(expression: str, construct: str) -> None:
    with pytest.warns(ConfigWarning, match=re.escape(construct)):
        CORSMiddleware(APP, allow_origin_regex=expression)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_generated_expressions_decide_as_fullmatch(random: Random) -> None:
    case = generated(random)
    assume(case is not None)
    assert case is not None
    assert disagreement(*case) is None


def test_the_generator_reaches_both_engines() -> None:
    random, engines = Random(0), {True: 0, False: 0}
    for _ in range(500):
        case = generated(random)
        if case is not None:
            engines[is_translated(case[0])] += 1
    assert engines[True] > 200
    assert engines[False] > 20


def test_several_expressions_are_or_ed_whichever_engine_has_them() -> None:
    middleware = quiet(["https://a", re.compile("HTTPS://B", re.IGNORECASE), "(?!x)https://c"])
    for origin in ("https://a", "https://b", "https://c"):
        assert middleware.is_allowed_origin(origin)
    assert not middleware.is_allowed_origin("https://d")
    compiled: Any = middleware.allow_origin_regex
    assert [each.pattern for each in compiled] == [
        "https://a",
        "HTTPS://B",
        "(?!x)https://c",
    ]


@settings(max_examples=EXAMPLES // 10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_several_generated_expressions_decide_as_any_of_them(random: Random) -> None:
    sources = []
    for _ in range(3):
        case = generated(random)
        if case is not None:
            sources.append(case[0])
    middleware = quiet(sources)
    for _ in range(20):
        each = text(random)
        matched = [fullmatch(re.compile(source), each) for source in sources]
        if None not in matched:
            assert middleware.is_allowed_origin(each) is any(matched)


def test_an_empty_list_of_expressions_allows_nothing() -> None:
    assert not CORSMiddleware(APP, allow_origin_regex=[]).is_allowed_origin("")


@pytest.mark.parametrize("expression", [b"https://a", re.compile(b"https://a"), [b"https://a"]])
def test_an_expression_of_bytes_is_refused_at_start_up(expression: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, allow_origin_regex=expression)
    assert raised.value.problems[0].suggestion == "https://a"


@pytest.mark.parametrize(
    "expression", ["(", "a**", "[", "(?P<n>a)(?P<n>b)", "\\", "(?z)", "a{2,1}"]
)
def test_an_invalid_expression_is_pythons_own_error(expression: str) -> None:
    with pytest.raises(re.error) as theirs:
        re.compile(expression)
    for given_as in (expression, ["a", expression]):
        with pytest.raises(re.error) as ours:
            CORSMiddleware(APP, allow_origin_regex=given_as)
        assert str(ours.value) == str(theirs.value)


def test_an_error_in_pythons_engine_reaches_the_server_as_that_error() -> None:
    class Failing:
        def __init__(self, *_: object) -> None:
            raise RecursionError

    policy = _fastcors.CompiledPolicy(
        options=Policy()._options,
        origins=[],
        expressions=[],
        foreign=[Failing],
        methods=["GET"],
        headers=[],
        any_header=False,
        credentials=False,
        private_network=False,
        expose=[],
        max_age="600",
    )
    middleware = CORSMiddleware(APP)
    object.__setattr__(middleware._fastcors_policy, "_compiled", policy)
    middleware._fastcors_policy = middleware._fastcors_policy
    with pytest.raises(RecursionError):
        sent(middleware, actual())


def test_a_translation_matches_whole_texts_of_every_visible_character() -> None:
    for code in range(0x21, 0x7F):
        assert quiet(".").is_allowed_origin(chr(code))
    with pytest.raises(Untranslatable):
        translate(Parsed(re.compile("(?=a)")))


@pytest.mark.parametrize(
    "expression",
    [
        r"(?=(a+)+b)https://a",
        r"(?!x)(a*)*",
        r"(a)(\1|(?:b+c?)+)",
        r"(?>([a-z]+)*)a",
        r"(?:(?:a|b*)+)++",
    ],
)
def test_exponential_time_is_spoken_of_where_repetitions_are_nested(expression: str) -> None:
    with pytest.warns(ConfigWarning, match="exponential time"):
        CORSMiddleware(APP, allow_origin_regex=expression)


def test_what_the_engine_has_no_room_for_is_known_before_it_is_asked() -> None:
    parsed = Parsed(re.compile("a" * 10))
    translation = Translation()
    translation.pieces = _MOST_PIECES - 9
    with pytest.raises(Untranslatable, match="400,000 pieces"):
        translation.whole(parsed)
    # The least that the engine takes for one is more than 25 bytes.
    assert expression_problem("a" * (_MOST_PIECES + 1)) is not None


def test_what_pythons_parser_warns_of_is_said_once() -> None:
    re.purge()
    with pytest.warns(FutureWarning) as told:
        CORSMiddleware(APP, allow_origin_regex="[[a]")
    assert [warning.category for warning in told].count(FutureWarning) == 1


def test_the_catastrophic_expression_is_decided_by_the_linear_engine() -> None:
    assert is_translated(r"https://([a-z0-9-]+\.?)+example\.com")
    middleware = CORSMiddleware(APP, allow_origin_regex=r"https://([a-z0-9-]+\.?)+example\.com")
    assert not middleware.is_allowed_origin("https://" + "a" * 100_000 + "!")
    assert middleware.is_allowed_origin("https://" + "a" * 100_000 + ".example.com")


def test_a_pattern_of_the_generator_may_be_any_text() -> None:
    assert {type(pattern(Random(seed))) for seed in range(5)} == {str}
