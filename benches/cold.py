"""`python -m benches.cold`: what is paid before the first request.

The import, as the difference between interpreters that import and others that do not, with the
compiled files of Python in place; and making the middleware, with ten origins and with a million.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.middleware.cors import CORSMiddleware as Starlette

from benches.report import python, refuse_debug_build, table, write
from benches.requests import ALLOWED, COMMON, REQUESTS, answer, application
from benches.timing import Batch, best
from fastcors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STATEMENTS = {
    "nothing": "pass",
    "fastcors": "import fastcors",
    "starlette.middleware.cors": "import starlette.middleware.cors",
}
# Importing one of these would cost more than all of fastcors.
HEAVY = ("asyncio", "starlette", "typing", "inspect", "fastapi")
MILLION = 1_000_000


def import_times(rounds: int) -> dict[str, float]:
    """Give the milliseconds that each import adds to an interpreter's start and end."""
    found: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    # With this set, Python would compile anew each time.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for turn in range(rounds + 1):
        for name, statement in STATEMENTS.items():
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", statement], check=True, timeout=60, env=environment
            )
            # The first round writes the compiled files.
            if turn:
                found[name].append((time.perf_counter() - start) * 1e3)
    nothing = min(found["nothing"])
    print(
        f"an interpreter alone: {nothing:.1f} ms, median {statistics.median(found['nothing']):.1f}"
    )
    return {name: min(times) - nothing for name, times in found.items() if name != "nothing"}


def heavy_imports() -> list[str]:
    """Give which of `HEAVY` fastcors imports."""
    code = (
        "import sys; before = set(sys.modules); import fastcors; print(*set(sys.modules) - before)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    return sorted(set(HEAVY) & set(ran.stdout.split()))


def calls(make: Callable[[], object]) -> Batch:
    """Give batches of a call."""

    def batch(count: int) -> int:
        start = time.perf_counter_ns()
        for _ in range(count):
            make()
        return time.perf_counter_ns() - start

    return batch


def construction(rounds: int) -> Iterator[dict[str, Any]]:
    """Measure how long it takes to make the middleware, in microseconds."""
    for what, origins, options in (
        ("10 origins, nothing else", 10, {}),
        ("10 origins, credentials, methods and headers", 10, COMMON),
        ("10 origins and an expression", 10, {"allow_origin_regex": r"https://[a-z]+\.example"}),
        ("1,000,000 origins", MILLION, {}),
    ):
        listed: dict[str, Any] = {
            **options,
            "allow_origins": [
                ALLOWED,
                *(f"https://tenant-{number}.example.com" for number in range(origins - 1)),
            ],
        }
        makers: dict[str, Callable[[], Any]] = {
            "Starlette": partial(Starlette, application, **listed),
            "fastcors": partial(CORSMiddleware, application, **listed),
        }
        answers = [answer(make(), REQUESTS["allowed"]) for make in makers.values()]
        if answers[0] != answers[1]:
            sys.exit(f"the answers differ: {what}")
        times = best(
            {name: calls(make) for name, make in makers.items()},
            rounds if origins < MILLION else 3,
        )
        yield {"what": what, **{name: taken / 1e3 for name, taken in times.items()}}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, about 10 seconds")
    arguments = parser.parse_args()
    refuse_debug_build()
    rounds = 15 if arguments.quick else arguments.rounds
    print(f"{python()}, best of {rounds} rounds\n")
    if imported := heavy_imports():
        sys.exit(f"`import fastcors` imports {', '.join(imported)}")
    imports = import_times(rounds)
    table(["import", "milliseconds"], [[name, f"{taken:.2f}"] for name, taken in imports.items()])
    print()
    made = list(construction(rounds))
    table(
        ["making the middleware, microseconds", "Starlette", "fastcors"],
        [[row["what"], f"{row['Starlette']:,.1f}", f"{row['fastcors']:,.1f}"] for row in made],
    )
    write("cold", {"rounds": rounds, "import milliseconds": imports, "microseconds to make": made})


if __name__ == "__main__":
    main()
