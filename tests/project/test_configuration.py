"""docs/configuration.md: what it permits has no problem, what it prohibits has the one it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, Problem, install, lint
from fastcors.problems import ALWAYS_RAISE, CODES
from tests.documents import blocks_of

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
TEXT = PAGE.read_text(encoding="utf-8")


class Deciding:
    """A collection with a membership test of its own."""

    def __contains__(self, item: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(["https://app.example.com"])


class Failing:
    """A collection that cannot be read."""

    def __iter__(self) -> Iterator[str]:
        raise KeyError("origins")


def ended() -> Iterator[str]:
    """Return a generator that somebody has read."""
    generator = (origin for origin in ["https://app.example.com"])
    assert list(generator)
    return generator


def is_tenant(origin: str, scope: object) -> bool:
    """Allow nothing."""
    return False


NAMES = {
    "is_tenant": is_tenant,
    "count": count,
    "Deciding": Deciding,
    "Ended": ended,
    "Failing": Failing,
    "Policy": Policy,
}


class Row(NamedTuple):
    """One line of a table: options to write, options not to write, and what is reported.

    `heading` is the anchor of the heading above it.
    """

    permitted: str
    prohibited: str
    code: str
    severity: str
    effect: str
    heading: str


def rows() -> list[Row]:
    """Return the lines of every table with these columns; ` \\| ` stands for a bar in a cell."""
    found, heading = [], ""
    for line in TEXT.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").lower().replace(" ", "-")
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
        if len(cells) >= 6 and cells[4] in ("error", "warning"):
            permitted, prohibited, code = (cell.strip("`") for cell in cells[1:4])
            found.append(Row(permitted, prohibited, code, cells[4], cells[5], heading))
    return found


def options(cell: str) -> dict[str, Any]:
    """Return the options that a cell writes as keyword arguments."""
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
    reported = [(problem.code, problem.severity) for problem in problems]
    assert (row.code, row.severity) in reported, "\n".join(map(str, problems))


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize("row", ROWS, ids=[row.prohibited for row in ROWS])
def test_what_is_prohibited_raises_if_the_page_says_so_and_only_then(row: Row) -> None:
    raises = "It always raises" in row.effect or "always raises." in row.effect
    names = {"unknown-option": TypeError, "regex-syntax": re.error}
    given = options(row.prohibited)
    if raises or row.code == "unknown-option":
        with pytest.raises(names.get(row.code, ConfigError)):
            CORSMiddleware(print, **given)  # type: ignore[arg-type]
    else:
        CORSMiddleware(print, **given)  # type: ignore[arg-type]


def test_the_page_has_a_row_for_every_code_below_the_headings_that_the_table_names() -> None:
    assert {row.code for row in ROWS} == CODES.keys()
    for code in CODES.values():
        headings = {row.heading for row in ROWS if row.code == code.name}
        assert headings == set(code.sections), code.name


@pytest.mark.parametrize("row", ROWS, ids=[row.prohibited for row in ROWS])
def test_a_problem_names_the_heading_that_describes_it(row: Row) -> None:
    problems = [each for each in lint(**options(row.prohibited)) if each.code == row.code]
    headings = {each.heading for each in ROWS if each.code == row.code}
    for problem in problems:
        page, _, anchor = problem.anchor.partition("#")
        assert PAGE.samefile(PAGE.parents[1] / page)
        assert anchor in headings


def test_what_always_raises_is_on_the_page() -> None:
    written = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$", TEXT, re.MULTILINE)
    assert set(written) == ALWAYS_RAISE


def test_the_text_of_a_problem_is_as_it_is_shown() -> None:
    given = {
        "allow_origins: 'https://app.example.com/' ": ["https://app.example.com/"],
        "allow_origins: 'https://app.example.com' is a str": "https://app.example.com",
    }
    shown = re.findall("^fastcors: (allow_.*)$", TEXT, re.MULTILINE)
    assert len(shown) == len(given)
    for line in shown:
        (options,) = [value for begin, value in given.items() if line.startswith(begin)]
        (problem,) = lint(allow_origins=options)
        assert line == str(problem)


def test_the_logging_configuration_that_is_shown_is_the_file_that_is_linked() -> None:
    (block,) = blocks_of("docs/configuration.md", "json")
    assert block.code == (PAGE.parents[1] / "examples" / "log_config.json").read_text()


def test_a_warning_points_at_the_line_or_into_the_framework() -> None:
    """The line is the one that creates the policy; `add_middleware` creates it later."""
    options: Any = {"allow_origins": ["https://app.example.com/"]}
    here = Path(__file__)
    for create in (
        lambda: Policy(**options),
        lambda: CORSMiddleware(print, **options),  # type: ignore[arg-type]
        lambda: install(FastAPI(), **options),
    ):
        with pytest.warns(ConfigWarning) as heard:
            create()
        assert [Path(warning.filename) for warning in heard] == [here]
    app = FastAPI()
    app.add_middleware(CORSMiddleware, **options)
    with pytest.warns(ConfigWarning) as heard:
        app.build_middleware_stack()
    assert [Path(warning.filename).parent.name for warning in heard] == ["fastapi"]
