"""What is wrong with a value's type, with a name of no option, and with options together."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import http
import itertools
import os
import re
import types
import urllib.parse
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.datastructures import URL

import fastcors
from fastcors import CORSMiddleware, Problem
from fastcors._lint import suggestions
from fastcors.options import DEFAULTS
from tests.exchange import responding
from tests.lint.alone import lint

APP = responding()
ORIGIN = "https://app.example.com"
LISTS = {
    "allow_origins": ORIGIN,
    "allow_methods": "PUT",
    "allow_headers": "X-Token",
    "expose_headers": "X-Total",
}
ERROR, ADVICE = "error", "warning"


@dataclasses.dataclass
class AnyURL:
    """A URL of a class that ends it with a slash and equals no text, as pydantic's do."""

    text: str

    def __str__(self) -> str:
        return self.text


class Truth:
    """A bool of another library, such as numpy's."""

    def __init__(self, *, true: bool) -> None:
        self.true = true

    def __bool__(self) -> bool:
        return self.true


class Origins(enum.Enum):
    """Texts by name, which equal no text."""

    APP = "https://App.example.com/"


class Age(int, enum.Enum):
    """An int whose text is no number."""

    DAY = 86_400


class Seconds(enum.IntEnum):
    """An int whose text is one."""

    HOUR = 3_600


def items(*given: str) -> Iterator[str]:
    yield from given


def read(iterator: Any, count: int | None = None) -> Any:
    """Give an iterator of which somebody has read that many items, or all."""
    collections.deque(itertools.islice(iterator, count), maxlen=0)
    return iterator


def reported(**options: Any) -> list[tuple[str, str, Any]]:
    return [(problem.code, problem.severity, problem.suggestion) for problem in lint(**options)]


@pytest.mark.parametrize(("option", "entry"), LISTS.items())
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        # A text for a list.
        (lambda entry: entry, ("not-a-collection", ERROR, "the list")),
        (lambda entry: f'["{entry}"]', ("not-a-collection", ERROR, "the list")),
        (lambda entry: f"'{entry}'", ("not-a-collection", ERROR, "the list")),
        (lambda entry: entry.encode(), ("not-a-collection", ERROR, "the list")),
        (lambda entry: bytearray(entry.encode()), ("not-a-collection", ERROR, "the list")),
        (lambda entry: memoryview(entry.encode()), ("not-a-collection", ERROR, "the list")),
        # No collection at all.
        (lambda entry: 7, ("not-a-collection", ERROR, None)),
        (lambda entry: True, ("not-a-collection", ERROR, None)),
        (lambda entry: lambda: [entry], ("not-a-collection", ERROR, None)),
        (lambda entry: list, ("not-a-collection", ERROR, None)),
        (lambda entry: object(), ("not-a-collection", ERROR, None)),
        # What can be read once, and was.
        (lambda entry: read(items(entry)), ("generator-consumed", ERROR, None)),
        (lambda entry: read(items(entry, entry), 1), ("generator-consumed", ADVICE, None)),
        (lambda entry: read(map(str, [entry])), ("generator-consumed", ADVICE, None)),
        (lambda entry: read(iter([entry])), ("generator-consumed", ADVICE, None)),
        # What is read as something else than it seems.
        (lambda entry: {entry: "a value"}, ("mapping", ADVICE, "the list")),
        (lambda entry: types.MappingProxyType({entry: 1}), ("mapping", ADVICE, "the list")),
        (lambda entry: collections.OrderedDict({entry: 1}), ("mapping", ADVICE, "the list")),
        (lambda entry: itertools.repeat(entry), ("endless", ERROR, None)),
    ],
)
def test_what_is_no_list(option: str, entry: str, make: Any, expected: Any) -> None:
    code, severity, suggestion = expected
    problems = lint(**{option: make(entry)})
    # Without its items, a list of methods is empty.
    problem, *others = [problem for problem in problems if problem.code != "no-method"]
    assert (problem.code, problem.severity, problem.option) == (code, severity, option)
    assert problem.suggestion == ([entry] if suggestion == "the list" else suggestion)
    assert {other.code for other in others} <= {"origin-duplicate", "method-duplicate"}


@pytest.mark.parametrize("option", ["allow_origins", "allow_methods", "allow_headers"])
def test_none_is_no_list(option: str) -> None:
    (problem, *_) = reported(**{option: None})
    assert problem == ("not-a-collection", ERROR, ())


@pytest.mark.parametrize("given", [None, False, 0])
def test_what_is_not_true_counts_as_no_header_to_expose_as_with_starlette(given: Any) -> None:
    assert reported(expose_headers=given) == [("none-for-a-list", ADVICE, ())]
    assert (
        "Access-Control-Expose-Headers"
        not in CORSMiddleware(APP, expose_headers=given).simple_headers
    )


@pytest.mark.parametrize("option", LISTS)
def test_the_star_alone_counts_as_a_list_of_it(option: str) -> None:
    assert reported(**{option: "*"}) == [("star-for-a-list", ADVICE, ["*"])]
    assert lint(**{option: ["*"]}) == []


@pytest.mark.parametrize("option", LISTS)
@pytest.mark.parametrize("given", [b"*", bytearray(b"*"), " *", "*,", "**", "'*'"])
def test_what_is_like_the_star_is_no_list(option: str, given: Any) -> None:
    assert next(problem.code for problem in lint(**{option: given})) == "not-a-collection"


class Deciding(set[str]):
    """A set that decides by itself what is in it."""

    def __contains__(self, item: object) -> bool:
        return item == "another" or set.__contains__(self, item)


class Lying(Deciding):
    """One that says that it has what it has not."""

    def __contains__(self, item: object) -> bool:
        return True


def test_a_membership_test_that_starlette_does_not_ask_is_no_problem() -> None:
    for option in ("allow_headers", "expose_headers"):
        assert lint(**{option: Deciding(["X-Token"])}) == []
    assert lint(expose_headers=Lying(["X-Token"])) == []
    for option in ("allow_origins", "allow_methods"):
        assert "own-membership-test" in [each.code for each in lint(**{option: Deciding()})]
    (problem,) = lint(allow_headers=Lying(["X-Token"]))
    assert problem.code == "own-membership-test"


def test_a_view_of_a_dict_is_read_to_its_end() -> None:
    names = {f"X-{number}": number for number in range(10_001)}
    assert lint(allow_headers=names.keys()) == []
    (problem,) = lint(allow_headers=iter(names))
    assert problem.code == "endless"


@pytest.mark.parametrize("option", ["allow_methods", "allow_headers", "expose_headers"])
@pytest.mark.parametrize(
    ("item", "suggestion"),
    [
        (b"PUT", ["PUT"]),
        (None, None),
        (7, None),
        (["PUT", "HEAD"], ["PUT", "HEAD"]),
        (("PUT",), ["PUT"]),
        ([], None),
        ({}, None),
    ],
)
def test_a_name_that_is_no_text(option: str, item: Any, suggestion: Any) -> None:
    assert reported(**{option: ["X-Good", item]}) == [("name-type", ERROR, suggestion)]


@pytest.mark.parametrize(
    ("item", "suggestion"),
    [
        (b"https://b.example", "https://b.example"),
        (bytearray(b"https://b.example"), "https://b.example"),
        (None, None),
        (7, None),
        (AnyURL("https://b.example/"), "https://b.example"),
        (AnyURL("https://b.example/a?b"), "https://b.example"),
        (urllib.parse.urlsplit("https://B.example/a"), "https://b.example"),
        (Origins.APP, "https://app.example.com"),
        (re.compile(r"https://b\.example\.com"), ["https://b.example.com"]),
        (re.compile(r"https://.*b\.com"), ["https://b.com", "https://*.b.com"]),
        (re.compile(r"https://b-[0-9]+\.example\.com"), r"https://b-[0-9]+\.example\.com"),
        (re.compile(r"https://(?!a)b\.example"), r"https://(?!a)b\.example"),
        (re.compile(b"https://b"), None),
        ({"origin": "https://b.example"}, ["https://b.example"]),
        ({"https://b.example/": 1}, ["https://b.example"]),
        ({"origin": "https://b.example", "name": "b"}, None),
        (["b.example", "https://c.example/"], ["https://b.example", "https://c.example"]),
        ([r"https://.*\.example\.com"], ["https://*.example.com"]),
        ([r"https://[a-z]+\.example\.com"], None),
        ([["https://b.example"]], None),
        (["https://b.example", "https://c.example"], ["https://b.example", "https://c.example"]),
        (("https://b.example",), ["https://b.example"]),
        ([None], None),
        (uuid.UUID(int=0), None),
    ],
)
def test_an_origin_that_is_no_text(item: Any, suggestion: Any) -> None:
    assert reported(allow_origins=[ORIGIN, item]) == [("origin-type", ERROR, suggestion)]


@pytest.mark.parametrize(
    ("given", "suggestion"),
    [
        ({"origins": ["https://b.example/"], "more": "c.example"}, ["https://b.example", "https://c.example"]),
        ({"origins": "https://b.example", "methods": "GET"}, None),
        ({}, []),
        ({1: "https://b.example"}, ["https://b.example"]),
        ({"https://b.example": "https://c.example"}, ["https://b.example"]),
    ],
    ids=repr,
)  # fmt: skip
def test_of_a_mapping_the_keys_or_the_values_are_suggested(given: Any, suggestion: Any) -> None:
    (mapping,) = [problem for problem in lint(allow_origins=given) if problem.code == "mapping"]
    assert mapping.suggestion == suggestion
    assert "; write " in mapping.message


@pytest.mark.parametrize(
    "given",
    [
        [re.compile(r"https://[a-z]+\.example\.com")],
        re.compile(r"https://[a-z]+\.example\.com"),
        [r"https://[a-z]+\.example\.com"],
        r"https://[a-z]+\.example\.com",
    ],
    ids=repr,
)
def test_an_expression_is_suggested_for_the_option_that_takes_it(given: Any) -> None:
    (problem,) = lint(allow_origins=given)
    assert (problem.option, problem.suggested_option) == ("allow_origins", "allow_origin_regex")
    assert problem.suggestion == r"https://[a-z]+\.example\.com"
    assert problem.message.endswith(r"write allow_origin_regex=r'https://[a-z]+\.example\.com'")


def test_of_many_expressions_a_few_are_proven_and_all_are_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proven: list[Any] = []
    monkeypatch.setattr(suggestions, "proven_expression", lambda *given: proven.append(given))
    texts = [rf"https://a{number}\.example\.com" for number in range(200)]
    for entries in (texts, [re.compile(text) for text in texts], [text.encode() for text in texts]):
        proven.clear()
        assert len(lint(allow_origins=entries)) == 200
        assert len(proven) <= suggestions.MOST_PROOFS


@pytest.mark.parametrize(
    "given", ["*", ["*", ["*"]], ("0.0.0.0/0",), [b"*"], {"origin": "*"}], ids=repr
)
def test_with_credentials_every_origin_is_not_suggested(given: Any) -> None:
    for problem in lint(allow_origins=given, allow_credentials=True):
        assert problem.suggestion in (None, False)


@pytest.mark.parametrize("option", ["allow_credentials", "allow_private_network", "strict"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("false", ("not-a-bool", ERROR, False)),
        ("no", ("not-a-bool", ERROR, False)),
        (b"0", ("not-a-bool", ERROR, False)),
        ("enabled", ("not-a-bool", ERROR, None)),
        # What counts as what it says.
        ("", ("bool-type", ADVICE, False)),
        (" True ", ("bool-type", ADVICE, True)),
        (b"1", ("bool-type", ADVICE, True)),
        (1, ("bool-type", ADVICE, True)),
        (0, ("bool-type", ADVICE, False)),
        (2.5, ("bool-type", ADVICE, True)),
        (None, ("bool-type", ADVICE, False)),
        (Truth(true=True), ("bool-type", ADVICE, True)),
        (Truth(true=False), ("bool-type", ADVICE, False)),
        ([], ("bool-type", ADVICE, False)),
        (["false"], ("bool-type", ERROR, None)),
        (lambda: False, ("bool-type", ERROR, None)),
        (object(), ("bool-type", ERROR, None)),
    ],
)
def test_what_is_no_bool(option: str, value: Any, expected: Any) -> None:
    first = next(problem for problem in lint(**{option: value}) if problem.value is value)
    assert (first.code, first.severity, first.suggestion) == expected
    assert first.option == option


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (600.0, [("max-age-type", ERROR, 600)]),
        (0.5, [("max-age-type", ERROR, 0)]),
        (-1.5, [("max-age-type", ERROR, 0)]),
        (float("nan"), [("max-age-type", ERROR, None)]),
        (float("inf"), [("max-age-type", ERROR, None)]),
        (1e300, [("max-age-type", ERROR, int(1e300))]),
        (True, [("max-age-type", ERROR, 600)]),
        (False, [("max-age-type", ERROR, 0)]),
        (None, [("max-age-type", ERROR, None)]),
        (dt.timedelta(hours=1), [("max-age-type", ERROR, 3600)]),
        (dt.timedelta(seconds=-5), [("max-age-type", ERROR, 0)]),
        (fractions.Fraction(1, 2), [("max-age-type", ERROR, 0)]),
        (decimal.Decimal("600.0"), [("max-age-type", ERROR, 600)]),
        (Age.DAY, [("max-age-type", ERROR, 86_400)]),
        ("600.0", [("max-age-type", ERROR, 600)]),
        (" 600", [("max-age-type", ERROR, 600)]),
        ("600s", [("max-age-type", ERROR, 600)]),
        ("10 m", [("max-age-type", ERROR, 600)]),
        ("1h", [("max-age-type", ERROR, 3600)]),
        ("1 day", [("max-age-type", ERROR, 86_400)]),
        ("an hour", [("max-age-type", ERROR, None)]),
        ("", [("max-age-type", ERROR, None)]),
        (b"600", [("max-age-type", ERROR, 600)]),
        ([600], [("max-age-type", ERROR, None)]),
        ("1\r\n", [("max-age", ERROR, 600)]),
        ("\x7f", [("max-age", ERROR, 600)]),
        ("\u0666\u0660\u0660", [("max-age", ERROR, 600)]),
        ("6\xe9", [("max-age-type", ERROR, None)]),
        ("\xb2", [("max-age-type", ERROR, None)]),
        ("-\xb2", [("max-age-type", ERROR, None)]),
        ("60\t", [("max-age-type", ERROR, 60)]),
        ("600", [("max-age-type", ADVICE, 600)]),
        (decimal.Decimal(600), [("max-age-type", ADVICE, 600)]),
        ("86401", [("max-age-type", ADVICE, 86_401), ("max-age-above-cap", ADVICE, 86_400)]),
        (-1, [("max-age-negative", ADVICE, 0)]),
        ("-1", [("max-age-negative", ADVICE, 0)]),
        (86_401, [("max-age-above-cap", ADVICE, 86_400)]),
        (10**400, [("max-age-above-cap", ADVICE, 86_400)]),
        (0, []),
        (1, []),
        (86_400, []),
        (Seconds.HOUR, []),
    ],
    ids=repr,
)
def test_what_is_no_max_age(value: Any, expected: Any) -> None:
    assert reported(max_age=value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("(", [("regex-syntax", ERROR, None)]),
        (["(", "[", r"https://app\.example\.com"], [("regex-syntax", ERROR, None)] * 2),
        ("a{99999999999999999999}", [("regex-syntax", ERROR, None)]),
        ("(?L)a", [("regex-syntax", ERROR, None)]),
        ("*", [("regex-syntax", ERROR, None)]),
        ("*://*", [("regex-syntax", ERROR, None)]),
        ("*.com", [("regex-syntax", ERROR, None)]),
        ("*.example.com", [("regex-syntax", ERROR, ["https://*.example.com"])]),
        ("*example.com", [("regex-syntax", ERROR, ["https://*.example.com"])]),
        ("https://**.example.com", [("regex-syntax", ERROR, ["https://*.example.com"])]),
        ("*://*.example.com:*/*", [("regex-syntax", ERROR, ["http://*.example.com:*", "https://*.example.com:*"])]),
        ("http://localhost:**", [("regex-syntax", ERROR, ["http://localhost:*"])]),
        (r"https://a\.com|*.b.com", [("regex-syntax", ERROR, ["https://a.com", "https://*.b.com"])]),
        ("*.a.com, *.b.com", [("regex-syntax", ERROR, ["https://*.a.com", "https://*.b.com"])]),
        ("https://(a|*.b.com", [("regex-syntax", ERROR, None)]),
        (b"https://a", [("regex-type", ERROR, ["https://a"])]),
        (re.compile(b"https://a"), [("regex-type", ERROR, ["https://a"])]),
        ([b"https://a", None], [("regex-type", ERROR, ["https://a"]), ("regex-type", ERROR, None)]),
        (7, [("regex-type", ERROR, None)]),
        (False, [("regex-type", ERROR, None)]),
        ("", [("regex-empty", ADVICE, None)]),
        (["", r"https://app\.example\.com"], [("regex-empty", ADVICE, None)]),
        (read(items("a")), [("generator-consumed", ERROR, None)]),
        ({r"https://app\.example\.com": 1}, [("mapping", ADVICE, [r"https://app\.example\.com"])]),
        (itertools.repeat("a"), [("endless", ERROR, None)]),
        (None, []),
        ([], []),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_expression(value: Any, expected: Any) -> None:
    assert reported(allow_origin_regex=value) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"allow_credentials": True}, ["credentials-without-origin"]),
        ({"allow_credentials": True, "allow_origins": [ORIGIN]}, []),
        ({"allow_credentials": True, "allow_origin_regex": r"https://app\.example\.com"}, []),
        ({"allow_credentials": True, "allow_origin_regex": []}, ["credentials-without-origin"]),
        (
            {"allow_origins": ["*"], "allow_origin_regex": r"https://app\.example\.com"},
            ["regex-without-effect"],
        ),
        # Where it has no effect, what it allows does not matter.
        ({"allow_origins": ["*"], "allow_origin_regex": ".*"}, ["regex-without-effect"]),
        ({"allow_origins": ["*"], "allow_origin_regex": "(?!a).*"}, ["regex-without-effect"]),
        ({"allow_origins": [ORIGIN], "allow_methods": []}, ["no-method"]),
        ({"allow_origins": [ORIGIN], "allow_private_network": True}, ["private-network-superseded"]),
        (
            {"allow_origins": ["*"], "allow_private_network": True},
            ["private-network-superseded", "private-network-for-everyone"],
        ),
        (
            {"allow_origin_regex": "https?://.*", "allow_private_network": True},
            ["regex-any-origin", "private-network-superseded", "private-network-for-everyone"],
        ),
        (
            {"allow_origin_regex": r"https://.*\.github\.io", "allow_private_network": True},
            ["regex-public-suffix", "private-network-superseded"],
        ),
        ({"allow_origins": ["*"]}, []),
        ({}, ["no-origins"]),
        ({"allow_origins": [], "allow_origin_regex": []}, ["no-origins"]),
        ({"allow_origins": (), "allow_origin_regex": None}, ["no-origins"]),
        ({"allow_origin_regex": r"https://app\.example\.com"}, []),
    ],
    ids=repr,
)  # fmt: skip
def test_options_that_contradict_each_other_are_advice(options: Any, expected: list[str]) -> None:
    problems = fastcors.lint(**options)
    assert [problem.code for problem in problems] == expected
    assert {problem.severity for problem in problems} <= {ADVICE}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"allow_origins": [None]}, ["origin-type"]),
        ({"allow_origins": ORIGIN}, ["not-a-collection"]),
        ({"allow_origin_regex": ""}, ["regex-empty"]),
        ({"allow_origin": [ORIGIN]}, ["unknown-option"]),
        ({"origin_pattern": "a"}, ["unknown-option"]),
        ({"max_ages": 5}, ["no-origins", "unknown-option"]),
    ],
)
def test_why_no_origin_is_allowed_is_reported_once(options: Any, expected: list[str]) -> None:
    assert [problem.code for problem in fastcors.lint(**options)] == expected


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("allow_origin", "allow_origins"),
        ("origins", "allow_origins"),
        ("origin", "allow_origins"),
        ("allowed_origins", "allow_origins"),
        ("allow_orgins", "allow_origins"),
        ("AllowOrigins", "allow_origins"),
        ("allowOrigins", "allow_origins"),
        ("allow-origins", "allow_origins"),
        ("CORS_ALLOWED_ORIGINS", "allow_origins"),
        ("CORS_ALLOW_ALL_ORIGINS", "allow_origins"),
        ("allowed_hosts", "hosts"),
        ("CORS_ORIGIN_WHITELIST", "allow_origins"),
        ("allowlist", "allow_origins"),
        ("allow_origins_regex", "allow_origin_regex"),
        ("allowed_origin_regexes", "allow_origin_regex"),
        ("origin_pattern", "allow_origin_regex"),
        ("regex", "allow_origin_regex"),
        ("allow_credential", "allow_credentials"),
        ("supports_credentials", "allow_credentials"),
        ("credentials", "allow_credentials"),
        ("allow_creds", "allow_credentials"),
        ("allow_method", "allow_methods"),
        ("methods", "allow_methods"),
        ("allowed_headers", "allow_headers"),
        ("headers", "allow_headers"),
        ("expose_header", "expose_headers"),
        ("exposedHeaders", "expose_headers"),
        ("max_ages", "max_age"),
        ("maxAge", "max_age"),
        ("preflight_max_age", "max_age"),
        ("allow_private_networks", "allow_private_network"),
        ("private_network", "allow_private_network"),
        ("strictly", "strict"),
        ("accepted", "accept"),
        ("ignore", "accept"),
        ("accept_headers", "allow_headers"),
        ("CORS_URLS_REGEX", None),
        ("vary_header", None),
        ("automatic_options", None),
        ("optionsSuccessStatus", None),
        ("message", None),
        ("languages", None),
        ("zzz", None),
        ("", None),
        ("x" * 1_000_000, None),
    ],
)
def test_a_name_of_no_option_is_reported_with_the_near_one(name: str, meant: str | None) -> None:
    value = object()
    (problem,) = lint(**{name: value})
    assert (problem.code, problem.severity) == ("unknown-option", ERROR)
    assert (problem.option, problem.suggestion) == (name, meant)
    assert problem.value is value
    assert str(problem).isprintable()
    assert len(str(problem)) < 600


def test_what_reconfigure_says_to_a_name_of_no_option_names_the_near_one_too() -> None:
    with pytest.raises(TypeError, match="did you mean 'allow_origins'"):
        CORSMiddleware(print).reconfigure(origins=[])  # type: ignore[call-arg, arg-type, unused-ignore]


@pytest.mark.parametrize("app", [None, print, object(), "app"])
def test_the_application_is_not_looked_at(app: Any) -> None:
    assert lint(app=app, allow_origins=[ORIGIN]) == []


def test_all_problems_are_reported_at_once_in_the_order_of_the_options() -> None:
    problems = lint(
        max_age=1.5,
        nonsense=1,
        allow_origins=[ORIGIN, None],
        allow_methods=["A,B", "C D"],
        allow_headers="X",
        allow_credentials="false",
        allow_origin_regex="(",
        expose_headers=7,
        strict=None,
    )
    assert [problem.code for problem in problems] == [
        "origin-type",
        "not-a-token",
        "not-a-token",
        "not-a-collection",
        "not-a-bool",
        "regex-syntax",
        "not-a-collection",
        "max-age-type",
        "bool-type",
        "unknown-option",
    ]


def test_what_credentials_mean_counts_for_the_other_options_even_where_they_are_no_bool() -> None:
    assert "origin-any-with-credentials" in [
        problem.code for problem in lint(allow_origins=["*"], allow_credentials="true")
    ]


def test_a_generator_that_is_given_twice_is_read_by_the_first_option() -> None:
    once = items("GET")
    (problem,) = lint(allow_methods=once, allow_headers=once)
    assert (problem.code, problem.option) == ("generator-consumed", "allow_headers")


@pytest.mark.parametrize(
    "given",
    [
        [ORIGIN],
        (ORIGIN,),
        {ORIGIN},
        frozenset([ORIGIN]),
        collections.deque([ORIGIN]),
        collections.UserList([ORIGIN]),
        {ORIGIN: 1}.keys(),
        {1: ORIGIN}.values(),
        map(str, [ORIGIN]),
        items(ORIGIN),
        items(),
        [URL(ORIGIN)],
        enum.StrEnum("Origins", {"APP": ORIGIN}),
        list(enum.StrEnum("Origins", {"APP": ORIGIN})),
        [os.fspath(ORIGIN)],
    ],
    ids=lambda given: type(given).__name__,
)
def test_whatever_gives_texts_is_a_list_of_origins(given: Any) -> None:
    assert [problem for problem in lint(allow_origins=given) if problem.severity == ERROR] == []


def test_a_method_may_be_one_of_the_standard_librarys() -> None:
    methods = [http.HTTPMethod.GET, http.HTTPMethod.PUT]
    assert lint(allow_origins=[ORIGIN], allow_methods=methods) == []
    assert lint(allow_origins=[ORIGIN], allow_methods=http.HTTPMethod) != []


def test_every_problem_names_the_value_and_what_to_write() -> None:
    problems: list[Problem] = [
        *lint(allow_origins="https://a", allow_methods=7, allow_headers=[None], max_age=1.5),
        *lint(allow_credentials="no", expose_headers=iter(()), allow_origin_regex=b"a"),
    ]
    assert len(problems) == 7
    for problem in problems:
        assert re.search(r"; (write|if) |: if ", problem.message), problem.message
        assert problem.option in DEFAULTS


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (rb"https://[a-z]+\.example\.com", r"https://[a-z]+\.example\.com"),
        (re.compile(rb"https://a\.example"), ["https://a.example"]),
        (rb"https://.*example\.com", ["https://example.com", "https://*.example.com"]),
        (rb"https://(a|b){20}\.com", None),
        (b"null", None),
        (b"[ ", None),
    ],
)
def test_for_bytes_only_what_is_verified_is_suggested(
    given: Any, meant: str | list[str] | None
) -> None:
    (problem,) = lint(allow_origin_regex=given)
    assert (problem.code, problem.suggestion) == ("regex-type", meant)


def test_a_policy_is_no_option_that_the_linter_reads_but_is_one_of_the_middleware() -> None:
    (problem,) = lint(allow_origins=[ORIGIN], policy=fastcors.Policy(allow_origins=[ORIGIN]))
    assert (problem.code, problem.suggestion) == ("unknown-option", None)
    assert "is an option of CORSMiddleware" in problem.message
