"""An ASGI application of any kind, with the middleware around it.

Run it with: uvicorn --app-dir examples wrapped:app
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastcors import CORSMiddleware

Message = MutableMapping[str, Any]


async def application(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Respond to every HTTP request. An application of any framework can take its place."""
    if scope["type"] != "http":
        raise NotImplementedError(f"this application does not handle {scope['type']}")
    headers = [(b"content-type", b"text/plain"), (b"x-total", b"3")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"3 orders"})


app = CORSMiddleware(
    application,
    allow_origins=["https://*.example.com", "http://localhost:*"],
    expose_headers=["X-Total"],
)
