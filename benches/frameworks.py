"""One application for each framework that has CORS of its own: without it, or with it.

All respond to GET and PUT of `/` with the same 17 bytes of JSON, and their policy says what that of the
benchmarks' other applications says, as far as it can.
"""

import asyncio
import time
from typing import Any, Protocol

from benches.requests import BODY, COMMON, POLICIES, SERVER, App
from benches.timing import Batch


class Framework(Protocol):
    """Makes an application that is started, with its framework's own CORS or without any."""

    async def __call__(self, *, own: bool) -> App:
        """Make it."""


ORIGINS: list[str] = POLICIES["two origins"]["allow_origins"]
METHODS = ["GET", "PUT"]
HEADERS = ["Content-Type", "X-Token"]
OPTIONS: dict[str, Any] = {**COMMON, "allow_origins": ORIGINS}

# What a framework's own CORS does differently, if that changes the time.
NOTES = {
    "BlackSheep": "looks for the route a second time, and rejects an untrusted origin itself",
    "Falcon": "checks neither methods nor headers; a preflight goes through the router",
    "Litestar": "sends no Vary where the request has no Origin",
    "Quart": "leaves a preflight to the router's response to OPTIONS",
    "Starlette": "the middleware that fastcors stands in for, in the same place",
}


async def starlette(*, own: bool) -> App:
    """Make it with Starlette."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.cors import CORSMiddleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def home(request: Request) -> Response:
        return Response(BODY, media_type="application/json")

    middleware = [Middleware(CORSMiddleware, **OPTIONS)] if own else []
    return Starlette(routes=[Route("/", home, methods=METHODS)], middleware=middleware)


async def litestar(*, own: bool) -> App:
    """Make it with Litestar."""
    from litestar import HttpMethod, Litestar, MediaType, route
    from litestar.config.cors import CORSConfig

    @route("/", http_method=[HttpMethod.GET, HttpMethod.PUT], media_type=MediaType.JSON)
    async def home() -> bytes:
        return BODY

    config = CORSConfig(
        allow_origins=ORIGINS,
        allow_methods=["GET", "PUT"],
        allow_headers=HEADERS,
        allow_credentials=True,
    )
    return Litestar(
        [home], cors_config=config if own else None, openapi_config=None, logging_config=None
    )


async def blacksheep(*, own: bool) -> App:
    """Make it with BlackSheep."""
    from blacksheep import Application, Content, Response
    from blacksheep.server.routing import Router

    app = Application(router=Router())

    @app.router.route("/", methods=METHODS)
    async def home() -> Response:
        return Response(200, None, Content(b"application/json", BODY))

    if own:
        app.use_cors(
            allow_origins=ORIGINS,
            allow_methods=METHODS,
            allow_headers=HEADERS,
            allow_credentials=True,
            max_age=600,
        )
    await app.start()  # type: ignore[no-untyped-call]
    return app


async def quart(*, own: bool) -> App:
    """Make it with Quart, and Quart-CORS."""
    from quart import Quart, Response
    from quart_cors import cors

    app = Quart(__name__)

    @app.route("/", methods=METHODS)
    async def home() -> Response:
        return Response(BODY, content_type="application/json")

    if own:
        app = cors(
            app,
            allow_origin=ORIGINS,
            allow_methods=METHODS,
            allow_headers=HEADERS,
            allow_credentials=True,
            max_age=600,
        )
    await app.startup()
    return app


async def falcon(*, own: bool) -> App:
    """Make it with Falcon."""
    from falcon import CORSMiddleware
    from falcon.asgi import App as Falcon
    from falcon.asgi import Request, Response

    class Home:
        async def on_get(self, _: Request, response: Response) -> None:
            response.data = BODY

        on_put = on_get

    middleware: list[Any] = [CORSMiddleware(allow_origins=ORIGINS, allow_credentials=ORIGINS)]
    app: Any = Falcon(middleware=middleware if own else None)
    app.add_route("/", Home())
    return app  # type: ignore[no-any-return]


async def django(*, own: bool) -> App:
    """Make it with Django, and django-cors-headers."""
    from django.conf import settings  # type: ignore[import-untyped]
    from django.core.asgi import get_asgi_application  # type: ignore[import-untyped]
    from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]
    from django.urls import path  # type: ignore[import-untyped]

    async def home(request: HttpRequest) -> HttpResponse:
        return HttpResponse(BODY, content_type="application/json")

    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["api.example.com"],
            ROOT_URLCONF=(path("", home),),
            USE_I18N=False,
            CORS_ALLOWED_ORIGINS=ORIGINS,
            CORS_ALLOW_METHODS=METHODS,
            CORS_ALLOW_HEADERS=HEADERS,
            CORS_ALLOW_CREDENTIALS=True,
            CORS_PREFLIGHT_MAX_AGE=600,
        )
    # Read when the application is made.
    settings.MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware"] if own else []
    return get_asgi_application()  # type: ignore[no-any-return]


FRAMEWORKS: dict[str, Framework] = {
    "Starlette": starlette,
    "Litestar": litestar,
    "BlackSheep": blacksheep,
    "Quart": quart,
    "Falcon": falcon,
    "Django": django,
}
PACKAGES = (
    *("starlette", "litestar", "blacksheep", "quart", "quart-cors", "falcon"),
    *("django", "django-cors-headers", "asgi-cors"),
)


class _Connection:
    """What a server has for one request: an empty body, and a client that disconnects after the response."""

    def __init__(self) -> None:
        self.asked = self.completed = False
        self.waiting: asyncio.Future[None] | None = None

    async def receive(self) -> dict[str, Any]:
        """Return the body, and the disconnect once the response is complete."""
        if not self.asked:
            self.asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        if not self.completed:
            self.waiting = asyncio.get_running_loop().create_future()
            await self.waiting
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Take a message, as cheaply as can be."""
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.completed = True
            if self.waiting is not None and not self.waiting.done():
                self.waiting.set_result(None)


def in_loop(loop: asyncio.AbstractEventLoop, app: App, scope: dict[str, Any]) -> Batch:
    """Return batches of one request, run in an event loop, which some frameworks need."""

    async def run(count: int) -> int:
        start = time.perf_counter_ns()
        for _ in range(count):
            connection = _Connection()
            # Frameworks write into the scope.
            await app({**SERVER, **scope}, connection.receive, connection.send)
        return time.perf_counter_ns() - start

    def batch(count: int) -> int:
        return loop.run_until_complete(run(count))

    return batch


async def response_of(app: App, scope: dict[str, Any]) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return the status, the headers and the body of a response."""
    messages: list[Any] = []
    connection = _Connection()

    async def send(message: Any) -> None:
        messages.append({**message, "headers": list(message.get("headers", ()))})
        await connection.send(message)

    await app({**SERVER, **scope}, connection.receive, send)
    headers = {name.lower(): value for name, value in messages[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], headers, body
