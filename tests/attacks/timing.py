"""Measures the time of one request, and of a loop in Python over the same input."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

from tests.exchange import App, Message, Scope, receive, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


async def _discard(message: Message) -> None:
    """Take a message as a server does that has nobody to send it to."""


def best_times(
    subjects: Sequence[tuple[App, Callable[[], Scope]]],
    rounds: int = 9,
    beside: Callable[[], object] | None = None,
) -> list[float]:
    """Return, for each application with its requests, the seconds of its fastest round.

    The rounds of all subjects alternate, so a slow moment of the machine hits them alike. The
    seconds are those of this thread on the processor: what else runs there does not count.

    Args:
        subjects: the applications, each with what makes its request.
        rounds: how often each is run.
        beside: what is timed with them; its seconds come last.
    """
    best = [float("inf")] * (len(subjects) + (beside is not None))
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for index, (app, make_scope) in enumerate(subjects):
                # A new one each time: a generator of headers can be read only once.
                scope = make_scope()
                start = time.thread_time()
                run(app(scope, receive, _discard))
                best[index] = min(best[index], time.thread_time() - start)
            if beside is not None:
                start = time.thread_time()
                beside()
                best[-1] = min(best[-1], time.thread_time() - start)
    finally:
        if collecting:
            gc.enable()
    return best


def loop_over_bytes(size: int) -> None:
    """Look at each of so many bytes, as a loop in Python does."""
    commas = 0
    for byte in b"a" * size:
        if byte == 0x2C:
            commas += 1


def loop_over_lines(size: int) -> None:
    """Read so many header lines, as a loop in Python does."""
    headers: dict[str, str] = {}
    for name, value in ((b"X-Header", b"value"),) * size:
        headers[name.decode("latin-1").lower()] = value.decode("latin-1")
