"""docs/testing.md: its tables are complete, and its numbers those of the tests."""

from __future__ import annotations

from dataclasses import fields

from fastcors.testing import Response
from tests.browser.generated import GROUPS, cases
from tests.documents import ROOT, rows_below
from tests.testing.test_wpt import ROWS

PAGE = "docs/testing.md"
WHOLE = 200


def test_each_attribute_of_a_response_is_in_the_table() -> None:
    named = ", ".join(row[0] for row in rows_below(PAGE, "| attribute | meaning |"))
    for name in [*(field.name for field in fields(Response)), "ok", "text", "json()", "preflights"]:
        assert name in named


def test_the_numbers_of_facts_and_fetches_are_those_of_the_tables() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    drawn = [case for group in GROUPS for case in cases(group, WHOLE)]
    assert f"{len(ROWS)} facts" in text
    assert f"{len(ROWS)} facts" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{len(drawn):,} cases" in text
    assert sum(len(case.fetches) for case in drawn) > 2_500
