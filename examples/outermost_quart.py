"""Quart with CORS as the outermost layer: around errors and authentication.

Run it with: uvicorn --app-dir examples outermost_quart:app
"""

from typing import Any

from quart import Quart, request

from fastcors import CORSMiddleware

app = Quart(__name__)


@app.before_request
async def authenticate() -> tuple[str, int] | None:
    if request.headers.get("Authorization") != "Bearer secret":
        return "who are you?", 401
    return None


@app.get("/orders")
async def orders() -> str:
    return "3"


@app.get("/broken")
async def broken() -> str:
    raise LookupError("no such order")


# `app` stays the same object. The type of `asgi_app` knows only Quart's own scopes.
quart: Any = app
quart.asgi_app = CORSMiddleware(
    quart.asgi_app,
    allow_origins=["https://app.example.com"],
    allow_headers=["Authorization"],
)
