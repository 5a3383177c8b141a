"""An application that responds with the path that it got, behind a middleware with `paths`."""

from __future__ import annotations

from typing import Any

from fastcors import CORSMiddleware, Policy


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Respond to a request with `path` and `raw_path` of its scope."""
    if scope["type"] != "http":
        return
    seen = f"{scope['path']!r} {scope.get('raw_path')!r}".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(seen)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": seen})


POLICY = Policy(
    allow_origins=["https://outside.example"],
    paths={
        "/public": Policy(allow_origins=["https://public.example"]),
        "/internal": Policy(allow_origins=["https://internal.example"]),
        "/none": None,
    },
)
app = CORSMiddleware(echo, policy=POLICY)
