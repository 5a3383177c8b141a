"""Calls an ASGI application with a request, without a server."""

from __future__ import annotations

import asyncio
import sys
import zlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from .exchange import WireRequest, WireResponse
from .headers import decoded, encoded, get
from .websocket import Handshake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastcors._types import ASGIApp, Message, Scope

    from .headers import Lines

_CLIENT = ("127.0.0.1", 50000)
_REJECTED = 403
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Disconnected(OSError):
    """What an application's `send` raises after the client is gone."""


def scope_of(request: WireRequest, kind: str, state: Mapping[str, Any]) -> Scope:
    """Return the scope of a request.

    Args:
        request: the request.
        kind: ``"http"`` or ``"websocket"``.
        state: what the application keeps for its requests.
    """
    url = request.url
    scope: Scope = {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "scheme": url.scheme,
        "path": unquote_to_bytes(url.path).decode(errors="replace"),
        "raw_path": url.path.encode("ascii"),
        "query_string": (url.query or "").encode("ascii"),
        "root_path": "",
        "headers": encoded(request.lines),
        "client": _CLIENT,
        "server": (url.host, url.port),
        "state": dict(state),
        "extensions": {},
    }
    if kind == "http":
        scope["method"] = request.method
        return scope
    scope["scheme"] = {"http": "ws", "https": "wss"}[url.scheme]
    protocols = request.header("sec-websocket-protocol") or ""
    scope["subprotocols"] = [each.strip() for each in protocols.split(",") if each.strip()]
    scope["extensions"] = {"websocket.http.response": {}}
    return scope


async def send_http(
    app: ASGIApp,
    request: WireRequest,
    *,
    raise_app_exceptions: bool,
    state: Mapping[str, Any] = _NOTHING,
) -> WireResponse:
    """Return the response of an application.

    Args:
        app: the application.
        request: the request.
        raise_app_exceptions: whether what the application raises is raised here; else a server's
            response to it is returned, status 500, unless the response is complete.
        state: what the application keeps for its requests.

    Raises:
        RuntimeError: for an application that sends no response.
    """
    exchange = _Exchange(request)
    try:
        await app(scope_of(request, "http", state), exchange.receive, exchange.send)
    except Exception:  # whatever the application raises
        if raise_app_exceptions:
            raise
        if not exchange.is_complete:
            return WireResponse(500, (("content-type", "text/plain"),), b"Internal Server Error")
    if exchange.status is None:
        raise RuntimeError(
            f"the application sent no response to {request.method} {request.url.href}"
        )
    body = b"" if request.method == "HEAD" else b"".join(exchange.parts)
    body = _uncompressed(body, get(exchange.lines, "content-encoding"))
    return WireResponse(exchange.status, exchange.lines, body)


def _uncompressed(body: bytes, encoding: str | None) -> bytes:
    if not body or encoding not in {"gzip", "deflate"}:
        return body
    return zlib.decompress(body, zlib.MAX_WBITS | 32)


class _Exchange:
    """What an application receives and sends for one request."""

    def __init__(self, request: WireRequest) -> None:
        self._request: WireRequest | None = request
        self._done = _event()
        self.status: int | None = None
        self.lines: Lines = ()
        self.parts: list[bytes] = []

    @property
    def is_complete(self) -> bool:
        return bool(self._done.is_set())

    async def receive(self) -> Message:
        if self._request is not None:
            body, self._request = self._request.body, None
            return {"type": "http.request", "body": body, "more_body": False}
        # The client stays until the response is complete.
        await self._done.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start":
                self.status = message["status"]
                self.lines = decoded(message.get("headers", ()))
            case "http.response.body":
                self.parts.append(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    self._done.set()


def _event() -> Any:
    """Return an event of the library that runs this, asyncio or trio."""
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return trio.Event()
    return asyncio.Event()


async def send_websocket(
    app: ASGIApp, request: WireRequest, *, state: Mapping[str, Any] = _NOTHING
) -> Handshake:
    """Return how an application responds to the handshake of a WebSocket, and close it then.

    Raises:
        Exception: what the application raises before it responds.
    """
    socket = _Socket()
    try:
        await app(scope_of(request, "websocket", state), socket.receive, socket.send)
    except Exception:  # it may not expect that the client leaves at once
        if socket.status is None:
            raise
    return Handshake(
        accepted=socket.status == 101,
        status=socket.status or _REJECTED,
        subprotocol=socket.subprotocol,
        lines=socket.lines,
        request=request,
    )


class _Socket:
    """What an application receives and sends for one WebSocket, which closes once it is open."""

    def __init__(self) -> None:
        self._connected = False
        self.status: int | None = None
        self.subprotocol: str | None = None
        self.lines: Lines = ()

    async def receive(self) -> Message:
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        return {"type": "websocket.disconnect", "code": 1000, "reason": ""}

    async def send(self, message: Message) -> None:
        match message["type"]:
            case "websocket.accept":
                self.status = 101
                self.subprotocol = message.get("subprotocol")
                self.lines = decoded(message.get("headers", ()))
            case "websocket.http.response.start":
                self.status = message["status"]
                self.lines = decoded(message.get("headers", ()))
            case "websocket.close" if self.status is None:
                self.status = _REJECTED
            case "websocket.send" if self.status == 101:
                raise Disconnected("the client has closed the WebSocket")
