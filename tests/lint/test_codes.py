"""The table of problem codes is complete, and says of each code what its problems are like."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from fastcors import Problem, lint
from fastcors._fastcors import lint_codes
from fastcors.options import DEFAULTS
from fastcors.problems import ALWAYS_RAISE, CODES, NEVER_ACCEPTED
from tests.lint.test_suggestions import tables
from tests.problems.entries import entries
from tests.proof import expressions

SEVERITIES = {"error": {"error"}, "warning": {"warning"}, "either": {"error", "warning"}}


def configurations() -> Iterator[dict[str, Any]]:
    """Yield what the pages, the linter's tables and the corpus of expressions configure."""
    for entry in entries().values():
        yield from (row.bad.options() for row in entry.rows())
    yield from ({option: entries} for option, entries in tables())
    for corpus in (expressions.UNTRUSTED, expressions.UNMATCHED):
        yield from ({"allow_origin_regex": expression} for expression, *_ in corpus)
    for hosts in (expressions.EVERYTHING, expressions.HOSTED):
        yield from ({"allow_origin_regex": expression} for expression in hosts)
    yield {"allow_origin_regex": r"https://example\.com|null"}
    yield {"allow_origin_regex": r"https://a\.com|about:blank"}
    yield {"allow_origin_regex": r"https://(?=(a+)+b)[a-z]+\.example\.com"}
    yield {"allow_headers": map(str, ())}
    yield {"max_age": "600"}
    yield {"max_age": "an hour"}
    yield {"allow_credentials": 1}


@cache
def produced() -> list[Problem]:
    """Return every problem of all configurations, with credentials and without."""
    return [
        problem
        for given in configurations()
        for credentials in ({}, {"allow_credentials": True})
        for problem in lint(**{**credentials, **given})
    ]


def test_the_table_has_every_code_of_the_compiled_linter() -> None:
    assert {*lint_codes()} <= CODES.keys()
    assert len(lint_codes()) == len({*lint_codes()})


def test_every_code_in_the_table_is_produced() -> None:
    assert {problem.code for problem in produced()} == CODES.keys()


def test_a_problem_of_another_code_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="'origin-pth' is not a problem code"):
        Problem("origin-pth", "allow_origins", "x", "message")


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_table_says_of_each_code_how_severe_its_problems_are(code: str) -> None:
    found = {problem.severity for problem in produced() if problem.code == code}
    assert found == SEVERITIES[CODES[code].severity]


def test_the_table_says_of_each_code_which_options_it_is_about() -> None:
    for code in CODES.values():
        assert set(code.options) <= DEFAULTS.keys()
    for problem in produced():
        about = CODES[problem.code].options
        assert problem.option in about or not about, problem


def test_a_severity_that_is_left_out_is_that_of_the_table() -> None:
    for name, code in CODES.items():
        severity = Problem(name, "allow_origins", "x", "message").severity
        assert severity == ("warning" if code.severity == "warning" else "error")


def test_what_always_raises_cannot_be_accepted() -> None:
    assert ALWAYS_RAISE < NEVER_ACCEPTED < CODES.keys()
