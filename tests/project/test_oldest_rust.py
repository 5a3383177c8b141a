"""No let chain is in the sources, which the oldest Rust does not compile: `make oldest-rust` does it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.rs"))
# As rustfmt writes it: a condition on the line below a `let`, or a `let` behind a condition.
CHAIN = re.compile(r"&& let\b|\b(?:if|while) let (?:[^{\n]|\{[^\n]*\S)*\n\s*&& ")


@pytest.mark.parametrize(
    "code",
    [
        "if let Some(a) = b\n    && a > 1\n{",
        "while let [first, ..] = part\n    && is_space(*first)\n{",
        "if is_digits(part) && let Some(start) = last {",
        "} else if let (A { b }, _) = c\n    && b\n{",
    ],
)
def test_a_let_chain_is_found(code: str) -> None:
    assert CHAIN.search(code)


@pytest.mark.parametrize(
    "code",
    [
        "if let Some(a) = b {\n    c\n        && d;\n}",
        "let a = b\n    && c;",
        "if let Some(a) = b.filter(|b| {\n    b.c()\n        && b.d()\n}) {",
    ],
)
def test_another_condition_is_none(code: str) -> None:
    assert not CHAIN.search(code)


def test_no_source_has_a_let_chain() -> None:
    assert SOURCES
    found = {
        path.relative_to(ROOT).as_posix(): match[0]
        for path in SOURCES
        for match in CHAIN.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == {}
