"""FastAPI with CORS as the outermost layer: around errors and authentication.

Run it with: fastapi run examples/outermost_fastapi.py
"""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

import fastcors

app = FastAPI()
cors = fastcors.install(
    app,
    allow_origins=["https://app.example.com"],
    allow_headers=["Authorization"],
)


@app.middleware("http")
async def authenticate(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    if request.headers.get("Authorization") != "Bearer secret":
        return PlainTextResponse("who are you?", 401)
    return await call_next(request)


@app.get("/orders")
async def orders() -> int:
    return 3


@app.get("/broken")
async def broken() -> None:
    raise LookupError("no such order")
