"""docs/configuration.md: what it permits has no problem, what it prohibits has the one it names."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fastcors import CORSMiddleware, Problem, lint
from fastcors._fastcors import lint_codes
from fastcors.problems import ALWAYS_RAISE

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"
TEXT = PAGE.read_text(encoding="utf-8")


class Deciding:
    """A collection that decides by itself what is in it."""

    def __contains__(self, item: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(["https://app.example.com"])


class Failing:
    """A collection that cannot be read."""

    def __iter__(self) -> Iterator[str]:
        raise KeyError("origins")


def ended() -> Iterator[str]:
    """Give a generator that somebody has read."""
    generator = (origin for origin in ["https://app.example.com"])
    assert list(generator)
    return generator


NAMES = {"count": count, "Deciding": Deciding, "Ended": ended, "Failing": Failing}


class Row(NamedTuple):
    """One line of a table: options to write, options not to write, and what is told of them."""

    permitted: str
    prohibited: str
    code: str
    severity: str


def rows() -> list[Row]:
    """Give the lines of every table with these columns; ` \\| ` stands for a bar in a cell."""
    found = []
    for line in TEXT.splitlines():
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) >= 6 and cells[4] in ("error", "warning"):
            permitted, prohibited, code, severity = cells[1:5]
            found.append(
                Row(permitted.strip("`"), prohibited.strip("`"), code.strip("`"), severity)
            )
    return found


def options(cell: str) -> dict[str, Any]:
    """Give the options that a cell writes as keyword arguments."""
    given: dict[str, Any] = eval(f"dict({cell})", dict(NAMES))
    return given


def with_origins(given: dict[str, Any]) -> dict[str, Any]:
    """Add origins to a line that is about another option."""
    if given.get("allow_origin_regex") or "allow_origins" in given:
        return given
    return {**given, "allow_origins": ["https://app.example.com"]}


ROWS = rows()
PERMITTED = sorted({row.permitted for row in ROWS})


def test_the_page_has_examples() -> None:
    assert len(ROWS) > 50


@pytest.mark.parametrize("cell", PERMITTED)
def test_what_is_permitted_has_no_problem_and_starts_in_silence(cell: str) -> None:
    given = with_origins(options(cell))
    assert lint(**given) == []
    CORSMiddleware(print, strict=True, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", ROWS, ids=[row.prohibited for row in ROWS])
def test_what_is_prohibited_has_the_problem_that_is_named(row: Row) -> None:
    problems: list[Problem] = lint(**options(row.prohibited))
    told = [(problem.code, problem.severity) for problem in problems]
    assert (row.code, row.severity) in told, "\n".join(map(str, problems))


def test_every_kind_of_problem_is_on_the_page() -> None:
    written = set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)*)`", TEXT))
    sources = (PAGE.parents[1] / "python" / "fastcors").glob("*.py")
    codes = {*lint_codes(), *codes_in(sources)}
    assert sorted(codes - written) == []


def test_what_always_raises_is_on_the_page() -> None:
    written = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", TEXT, re.MULTILINE)
    assert set(written) == ALWAYS_RAISE


def codes_in(sources: Iterable[Path]) -> Iterator[str]:
    """Give the first argument of each `Problem(...)`, and of each `tell(...)`, that is a text."""
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name("Problem") | ast.Attribute(attr="tell"),
                    args=[ast.Constant(str(code)), *_],
                ):
                    yield code


BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("\n")[0])
def test_a_block_of_python_runs_and_logs_what_it_says(
    block: str, caplog: pytest.LogCaptureFixture
) -> None:
    level = logging.getLogger("fastcors").level
    try:
        exec(compile(block, str(PAGE), "exec"), {})
    finally:
        logging.getLogger("fastcors").setLevel(level)
    told = [f"# {r.levelname}:{r.name}:{r.message}" for r in caplog.records if r.name == "fastcors"]
    assert told == re.findall("^# DEBUG:fastcors:.*$", block, re.MULTILINE)
