"""BlackSheep with CORS as the outermost layer: around errors and authentication.

Run it with: uvicorn --app-dir examples outermost_blacksheep:app
"""

from collections.abc import Awaitable, Callable

from blacksheep import Application, Request, Response, get, status_code, text

from fastcors import CORSMiddleware


async def authenticate(
    request: Request, handler: Callable[[Request], Awaitable[Response]]
) -> Response:
    if request.get_first_header(b"Authorization") != b"Bearer secret":
        return status_code(401, "who are you?")
    return await handler(request)


@get("/orders")
async def orders() -> Response:
    return text("3")


@get("/broken")
async def broken() -> Response:
    raise LookupError("no such order")


application = Application()
application.middlewares.append(authenticate)

app = CORSMiddleware(
    application,
    allow_origins=["https://app.example.com"],
    allow_headers=["Authorization"],
)
