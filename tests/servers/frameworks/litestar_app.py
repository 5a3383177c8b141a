"""Litestar."""

from typing import Any

from litestar import Litestar, Request, Response, WebSocket, get, post, websocket
from litestar.datastructures import Cookie
from litestar.middleware import DefineMiddleware
from litestar.response import Stream

from fastcors import CORSMiddleware
from tests.servers.contract import COOKIES, HEADERS, POLICY, chunks


@post("/litestar/echo", status_code=200)
async def echo(request: Request[Any, Any, Any]) -> Response[bytes]:
    cookies = [Cookie(name, value=value) for name, value in COOKIES.items()]
    return Response(await request.body(), headers=HEADERS, cookies=cookies)


@get("/litestar/stream")
async def stream() -> Stream:
    return Stream(chunks("litestar"))


@websocket("/litestar/socket")
async def socket(socket: WebSocket[Any, Any, Any]) -> None:
    await socket.accept()
    async for text in socket.iter_data("text"):
        await socket.send_text(text)


def plain() -> Litestar:
    return Litestar([echo, stream, socket])


def added() -> Litestar:
    # Litestar's types take no middleware but by its own scopes.
    middleware: Any = DefineMiddleware(CORSMiddleware, **POLICY)  # type: ignore[arg-type]
    return Litestar([echo, stream, socket], middleware=[middleware])
