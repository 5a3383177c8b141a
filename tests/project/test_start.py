"""docs/start.md: the one-line change sends what was sent before."""

from __future__ import annotations

import re
from typing import Any

import pytest

from benches.requests import SERVER
from tests.documents import ROOT, Block, blocks_of
from tests.exchange import App, Scope, actual, preflight, sent_in_a_loop

PAGE = "docs/start.md"
SECTION = "Change one line"


def application(code: str) -> App:
    names: dict[str, Any] = {}
    exec(compile(code, PAGE, "exec"), names)
    app: App = names["app"]
    return app


@pytest.mark.parametrize(
    "request_",
    [
        actual(None),
        actual(),
        actual("https://evil.example"),
        preflight(method="PUT"),
        preflight(method="DELETE"),
        preflight("https://evil.example"),
    ],
)
def test_the_changed_line_changes_no_byte(request_: Scope) -> None:
    (program,) = [block for block in blocks_of(PAGE) if block.section == SECTION]
    (change,) = [block for block in blocks_of(PAGE, "diff") if block.section == SECTION]
    before, after = changed(change)
    assert program.code.count(before) == 1
    request_ = {**SERVER, **request_, "path": "/orders/7"}
    fastapis = sent_in_a_loop(application(program.code), request_)
    ours = sent_in_a_loop(application(program.code.replace(before, after)), request_)
    assert ours == fastapis


def test_it_needs_what_the_readme_says() -> None:
    readme, page = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", PAGE)]
    for need in (r"Python [\d.]+ to [\d.]+", r"Rust [\d.]+ or newer"):
        assert set(re.findall(need, page)) == set(re.findall(need, readme))


def changed(change: Block) -> tuple[str, str]:
    """Return the line that a diff removes, and the one that it adds."""
    removed, added = change.code.splitlines()
    assert (removed[0], added[0]) == ("-", "+")
    return removed[1:], added[1:]
