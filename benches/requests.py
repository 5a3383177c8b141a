"""The application, the requests and the middlewares that are measured."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any

from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import CORSMiddleware

App = Callable[..., Awaitable[None]]

ALLOWED = "https://app.example.com"
REJECTED = "https://untrusted.example"
BODY = b'{"hello":"world"}'

# What Chromium sends with a fetch(), thirteen lines.
BROWSER_LINES = [
    (b"host", b"api.example.com"),
    (b"connection", b"keep-alive"),
    (b"sec-ch-ua", b'"Chromium";v="140", "Not=A?Brand";v="24"'),
    (b"accept", b"application/json"),
    (b"sec-ch-ua-mobile", b"?0"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0"),
    (b"sec-ch-ua-platform", b'"Linux"'),
    (b"sec-fetch-site", b"cross-site"),
    (b"sec-fetch-mode", b"cors"),
    (b"sec-fetch-dest", b"empty"),
    (b"referer", b"https://app.example.com/"),
    (b"accept-encoding", b"gzip, deflate, br, zstd"),
    (b"accept-language", b"en-US,en;q=0.9"),
]


def _scope(method: str, *lines: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": "/", "headers": [*BROWSER_LINES, *lines]}


REQUESTS = {
    "without Origin": _scope("GET"),
    "allowed": _scope("GET", (b"origin", ALLOWED.encode())),
    "rejected": _scope("GET", (b"origin", REJECTED.encode())),
    "preflight": _scope(
        "OPTIONS",
        (b"origin", ALLOWED.encode()),
        (b"access-control-request-method", b"PUT"),
        (b"access-control-request-headers", b"content-type,x-token"),
    ),
}

COMMON: dict[str, Any] = {
    "allow_methods": ["*"],
    "allow_headers": ["X-Token"],
    "allow_credentials": True,
}
POLICIES: dict[str, dict[str, Any]] = {
    "two origins": {"allow_origins": [ALLOWED, "https://admin.example.com"]},
    "a regular expression": {"allow_origin_regex": r"https://[a-z]+\.example\.com"},
    "10,000 origins": {
        "allow_origins": [ALLOWED, *(f"https://tenant-{n}.example.com" for n in range(9_999))]
    },
}


# What a server also puts into a scope.
SERVER: dict[str, Any] = {
    "asgi": {"version": "3.0", "spec_version": "2.3"},
    "http_version": "1.1",
    "scheme": "http",
    "root_path": "",
    "raw_path": b"/",
    "query_string": b"",
    "client": ("127.0.0.1", 50_000),
    "server": ("127.0.0.1", 8000),
}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Respond with 17 bytes of JSON."""
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-length", b"17"), (b"content-type", b"application/json")],
        }
    )
    await send({"type": "http.response.body", "body": BODY})


def middlewares(policy: str) -> dict[str, App]:
    """Return the bare application, and the same behind each middleware."""
    options = {**COMMON, **POLICIES[policy]}
    return {
        "no middleware": application,
        "Starlette": Starlette(application, **options),
        "fastcors": CORSMiddleware(application, **options),
    }


async def receive() -> dict[str, Any]:
    """Return an empty body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def discard(message: Any) -> None:
    """Take a message, as cheaply as can be."""


def request(app: App, scope: dict[str, Any]) -> None:
    """Run one request to its end without an event loop: nothing in it waits."""
    coroutine: Generator[Any, None, None] = app(scope, receive, discard)  # type: ignore[assignment]
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("the application waits")


def response(app: App, scope: dict[str, Any]) -> list[Any]:
    """Return the messages of the response to one request."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append({**message, "headers": list(message.get("headers", ()))})

    try:
        app(scope, receive, send).send(None)  # type: ignore[attr-defined]
    except StopIteration:
        return messages
    raise AssertionError("the application waits")
