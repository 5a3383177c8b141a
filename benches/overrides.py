"""`python -m benches.overrides`: what a subclass, or a list of origins that stays live, adds to a request.

Each is held against the same with Starlette. A subclass with an `async` method is held against
Starlette's with the same plain method, since Starlette does not await it. The unit is nanoseconds; for a
preflight the whole time counts.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from starlette.middleware.cors import CORSMiddleware as Starlette

from benches.report import options, run
from benches.requests import ALLOWED, COMMON, REQUESTS, application, response
from benches.tables import OVERRIDES
from benches.timing import best, by_hand
from fastcors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benches.requests import App
    from benches.tables import Row

KINDS = ("allowed", "preflight")
TENANTS = frozenset({ALLOWED, "https://admin.example.com"})
LISTED = {"allow_origins": [*TENANTS]}


def deciding(base: Any) -> Any:
    """Return a subclass that overrides only `is_allowed_origin`."""

    class Deciding(base):  # type: ignore[misc]
        def is_allowed_origin(self, origin: str) -> bool:
            return origin in TENANTS

    return Deciding


class Awaiting(CORSMiddleware):
    """A subclass whose `is_allowed_origin` is awaited."""

    async def is_allowed_origin(self, origin: str) -> bool:
        """Whether the origin is a tenant's."""
        return origin in TENANTS


def sending(base: Any) -> Any:
    """Return a subclass that overrides only `send`."""

    class Sending(base):  # type: ignore[misc]
        async def send(self, message: Any, send: Any, request_headers: Any) -> None:
            await super().send(message, send, request_headers)

    return Sending


def _origins(size: int) -> list[str]:
    # The origin that asks comes last.
    return [*(f"https://tenant-{number}.example.com" for number in range(size - 1)), ALLOWED]


def middlewares() -> dict[str, dict[str, App]]:
    """Return each middleware, as Starlette's and as fastcors."""

    def behind(middleware: Any, **options: Any) -> App:
        app: App = middleware(application, **COMMON, **options)
        return app

    return {
        "is_allowed_origin overridden": {
            "Starlette": behind(deciding(Starlette)),
            "fastcors": behind(deciding(CORSMiddleware)),
        },
        "async is_allowed_origin": {
            "Starlette": behind(deciding(Starlette)),
            "fastcors": behind(Awaiting),
        },
        "send overridden": {
            "Starlette": behind(sending(Starlette), **LISTED),
            "fastcors": behind(sending(CORSMiddleware), **LISTED),
        },
        **{
            f"a list of {size:,} origins": {
                # A list each: it stays live.
                "Starlette": behind(Starlette, allow_origins=_origins(size)),
                "fastcors": behind(CORSMiddleware, allow_origins=_origins(size)),
            }
            for size in (2, 10_000)
        },
    }


def measured(rounds: int) -> Iterator[Row]:
    """Measure each kind of request with each middleware."""
    named = middlewares()
    for name, apps in named.items():
        for kind in KINDS:
            responses = {variant: response(app, REQUESTS[kind]) for variant, app in apps.items()}
            lines = responses["fastcors"][0]["headers"]
            if responses["fastcors"] != responses["Starlette"]:
                sys.exit(f"the responses differ: {name}, {kind}: {responses}")
            if (b"access-control-allow-origin", ALLOWED.encode()) not in lines:
                sys.exit(f"the origin is not allowed: {name}, {kind}: {responses}")
    batches = {
        (name, kind, variant): by_hand(app, REQUESTS[kind])
        for name, apps in named.items()
        for kind in KINDS
        for variant, app in apps.items()
    }
    times = best({**batches, ("", "", ""): by_hand(application, REQUESTS["allowed"])}, rounds)
    for name in named:
        for kind in KINDS:
            bare = 0 if kind == "preflight" else times["", "", ""]
            added = {
                variant: times[name, kind, variant] - bare for variant in ("Starlette", "fastcors")
            }
            yield {"middleware": name, "request": kind, **added}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = options(__doc__, rounds=200, quick=40).parse_args(arguments)
    run(OVERRIDES, measured, given)


if __name__ == "__main__":
    main()
