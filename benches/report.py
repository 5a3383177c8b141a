"""The beginning and the end of every benchmark: its options, a release build, and a file of results."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastcors import _fastcors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benches.tables import Row, Table

RESULTS = Path(__file__).with_name("results")
# A benchmark's results, with what they were measured on.
Figures = dict[str, Any]
# What most benchmarks measure.
ADDED = "nanoseconds added to one request"


def options(description: str | None, rounds: int, quick: int) -> argparse.ArgumentParser:
    """Return the options that every benchmark has.

    Args:
        description: the module's docstring.
        rounds: how many rounds count.
        quick: how many `--quick` runs.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=rounds, help=f"{rounds} unless given")
    parser.add_argument(
        "--quick", action="store_const", dest="rounds", const=quick, help=f"{quick} rounds"
    )
    parser.add_argument(
        "--record",
        action="store_true",
        help="write the results to benches/results, which the documents' tables are made from",
    )
    return parser


def require_release_build() -> None:
    """Exit if the extension is a debug build, which nobody runs."""
    if _fastcors.DEBUG_BUILD:
        sys.exit("this is a debug build of fastcors: build it with `make build`")


def python() -> str:
    """Return the interpreter's name and version."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def machine() -> str:
    """Return the processor's model, the number of its cores and the operating system."""
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}"


def today() -> str:
    """Return the date."""
    return datetime.now(UTC).date().isoformat()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write(name: str, figures: Figures, packages: Iterable[str] = ("starlette",)) -> None:
    """Write what a benchmark found, and on what, to `benches/results/NAME.json`.

    Args:
        name: the benchmark's.
        figures: what it found.
        packages: those whose versions belong to it, beside fastcors.
    """
    document = {
        "benchmark": name,
        "date": today(),
        "machine": machine(),
        "python": python(),
        "versions": {package: version(package) for package in ("fastcors", *packages)},
        **figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwritten: benches/results/{path.name}")


def run(
    table: Table,
    measure: Callable[[int], Iterable[Row]],
    given: argparse.Namespace,
    *,
    title: str = ADDED,
    unit: str = ADDED,
    packages: Iterable[str] = ("starlette",),
) -> None:
    """Run a benchmark of one table: print it row by row, and write it if `--record` is given.

    Args:
        table: the table.
        measure: yields its rows, each measured in so many rounds.
        given: the benchmark's `options`, parsed.
        title: what is printed above the table.
        unit: the unit of its figures.
        packages: as for `write`.
    """
    require_release_build()
    print(f"{python()}, {title}, best of {given.rounds} rounds\n")
    rows = table.print_while(measure(given.rounds))
    if given.record:
        figures = {"unit": unit, "rounds": given.rounds, "rows": rows}
        write(table.result, figures, packages)


def read(name: str) -> Figures | None:
    """Return what a benchmark has written, if it has."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    document: Figures = json.loads(path.read_text(encoding="utf-8"))
    return document
