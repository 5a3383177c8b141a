"""The application that a server is started with, which asks a function about origins."""

from __future__ import annotations

import json
from typing import Any

import anyio

from fastcors import CORSMiddleware, cached


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Respond with the counts of the middleware, and accept every handshake.

    The path of a request sets the timeout for those that follow.
    """
    if scope["type"] == "lifespan":
        for what in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{what}.complete"})
        return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        return
    # Whatever else the machine does: only what hangs takes so long.
    app.origin_func_timeout = 0.01 if scope["path"] == "/short" else 60
    body = json.dumps({"stats": app.stats(), "cache": is_tenant.info()}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@cached
async def is_tenant(origin: str, scope: Any) -> bool:
    """Whether an origin is a tenant's; it hangs for one of them."""
    await anyio.sleep(3600 if origin == "https://hangs.example" else 0.001)
    return origin == "https://tenant.example"


app = CORSMiddleware(
    application,
    ["https://app.example.com"],
    allow_origin_func=is_tenant,
    origin_func_timeout=60,
    enforce=True,
)
