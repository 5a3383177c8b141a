"""The handshake of a WebSocket, which CORS does not cover: the server has to check its Origin."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .blocked import FetchError
from .exchange import WireRequest
from .network import complete_lines, is_mixed_content
from .request import Request
from .url import URL, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cookies import CookieJar
    from .headers import Lines

_SCHEMES = {"ws": "http", "wss": "https", "http": "http", "https": "https"}


@dataclass(frozen=True, slots=True)
class Handshake:
    """The response to the handshake of a WebSocket. The connection is closed again.

    Attributes:
        accepted: whether the WebSocket opens.
        status: the status of the response; 101 if it opens, 403 if it was closed before.
        subprotocol: the one that the server chose.
        lines: the headers of the response, names in lower case.
        request: the request as the server received it.
    """

    accepted: bool
    status: int
    subprotocol: str | None
    lines: Lines
    request: WireRequest


def http_url(text: str, base: str) -> URL:
    """Return the URL of the handshake (WebSockets standard, 3.1).

    Raises:
        TypeError: for what is no URL of a WebSocket.
    """
    url = parse(text, base)
    if url is None or url.scheme not in _SCHEMES or url.fragment is not None:
        raise TypeError(f"{text!r} is not the URL of a WebSocket")
    found = parse(_SCHEMES[url.scheme] + url.href[len(url.scheme) :])
    if found is None:
        raise TypeError(f"{text!r} is not the URL of a WebSocket")
    return found


def handshake(
    url: URL, *, origin: str, cookies: CookieJar, protocols: Sequence[str], follow: str
) -> WireRequest:
    """Return the request that opens a WebSocket (WebSockets standard, 2).

    Raises:
        FetchError: for an encrypted page and a URL that is not.
    """
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines: Lines = (
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", key),
    )
    if protocols:
        lines += (("sec-websocket-protocol", ", ".join(protocols)),)
    request = Request(
        "GET",
        [url],
        lines,
        None,
        origin,
        "include",
        "websocket",
        cache="no-store",
        destination="websocket",
    )
    if is_mixed_content(request):
        raise FetchError(
            "MixedContent",
            f"a page of {origin} is encrypted, so browsers do not let it connect to {url.href}",
        )
    cookie = cookies.header(url, same_site=request.is_same_site)
    skipped = {"accept", "referer"}
    if follow == "chromium":
        skipped |= {"sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"}
    sent = complete_lines(request, cookie, follow=follow)
    return WireRequest("GET", url, tuple(line for line in sent if line[0] not in skipped))
