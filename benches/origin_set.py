"""`python -m benches.origin_set`: what an `OriginSet` of a million origins costs beside a fixed policy.

A request with each, when one origin asks again and again and when many take turns. Then changes of the
set: the smallest mean time of some hundred of them, on the processor. Then the longest request of a
thread while another one replaces all entries again and again, beside the longest while it sleeps: of
several spans of time, the shortest such time, because a shared machine only ever adds time.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from typing import TYPE_CHECKING

from benches.report import options, python, require_release_build, write
from benches.requests import BROWSER_LINES, application, request
from benches.scaling import TURNS, allowed, tenants, with_new_origins
from benches.tables import CHANGES, LOOKUPS
from benches.timing import best
from fastcors import CORSMiddleware, OriginSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from benches.requests import App
    from benches.tables import Row

MILLION = 1_000_000
# So many changes are timed together.
TOGETHER = 250
# How long requests are made while the other thread replaces all entries, in seconds: that is once at least.
SPAN = 2.0
ROUNDS = 40


def lookups(rounds: int) -> Iterator[Row]:
    """Measure an allowed request, with a fixed list, a set, and a set to which all were added alone."""
    origins = tenants(range(MILLION))
    grown = OriginSet()
    for origin in origins:
        grown.add(origin)
    apps: dict[str, App] = {
        "no middleware": application,
        "list": CORSMiddleware(application, allow_origins=tuple(origins)),
        "set": CORSMiddleware(application, allow_origins=OriginSet(origins)),
        "grown": CORSMiddleware(application, allow_origins=grown),
    }
    asking = {
        "one origin": tenants([MILLION // 2]),
        "a million in turn": tenants(random.Random(1).sample(range(MILLION), min(MILLION, TURNS))),
    }
    for name, app in apps.items():
        if allowed(app, origins[-1]) != (name != "no middleware") or allowed(app, "https://x"):
            sys.exit(f"{name} decides wrongly")
    times = best(
        {
            (which, name): with_new_origins(app, texts)
            for which, texts in asking.items()
            for name, app in apps.items()
        },
        rounds,
    )
    for which in asking:
        bare = times[which, "no middleware"]
        row: Row = {name: times[which, name] - bare for name in ("list", "set", "grown")}
        yield {"asking": which, **row, "ratio": row["set"] / max(row["list"], 1.0)}


def changes(rounds: int) -> Iterator[Row]:
    """Measure how long changes take, and whether requests wait for one."""
    origins = tenants(range(MILLION))
    entries = OriginSet(origins)
    others = [f"https://other-{number}.example.com" for number in range(TOGETHER)]
    fastest: dict[str, float] = {}

    def timed(what: str, change: Callable[[str], None], texts: Sequence[str]) -> None:
        start = time.thread_time_ns()
        for text in texts:
            change(text)
        taken = (time.thread_time_ns() - start) / len(texts)
        fastest[what] = min(taken, fastest.get(what, taken))

    for _ in range(rounds):
        timed("add an origin", entries.add, others)
        timed("discard it", entries.discard, others)
        timed("discard one of the first million", entries.discard, origins[:TOGETHER])
        timed("add it again", entries.add, origins[:TOGETHER])
    for _ in range(max(rounds // 10, 1)):
        timed("replace a million", lambda _: entries.replace(origins), ["all"])
    for what, taken in fastest.items():
        yield {"what": what, "microseconds": taken / 1e3}
    middleware = CORSMiddleware(application, allow_origins=entries)
    spans = max(rounds // 10, 1)
    alone = min(longest(middleware, time.sleep) for _ in range(spans))
    yield {"what": "the longest request while another thread sleeps", "microseconds": alone / 1e3}
    beside = min(longest(middleware, lambda _: entries.replace(origins)) for _ in range(spans))
    yield {
        "what": "the longest request while another thread replaces a million",
        "microseconds": beside / 1e3,
    }


def longest(middleware: App, other: Callable[[float], None]) -> int:
    """Return how long the longest of many requests took while another thread did something else."""
    done = threading.Event()

    def go_on() -> None:
        while not done.is_set():
            other(0.01)

    lines = [*BROWSER_LINES, (b"origin", b"https://tenant-1.example.com")]
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": lines}
    thread = threading.Thread(target=go_on)
    thread.start()
    found = 0
    end = time.perf_counter() + SPAN
    try:
        while time.perf_counter() < end:
            start = time.perf_counter_ns()
            request(middleware, scope)
            found = max(found, time.perf_counter_ns() - start)
    finally:
        done.set()
        thread.join()
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    given = options(__doc__, rounds=ROUNDS, quick=10).parse_args(arguments)
    require_release_build()
    print(f"{python()}, {MILLION:,} origins; nanoseconds added to one request\n")
    found = {
        "lookups": LOOKUPS.print_while(lookups(given.rounds)),
        "changes": CHANGES.print_while(changes(given.rounds)),
    }
    if given.record:
        write(
            "origin_set",
            {"unit": "nanoseconds added to one request", "rounds": given.rounds, **found},
        )


if __name__ == "__main__":
    main()
