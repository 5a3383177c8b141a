"""Applications of both frameworks that respond in every way, the same in each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fastapi
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from tests.exchange import ORIGIN

HEADERS = {"Origin": ORIGIN}
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
BODY_LIMIT = 100


async def home(request: Request) -> Response:
    return PlainTextResponse("home" if request.app is request.scope["app"] else "elsewhere")


async def boom(request: Request) -> Response:
    raise LookupError("unhandled")


async def forbidden(request: Request) -> Response:
    raise HTTPException(403)


async def upload(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


def routes() -> list[Any]:
    return [
        Route("/", home),
        Route("/boom", boom),
        Route("/forbidden", forbidden),
        Route("/upload", upload, methods=["POST"]),
        WebSocketRoute("/echo", echo),
    ]


def starlette_app(**options: Any) -> Any:
    return Starlette(routes=routes(), max_body_size=BODY_LIMIT, **options)


def fastapi_app(**options: Any) -> Any:
    app = fastapi.FastAPI(routes=routes(), max_body_size=BODY_LIMIT, **options)

    @app.get("/items/{number}")
    async def item(number: int) -> int:
        return number

    return app


# An application's attributes are replaced by all sorts of things.
Make = Callable[..., Any]
FRAMEWORKS: dict[str, Make] = {"starlette": starlette_app, "fastapi": fastapi_app}


class Gate:
    """A middleware that responds itself, as those for authentication and rate limits do."""

    seen: list[str]

    def __init__(self, app: ASGIApp, seen: list[str] | None = None) -> None:
        self.app = app
        self.seen = [] if seen is None else seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        responses = {
            "/login": PlainTextResponse("who are you?", 401),
            "/fast": PlainTextResponse("slow down", 429),
            "/moved": RedirectResponse("https://elsewhere.example/", 307),
        }
        self.seen.append(scope.get("method", scope["type"]))
        last = scope.get("path", "").rpartition("/")[2]
        await responses.get(f"/{last}", self.app)(scope, receive, send)


class Broken:
    """A middleware that fails."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/broken":
            raise LookupError("in a middleware")
        await self.app(scope, receive, send)


def client(app: Any) -> TestClient:
    """Return a client that gets the response to an unhandled error, as a browser does."""
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def cors_of(response: Any) -> list[str]:
    """Return the values of Access-Control-Allow-Origin."""
    values: list[str] = response.headers.get_list("access-control-allow-origin")
    return values
