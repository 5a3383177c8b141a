"""Scopes of requests for a path, and what a middleware decides on them."""

from __future__ import annotations

from typing import Any

from tests.exchange import ORIGIN, Scope, actual, preflight

OTHER = "https://other.example"


def at(path: str, origin: str | None = OTHER, method: str = "GET", **items: Any) -> Scope:
    """Return the scope of an actual request for a path."""
    return {**actual(origin, method), "path": path, **items}


def preflight_at(path: str, origin: str = OTHER, method: str = "GET", **items: Any) -> Scope:
    """Return the scope of a preflight for a path."""
    return {**preflight(origin, method), "path": path, **items}


def handshake_at(path: str, origin: str | None = OTHER, **items: Any) -> Scope:
    """Return the scope of a WebSocket's handshake for a path."""
    lines = [] if origin is None else [(b"origin", origin.encode())]
    headers = [(b"host", b"api.example.com"), *lines]
    return {"type": "websocket", "path": path, "headers": headers, **items}


__all__ = ["ORIGIN", "OTHER", "at", "handshake_at", "preflight_at"]
