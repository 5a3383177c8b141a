"""Starlette."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from fastcors import CORSMiddleware
from tests.servers.contract import COOKIES, HEADERS, POLICY, chunks


async def echo(request: Request) -> Response:
    response = Response(await request.body(), headers=HEADERS)
    for name, value in COOKIES.items():
        response.set_cookie(name, value)
    return response


async def stream(request: Request) -> StreamingResponse:
    return StreamingResponse(chunks("starlette"))


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


ROUTES = [
    Route("/starlette/echo", echo, methods=["POST"]),
    Route("/starlette/stream", stream),
    WebSocketRoute("/starlette/socket", socket),
]


def plain() -> Starlette:
    return Starlette(routes=ROUTES)


def added() -> Starlette:
    return Starlette(routes=ROUTES, middleware=[Middleware(CORSMiddleware, **POLICY)])
