"""The files of the page, as they are, and the headers that they are served with."""

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .api import COOKIE

# The names of this machine that the page is opened by: two origins with one server.
HOSTS = ("127.0.0.1", "localhost")
_FOLDER = Path(__file__).parent / "page"
_KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def origin_of(request: Request) -> str:
    """Return the origin that the page has in this browser, by a Host that `hosts` has allowed."""
    return f"http://{request.headers['host'].lower()}"


def sibling(origin: str) -> str:
    """Return the origin of the same page on the other host name."""
    one, other = HOSTS
    return origin.replace(one, other) if one in origin else origin.replace(other, one)


def file_routes(api: str) -> list[Route]:
    """Return a route for each file of the page.

    Args:
        api: the origin that its scripts may fetch from.
    """
    files = sorted(_FOLDER.iterdir())
    return [
        Route("/" if path.name == "index.html" else f"/{path.name}", _serving(path, api))
        for path in files
        if path.suffix in _KINDS
    ]


def _serving(path: Path, api: str) -> Callable[[Request], Response]:
    def serve(request: Request) -> Response:
        page = origin_of(request)
        return Response(
            path.read_bytes(),
            media_type=_KINDS[path.suffix],
            headers={
                "Cache-Control": "no-store",
                "Content-Security-Policy": security_policy(path.name, page, api),
                "Set-Cookie": f"{COOKIE}=1; Path=/; SameSite=Lax; HttpOnly",
                "X-Content-Type-Options": "nosniff",
            },
        )

    return serve


def security_policy(name: str, page: str, api: str) -> str:
    """Return the Content-Security-Policy of a file: its scripts reach this server and the API alone."""
    socket = api.replace("http", "ws", 1)
    frames, framed_by = (
        ("'none'", sibling(page)) if name == "other.html" else (sibling(page), "'none'")
    )
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src 'self' {api} {socket}",
            f"frame-src {frames}",
            f"frame-ancestors {framed_by}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )
