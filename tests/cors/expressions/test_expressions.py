"""Regular expressions decide as Python's `re.fullmatch` does, in linear time if Rust can run them."""

from __future__ import annotations

import os
import re
import tomllib
import warnings
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, _fastcors
from fastcors._fastcors import expression_problem
from fastcors._proof.verdict import _LONGEST, judge
from fastcors._regex.translate import translate
from fastcors._regex.tree import Untranslatable, parse
from tests.cors.expressions.generated import (
    disagreement,
    fullmatch,
    generated,
    is_translated,
    pattern,
    text,
)
from tests.exchange import actual, responding, sent, values

# Odd configurations run here; tests/lint has what is reported about them.
pytestmark = pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
APP = responding()
TABLES = tomllib.loads(Path(__file__).with_name("engines.toml").read_text(encoding="utf-8"))
ORIGINS: list[str] = TABLES["origins"]


def row(*, regex: str, flags: str = "") -> str | re.Pattern[str]:
    """Return a row's regular expression, compiled if it has flags."""
    return re.compile(regex, sum(re.RegexFlag[flag.upper()] for flag in flags)) if flags else regex


# Each with whether Rust runs it.
EXPRESSIONS = [
    *((row(**each), True) for each in TABLES["rust"]),
    *((row(**each), False) for each in TABLES["python"]),
]


def quiet(expression: Any) -> CORSMiddleware:
    """Return a middleware without its warnings."""
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
def test_an_expression_that_only_python_runs_is_reported_once_at_start_up(
    expression: Any, translated: bool
) -> None:
    with warnings.catch_warnings(record=True) as every:
        warnings.simplefilter("always")
        CORSMiddleware(APP, allow_origin_regex=expression)
    reported = [warning for warning in every if "[regex-python-only]" in str(warning.message)]
    assert len(reported) == (0 if translated else 1)
    for warning in reported:
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
def test_an_expression_of_bytes_raises_at_start_up(expression: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, allow_origin_regex=expression)
    (problem,) = raised.value.problems
    assert (problem.suggestion, problem.suggested_option) == (["https://a"], "allow_origins")
    assert problem.message.endswith("write allow_origins=['https://a'] instead of the regex")


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
        python_only=[Failing],
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
    middleware._fastcors_decide_by(middleware._fastcors_policy, None)
    with pytest.raises(RecursionError):
        sent(middleware, actual())


def test_a_translation_matches_each_visible_character() -> None:
    for code in range(0x21, 0x7F):
        assert quiet(".").is_allowed_origin(chr(code))
    with pytest.raises(Untranslatable):
        translate(parse(re.compile("(?=a)")))


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
def test_nested_repetitions_are_reported_as_exponential(expression: str) -> None:
    with pytest.warns(ConfigWarning, match="exponential time"):
        CORSMiddleware(APP, allow_origin_regex=expression)


def test_a_regex_that_is_too_large_for_the_engine_is_rejected_before_it_is_compiled() -> None:
    pattern = re.compile("a" * (_LONGEST + 1))
    (problem,) = (each for each in judge(pattern, False).problems if "python" in each.code)
    assert "longer than 400,000 characters" in problem.message
    assert expression_problem("a" * (_LONGEST + 1)) is not None


def test_a_warning_of_pythons_parser_appears_once() -> None:
    re.purge()
    with pytest.warns(FutureWarning) as recorded:
        CORSMiddleware(APP, allow_origin_regex="[[a]")
    assert [warning.category for warning in recorded].count(FutureWarning) == 1


def test_the_catastrophic_expression_is_decided_by_the_linear_engine() -> None:
    assert is_translated(r"https://([a-z0-9-]+\.?)+example\.com")
    middleware = CORSMiddleware(APP, allow_origin_regex=r"https://([a-z0-9-]+\.?)+example\.com")
    assert not middleware.is_allowed_origin("https://" + "a" * 100_000 + "!")
    assert middleware.is_allowed_origin("https://" + "a" * 100_000 + ".example.com")


def test_the_generator_returns_strings() -> None:
    assert {type(pattern(Random(seed))) for seed in range(5)} == {str}
