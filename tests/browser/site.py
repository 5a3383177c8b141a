"""A server that notes what its application ran, with enforcement and without.

- ``GET /page?html=…&policy=…``: that page, with that Referrer-Policy
- ``GET /ran``: what ran, as JSON: methods and paths, ``WS`` for a WebSocket
- anything else is noted and gets ``secret``; a WebSocket is accepted, and sends it
"""

import json
from typing import Any
from urllib.parse import parse_qs

from fastcors import CORSMiddleware


class Site:
    """The application."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            self.ran.append(f"WS {scope['path']}")
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": "secret"})
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            return
        body, headers = b"secret", [(b"content-type", b"text/html")]
        if scope["path"] == "/page":
            query = parse_qs(scope["query_string"].decode())
            body = query["html"][0].encode()
            headers.append(
                (
                    b"referrer-policy",
                    query.get("policy", ["no-referrer-when-downgrade"])[0].encode(),
                )
            )
        elif scope["path"] == "/ran":
            body = json.dumps(self.ran).encode()
        else:
            self.ran.append(f"{scope['method']} {scope['path']}")
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


OPTIONS: Any = {
    "allow_origins": ["http://friend.test:*"],
    "allow_methods": ["GET", "POST"],
    # The tests ask for what ran by the address.
    "hosts": ["localhost", "own.test", "127.0.0.1"],
}
plain = Site()
enforced = CORSMiddleware(Site(), enforce=True, **OPTIONS)
isolated = CORSMiddleware(Site(), enforce="isolate", **OPTIONS)
