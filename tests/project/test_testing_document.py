"""docs/testing.md: its programs run and print what they say, and its tables are complete."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import fields
from pathlib import Path

import pytest

from fastcors.testing import Response
from tests.browser.generated import GROUPS, cases
from tests.documents import ROOT, Block, blocks_of, rows_below
from tests.testing.test_plugin import run
from tests.testing.test_wpt import ROWS

PAGE = "docs/testing.md"
BLOCKS = blocks_of(PAGE)
WHOLE = 200


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_program_runs_and_prints_what_is_shown(block: Block) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        block.names()
    assert printed.getvalue() == (block.printed or "")


def test_the_tests_for_pytest_pass(tmp_path: Path) -> None:
    (block,) = [block for block in BLOCKS if block.section == "With pytest"]
    (tmp_path / "test_pages.py").write_text(block.code)
    said = run(tmp_path)
    assert "2 passed" in said, said


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
