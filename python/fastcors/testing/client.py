"""Sends requests to a server at a base URL, by httpx2 or httpx."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .blocked import FetchError
from .exchange import WireRequest, WireResponse
from .headers import decoded, encoded, get
from .websocket import Handshake

_SECONDS = 60.0


def http_library() -> Any:
    """Return httpx2, or httpx if only that is installed.

    Raises:
        ImportError: if neither is.
    """
    for name in ("httpx2", "httpx"):
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    raise ImportError(
        "a Browser for a base URL needs httpx2 or httpx: pip install 'fastcors[testing]'; an ASGI "
        "application needs neither"
    )


class Client:
    """A client that sends exactly what it is given, and follows nothing."""

    def __init__(self) -> None:
        self._library = http_library()
        self._client = self._library.Client(timeout=_SECONDS, follow_redirects=False)

    def send(self, request: WireRequest) -> WireResponse:
        """Return the response of the server.

        Raises:
            FetchError: if there is none.
        """
        try:
            response = self._client.send(_built(self._library, request))
        except self._library.TransportError as error:
            raise _failed(request, error) from error
        return _read(response)

    def open(self, request: WireRequest) -> Handshake:
        """Return the response to the handshake of a WebSocket, and close it."""
        try:
            response = self._client.send(_built(self._library, request), stream=True)
        except self._library.TransportError as error:
            raise _failed(request, error) from error
        response.close()
        return _shaken(request, response)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class AsyncClient:
    """The same, for asyncio and trio."""

    def __init__(self) -> None:
        self._library = http_library()
        self._client = self._library.AsyncClient(timeout=_SECONDS, follow_redirects=False)

    async def send(self, request: WireRequest) -> WireResponse:
        """Return the response of the server.

        Raises:
            FetchError: if there is none.
        """
        try:
            response = await self._client.send(_built(self._library, request))
        except self._library.TransportError as error:
            raise _failed(request, error) from error
        return _read(response)

    async def open(self, request: WireRequest) -> Handshake:
        """Return the response to the handshake of a WebSocket, and close it."""
        try:
            response = await self._client.send(_built(self._library, request), stream=True)
        except self._library.TransportError as error:
            raise _failed(request, error) from error
        await response.aclose()
        return _shaken(request, response)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _built(library: Any, request: WireRequest) -> Any:
    # Not by the client's `build_request`, which adds headers and cookies of its own.
    return library.Request(
        request.method,
        request.url.without_fragment(),
        headers=encoded(request.lines),
        content=request.body or None,
    )


def _read(response: Any) -> WireResponse:
    return WireResponse(response.status_code, decoded(response.headers.raw), response.content)


def _shaken(request: WireRequest, response: Any) -> Handshake:
    lines = decoded(response.headers.raw)
    return Handshake(
        accepted=response.status_code == 101,
        status=response.status_code,
        subprotocol=get(lines, "sec-websocket-protocol"),
        lines=lines,
        request=request,
    )


def _failed(request: WireRequest, error: Exception) -> FetchError:
    return FetchError(
        "NetworkError", f"no response to {request.method} {request.url.href}: {error}"
    )
