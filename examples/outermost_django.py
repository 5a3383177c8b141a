"""Django with CORS as the outermost layer: around errors and authentication.

Run it with: uvicorn --app-dir examples outermost_django:application
"""

from collections.abc import Awaitable, Callable

from django.conf import settings  # type: ignore[import-untyped]
from django.core.asgi import get_asgi_application  # type: ignore[import-untyped]
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]
from django.urls import path  # type: ignore[import-untyped]
from django.utils.decorators import async_only_middleware  # type: ignore[import-untyped]

from fastcors import CORSMiddleware


@async_only_middleware  # type: ignore[untyped-decorator]
def authentication(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    async def authenticate(request: HttpRequest) -> HttpResponse:
        if request.META.get("HTTP_AUTHORIZATION") != "Bearer secret":
            return HttpResponse(b"who are you?", status=401)
        return await get_response(request)

    return authenticate


async def orders(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"3")


async def broken(request: HttpRequest) -> HttpResponse:
    raise LookupError("no such order")


# Stands for settings.py and urls.py.
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    MIDDLEWARE=[f"{__name__}.authentication"],
    ROOT_URLCONF=(path("orders", orders), path("broken", broken)),
    USE_I18N=False,
)

# This is asgi.py.
application = CORSMiddleware(
    get_asgi_application(),
    allow_origins=["https://app.example.com"],
    allow_headers=["Authorization"],
)
