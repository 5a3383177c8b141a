"""`python -m benches.enforcement`: what enforcement adds to one request, beside another package.

The same requests and handshakes without any middleware, with CORS alone, with `enforce` and `hosts`
too, and with asgi-cross-origin-protection, which knows neither hosts nor WebSockets and sets no CORS
headers. The variants take turns in one process, and the best of many rounds counts. What is rejected
never reaches the application, so the whole time counts there. The unit is nanoseconds.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from asgi_cross_origin_protection import CrossOriginProtection

from benches.report import options, run
from benches.requests import (
    ALLOWED,
    BROWSER_LINES,
    COMMON,
    POLICIES,
    REJECTED,
    App,
    application,
    response,
)
from benches.tables import ENFORCEMENT
from benches.timing import best_by_hand
from fastcors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benches.tables import Row

PACKAGES = ("starlette", "asgi-cross-origin-protection")
HOSTS = ["api.example.com"]


def _scope(kind: str, method: str | None, origin: str | None) -> dict[str, Any]:
    lines = [*BROWSER_LINES] + ([] if origin is None else [(b"origin", origin.encode())])
    scope: dict[str, Any] = {"type": kind, "scheme": "http", "path": "/", "headers": lines}
    return scope if method is None else {**scope, "method": method}


REQUESTS = {
    "GET without Origin": _scope("http", "GET", None),
    "POST, allowed": _scope("http", "POST", ALLOWED),
    "POST, rejected": _scope("http", "POST", REJECTED),
    "WebSocket, allowed": _scope("websocket", None, ALLOWED),
}
# The request that enforcement rejects before the application runs.
REJECTING = "POST, rejected"


async def accepting(scope: Any, receive: Any, send: Any) -> None:
    """Respond, or do nothing with a WebSocket."""
    if scope["type"] == "http":
        await application(scope, receive, send)


def middlewares() -> dict[str, App]:
    """Return the bare application, and the same behind each middleware."""
    policy = {**COMMON, **POLICIES["two origins"]}
    return {
        "no middleware": accepting,
        "CORS": CORSMiddleware(accepting, **policy),
        "CORS and enforcement": CORSMiddleware(accepting, **policy, enforce=True, hosts=HOSTS),
        "asgi-cross-origin-protection": CrossOriginProtection(accepting, allowed_origins=[ALLOWED]),
    }


def check(apps: dict[str, App]) -> None:
    """Exit unless each middleware rejects what it should, and only that."""
    for kind, scope in REQUESTS.items():
        # A handshake that is not rejected gets no response here.
        if scope["type"] == "websocket":
            continue
        for name, app in apps.items():
            enforces = name not in ("no middleware", "CORS")
            expected = 403 if kind == REJECTING and enforces else 200
            status = response(app, scope)[0]["status"]
            if status != expected:
                sys.exit(f"{name} responds {status}, {kind}")


def measured(rounds: int) -> Iterator[Row]:
    """Measure each request with each middleware."""
    apps = middlewares()
    check(apps)
    times = best_by_hand(apps, REQUESTS, rounds)
    for kind in REQUESTS:
        bare = times[kind, "no middleware"]
        row: Row = {"request": kind, "no middleware": bare}
        for name in apps:
            if name != "no middleware":
                whole = kind == REJECTING and name != "CORS"
                row[name] = times[kind, name] - (0 if whole else bare)
        yield row


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = options(__doc__, rounds=400, quick=40).parse_args(arguments)
    run(ENFORCEMENT, measured, given, packages=PACKAGES)


if __name__ == "__main__":
    main()
