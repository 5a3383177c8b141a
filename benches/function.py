"""`python -m benches.function`: what `allow_origin_func` adds to a request, beside an origin that is listed.

The function looks the origin up in a set. Each request runs in one event loop of asyncio, because a
function that is awaited has a timeout there. The unit is nanoseconds; for a preflight the whole time counts.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

from benches.report import options, run
from benches.requests import (
    ALLOWED,
    COMMON,
    REJECTED,
    REQUESTS,
    application,
    discard,
    receive,
    response,
)
from benches.tables import FUNCTION
from benches.timing import best
from fastcors import CORSMiddleware, cached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benches.requests import App
    from benches.tables import Row
    from benches.timing import Batch

KINDS = ("allowed", "rejected", "preflight")
TENANTS = frozenset({ALLOWED})
LISTED = "listed, without a function"
ALONE = "a call of the plain function alone"


def plain(origin: str, scope: Any) -> bool:
    """Whether the origin is a tenant's."""
    return origin in TENANTS


async def awaited(origin: str, scope: Any) -> bool:
    """Whether the origin is a tenant's."""
    return origin in TENANTS


def middlewares() -> dict[str, App]:
    """Return each middleware by what decides."""

    def behind(**given: Any) -> App:
        return CORSMiddleware(application, **COMMON, **given)

    return {
        LISTED: behind(allow_origins=(ALLOWED,)),
        "listed, beside a function": behind(allow_origins=(ALLOWED,), allow_origin_func=plain),
        "a plain function": behind(allow_origin_func=plain),
        "a plain function, cached": behind(allow_origin_func=cached(plain, ttl=3600)),
        "an async function": behind(allow_origin_func=awaited),
        "an async function, cached": behind(allow_origin_func=cached(awaited, ttl=3600)),
    }


def in_a_loop(runner: asyncio.Runner, app: App, scope: dict[str, Any]) -> Batch:
    """Return batches of one request, run in an event loop."""

    async def run(count: int) -> int:
        start = time.perf_counter_ns()
        for _ in range(count):
            await app(scope, receive, discard)
        return time.perf_counter_ns() - start

    return lambda count: runner.run(run(count))


def of_a_call(function: Callable[[str, Any], object], origin: str) -> Batch:
    """Return batches of one call of a plain function."""

    def run(count: int) -> int:
        scope = REQUESTS["allowed"]
        start = time.perf_counter_ns()
        for _ in range(count):
            function(origin, scope)
        return time.perf_counter_ns() - start

    return run


def measured(rounds: int) -> Iterator[Row]:
    """Measure each kind of request with each middleware, and a call of the function alone."""
    named = middlewares()
    for name, app in named.items():
        for kind in KINDS:
            # The first one to be rejected imports the log.
            lines = response(app, REQUESTS[kind])[0]["headers"]
            allowed = (b"access-control-allow-origin", ALLOWED.encode()) in lines
            if allowed is (kind == "rejected"):
                sys.exit(f"the response is wrong: {name}, {kind}: {lines}")
    with asyncio.Runner() as runner:
        batches: dict[tuple[str, str], Batch] = {
            (name, kind): in_a_loop(runner, app, REQUESTS[kind])
            for name, app in named.items()
            for kind in KINDS
        }
        batches["", ""] = in_a_loop(runner, application, REQUESTS["allowed"])
        for kind in KINDS:
            origin = REJECTED if kind == "rejected" else ALLOWED
            batches[ALONE, kind] = of_a_call(plain, origin)
        times = best(batches, rounds)
    bare = times.pop(("", ""))
    for name in (*named, ALONE):
        found = {kind: times[name, kind] for kind in KINDS}
        if name != ALONE:
            found |= {kind: found[kind] - bare for kind in ("allowed", "rejected")}
        yield {"origin": name, **found}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = options(__doc__, rounds=200, quick=40).parse_args(arguments)
    run(FUNCTION, measured, given)


if __name__ == "__main__":
    main()
