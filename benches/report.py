"""What every benchmark here begins and ends with: a release build, and a file of results."""

from __future__ import annotations

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
    from collections.abc import Iterable, Sequence

RESULTS = Path(__file__).with_name("results")


def refuse_debug_build() -> None:
    """End the program where the extension is one that nobody runs."""
    if _fastcors.DEBUG_BUILD:
        sys.exit("this is a debug build of fastcors: build it with `make build`")


def python() -> str:
    """Give the interpreter's name and version."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write(name: str, figures: dict[str, Any], packages: Iterable[str] = ("starlette",)) -> None:
    """Write what a benchmark found, and on what it was found, to `benches/results/NAME.json`.

    Args:
        name: the benchmark's.
        figures: what it found.
        packages: those whose versions belong to it, beside fastcors.
    """
    document = {
        "benchmark": name,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "python": python(),
        "versions": {package: version(package) for package in ("fastcors", *packages)},
        **figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwritten: benches/results/{path.name}")


def read(name: str) -> dict[str, Any]:
    """Give what a benchmark wrote."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        sys.exit(f"there is no {path}: run `python -m benches.{name}` first")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table in Markdown, row by row as it is made."""
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |", flush=True)
