"""What a browser does with a server: CORS in a unit test.

    from fastcors.testing import Browser

    response = Browser(app, origin="https://app.example.com").fetch("/items", method="PUT", json={})

It raises `BlockedByCORS` if a browser keeps the response from the page, with the reason and with what
to change.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assertions import assert_allowed, assert_blocked
    from .blocked import BlockedByCORS, FetchError
    from .browser import AsyncBrowser, Browser
    from .exchange import Exchange
    from .headers import Headers
    from .response import Response
    from .websocket import Handshake

__all__ = [
    "AsyncBrowser",
    "BlockedByCORS",
    "Browser",
    "Exchange",
    "FetchError",
    "Handshake",
    "Headers",
    "Response",
    "assert_allowed",
    "assert_blocked",
]

_MODULES = {
    "AsyncBrowser": "browser",
    "BlockedByCORS": "blocked",
    "Browser": "browser",
    "Exchange": "exchange",
    "FetchError": "blocked",
    "Handshake": "websocket",
    "Headers": "headers",
    "Response": "response",
    "assert_allowed": "assertions",
    "assert_blocked": "assertions",
}


def __getattr__(name: str) -> object:
    """Import a name on its first use: pytest imports this package at every start, for its plugin."""
    if name in _MODULES:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
