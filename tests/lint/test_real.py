"""What the linter says of options as public code has them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fastcors import lint
from fastcors.options import DEFAULTS

# Advice about what a starred list sends, which most of public code gets.
FREQUENT = {"header-any-with-credentials", "method-any-with-credentials"}


class Case(NamedTuple):
    """Options, and what the linter says of them."""

    group: str
    options: dict[str, Any]
    reported: list[str]
    safe: bool


def cases() -> Iterator[Case]:
    table = tomllib.loads(Path(__file__).with_name("real.toml").read_text(encoding="utf-8"))
    for group in table["group"]:
        for case in group["case"]:
            assert case.keys() <= {"options", "reported", "safe"}
            options = {**group.get("options", {}), **case["options"]}
            yield Case(group["name"], options, case.get("reported", []), case.get("safe", False))


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.options)[:100])
def test_options_that_people_write_are_judged_as_the_table_says(case: Case) -> None:
    report = lint(**case.options)
    reported = dict.fromkeys(f"{problem.severity} {problem.code}" for problem in report)
    assert list(reported) == case.reported, str(report)
    assert bool(report.safe) == case.safe


def test_the_table_has_many_cases_each_once() -> None:
    assert len(CASES) > 250
    assert len({repr(sorted(case.options.items())) for case in CASES}) == len(CASES)


def test_most_options_that_work_have_only_frequent_advice() -> None:
    errors = [
        case for case in CASES if any(reported.startswith("error") for reported in case.reported)
    ]
    silent = [
        case for case in CASES if {reported.split()[1] for reported in case.reported} <= FREQUENT
    ]
    assert len(silent) > 50
    assert len(errors) > 100


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.options)[:100])
def test_what_is_suggested_for_an_option_is_free_of_that_problem(case: Case) -> None:
    for problem in lint(**case.options):
        option = problem.suggested_option
        if problem.option != option or option not in DEFAULTS:
            continue
        meant = problem.suggestion
        if option == "allow_origins" and problem.value is not case.options[option]:
            meant = [meant] if isinstance(meant, str) else meant
        credentials = case.options.get("allow_credentials", False)
        others = {} if option == "allow_credentials" else {"allow_credentials": credentials}
        assert problem.code not in [each.code for each in lint(**{option: meant, **others})], (
            problem
        )
