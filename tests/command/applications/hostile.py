"""An application that sends what a terminal would obey."""

from __future__ import annotations

from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Respond with control characters in a header."""
    headers = [(b"access-control-allow-origin", b"\x9b31m\x1b[2J https://a.example")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
