"""The responses of the applications of all frameworks, each below its own name.

- ``POST /<name>/echo``: the request's body, with `HEADERS` and the cookies `COOKIES`
- ``GET /<name>/stream``: the first of `CHUNKS`, the others once `release` was called
- WebSocket ``/<name>/socket``: each text comes back, until the client closes
"""

from collections.abc import AsyncIterator
from typing import Any

import anyio

from fastcors import CORSMiddleware

POLICY: dict[str, Any] = {
    "allow_origins": ["https://app.example.com"],
    "allow_methods": ["GET", "POST"],
    "allow_headers": ["X-Token"],
    "allow_credentials": True,
    "expose_headers": ["X-Application"],
    "max_age": 3600,
}
# What the middleware must keep: a header of the application's own, a Vary to add to, and a name that
# is on two lines.
HEADERS = {"X-Application": "here", "Vary": "Accept-Encoding"}
COOKIES = {"first": "1", "second": "2"}
CHUNKS = [b"one,", b"two,", b"three"]

_gates: dict[str, anyio.Event] = {}


async def chunks(name: str) -> AsyncIterator[bytes]:
    """Return the first chunk, and the others when the client has read it and says so."""
    gate = _gates[name] = anyio.Event()
    first, *others = CHUNKS
    yield first
    await gate.wait()
    for chunk in others:
        yield chunk


def release(name: str) -> None:
    """Let the stream of an application go on."""
    _gates.pop(name).set()


def with_cors(app: Any) -> CORSMiddleware:
    """Wrap an application from outside."""
    return CORSMiddleware(app, **POLICY)
