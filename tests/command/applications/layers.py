"""Applications whose layers are found in different places."""

from __future__ import annotations

import functools
from typing import Any

from fastapi import APIRouter, FastAPI
from litestar import Litestar
from litestar.middleware import DefineMiddleware
from quart import Quart
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware as StarletteCORS
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Host, Mount, Route, Router

import fastcors
from fastcors import CORSMiddleware, Policy

ORIGINS = ["https://app.example.com"]
WRONG = ["https://app.example.com/"]


class Limit(BaseHTTPMiddleware):
    """Responds by itself."""

    async def dispatch(self, request: Any, call_next: Any) -> Response:
        """Reject some requests."""
        if "x-limited" in request.headers:
            return JSONResponse({"detail": "too many requests"}, 429)
        response: Response = await call_next(request)
        return response


class Logging:
    """Passes everything on."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Look at each message."""

        async def seen(message: Any) -> None:
            if message["type"] == "http.response.start":
                print(message["status"])
            await send(message)

        await self.app(scope, receive, seen)


def endpoint(request: Any) -> Response:
    """Respond."""
    return Response("ok")


wrapped = Logging(CORSMiddleware(Starlette(), allow_origins=WRONG))
with_policy = Starlette(
    middleware=[Middleware(CORSMiddleware, policy=Policy(allow_origins=ORIGINS))]
)
by_position = Starlette(middleware=[Middleware(CORSMiddleware, WRONG)])
partial = Starlette(middleware=[Middleware(functools.partial(CORSMiddleware, allow_origins=WRONG))])
starlette_instance = StarletteCORS(
    Starlette(),
    allow_origins=WRONG,
    allow_methods=["*"],
    allow_headers=["X-Token"],
    expose_headers=["X-Total"],
    max_age=60,
)
in_mount = Starlette(
    routes=[Mount("/v1", Starlette(), middleware=[Middleware(CORSMiddleware, allow_origins=WRONG)])]
)
in_router = Starlette(
    routes=[
        Mount("/v1", Router(middleware=[Middleware(CORSMiddleware, allow_origins=WRONG)])),
    ]
)
in_route = Starlette(
    routes=[
        Route("/one", endpoint, middleware=[Middleware(CORSMiddleware, allow_origins=WRONG)]),
    ]
)
in_host = Starlette(
    routes=[
        Host(
            "api.example.com",
            Starlette(middleware=[Middleware(CORSMiddleware, allow_origins=WRONG)]),
        ),
    ]
)
anything: Any = CORSMiddleware
router = APIRouter()
router.mount("/v1", in_mount_of_router := FastAPI())
in_mount_of_router.add_middleware(CORSMiddleware, allow_origins=WRONG)
in_included = FastAPI()
in_included.include_router(router, prefix="/api")
many = Starlette(
    middleware=[
        Middleware(
            CORSMiddleware, allow_origins=[f"https://{number}.example.com/" for number in range(12)]
        )
    ]
)
invalid = Starlette(middleware=[Middleware(CORSMiddleware, allow_origin_regex="https://(")])
below_paths = Starlette(
    middleware=[
        Middleware(
            CORSMiddleware,
            allow_origins=ORIGINS,
            paths={"/public": Policy(allow_origins=WRONG), "/internal": None},
        )
    ]
)
litestar = Litestar(
    middleware=[DefineMiddleware(anything, allow_origins=WRONG)], logging_config=None
)
quart = Quart("quart")
quart.asgi_app = anything(quart.asgi_app, allow_origins=WRONG)  # type: ignore[method-assign]

limited = FastAPI()
limited.add_middleware(CORSMiddleware, allow_origins=ORIGINS)
limited.add_middleware(Limit)
logged = FastAPI()
logged.add_middleware(CORSMiddleware, allow_origins=ORIGINS)
logged.add_middleware(Logging)
logged.add_middleware(GZipMiddleware)
inside = FastAPI()
inside.add_middleware(Limit)
inside.add_middleware(CORSMiddleware, allow_origins=ORIGINS)
installed = FastAPI()
installed.add_middleware(Limit)
fastcors.install(installed, allow_origins=ORIGINS)

twice = FastAPI()
twice.add_middleware(CORSMiddleware, allow_origins=ORIGINS)
twice.add_middleware(CORSMiddleware, allow_origins=["https://other.example.com"])
alike = FastAPI()
alike.add_middleware(CORSMiddleware, allow_origins=ORIGINS)
alike.add_middleware(StarletteCORS, allow_origins=ORIGINS)


class Own(CORSMiddleware):
    """Allows what a database says."""

    def is_allowed_origin(self, origin: str) -> bool:
        """Allow nothing."""
        return False


own = Starlette(middleware=[Middleware(Own)])


async def failing(scope: Any, receive: Any, send: Any) -> None:
    """Fail to start."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "there is no database"})


def create() -> FastAPI:
    """Return an application."""
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=WRONG)
    return app
