"""The same application behind the CORS of each library, as an ASGI application.

It responds to each of METHODS at any path but `/` with `ok` and the header X-Total, and to OPTIONS as its
framework does.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from fastcors import ConfigWarning, CORSMiddleware

App = Any
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
LINES = {"X-Total": "3"}


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Respond without a framework."""
    lines = [(name.lower().encode(), value.encode()) for name, value in LINES.items()]
    await send({"type": "http.response.start", "status": 200, "headers": lines})
    await send({"type": "http.response.body", "body": b"ok"})


def fastcors(**options: Any) -> App:
    """Return the application behind fastcors."""
    with warnings.catch_warnings():
        # Some tests are about what it warns of.
        warnings.simplefilter("ignore", ConfigWarning)
        return CORSMiddleware(bare, **options)


@contextmanager
def asgi_cors(**options: Any) -> Iterator[App]:
    """Make it with asgi-cors."""
    from asgi_cors import asgi_cors as middleware  # type: ignore[import-untyped]

    yield middleware(bare, **options)


@contextmanager
def flask_cors(**options: Any) -> Iterator[App]:
    """Make it with Flask-CORS, which is for WSGI: asgiref calls it."""
    from flask import Flask
    from flask_cors import CORS

    app = Flask("migration")

    @app.route("/<path:path>", methods=METHODS)
    def respond(path: str) -> Any:
        return "ok", LINES

    CORS(app, **options)
    yield from_wsgi(app)


def from_wsgi(app: Any) -> App:
    """Return a WSGI application as one of ASGI."""
    from asgiref.wsgi import WsgiToAsgi

    return WsgiToAsgi(app)  # type: ignore[no-untyped-call]


@contextmanager
def quart_cors(**options: Any) -> Iterator[App]:
    """Make it with Quart-CORS."""
    from quart import Quart, websocket
    from quart_cors import cors

    app = Quart("migration")

    @app.route("/<path:path>", methods=METHODS)
    async def respond(path: str) -> Any:
        return "ok", LINES

    @app.websocket("/ws")
    async def connect() -> None:
        await websocket.accept()

    yield cors(app, **options)


@contextmanager
def litestar(**options: Any) -> Iterator[App]:
    """Make it with Litestar's own."""
    from litestar import HttpMethod, Litestar, Response, route
    from litestar.config.cors import CORSConfig

    @route("/{path:path}", http_method=[HttpMethod[name] for name in METHODS], status_code=200)
    async def respond() -> Response[str]:
        return Response("ok", headers=LINES)

    yield Litestar(
        [respond], cors_config=CORSConfig(**options), openapi_config=None, logging_config=None
    )


@contextmanager
def django_cors_headers(**options: Any) -> Iterator[App]:
    """Make it with Django and django-cors-headers; the options are settings."""
    with django(MIDDLEWARE=["corsheaders.middleware.CorsMiddleware"], **options) as app:
        yield app


@contextmanager
def django(**options: Any) -> Iterator[App]:
    """Make an application of Django, and leave no settings behind."""
    from django.conf import empty, settings  # type: ignore[import-untyped]
    from django.core.asgi import get_asgi_application  # type: ignore[import-untyped]
    from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]
    from django.test.utils import override_settings  # type: ignore[import-untyped]
    from django.urls import re_path  # type: ignore[import-untyped]

    async def respond(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok", headers=LINES)

    before = settings._wrapped
    if not settings.configured:
        settings.configure()
    common = {"ALLOWED_HOSTS": ["*"], "LOGGING_CONFIG": None, "USE_I18N": False}
    try:
        with override_settings(ROOT_URLCONF=(re_path("", respond),), **{**common, **options}):
            yield get_asgi_application()
    finally:
        settings._wrapped = before
        assert before is not empty or not settings.configured


@contextmanager
def starlette(**options: Any) -> Iterator[App]:
    """Make it with Starlette's middleware, around no framework."""
    from starlette.middleware.cors import CORSMiddleware as Middleware

    yield Middleware(bare, **options)


Make = Callable[..., AbstractContextManager[App]]
