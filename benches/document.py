"""`python -m benches.document`: writes the results into the tables of the documents.

A table is found by its heading line; what stands in its rows comes from `benches/results/*.json` and
`benches/instructions.json` alone, so that a document says what was measured.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from benches.instructions import RECORDED, rows
from benches.report import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Row = list[str]

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "performance.md")
# The request kinds that the README shows, and their words there.
SHOWN = {
    ("two origins", "without Origin"): "without Origin",
    ("two origins", "allowed"): "allowed",
    ("two origins", "refused"): "refused",
    ("two origins", "preflight"): "preflight",
    ("a regular expression", "allowed"): "allowed by a regular expression",
    ("10,000 origins", "refused"): "refused among 10,000 listed origins",
}
# The Python whose instructions are shown.
SERIES = "3.13"


def whole(value: float | None) -> str:
    """Give a number without decimals; what would take too long was not run."""
    return "not run" if value is None else f"{value:,.0f}"


def added() -> Iterator[Row]:
    """Give what is added to one request, by policy and request."""
    for row in read("added_cost")["rows"]:
        theirs, ours = row["Starlette"], row["fastcors"]
        yield [row["policy"], row["request"], whole(theirs), whole(ours), f"{theirs / ours:.1f}"]


def added_in_short() -> Iterator[Row]:
    """Give some of the same rows."""
    for row in read("added_cost")["rows"]:
        name = SHOWN.get((row["policy"], row["request"]))
        if name is not None:
            theirs, ours = row["Starlette"], row["fastcors"]
            yield [name, whole(theirs), whole(ours), f"{theirs / ours:.0f}"]


def servers() -> Iterator[Row]:
    """Give the servers under load."""
    for row in read("servers")["rows"]:
        least, most = row["ratios"]
        yield [
            *(row[name] for name in ("server", "request", "variant")),
            whole(row["requests per second"]),
            f"{row['ratio']:.3f}",
            f"{least:.3f} to {most:.3f}",
            f"{row['server microseconds']:.1f}",
            f"{row['ratio of server time']:.3f}",
        ]


def protocol() -> Iterator[Row]:
    """Give a server without sockets."""
    for kind, times in read("protocol")["requests"].items():
        for name, taken in times.items():
            yield [kind, name, f"{taken:.2f}", f"{taken - times['no middleware']:.2f}"]


def growth(part: str, names: Iterable[str], columns: Iterable[str]) -> Iterator[Row]:
    """Give what grows, or does not, with a policy."""
    names, columns = list(names), list(columns)
    for row in read("scaling")[part]:
        first = [f"{row[name]:,}" if type(row[name]) is int else row[name] for name in names]
        yield [*first, *(whole(row.get(column)) for column in columns)]


def patterns() -> Iterator[Row]:
    """Give the cost of patterns beside that of listed origins."""
    columns = ("fastcors", "any port", "listed")
    ratios = (f"{row['of one listed']:.2f}" for row in read("scaling")["patterns"])
    for row, ratio in zip(growth("patterns", ("patterns", "asking"), columns), ratios, strict=True):
        yield [*row, ratio]


def losses() -> Iterator[Row]:
    """Give the hostile requests that take longer than with Starlette."""
    for row in read("scaling")["attacks"]:
        theirs, ours = row.get("Starlette"), row["fastcors"]
        if theirs is not None and ours > theirs:
            yield [row["attack"], whole(row["size"]), whole(theirs / 1000), whole(ours / 1000)]


def frameworks() -> Iterator[Row]:
    """Give the frameworks' own CORS beside fastcors."""
    for row in read("rivals")["frameworks"]:
        columns = ("no CORS", "its own", "fastcors", "uncertain")
        yield [row["framework"], row["request"], *(whole(row[column]) for column in columns)]


def making() -> Iterator[Row]:
    """Give the time that making a middleware takes."""
    for row in read("cold")["microseconds to make"]:
        yield [row["what"], f"{row['Starlette']:,.1f}", f"{row['fastcors']:,.1f}"]


def instructions() -> Iterator[Row]:
    """Give the instructions that a middleware adds."""
    return rows(json.loads(RECORDED.read_text(encoding="utf-8"))[SERIES]["figures"])


TABLES: dict[str, Callable[[], Iterator[Row]]] = {
    "| request | Starlette | fastcors | ratio |": added_in_short,
    "| policy | request | Starlette | fastcors | ratio |": added,
    "| server | request | variant | requests/s | of no middleware | rounds | server µs "
    "| of no middleware |": servers,
    "| request | variant | µs | added |": protocol,
    "| origins | asking | fastcors | Starlette, a set | Starlette, a list |": lambda: growth(
        "origins", ("origins", "asking"), ("fastcors", "Starlette, a set", "Starlette, a list")
    ),
    "| patterns | asking | fastcors | any port | listed | of one listed |": patterns,
    "| what | Starlette | fastcors |": lambda: growth(
        "pairs", ("what",), ("Starlette", "fastcors")
    ),
    "| attack | size | Starlette, µs | fastcors, µs |": losses,
    "| framework | request | no CORS | its own | fastcors | uncertain |": frameworks,
    "| making the middleware, microseconds | Starlette | fastcors |": making,
    "| request, policy | no middleware | Starlette | fastcors | ratio |": instructions,
}


def rewritten(text: str) -> str:
    """Give a document with the results in its tables."""
    lines: list[str] = []
    rest = iter(text.removesuffix("\n").split("\n"))
    for line in rest:
        lines.append(line)
        if line in TABLES:
            lines.append(next(rest))
            lines += [f"| {' | '.join(row)} |" for row in TABLES[line]()]
            after = next((line for line in rest if not line.startswith("|")), None)
            lines += [] if after is None else [after]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Rewrite the documents."""
    for document in DOCUMENTS:
        before = document.read_text(encoding="utf-8")
        after = rewritten(before)
        document.write_text(after, encoding="utf-8")
        print(f"{document.name}: {'as before' if before == after else 'written'}")


if __name__ == "__main__":
    main()
