"""FastAPI."""

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import StreamingResponse

from fastcors import CORSMiddleware
from tests.servers.contract import COOKIES, HEADERS, POLICY, chunks


def plain() -> FastAPI:
    app = FastAPI()

    @app.post("/fastapi/echo")
    async def echo(request: Request) -> Response:
        response = Response(await request.body(), headers=HEADERS)
        for name, value in COOKIES.items():
            response.set_cookie(name, value)
        return response

    @app.get("/fastapi/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(chunks("fastapi"))

    @app.websocket("/fastapi/socket")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text)

    return app


def added() -> FastAPI:
    app = plain()
    app.add_middleware(CORSMiddleware, **POLICY)
    return app
