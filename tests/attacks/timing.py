"""Times one request."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

from tests.exchange import App, Message, Scope, receive, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


async def _discard(message: Message) -> None:
    """Take a message as a server does that has nobody to send it to."""


def best_times(subjects: Sequence[tuple[App, Callable[[], Scope]]], rounds: int = 9) -> list[float]:
    """Give, for each application with its requests, the seconds of its fastest round.

    The rounds of all subjects alternate, so that a slow moment of the machine hits them alike.
    """
    best = [float("inf")] * len(subjects)
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for index, (app, make_scope) in enumerate(subjects):
                # A new one each time: a generator of headers can be read only once.
                scope = make_scope()
                start = time.perf_counter()
                run(app(scope, receive, _discard))
                best[index] = min(best[index], time.perf_counter() - start)
    finally:
        if collecting:
            gc.enable()
    return best
