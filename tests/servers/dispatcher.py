"""One ASGI application in front of those of all frameworks: it looks only at the path's first segment."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from .contract import release

FRAMEWORKS = ["blacksheep", "django", "falcon", "fastapi", "litestar", "quart", "starlette"]


def applications(kind: str) -> dict[str, Any]:
    """Make the application of each framework, ``"plain"`` or with the middleware ``"added"``."""
    return {
        name: getattr(import_module(f"tests.servers.frameworks.{name}_app"), kind)()
        for name in FRAMEWORKS
    }


class Dispatcher:
    """Hands each request on as it is, to the application that its path names.

    ``GET /started`` tells whether the server's lifespan events came here, ``POST /release/<name>``
    lets a stream go on.
    """

    def __init__(self, applications: Mapping[str, Any]) -> None:
        self.applications = applications
        self.started = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        name, *rest = scope["path"].strip("/").split("/")
        if name in self.applications:
            await self.applications[name](scope, receive, send)
            return
        if name == "release":
            release(rest[0])
        body = b"started" if self.started else b"never started"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def live(self, receive: Any, send: Any) -> None:
        while (await receive())["type"] == "lifespan.startup":
            self.started = True
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
