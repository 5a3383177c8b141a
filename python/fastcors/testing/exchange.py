"""What goes over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .headers import Lines, get

if TYPE_CHECKING:
    from .url import URL

# Which headers a person who reads an exchange wants to see.
_SHOWN = (
    "origin",
    "cookie",
    "sec-fetch-site",
    "location",
    "set-cookie",
    "vary",
)


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as the server receives it.

    Attributes:
        method: the method.
        url: the URL.
        lines: the headers, names in lower case.
        body: the body.
    """

    method: str
    url: URL
    lines: Lines
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the value of a header, None if there is none."""
        return get(self.lines, name)


@dataclass(frozen=True, slots=True)
class WireResponse:
    """A response as the server sends it.

    Attributes:
        status: the status.
        lines: the headers, names in lower case.
        body: the body, decoded if it was compressed.
    """

    status: int
    lines: Lines
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the value of a header, None if there is none."""
        return get(self.lines, name)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, and the response to it.

    Attributes:
        step: ``"preflight"`` or ``"actual"``.
        request: the request.
        response: the response; None if none came.
    """

    step: Literal["preflight", "actual"]
    request: WireRequest
    response: WireResponse | None

    def __str__(self) -> str:
        """Return it in some lines, with the headers that CORS is about."""
        status = "no response" if self.response is None else str(self.response.status)
        first = f"{self.request.method} {self.request.url.href} -> {status}"
        sent = [f"  > {line}" for line in _shown(self.request.lines)]
        received = [] if self.response is None else _shown(self.response.lines)
        return "\n".join([first, *sent, *(f"  < {line}" for line in received)])


def _shown(lines: Lines) -> list[str]:
    return [
        f"{name}: {value}"
        for name, value in lines
        if name in _SHOWN or name.startswith("access-control-")
    ]
