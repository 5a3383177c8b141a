"""Django, which has no WebSocket of its own."""

from typing import Any

from django.conf import settings  # type: ignore[import-untyped]
from django.core.asgi import get_asgi_application  # type: ignore[import-untyped]
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse  # type: ignore[import-untyped]
from django.urls import path  # type: ignore[import-untyped]

from fastcors import CORSMiddleware
from tests.servers.contract import COOKIES, HEADERS, chunks, with_cors


async def echo(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(request.body, headers=HEADERS)
    for name, value in COOKIES.items():
        response.set_cookie(name, value)
    return response


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(chunks("django"))


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=(path("django/echo", echo), path("django/stream", stream)),
    USE_I18N=False,
)


def plain() -> Any:
    return get_asgi_application()


# Django's MIDDLEWARE is not of ASGI's shape: asgi.py wraps what get_asgi_application() gives.
def added() -> CORSMiddleware:
    return with_cors(get_asgi_application())
