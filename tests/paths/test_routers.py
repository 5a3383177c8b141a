"""No spelling of a path gets a permission from real routers that the path's own policy does not give.

Each application has one page below `/public` and one below `/internal`, and each policy allows an origin of its own.
Whatever page a router chooses for a path, its response may allow that page's origin or none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import blacksheep
import falcon.asgi
import pytest
from fastapi import FastAPI
from litestar import Litestar, get
from quart import Quart
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from fastcors import CORSMiddleware, Policy

ORIGINS = {name: f"https://{name}.example" for name in ("public", "internal", "outside")}
POLICY = Policy(
    allow_origins=[ORIGINS["outside"]],
    paths={
        "/public": Policy(allow_origins=[ORIGINS["public"]]),
        "/internal": Policy(allow_origins=[ORIGINS["internal"]]),
    },
)
PAGES = ("public", "internal")


class Sent(NamedTuple):
    """A request as a server hands it on: `path`, `raw_path` and `root_path` of its scope."""

    path: str
    raw_path: str | None = None
    root_path: str = ""


ODD = [
    Sent("//internal/x"),
    Sent("/internal//x"),
    Sent("///internal///x"),
    Sent("/public/../internal/x"),
    Sent("/public/./x"),
    Sent("/public//../internal/x"),
    Sent("/public/..\\internal/x"),
    Sent("/INTERNAL/x"),
    Sent("/Public/x"),
    Sent("/internal/x/"),
    Sent("/internal/x", "/internal%2Fx"),
    Sent("/internal/x", "/%69nternal/x"),
    Sent("/public/api/internal/x", None, "/api"),
    Sent("/apiinternal/x", None, "/api"),
    Sent("/api/internal/x", None, "/api"),
    Sent("/api/internal/x", None, "/api/"),
    Sent("/internal/x", None, "/api"),
    Sent("http://api.example.com/internal/x"),
    Sent("internal/x"),
    Sent("/internal;v=1/x"),
    Sent("/%69nternal/x"),
    Sent("/internal\0/x"),
    Sent("/internal./x"),
    Sent("/internal /x"),
    Sent("/internal\n/x"),
    Sent("/internal"),
    Sent("/internal\n"),
    Sent("/public\n"),
]


def starlette_app(directory: Path) -> Any:
    return Starlette(
        routes=[Route(f"/{page}{end}", responding(page)) for page in PAGES for end in ("", "/x")]
    )


def mounted_app(directory: Path) -> Any:
    mounts = [
        Mount(f"/{page}", Starlette(routes=[Route("/x", responding(page))])) for page in PAGES
    ]
    return Starlette(routes=mounts)


def responding(page: str) -> Callable[[Any], Any]:
    async def respond(request: Any) -> PlainTextResponse:
        return PlainTextResponse(page)

    return respond


def static_app(directory: Path) -> Any:
    for page in PAGES:
        (directory / page).mkdir()
        (directory / page / "x").write_text(page)
    return Starlette(routes=[Mount("/", StaticFiles(directory=directory))])


def fastapi_app(directory: Path) -> Any:
    app = FastAPI()
    app.get("/public/x")(lambda: "public")
    app.get("/internal/x")(lambda: "internal")
    return app


def litestar_app(directory: Path) -> Any:
    @get("/public/x", sync_to_thread=False)
    def public() -> str:
        return "public"

    @get("/internal/x", sync_to_thread=False)
    def internal() -> str:
        return "internal"

    return Litestar([public, internal], openapi_config=None, logging_config=None)


def quart_app(directory: Path) -> Any:
    app = Quart(__name__)

    async def public() -> str:
        return "public"

    async def internal() -> str:
        return "internal"

    app.get("/public/x")(public)
    app.get("/internal/x")(internal)
    return app


def blacksheep_app(directory: Path) -> Any:
    app = blacksheep.Application()

    async def public() -> str:
        return "public"

    async def internal() -> str:
        return "internal"

    app.router.get("/public/x")(public)
    app.router.get("/internal/x")(internal)
    asyncio.run(app.start())  # type: ignore[no-untyped-call]
    return app


class Page:
    """A page of Falcon's."""

    def __init__(self, text: str) -> None:
        self.text = text

    async def on_get(self, request: Any, response: Any) -> None:
        response.text = self.text


def falcon_app(directory: Path) -> Any:
    app = falcon.asgi.App()
    for page in PAGES:
        app.add_route(f"/{page}/x", Page(page))
    return app


# What each router gives for the odd paths that it takes for /internal/x or /public/x. A router of another version
# may take others; the test is about any of them.
APPLICATIONS: dict[str, tuple[Callable[[Path], Any], set[Sent]]] = {
    "starlette": (
        starlette_app,
        {Sent("/api/internal/x", None, "/api"), Sent("/internal\n"), Sent("/public\n")},
    ),
    "mounted": (mounted_app, {Sent("/api/internal/x", None, "/api")}),
    "static files": (
        static_app,
        {Sent("//internal/x"), Sent("/internal//x"), Sent("/public/../internal/x")},
    ),
    "fastapi": (fastapi_app, {Sent("/api/internal/x", None, "/api")}),
    "litestar": (
        litestar_app,
        {
            Sent("//internal/x"),
            Sent("/internal//x"),
            Sent("internal/x"),
            Sent("/public/api/internal/x", None, "/api"),
            Sent("/apiinternal/x", None, "/api"),
        },
    ),
    "quart": (
        quart_app,
        {Sent("//internal/x"), Sent("http://api.example.com/internal/x"), Sent("internal/x")},
    ),
    "blacksheep": (blacksheep_app, {Sent("/INTERNAL/x"), Sent("/Public/x")}),
    "falcon": (falcon_app, {Sent("//internal/x"), Sent("internal/x")}),
}


def response_to(app: Any, request: Sent, origin: str) -> tuple[bytes, str | None]:
    """Return the body of a response, and the origin that it allows."""
    messages: list[Any] = []
    bodies = iter([{"type": "http.request", "body": b"", "more_body": False}])

    responded = asyncio.Event()

    async def receive() -> Any:
        for body in bodies:
            return body
        await responded.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            responded.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": request.path,
        "raw_path": (request.raw_path or request.path).encode(),
        "root_path": request.root_path,
        "query_string": b"",
        "headers": [(b"host", b"api.example.com"), (b"origin", origin.encode())],
        "server": ("api.example.com", 80),
        "client": ("127.0.0.1", 1),
    }
    try:
        asyncio.run(app(scope, receive, send))
    except Exception:  # a path that a framework cannot read
        return b"", None
    lines = dict(messages[0]["headers"])
    allowed = lines.get(b"access-control-allow-origin")
    body = b"".join(m.get("body", b"") for m in messages if m["type"] == "http.response.body")
    return body.strip(b'"'), None if allowed is None else allowed.decode()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", APPLICATIONS)
def test_no_spelling_gets_more_from_a_router_than_the_policy_of_the_page(
    name: str, tmp_path: Path
) -> None:
    make, taken = APPLICATIONS[name]
    app = CORSMiddleware(make(tmp_path), policy=POLICY)
    seen: set[Sent] = set()
    for request in ODD:
        for origin in ORIGINS.values():
            body, allowed = response_to(app, request, origin)
            page = body.decode("utf-8", "replace")
            if page in PAGES:
                seen.add(request)
                assert allowed in (None, ORIGINS[page]), (request, page, allowed)
    # The test means something only if the router does take odd paths for the pages.
    assert taken <= seen


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_plain_path_gets_what_its_policy_gives(name: str, tmp_path: Path) -> None:
    app = CORSMiddleware(APPLICATIONS[name][0](tmp_path), policy=POLICY)
    for page in PAGES:
        for origin in ORIGINS.values():
            expected = origin if origin == ORIGINS[page] else None
            assert response_to(app, Sent(f"/{page}/x"), origin) == (page.encode(), expected)
