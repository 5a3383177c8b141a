"""A response as a script sees it: filtered by its type."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastcors._fastcors import FORBIDDEN_RESPONSE_HEADERS, SAFELISTED_RESPONSE_HEADERS

from .headers import Headers, Lines, extract_list, get
from .url import is_same_origin, is_same_site, site_of

if TYPE_CHECKING:
    from .exchange import Exchange, WireResponse
    from .request import Request


@dataclass(frozen=True, slots=True)
class Response:
    """What a script has after ``await fetch(...)``.

    Attributes:
        type: ``"basic"``, ``"cors"``, ``"opaque"`` or ``"opaqueredirect"``.
        status: the status; 0 if the response is opaque.
        redirected: whether it comes after a redirect.
        url: where it comes from; empty if it is opaque.
        headers: those that a script can read.
        body: the body; empty if the response is opaque.
        exchanges: each request and response that went over the wire, preflights too.
    """

    type: str
    status: int
    redirected: bool
    url: str
    headers: Headers
    body: bytes
    exchanges: tuple[Exchange, ...] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status <= 299

    @property
    def text(self) -> str:
        """The body, decoded as UTF-8."""
        return self.body.decode("utf-8-sig", errors="replace")

    def json(self) -> Any:
        """Return what the body is the JSON of.

        Raises:
            ValueError: for anything else.
        """
        return json.loads(self.text)

    @property
    def preflights(self) -> int:
        """How many preflights were sent."""
        return sum(exchange.step == "preflight" for exchange in self.exchanges)


def exposed_names(lines: Lines, *, credentials: str) -> frozenset[str]:
    """Return the names that a server lets scripts read, in lower case (Fetch standard, 4.1, step 14).

    Args:
        lines: the headers of the response.
        credentials: the credentials mode of the request: with ``"include"``, ``*`` is a name.
    """
    listed = extract_list(lines, "access-control-expose-headers") or ()
    if credentials != "include" and "*" in listed:
        return frozenset(name.lower() for name, _ in lines)
    return frozenset(name.lower() for name in listed)


def readable(lines: Lines, *, tainting: str, credentials: str) -> Lines:
    """Return the headers that a script can read (Fetch standard, 2.2.6, the filtered responses).

    Args:
        lines: the headers of the response.
        tainting: ``"basic"`` or ``"cors"``.
        credentials: the credentials mode of the request.
    """
    kept = [
        (name.lower(), value)
        for name, value in lines
        if name.lower() not in FORBIDDEN_RESPONSE_HEADERS
    ]
    if tainting == "basic":
        return tuple(kept)
    names = SAFELISTED_RESPONSE_HEADERS | exposed_names(lines, credentials=credentials)
    return tuple(line for line in kept if line[0] in names)


def filtered(request: Request, response: WireResponse, *, is_manual: bool) -> Response:
    """Return what a script sees of a response (Fetch standard, 2.2.6).

    Args:
        request: the request that it is for.
        response: what the server sent.
        is_manual: whether it is a redirect that the script did not let the browser follow.
    """
    exchanges = tuple(request.exchanges)
    if is_manual:
        url = request.url.without_fragment()
        return Response(
            "opaqueredirect",
            0,
            redirected=False,
            url=url,
            headers=Headers(),
            body=b"",
            exchanges=exchanges,
        )
    if request.tainting == "opaque":
        return Response(
            "opaque", 0, redirected=False, url="", headers=Headers(), body=b"", exchanges=exchanges
        )
    lines = readable(response.lines, tainting=request.tainting, credentials=request.credentials)
    return Response(
        request.tainting,
        response.status,
        len(request.urls) > 1,
        request.url.without_fragment(),
        Headers(lines),
        response.body,
        exchanges,
    )


def is_kept_by_resource_policy(request: Request, lines: Lines) -> bool:
    """Whether Cross-Origin-Resource-Policy blocks an opaque response (Fetch standard, 3.7)."""
    if request.tainting != "opaque":
        return False
    match get(lines, "cross-origin-resource-policy"):
        case "same-origin":
            return not is_same_origin(request.url.origin, request.origin)
        case "same-site":
            return not is_same_site(request.url.site, site_of(request.origin))
    return False
