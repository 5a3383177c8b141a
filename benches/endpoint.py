"""`python -m benches.endpoint`: a request to a small FastAPI endpoint, in microseconds.

The nanoseconds of the other benchmarks beside what a request takes anyway: the endpoint without CORS,
with Starlette's middleware, with fastcors. Nothing in it waits, so its coroutine is run by hand.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware as Starlette

from benches.report import options, run
from benches.requests import COMMON, POLICIES, REQUESTS, SERVER, response
from benches.tables import ENDPOINT
from benches.timing import best, by_hand
from fastcors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from benches.requests import App
    from benches.tables import Row

KINDS = ("without Origin", "allowed")


def application(middleware: Any) -> App:
    """Return the application behind a middleware, or behind none."""
    app = FastAPI()
    if middleware is not None:
        app.add_middleware(middleware, **COMMON, **POLICIES["two origins"])

    @app.get("/items/{number}")
    async def item(number: int) -> dict[str, int]:
        return {"number": number}

    return app


def applications() -> dict[str, App]:
    """Return the three variants."""
    return {
        "no middleware": application(None),
        "Starlette": application(Starlette),
        "fastcors": application(CORSMiddleware),
    }


def request_of(kind: str) -> dict[str, Any]:
    """Return the scope of a request to the endpoint."""
    return {**SERVER, **REQUESTS[kind], "path": "/items/7", "raw_path": b"/items/7"}


def measured(rounds: int) -> Iterator[Row]:
    """Measure each kind of request."""
    apps = applications()
    for kind in KINDS:
        responses = {name: response(app, {**request_of(kind)}) for name, app in apps.items()}
        body = {name: messages[1]["body"] for name, messages in responses.items()}
        if responses["fastcors"] != responses["Starlette"] or {*body.values()} != {b'{"number":7}'}:
            sys.exit(f"the responses differ: {kind}: {responses}")
    times = best(
        {
            (kind, name): by_hand(app, request_of(kind), copied=True)
            for kind in KINDS
            for name, app in apps.items()
        },
        rounds,
    )
    for kind in KINDS:
        yield {"what": kind, **{name: times[kind, name] / 1000 for name in apps}}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = options(__doc__, rounds=400, quick=60).parse_args(arguments)
    run(
        ENDPOINT,
        measured,
        given,
        title="one request to a FastAPI endpoint",
        unit="microseconds",
        packages=("starlette", "fastapi"),
    )


if __name__ == "__main__":
    main()
