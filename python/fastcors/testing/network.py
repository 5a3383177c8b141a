"""The headers that a browser adds to a request by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .url import is_same_origin, parse

if TYPE_CHECKING:
    from .headers import Lines
    from .request import Request

USER_AGENT = "Mozilla/5.0 (compatible; fastcors.testing)"
"""The User-Agent of every request, unless a script sets another."""

_CACHE_LINES = {
    "no-cache": (("cache-control", "max-age=0"),),
    "no-store": (("pragma", "no-cache"), ("cache-control", "no-cache")),
    "reload": (("pragma", "no-cache"), ("cache-control", "no-cache")),
}


def origin_header(request: Request, *, follow: str) -> str | None:
    """Return the value of Origin; None if the request has none.

    Fetch standard, 3.2 "append a request `Origin` header", with the referrer policy
    ``strict-origin-when-cross-origin``.

    Args:
        request: the request.
        follow: Chromium hides the origin of a request without CORS after it left an origin.
    """
    if request.tainting == "cors" or request.mode == "websocket":
        return request.sent_origin
    if request.method in {"GET", "HEAD"}:
        return None
    is_hidden = follow == "chromium" and len({url.origin for url in request.urls}) > 1
    if request.mode != "cors" and (_is_downgrade(request) or is_hidden):
        return "null"
    return request.sent_origin


def _is_downgrade(request: Request) -> bool:
    return request.origin.startswith("https://") and request.url.scheme != "https"


def referrer(request: Request, *, follow: str) -> str | None:
    """Return the value of Referer; None if the request has none (Referrer Policy, 8.3).

    The page has no path, so its URL is its origin with a slash, for any target. Only to Chromium
    this machine is no better than any other without encryption.
    """
    page = parse(request.origin)
    if page is None:
        return None
    if follow == "chromium":
        leaks = _is_downgrade(request)
    else:
        leaks = page.is_trustworthy and not request.url.is_trustworthy
    if leaks:
        return None
    return f"{page.origin}/"


def fetch_metadata(request: Request) -> Lines:
    """Return the Sec-Fetch-* headers, which only a trustworthy URL gets (Fetch Metadata, 2)."""
    if not request.url.is_trustworthy:
        return ()
    lines = [
        ("sec-fetch-site", request.site),
        ("sec-fetch-mode", request.mode),
        ("sec-fetch-dest", request.destination),
    ]
    if request.mode == "navigate":
        lines.insert(2, ("sec-fetch-user", "?1"))
    return tuple(lines)


def complete_lines(request: Request, cookie: str | None, *, follow: str) -> Lines:
    """Return all headers of a request as it is sent (Fetch standard, 4.6, step 8).

    Args:
        request: the request.
        cookie: the value of Cookie, None without one.
        follow: ``"chromium"`` or ``"standard"``.
    """
    names = {name for name, _ in request.lines}
    lines = [("host", request.url.authority), *request.lines]
    lines += [("accept", "*/*")] if "accept" not in names else []
    lines += [("user-agent", USER_AGENT)] if "user-agent" not in names else []
    lines.append(("accept-encoding", "gzip, deflate"))
    if "cache-control" not in names:
        lines += _CACHE_LINES.get(request.cache, ())
    if request.body is not None:
        lines.append(("content-length", str(len(request.body))))
    elif request.method in {"POST", "PUT"}:
        lines.append(("content-length", "0"))
    for name, value in (
        ("origin", origin_header(request, follow=follow)),
        ("referer", referrer(request, follow=follow)),
        ("cookie", cookie),
    ):
        lines += [(name, value)] if value is not None else []
    return (*lines, *fetch_metadata(request))


def is_mixed_content(request: Request) -> bool:
    """Whether an encrypted page requests a URL that is not trustworthy (Mixed Content, 4.4)."""
    return (
        request.mode != "navigate"
        and request.url.scheme == "http"
        and request.origin.startswith("https://")
        and not request.url.is_trustworthy
        and not is_same_origin(request.url.origin, request.origin)
    )
