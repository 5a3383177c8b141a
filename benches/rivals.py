"""`python -m benches.rivals`: what CORS adds to one request, compared with other middlewares.

First around one bare ASGI application, then around the application of each framework that has CORS
of its own: without any CORS, with the framework's, with fastcors. The variants take turns in one
process, and the best of many rounds counts. For a preflight the whole time counts, since without
CORS nothing responds to it. "Uncertain" is what two equal applications without CORS differ by.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from asgi_cors import asgi_cors  # type: ignore[import-untyped]

from benches.frameworks import (
    FRAMEWORKS,
    HEADERS,
    METHODS,
    NOTES,
    OPTIONS,
    ORIGINS,
    PACKAGES,
    in_loop,
    response_of,
)
from benches.report import options, python, require_release_build, write
from benches.requests import ALLOWED, BODY, REQUESTS, App, application, middlewares
from benches.tables import BARE
from benches.tables import FRAMEWORKS as FRAMEWORK_TABLE
from benches.timing import best, best_by_hand
from fastcors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benches.tables import Row

# These leave a preflight to the application, and know no credentials.
LESS = ("asgi-cors",)


async def check(name: str, app: App) -> None:
    """Exit unless the responses are those that a browser needs."""
    for kind, scope in REQUESTS.items():
        if kind == "preflight" and name in LESS:
            continue
        status, headers, body = await response_of(app, scope)
        allowed = ALLOWED.encode() if kind in ("allowed", "preflight") else None
        if headers.get(b"access-control-allow-origin") != allowed:
            sys.exit(f"{name} sets a wrong access-control-allow-origin, {kind}: {headers}")
        if kind == "preflight" and (
            status not in (200, 204) or b"PUT" not in headers[b"access-control-allow-methods"]
        ):
            sys.exit(f"{name} rejects a preflight: {status} {headers}")
        credentials = headers.get(b"access-control-allow-credentials")
        if allowed and credentials != b"true" and name not in LESS:
            sys.exit(f"{name} allows no credentials, {kind}: {headers}")
        if kind in ("without Origin", "allowed") and (status, body) != (200, BODY):
            sys.exit(f"{name} responds {status} with {body!r}, {kind}")


def bare_rivals(rounds: int) -> list[Row]:
    """Measure the middlewares that take any ASGI application."""
    apps = middlewares("two origins")
    apps["asgi-cors"] = asgi_cors(application, hosts=ORIGINS, headers=HEADERS, methods=METHODS)
    for name, app in apps.items():
        if name != "no middleware":
            asyncio.run(check(name, app))
    times = best_by_hand(apps, REQUESTS, rounds)
    return [
        {
            "request": kind,
            "no CORS": times[kind, "no middleware"],
            **{
                name: None
                if kind == "preflight" and name in LESS
                else added(kind, times[kind, name], times[kind, "no middleware"])
                for name in ("Starlette", "asgi-cors", "fastcors")
            },
        }
        for kind in REQUESTS
    ]


def added(kind: str, time: float, without: float) -> float:
    """Return what CORS adds; without it nothing responds to a preflight."""
    return time if kind == "preflight" else time - without


def framework_rivals(name: str, rounds: int) -> list[Row]:
    """Measure one framework."""
    make = FRAMEWORKS[name]
    with asyncio.Runner() as runner:
        apps: dict[str, App] = {
            "no CORS": runner.run(make(own=False)),
            "no CORS again": runner.run(make(own=False)),
            "its own": runner.run(make(own=True)),
            "fastcors": CORSMiddleware(runner.run(make(own=False)), **OPTIONS),
        }
        runner.run(check(f"{name} with its own CORS", apps["its own"]))
        runner.run(check(f"{name} with fastcors", apps["fastcors"]))
        loop = runner.get_loop()
        times = best(
            {
                (kind, variant): in_loop(loop, app, scope)
                for kind, scope in REQUESTS.items()
                for variant, app in apps.items()
            },
            rounds,
        )
    rows: list[Row] = []
    for kind in REQUESTS:
        twice = times[kind, "no CORS"], times[kind, "no CORS again"]
        rows.append(
            {
                "framework": name,
                "request": kind,
                "no CORS": min(twice),
                "its own": added(kind, times[kind, "its own"], min(twice)),
                "fastcors": added(kind, times[kind, "fastcors"], min(twice)),
                # What two applications that are the same differ by: no figure says more.
                "uncertain": max(twice) - min(twice),
            }
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    given = options(__doc__, rounds=400, quick=40).parse_args(arguments)
    require_release_build()
    print(f"{python()}, nanoseconds added to one request, best of {given.rounds} rounds\n")
    bare = BARE.print_while(bare_rivals(given.rounds))
    print("asgi-cors responds to no preflight, sends no Vary and knows no credentials.\n")
    rows = FRAMEWORK_TABLE.print_while(
        row for name in FRAMEWORKS for row in framework_rivals(name, given.rounds)
    )
    for name, note in NOTES.items():
        print(f"- {name}'s own: {note}.")
    if given.record:
        write(
            "rivals",
            {
                "unit": "nanoseconds added to one request",
                "rounds": given.rounds,
                "bare": bare,
                "frameworks": rows,
                "notes": NOTES,
            },
            PACKAGES,
        )


if __name__ == "__main__":
    main()
