"""A server that serves the same policies with Starlette's responses and with minimal ones.

- ``GET /page``: an empty page
- ``GET /preflights``: how many preflights each middleware has got, as JSON
- ``/<responses>/<policy>/…``: the application behind that policy
"""

import json
from typing import Any, Literal

from fastcors import CORSMiddleware

POLICIES: dict[str, dict[str, Any]] = {
    "listed": {
        "allow_origins": ["http://a.test:*"],
        "allow_methods": ["GET", "POST", "PUT"],
        "allow_headers": ["X-Token"],
        "allow_credentials": True,
        "expose_headers": ["X-Total"],
    },
    "any": {
        "allow_origins": ["*"],
        "allow_methods": ["*"],
        "allow_headers": ["*"],
        "expose_headers": ["X-Total", "Content-Type"],
    },
    "any-few": {
        "allow_origins": ["*"],
        "allow_methods": ["GET", "PATCH"],
        "allow_headers": ["Authorization"],
    },
    "any-credentials": {
        "allow_origins": ["*"],
        "allow_methods": ["*"],
        "allow_headers": ["*"],
        "allow_credentials": True,
        "accept": ["origin-any-with-credentials"],
    },
    "subdomains": {
        "allow_origins": ["http://*.a.test:*"],
        "allow_methods": ["GET", "DELETE"],
        "allow_headers": ["*"],
        "expose_headers": ["*"],
        "max_age": 0,
    },
    "regex": {
        "allow_origin_regex": r"http://[ab]\.test:[0-9]+",
        "allow_methods": ["PUT", "PURGE"],
        "max_age": 5,
    },
}
Style = Literal["starlette", "minimal"]
STYLES: tuple[Style, ...] = ("starlette", "minimal")


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Respond to everything."""
    headers = [(b"content-type", b"text/plain"), (b"x-total", b"1"), (b"x-page", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"secret"})


MIDDLEWARES = {
    (style, name): CORSMiddleware(application, **options, responses=style)
    for style in STYLES
    for name, options in POLICIES.items()
}


async def site(scope: Any, receive: Any, send: Any) -> None:
    """Hand a request on to the middleware that its path names."""
    assert scope["type"] == "http"
    style, _, rest = scope["path"].removeprefix("/").partition("/")
    name = rest.partition("/")[0]
    middleware = MIDDLEWARES.get((style, name))
    if middleware is not None:
        await middleware(scope, receive, send)
        return
    body = b"<!doctype html>"
    if style == "preflights":
        counts = {"/".join(key): each.stats()["preflights"] for key, each in MIDDLEWARES.items()}
        body = json.dumps(counts).encode()
    headers = [(b"content-type", b"text/html")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
