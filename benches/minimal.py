"""`python -m benches.minimal`: what `responses="minimal"` saves, in bytes and in microseconds.

Each kind of response, with Starlette's responses and with minimal ones, through uvicorn's protocol without
sockets, as `benches.protocol` does it. The bytes are those of the head as uvicorn writes it. They
are the same on every machine; the times need one that does nothing else: `--bytes` leaves them out.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import uvloop

from benches.protocol import Connection, connect, send
from benches.report import options, run
from benches.requests import ALLOWED, COMMON, POLICIES, REJECTED, REQUESTS
from benches.served import plain
from benches.tables import MINIMAL
from fastcors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benches.tables import Row

# Requests of one variant in one turn.
BATCH = 1_000
EVERY: dict[str, Any] = {
    "allow_origins": ["*"],
    "allow_methods": ["*"],
    "allow_headers": ["*"],
}
CHOSEN: dict[str, dict[str, Any]] = {
    "two origins, with credentials": {**COMMON, **POLICIES["two origins"]},
    "every origin": EVERY,
}


def _requests() -> dict[str, dict[str, Any]]:
    preflight = REQUESTS["preflight"]
    lines = [
        (name, REJECTED.encode() if value == ALLOWED.encode() else value)
        for name, value in preflight["headers"]
    ]
    return {
        "preflight, allowed": preflight,
        "preflight, rejected": {**preflight, "headers": lines},
        "actual request, allowed": REQUESTS["allowed"],
        "actual request, rejected": REQUESTS["rejected"],
        "request without Origin": REQUESTS["without Origin"],
    }


def request_bytes(scope: dict[str, Any]) -> bytes:
    """Return a request as it comes over the wire."""
    lines = [f"{scope['method']} / HTTP/1.1".encode()]
    lines += [name + b": " + value for name, value in scope["headers"]]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def measure(
    policy: dict[str, Any], scope: dict[str, Any], rounds: int
) -> dict[str, dict[str, float]]:
    """Return the bytes of the head of each response, and the best time for it in microseconds."""
    connections: dict[str, Connection] = {
        "starlette": connect(CORSMiddleware(plain, **policy, responses="starlette")),
        "minimal": connect(CORSMiddleware(plain, **policy, responses="minimal")),
    }
    request = request_bytes(scope)
    heads, times = {}, dict.fromkeys(connections, math.inf)
    for style, connection in connections.items():
        await send(connection, request, 1)
        heads[style] = float(len(connection[1].response[0]))
    for _ in range(rounds):
        for style, connection in connections.items():
            times[style] = min(times[style], await send(connection, request, BATCH))
        await asyncio.sleep(0)
    return {"bytes": heads, "microseconds": times if rounds else {}}


def measured(rounds: int) -> Iterator[Row]:
    """Measure each response with each policy; no times without rounds."""
    for policy_name, policy in CHOSEN.items():
        for kind, scope in _requests().items():
            # It rejects no origin.
            if policy is EVERY and kind.endswith("rejected"):
                continue
            found = uvloop.run(measure(policy, scope, rounds))
            yield {"policy": policy_name, "response": kind, **found}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = options(__doc__, rounds=60, quick=10)
    parser.add_argument(
        "--bytes",
        action="store_const",
        dest="rounds",
        const=0,
        help="measure no times, on a machine that does something else meanwhile",
    )
    given = parser.parse_args(arguments)
    run(
        MINIMAL,
        measured,
        given,
        title="uvicorn without sockets",
        unit="bytes and microseconds",
        packages=("starlette", "uvicorn", "uvloop", "httptools"),
    )


if __name__ == "__main__":
    main()
