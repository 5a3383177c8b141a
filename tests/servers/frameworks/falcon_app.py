"""Falcon."""

from contextlib import suppress

from falcon import WebSocketDisconnected
from falcon.asgi import App, Request, Response, WebSocket

from fastcors import CORSMiddleware
from tests.servers.contract import COOKIES, HEADERS, chunks, with_cors


class Echo:
    async def on_post(self, request: Request, response: Response) -> None:
        response.data = await request.bounded_stream.read()
        response.set_headers(HEADERS)
        for name, value in COOKIES.items():
            response.set_cookie(name, value)


class Stream:
    async def on_get(self, request: Request, response: Response) -> None:
        response.stream = chunks("falcon")


class Socket:
    async def on_websocket(self, request: Request, websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnected):
            while True:
                await websocket.send_text(await websocket.receive_text())


def plain() -> App[Request, Response]:
    app = App()
    app.add_route("/falcon/echo", Echo())
    app.add_route("/falcon/stream", Stream())
    app.add_route("/falcon/socket", Socket())
    return app


# Falcon's middleware is not of ASGI's shape: the application is wrapped.
def added() -> CORSMiddleware:
    return with_cors(plain())
