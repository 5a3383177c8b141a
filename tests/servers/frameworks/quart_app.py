"""Quart."""

from collections.abc import AsyncIterator

from quart import Quart, Response, request, websocket

from tests.servers.contract import COOKIES, HEADERS, chunks, with_cors


def plain() -> Quart:
    app = Quart(__name__)

    @app.post("/quart/echo")
    async def echo() -> Response:
        response = Response(await request.get_data(), headers=HEADERS)
        for name, value in COOKIES.items():
            response.set_cookie(name, value)
        return response

    @app.get("/quart/stream")
    async def stream() -> AsyncIterator[bytes]:
        return chunks("quart")

    @app.websocket("/quart/socket")
    async def socket() -> None:
        while True:
            await websocket.send(await websocket.receive())

    return app


def added() -> Quart:
    app = plain()
    # Quart types the method by its own scopes.
    app.asgi_app = with_cors(app.asgi_app)  # type: ignore[method-assign,assignment]
    return app
