"""docs/security.md: each promise is held by a test that exists."""

from __future__ import annotations

import re

import pytest

from tests.documents import ROOT, rows_below

PAGE = "docs/security.md"
PROMISES = rows_below(PAGE, "| promise | held by | for longer |")


@pytest.mark.parametrize("row", PROMISES, ids=[row[0].split("**")[1] for row in PROMISES])
def test_a_promise_is_held_by_tests_that_exist(row: list[str]) -> None:
    _, held, _ = row
    files = [ROOT / "docs" / link for link in re.findall(r"\]\((\.\./[^)#]+)\)", held)]
    assert files
    written = "".join(file.read_text(encoding="utf-8") for file in files)
    named = re.findall(r"\b(test_\w+)(?!\w|\.py)", re.sub(r"\]\([^)]*\)", "", held))
    assert [name for name in named if f"def {name}(" not in written] == []


def test_the_exception_to_linear_time_is_the_problem_that_is_named() -> None:
    from fastcors import lint

    (problem,) = lint(allow_origin_regex=r"https://(?=a)[a-z]+\.example\.com")
    assert problem.code == "regex-python-only"
    assert "linear" in str(problem)
