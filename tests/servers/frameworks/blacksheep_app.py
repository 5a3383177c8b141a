"""BlackSheep."""

from collections.abc import AsyncIterator
from contextlib import suppress

from blacksheep import Application, Content, Cookie, Request, Response, StreamedContent, WebSocket
from blacksheep.server.routing import Router
from blacksheep.server.websocket import WebSocketDisconnectError

from tests.servers.contract import COOKIES, HEADERS, chunks, with_cors


def application(prefix: str) -> Application:
    # Each with a router of its own: else all the applications of a process share one.
    app = Application(router=Router())

    @app.router.post(f"{prefix}/echo")
    async def echo(request: Request) -> Response:
        # ASGI wants names in lower case, and BlackSheep sends them as they are given.
        headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
        response = Response(200, headers, Content(b"text/plain", await request.read() or b""))
        for name, value in COOKIES.items():
            response.set_cookie(Cookie(name, value))
        return response

    @app.router.get(f"{prefix}/stream")
    async def stream() -> Response:
        async def content() -> AsyncIterator[bytes]:
            async for chunk in chunks("blacksheep"):
                yield chunk

        return Response(200, None, StreamedContent(b"text/plain", content))

    @app.router.ws(f"{prefix}/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnectError):
            while True:
                await websocket.send_text(await websocket.receive_text())

    return app


def plain() -> Application:
    return application("/blacksheep")


# BlackSheep's middleware is not of ASGI's shape, but it mounts ASGI applications.
def added() -> Application:
    parent = Application(router=Router())
    parent.mount("/blacksheep", with_cors(application("")))
    return parent
