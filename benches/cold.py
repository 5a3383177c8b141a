"""`python -m benches.cold`: the costs before the first request.

The import, as the difference between interpreters that import and others that do not, with the
compiled files of Python in place; and making the middleware, with ten origins and with a million.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.middleware.cors import CORSMiddleware as Starlette

from benches.report import options, python, require_release_build, write
from benches.requests import ALLOWED, COMMON, REQUESTS, application, response
from benches.tables import IMPORTS, MAKING
from benches.timing import Batch, best
from fastcors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benches.tables import Row

STATEMENTS = {
    "nothing": "pass",
    "fastcors": "import fastcors",
    "starlette.middleware.cors": "import starlette.middleware.cors",
}
# Importing one of these would cost more than all of fastcors.
HEAVY = ("asyncio", "starlette", "typing", "inspect", "fastapi")
MILLION = 1_000_000


def import_times(rounds: int) -> Iterator[Row]:
    """Measure the milliseconds that each import adds to an interpreter's start and end."""
    found: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    # With this set, Python would compile each time.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for turn in range(rounds + 1):
        for name, statement in STATEMENTS.items():
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", statement], check=True, timeout=300, env=environment
            )
            # The first round writes the compiled files.
            if turn:
                found[name].append((time.perf_counter() - start) * 1e3)
    nothing = min(found["nothing"])
    for name, times in found.items():
        if name != "nothing":
            yield {"import": name, "milliseconds": min(times) - nothing}


def heavy_imports() -> list[str]:
    """Return which of `HEAVY` fastcors imports."""
    code = (
        "import sys; before = set(sys.modules); import fastcors; print(*set(sys.modules) - before)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=300
    )
    return sorted(set(HEAVY) & set(ran.stdout.split()))


def calls(make: Callable[[], object]) -> Batch:
    """Return batches of a call."""

    def batch(count: int) -> int:
        start = time.perf_counter_ns()
        for _ in range(count):
            make()
        return time.perf_counter_ns() - start

    return batch


def construction(rounds: int) -> Iterator[Row]:
    """Measure how long it takes to make the middleware, in microseconds."""
    for what, origins, others in (
        ("10 origins, nothing else", 10, {}),
        ("10 origins, credentials, methods and headers", 10, COMMON),
        ("10 origins and an expression", 10, {"allow_origin_regex": r"https://[a-z]+\.example"}),
        (f"{MILLION:,} origins", MILLION, {}),
    ):
        listed: dict[str, Any] = {
            **others,
            "allow_origins": [
                ALLOWED,
                *(f"https://tenant-{number}.example.com" for number in range(origins - 1)),
            ],
        }
        makers: dict[str, Callable[[], Any]] = {
            "Starlette": partial(Starlette, application, **listed),
            "fastcors": partial(CORSMiddleware, application, **listed),
        }
        responses = [response(make(), REQUESTS["allowed"]) for make in makers.values()]
        if responses[0] != responses[1]:
            sys.exit(f"the responses differ: {what}")
        times = best(
            {name: calls(make) for name, make in makers.items()},
            rounds if origins < MILLION else min(rounds, 3),
        )
        yield {"what": what, **{name: taken / 1e3 for name, taken in times.items()}}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    given = options(__doc__, rounds=60, quick=15).parse_args(arguments)
    require_release_build()
    print(f"{python()}, best of {given.rounds} rounds\n")
    if imported := heavy_imports():
        sys.exit(f"`import fastcors` imports {', '.join(imported)}")
    imports = IMPORTS.print_while(import_times(given.rounds))
    made = MAKING.print_while(construction(given.rounds))
    if given.record:
        write("cold", {"rounds": given.rounds, "imports": imports, "microseconds to make": made})


if __name__ == "__main__":
    main()
