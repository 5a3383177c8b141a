"""The tables: their columns, and how each figure is written.

A benchmark prints its table row by row while it measures; `benches.document` makes the same table from
the results. Nothing here imports a benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
# What `benches/results/NAME.json` holds.
Figures = dict[str, Any]
# Writes a row.
Cells = Callable[[Row], Iterable[str]]


@dataclass(frozen=True)
class Table:
    """One table of Markdown."""

    columns: tuple[str, ...]
    # The texts of a row.
    cells: Cells
    # The benchmark whose results it shows.
    result: str
    # The rows that it shows of them.
    rows: Callable[[Figures], Iterable[Row]]

    @property
    def heading(self) -> str:
        """Its first line, by which it is found in a document."""
        return line(self.columns)

    def lines(self, figures: Figures) -> Iterator[str]:
        """Return its rows, as lines."""
        return (line(self.cells(row)) for row in self.rows(figures))

    def print_while(self, rows: Iterable[Row]) -> list[Row]:
        """Print the table, each row as soon as it has been measured, and return the rows."""
        print(f"{self.heading}\n|{'---|' * len(self.columns)}")
        measured = []
        for row in rows:
            measured.append(row)
            print(line(self.cells(row)), flush=True)
        print()
        return measured


def line(cells: Iterable[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cells)} |"


def whole(value: float | None) -> str:
    """Return a number without decimals; what would take too long was not run."""
    return "not run" if value is None else f"{value:,.0f}"


def ratio(value: float | None) -> str:
    """Return a ratio to three decimals; nothing if it was not measured."""
    return "" if value is None else f"{value:.3f}"


def count(value: Any) -> str:
    """Return a number with separators, anything else as it is."""
    return f"{value:,}" if type(value) is int else str(value)


def both(*names: str, decimals: int = 1) -> Cells:
    """Return what writes names, Starlette's time, fastcors's time, and how many times less it is."""

    def cells(row: Row) -> Iterator[str]:
        yield from (count(row[name]) for name in names)
        yield from (whole(row[variant]) for variant in ("Starlette", "fastcors"))
        # A short run may find that nothing was added.
        yield f"{row['Starlette'] / (row['fastcors'] or 1):.{decimals}f}"

    return cells


def times(*names: str, columns: Iterable[str]) -> Cells:
    """Return what writes names, then times without decimals."""
    columns = tuple(columns)

    def cells(row: Row) -> Iterator[str]:
        yield from (count(row[name]) for name in names)
        yield from (whole(row.get(column)) for column in columns)

    return cells


# The request kinds that the README shows, and their words there.
SHOWN = {
    ("two origins", "without Origin"): "without Origin",
    ("two origins", "allowed"): "allowed",
    ("two origins", "rejected"): "rejected",
    ("two origins", "preflight"): "preflight",
    ("a regular expression", "allowed"): "allowed by a regular expression",
    ("10,000 origins", "rejected"): "rejected among 10,000 origins in a list",
}


def _shown(figures: Figures) -> Iterator[Row]:
    for row in figures["rows"]:
        name = SHOWN.get((row["policy"], row["request"]))
        if name is not None:
            yield {**row, "request": name}


def _losses(figures: Figures) -> Iterator[Row]:
    """Return the hostile requests that take longer than with Starlette."""
    for row in figures["attacks"]:
        if row.get("Starlette") is not None and row["fastcors"] > row["Starlette"]:
            yield row


def _instructions(figures: Figures) -> Iterator[Row]:
    for name, variants in figures["figures"].items():
        # A preflight never reaches the application.
        bare = 0 if name.startswith("preflight") else variants["no middleware"]
        added = {key: variants[key] - bare for key in ("Starlette", "fastcors")}
        yield {"request": name, "no middleware": variants["no middleware"], **added}


def _server_cells(row: Row) -> Iterator[str]:
    yield from (row[name] for name in ("server", "request", "variant"))
    yield whole(row["requests per second"])
    yield ratio(row["of no middleware"])
    yield ratio(row["of the same bytes"])
    yield " to ".join(map(ratio, row["rounds"] or ()))
    yield f"{row['server microseconds']:.1f}"
    yield ratio(row["server time of the same bytes"])


def _protocol_rows(figures: Figures) -> Iterator[Row]:
    for kind, found in figures["requests"].items():
        for variant, taken in found.items():
            over = {
                f"over {base}": None if base not in found else taken - found[base]
                for base in ("no middleware", "the same bytes")
            }
            yield {"request": kind, "variant": variant, "µs": taken, **over}


def _protocol_cells(row: Row) -> Iterator[str]:
    yield from (row["request"], row["variant"], f"{row['µs']:.2f}")
    for base in ("no middleware", "the same bytes"):
        over = row[f"over {base}"]
        yield "" if over is None else f"{over:.2f}"


def _minimal_cells(row: Row) -> Iterator[str]:
    yield from (row["policy"], row["response"])
    usual, minimal = row["bytes"]["starlette"], row["bytes"]["minimal"]
    yield from map(whole, (usual, minimal, usual - minimal))
    # They are left out on a machine that does something else meanwhile.
    for style in ("starlette", "minimal"):
        taken = row["microseconds"].get(style)
        yield "not measured" if taken is None else f"{taken:.2f}"


def _patterns_cells(row: Row) -> Iterator[str]:
    yield from times("patterns", "asking", columns=("fastcors", "any port", "listed"))(row)
    yield f"{row['of one listed']:.2f}"


def _microseconds(*columns: str) -> Cells:
    return lambda row: (row["what"], *(f"{row[column]:,.1f}" for column in columns))


def _loss_cells(row: Row) -> Iterator[str]:
    yield from (row["attack"], count(row["size"]))
    yield from (whole(row[name] / 1000) for name in ("Starlette", "fastcors"))


def _part(name: str) -> Callable[[Figures], Iterable[Row]]:
    return lambda figures: figures[name]


VARIANTS_OF_ORIGINS = ("fastcors", "Starlette, a set", "Starlette, a list")
FRAMEWORK_COLUMNS = ("no CORS", "its own", "fastcors", "uncertain")
BARE_COLUMNS = ("no CORS", "Starlette", "asgi-cors", "fastcors")
ENFORCEMENT_COLUMNS = ("CORS", "CORS and enforcement", "asgi-cross-origin-protection")
ENDPOINT_COLUMNS = ("no middleware", "Starlette", "fastcors")

ADDED = Table(
    ("policy", "request", "Starlette", "fastcors", "ratio"),
    both("policy", "request"),
    "added_cost",
    _part("rows"),
)
ADDED_IN_SHORT = Table(
    ("request", "Starlette", "fastcors", "ratio"),
    both("request", decimals=0),
    "added_cost",
    _shown,
)
ENDPOINT = Table(
    ("a FastAPI endpoint, µs", *ENDPOINT_COLUMNS),
    _microseconds(*ENDPOINT_COLUMNS),
    "endpoint",
    _part("rows"),
)
OVERRIDES = Table(
    ("middleware", "request", "Starlette", "fastcors", "ratio"),
    both("middleware", "request"),
    "overrides",
    _part("rows"),
)
FUNCTION = Table(
    ("origin", "allowed", "rejected", "preflight"),
    times("origin", columns=("allowed", "rejected", "preflight")),
    "function",
    _part("rows"),
)
SERVERS = Table(
    (
        *("server", "request", "variant", "requests/s", "of no middleware", "of the same bytes"),
        *("rounds", "server µs", "server time of the same bytes"),
    ),
    _server_cells,
    "servers",
    _part("rows"),
)
PROTOCOL = Table(
    ("request", "variant", "µs", "over no middleware", "over the same bytes"),
    _protocol_cells,
    "protocol",
    _protocol_rows,
)
ORIGINS = Table(
    ("origins", "asking", *VARIANTS_OF_ORIGINS),
    times("origins", "asking", columns=VARIANTS_OF_ORIGINS),
    "scaling",
    _part("origins"),
)
PATTERNS = Table(
    ("patterns", "asking", "fastcors", "any port", "listed", "of one listed"),
    _patterns_cells,
    "scaling",
    _part("patterns"),
)
PAIRS = Table(
    ("what", "Starlette", "fastcors"),
    times("what", columns=("Starlette", "fastcors")),
    "scaling",
    _part("pairs"),
)
LOSSES = Table(
    ("attack", "size", "Starlette, µs", "fastcors, µs"),
    _loss_cells,
    "scaling",
    _losses,
)
FRAMEWORKS = Table(
    ("framework", "request", *FRAMEWORK_COLUMNS),
    times("framework", "request", columns=FRAMEWORK_COLUMNS),
    "rivals",
    _part("frameworks"),
)
BARE = Table(
    ("request", *BARE_COLUMNS), times("request", columns=BARE_COLUMNS), "rivals", _part("bare")
)
ENFORCEMENT = Table(
    ("request", *ENFORCEMENT_COLUMNS),
    times("request", columns=ENFORCEMENT_COLUMNS),
    "enforcement",
    _part("rows"),
)
MINIMAL = Table(
    (
        *("policy", "response", '`"starlette"`, bytes of the head', '`"minimal"`', "saved"),
        *('`"starlette"`, µs on uvicorn', '`"minimal"`, µs'),
    ),
    _minimal_cells,
    "minimal",
    _part("rows"),
)
IMPORTS = Table(
    ("import", "milliseconds"),
    lambda row: (row["import"], f"{row['milliseconds']:.1f}"),
    "cold",
    _part("imports"),
)
MAKING = Table(
    ("making the middleware, microseconds", "Starlette", "fastcors"),
    _microseconds("Starlette", "fastcors"),
    "cold",
    _part("microseconds to make"),
)
INSTRUCTIONS = Table(
    ("request, policy", "no middleware", "Starlette", "fastcors", "ratio"),
    both("request", "no middleware"),
    "instructions",
    _instructions,
)
LOOKUPS = Table(
    ("asking", "a fixed list", "an OriginSet", "set over list", "one by one"),
    lambda row: (
        *(row["asking"], whole(row["list"]), whole(row["set"])),
        *(ratio(row["ratio"]), whole(row["grown"])),
    ),
    "origin_set",
    _part("lookups"),
)
CHANGES = Table(
    ("what, with a million entries", "microseconds"),
    _microseconds("microseconds"),
    "origin_set",
    _part("changes"),
)
# Printed only: a document shows what these say in a picture, and those that take longer.
LENGTHS = Table(
    ("length", "Starlette", "fastcors"),
    times("length", columns=("Starlette", "fastcors")),
    "scaling",
    _part("length"),
)
ATTACKS = Table(
    ("attack", "size", "Starlette", "fastcors"),
    times("attack", "size", columns=("Starlette", "fastcors")),
    "scaling",
    _part("attacks"),
)

# Those in the documents.
TABLES = (
    *(ADDED, ADDED_IN_SHORT, ENDPOINT, OVERRIDES, FUNCTION, SERVERS, PROTOCOL, ORIGINS, PATTERNS),
    *(PAIRS, LOSSES, FRAMEWORKS, BARE, ENFORCEMENT, MINIMAL, IMPORTS, MAKING, INSTRUCTIONS),
    *(LOOKUPS, CHANGES),
)
