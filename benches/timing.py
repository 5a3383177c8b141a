"""Measures variants that take turns in one process, and returns the best of many short rounds.

A shared machine only ever adds time, so the smallest time is the nearest to what the code
costs; and as all variants run within each round, a slow moment hits them alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from benches.requests import request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from benches.requests import App

# Runs so many requests, and returns the nanoseconds that they took.
Batch = Callable[[int], int]
Key = TypeVar("Key")

# How long one batch of one variant is meant to take.
BATCH_NS = 2_000_000


def by_hand(app: App, scope: dict[str, Any], *, copied: bool = False) -> Batch:
    """Return batches of one request, run without an event loop.

    Args:
        app: the application.
        scope: the request.
        copied: whether each request gets a copy of the scope, which frameworks write into.
    """

    def batch(count: int) -> int:
        start = time.perf_counter_ns()
        for _ in range(count):
            request(app, scope)
        return time.perf_counter_ns() - start

    def batch_of_copies(count: int) -> int:
        start = time.perf_counter_ns()
        for _ in range(count):
            request(app, {**scope})
        return time.perf_counter_ns() - start

    return batch_of_copies if copied else batch


def best(batches: Mapping[Key, Batch], rounds: int) -> dict[Key, float]:
    """Return each variant's best time for a request, in nanoseconds."""
    counts = {key: _count(batch) for key, batch in batches.items()}
    found = dict.fromkeys(batches, float("inf"))
    for _ in range(rounds):
        for key, batch in batches.items():
            found[key] = min(found[key], batch(counts[key]) / counts[key])
    return found


def best_by_hand(
    apps: Mapping[str, App], requests: Mapping[str, dict[str, Any]], rounds: int
) -> dict[tuple[str, str], float]:
    """Return the best time of each request with each application, in nanoseconds."""
    return best(
        {
            (kind, name): by_hand(app, scope)
            for kind, scope in requests.items()
            for name, app in apps.items()
        },
        rounds,
    )


def _count(batch: Batch) -> int:
    """Find how many requests make a batch of `BATCH_NS`, which warms the variant up too."""
    count = 1
    while (taken := batch(count)) < BATCH_NS:
        count = max(count + 1, min(10 * count, count * BATCH_NS // max(taken, 1)))
    return count
