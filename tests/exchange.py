"""Runs one request through an ASGI application, without a server."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Coroutine, Iterable, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Lines = Sequence[tuple[bytes, bytes]]
App = Callable[[Any, Any, Any], Any]

ORIGIN = "https://app.example.com"
BROWSER = [
    (b"host", b"api.example.com"),
    (b"user-agent", b"Mozilla/5.0"),
    (b"accept", b"*/*"),
    (b"accept-encoding", b"gzip, deflate, br"),
]


def scope_of(method: str = "GET", headers: Iterable[Any] = (), **items: Any) -> Scope:
    """Return an HTTP scope."""
    return {"type": "http", "method": method, "path": "/", "headers": [*headers], **items}


def actual(origin: str | None = ORIGIN, method: str = "GET") -> Scope:
    """Return the scope of an actual request."""
    lines = [] if origin is None else [(b"origin", origin.encode("latin-1"))]
    return scope_of(method, [*BROWSER, *lines])


def preflight(
    origin: str | None = ORIGIN,
    method: str | None = "GET",
    headers: str | None = None,
    private_network: str | None = None,
) -> Scope:
    """Return the scope of a preflight; None leaves a header out."""
    lines = {
        b"origin": origin,
        b"access-control-request-method": method,
        b"access-control-request-headers": headers,
        b"access-control-request-private-network": private_network,
    }
    given = [(name, value.encode("latin-1")) for name, value in lines.items() if value is not None]
    return scope_of("OPTIONS", [*BROWSER, *given])


def responding(
    headers: Any = ((b"content-type", b"text/plain"),), status: int = 200, body: bytes = b"hello"
) -> App:
    """Return an application that sends every request the same response, with new objects each time."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        start: Message = {"type": "http.response.start", "status": status}
        if headers is not None:
            start["headers"] = headers() if callable(headers) else copy.deepcopy(headers)
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return app


async def receive() -> Message:
    """Return an empty body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def never(message: Message) -> None:
    """Take no message."""
    raise AssertionError(message)


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that waits for nothing, else an event loop with it."""
    try:
        waiting = coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise AssertionError(f"the coroutine waits for {waiting!r}")


def sent(app: App, scope: Scope) -> list[Message]:
    """Return the messages that an application sends, each copied as it was when it was sent."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(copy.deepcopy(dict(message)))

    run(app(scope, receive, send))
    return messages


def sent_in_a_loop(app: App, scope: Scope) -> list[Message]:
    """Like `sent`, in an event loop."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        messages.append(copy.deepcopy(dict(message)))

    asyncio.run(app(scope, receive, send))
    return messages


def headers_of(messages: list[Message]) -> list[tuple[bytes, bytes]]:
    """Return the header lines of a response as tuples."""
    assert messages[0]["type"] == "http.response.start"
    lines = messages[0]["headers"]
    assert type(lines) is list
    return [(name, value) for name, value in lines]


def values(messages: list[Message], name: str) -> list[str]:
    """Return all values of one header of a response."""
    return [
        value.decode("latin-1")
        for other, value in headers_of(messages)
        if other == name.encode("latin-1")
    ]
