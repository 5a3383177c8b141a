"""docs/live-origins.md: each block of code runs, and prints what stands below it."""

from __future__ import annotations

import pytest

from tests.documents import Block, blocks_of


@pytest.mark.parametrize("block", blocks_of("docs/live-origins.md"), ids=str)
def test_each_block_runs_and_prints_what_stands_below_it(
    block: Block, capsys: pytest.CaptureFixture[str]
) -> None:
    block.names()
    assert capsys.readouterr().out == (block.printed or "")
