"""A problem is a value; a report is a list that reads well."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest

from fastcors import ConfigError, Problem, lint
from fastcors._format import raw, shown, shown_expression
from fastcors.problems import Report

PAGE = "https://fastcors.github.io/fastcors/problems/origin-path/"
GIVEN: dict[str, Any] = {
    "code": "origin-path",
    "option": "allow_origins",
    "value": ["https://a.example/"],
    "message": "'https://a.example/' ends with a slash",
    "suggestion": ["https://a.example"],
    "severity": "warning",
    "suggested_option": "allow_origin_regex",
}


def test_what_a_problem_is_made_with_it_has_in_the_constructors_order() -> None:
    problem = Problem(*GIVEN.values())
    assert {name: getattr(problem, name) for name in GIVEN} == GIVEN
    assert Problem("origin-path", "b", "c", "d").severity == "error"
    assert Problem("origin-path", "b", "c", "d").suggestion is None


def test_a_suggestion_belongs_to_the_option_itself_unless_another_is_named() -> None:
    assert Problem("origin-path", "b", "c", "d").suggested_option is None
    assert Problem("origin-path", "b", "c", "d", suggested_option="e").suggested_option is None
    assert Problem("origin-path", "b", "c", "d", "x").suggested_option == "b"
    assert Problem("origin-path", "b", "c", "d", False).suggested_option == "b"
    assert Problem("origin-path", "b", "c", "d", "x", suggested_option="e").suggested_option == "e"


def test_a_problem_cannot_be_changed() -> None:
    problem = Problem(**GIVEN)
    for name in [*GIVEN, "another"]:
        with pytest.raises(AttributeError):
            setattr(problem, name, "changed")
        with pytest.raises(AttributeError):
            delattr(problem, name)
    assert problem == Problem(**GIVEN)


@pytest.mark.parametrize("name", GIVEN)
def test_problems_are_equal_if_all_of_them_is(name: str) -> None:
    other = Problem(**{**GIVEN, name: "origin-query"})
    assert Problem(**GIVEN) == Problem(**GIVEN)
    assert hash(Problem(**GIVEN)) == hash(Problem(**GIVEN))
    assert Problem(**GIVEN) != other
    assert len({Problem(**GIVEN), Problem(**GIVEN), other}) == 2
    assert Problem(**GIVEN) != tuple(GIVEN.values())


def test_problems_whose_values_cannot_be_compared_are_not_equal() -> None:
    class Array:
        def __eq__(self, other: object) -> bool:
            raise ValueError("ambiguous")

        __hash__ = None  # type: ignore[assignment]

    one, other = (Problem("origin-path", "b", Array(), "d") for _ in range(2))
    assert one == one
    assert one != other
    assert hash(one) == hash(other)


def test_a_problem_can_be_copied_and_pickled() -> None:
    problem = Problem(**GIVEN)
    for other in (copy.copy(problem), copy.deepcopy(problem), pickle.loads(pickle.dumps(problem))):
        assert other == problem
        assert other.severity == "warning"
        assert other.suggested_option == "allow_origin_regex"


def test_the_repr_of_a_problem_is_what_makes_it() -> None:
    problem = Problem(**GIVEN)
    assert eval(repr(problem)) == problem
    assert repr(problem).startswith("Problem(code='origin-path', option='allow_origins', value=[")
    usual = Problem(**{**GIVEN, "suggested_option": None})
    assert eval(repr(usual)) == usual
    assert "suggested_option" not in repr(usual)


def test_the_text_of_a_problem_names_option_code_and_page() -> None:
    text = f"allow_origins: 'https://a.example/' ends with a slash [origin-path] {PAGE}"
    assert str(Problem(**GIVEN)) == text
    assert Problem(**GIVEN).url == PAGE


def test_the_text_of_a_problem_is_one_line_whatever_is_in_it() -> None:
    problem = Problem("origin-path", "an\noption", "v", "a\r\nmessage\x1b[31m \ud800 \u2028")
    assert str(problem) == r"an\noption: a\r\nmessage\x1b[31m \ud800 \u2028 [origin-path] " + PAGE


@pytest.mark.parametrize(
    "value",
    [
        *("a", "x" * 100, "'\"" * 50, "\u200b", "\n" * 50, b"\xff", bytearray(100), 10**100, None),
        *(["x"] * 100, ("x",) * 100, {"x": 1}, dict.fromkeys(range(100)), set(range(100)), set()),
    ],
)
@pytest.mark.parametrize("limit", [20, 80])
def test_a_value_is_shown_as_its_repr_cut_where_it_is_long(value: object, limit: int) -> None:
    whole = repr(value)
    expected = whole if len(whole) <= limit else whole[: limit - 1] + "…"
    assert shown(value, limit) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r"https://a\.com", r"r'https://a\.com'"),
        (r"[']\.com", """r"[']\\.com\""""),
        (r"""['"]\.com""", repr(r"""['"]\.com""")),
        ("a\\\\", r"r'a\\'"),
        ("a\\", r"'a\\'"),
        ("a\n\\.", r"'a\n\\.'"),
    ],
)
def test_an_expression_is_shown_as_a_literal_that_can_be_copied(
    expression: str, expected: str
) -> None:
    assert raw(expression) == shown_expression(expression) == expected
    assert eval(raw(expression)) == expression


@pytest.mark.parametrize("expression", ["a" * 1000, "\\." * 1000, "\n" * 1000, "'\"" * 1000])
def test_a_long_expression_is_cut_in_a_message(expression: str) -> None:
    text = shown_expression(expression)
    assert len(text) < 90
    assert "…" in text


def test_no_message_doubles_the_backslashes_of_an_expression() -> None:
    expression = r"https://(a|b)\.example\.com"
    for options in (
        {"allow_origins": [expression]},
        {"allow_origins": [re.compile(expression)]},
        {"allow_origin_regex": r"https://.*example\.com"},
        {"allow_origin_regex": r"https://(\.com"},
        {"allow_origin_regex": expression},
    ):
        report = lint(**options)
        assert r"\." in str(report)
        assert r"\\" not in str(report)


def test_a_report_is_a_list_and_its_text_is_for_a_person() -> None:
    report = lint(
        allow_origins=["https://a.example/"],
        max_age=-1,
        allow_origin_regex=r"https://[a-z]+\.example\.com",
    )
    assert isinstance(report, list)
    first, second = report
    assert str(report).splitlines() == [
        f"error: {first}",
        f"warning: {second}",
        r"safe: allow_origin_regex: r'https://[a-z]+\.example\.com' is verified: as far as the public "
        "suffix list and ours know, nobody else can own an origin that it matches",
    ]
    assert report.safe == (r"https://[a-z]+\.example\.com",)


def test_the_report_of_a_sound_configuration_says_so_and_equals_an_empty_list() -> None:
    report = lint(allow_origins=["https://a.example"])
    assert report == []
    assert not report
    assert str(report) == "no problems found"


def test_an_expression_that_allows_untrusted_origins_is_not_safe() -> None:
    expressions = [r"https://.*example\.com", r"https://app\.example\.com"]
    report = lint(allow_origin_regex=expressions)
    assert report.safe == (expressions[1],)
    assert [problem.severity for problem in report] == ["error"]


def test_a_report_and_an_error_can_be_copied_and_pickled() -> None:
    report = Report([Problem(**GIVEN)], ["a"])
    for other in (copy.copy(report), copy.deepcopy(report), pickle.loads(pickle.dumps(report))):
        assert other == report
        assert other.safe == report.safe
        assert str(other) == str(report)
    error = ConfigError(report)
    copied = pickle.loads(pickle.dumps(error))
    assert copied.problems == error.problems
    assert str(copied) == str(error)
