"""The applications that the servers run.

One behind each middleware and behind none, and one that sends the very same bytes without a middleware.
"""

from __future__ import annotations

from typing import Any

from starlette.middleware.cors import CORSMiddleware as Starlette

from benches.requests import ALLOWED, BODY, COMMON, POLICIES, REQUESTS, response
from fastcors import CORSMiddleware

OPTIONS = {**COMMON, **POLICIES["two origins"]}
LINES = [(b"content-length", b"17"), (b"content-type", b"application/json")]


async def _actual(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [*LINES]})
    await send({"type": "http.response.body", "body": BODY})


PREFLIGHT = response(Starlette(_actual, **OPTIONS), REQUESTS["preflight"])[0]["headers"]
ACTUAL = response(Starlette(_actual, **OPTIONS), REQUESTS["allowed"])[0]["headers"]


async def plain(scope: Any, receive: Any, send: Any) -> None:
    """Respond as an application that knows nothing of CORS."""
    await _actual(scope, receive, send)


async def same_bytes(scope: Any, receive: Any, send: Any) -> None:
    """Respond with the bytes that a middleware sends, constant, without any middleware.

    Nothing that adds these headers can be faster: what this loses against `plain` is what the server
    takes to send the longer response.
    """
    if scope["method"] == "OPTIONS":
        await send({"type": "http.response.start", "status": 200, "headers": [*PREFLIGHT]})
        await send({"type": "http.response.body", "body": b"OK"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [*ACTUAL]})
        await send({"type": "http.response.body", "body": BODY})


starlette = Starlette(plain, **OPTIONS)
fastcors = CORSMiddleware(plain, **OPTIONS)

ACTUAL_LINES = {"Origin": ALLOWED}
PREFLIGHT_LINES = {
    "Origin": ALLOWED,
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "content-type,x-token",
}
