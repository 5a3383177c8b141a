"""`python -m benches.protocol`: one request through uvicorn's protocol, without sockets.

The protocol of httptools is fed the bytes of a request, runs the application in a task of uvloop,
and writes its response to a transport that throws it away. That is all that Python does for a request
in a server, without the kernel, whose part of a request under load varies by more than a middleware
costs. The variants are those of `benches.servers`, and take turns in one process.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

import uvloop
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from benches import served
from benches.report import options, python, require_release_build, write
from benches.servers import KINDS, VARIANTS
from benches.tables import PROTOCOL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benches.requests import App

# Requests of one variant in one turn.
BATCH = 1_000
# Steps of the event loop that a request takes: its task, and the rest.
STEPS = 2
# What a response is written in: its head and its body.
PIECES = 2


class Sink(asyncio.Transport):
    """A connection whose responses are thrown away."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 80)})
        # The pieces of the first response, and how many there were of all.
        self.response: list[bytes] = []
        self.written = 0

    def write(self, data: Any) -> None:
        """Count a piece of a response."""
        self.written += 1
        if self.written <= PIECES:
            self.response.append(bytes(data))

    def is_closing(self) -> bool:
        """Return False."""
        return False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Buffer nothing."""

    def pause_reading(self) -> None:
        """Read on."""

    def resume_reading(self) -> None:
        """Read on."""


Connection = tuple[HttpToolsProtocol, Sink]


def request_bytes(kind: str) -> bytes:
    """Return a request as it comes over the wire."""
    method, headers = KINDS[kind]
    lines = [f"{method} / HTTP/1.1", "host: api.example.com"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def connect(app: App) -> Connection:
    """Return a connection to a server of the application."""
    config = Config(app, http="httptools", lifespan="off", access_log=False, log_level="warning")
    config.load()
    protocol = HttpToolsProtocol(config, ServerState(), {}, asyncio.get_running_loop())
    sink = Sink()
    protocol.connection_made(sink)
    return protocol, sink


async def send(connection: Connection, request: bytes, count: int) -> float:
    """Return the microseconds that each of so many requests took."""
    protocol, sink = connection
    before = sink.written
    start = time.perf_counter_ns()
    for _ in range(count):
        protocol.data_received(request)
        for _ in range(STEPS):
            await asyncio.sleep(0)
    taken = time.perf_counter_ns() - start
    if sink.written != before + PIECES * count:
        sys.exit(f"not all requests got a response within {STEPS} steps")
    return taken / count / 1000


def lines_of(response: list[bytes]) -> list[bytes]:
    """Return the lines of a response without its date."""
    lines = b"".join(response).split(b"\r\n")
    return sorted(line for line in lines if not line.startswith(b"date:"))


async def measure(kind: str, rounds: int) -> dict[str, float]:
    """Return each variant's best time for a request, in microseconds."""
    request = request_bytes(kind)
    connections = {
        name: connect(getattr(served, attribute)) for name, attribute in VARIANTS.items()
    }
    for connection in connections.values():
        await send(connection, request, 1)
    responses = {name: lines_of(sink.response) for name, (_, sink) in connections.items()}
    for name, response in responses.items():
        if (response == responses["Starlette"]) != (name != "no middleware"):
            sys.exit(f"{name} responds otherwise than expected, {kind}: {response}")
    found = dict.fromkeys(VARIANTS, float("inf"))
    for _ in range(rounds):
        for name, connection in connections.items():
            found[name] = min(found[name], await send(connection, request, BATCH))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = options(__doc__, rounds=60, quick=10).parse_args(arguments)
    require_release_build()
    print(f"{python()}, uvicorn without sockets, best of {given.rounds} rounds\n")
    found = {kind: uvloop.run(measure(kind, given.rounds)) for kind in KINDS}
    figures = {"unit": "microseconds", "rounds": given.rounds, "requests": found}
    PROTOCOL.print_while(PROTOCOL.rows(figures))
    if given.record:
        write("protocol", figures, ("starlette", "uvicorn", "uvloop", "httptools"))


if __name__ == "__main__":
    main()
