"""Navigations: a link that is followed, a form that is submitted. CORS covers neither."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from .request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from .headers import Lines
    from .url import URL

    _Encoding = Literal["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]

_BOUNDARY = "----WebKitFormBoundaryfastcors"


def navigation(
    url: URL, *, origin: str, method: str = "GET", body: bytes | None = None, kind: str = ""
) -> Request:
    """Return the request of a navigation that a page starts (HTML standard, 7.4.5).

    Args:
        url: where it leads.
        origin: the origin of the page.
        method: ``"GET"`` or ``"POST"``.
        body: the body of a form.
        kind: its Content-Type.
    """
    accept = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    lines: Lines = (accept, ("upgrade-insecure-requests", "1"))
    if body is not None:
        lines += (("content-type", kind),)
    return Request(
        method,
        [url],
        lines,
        body,
        origin,
        "include",
        "navigate",
        # As Chromium does, to get what is new.
        cache="default" if body is None else "no-cache",
        destination="document",
    )


def encoded(fields: Mapping[str, str], encoding: _Encoding) -> tuple[bytes, str]:
    """Return the body of a form and its Content-Type (HTML standard, 4.10.21.8).

    Raises:
        ValueError: for another encoding.
    """
    match encoding:
        case "application/x-www-form-urlencoded":
            return urlencode(fields).encode(), encoding
        case "text/plain":
            text = "".join(f"{name}={value}\r\n" for name, value in fields.items())
            return text.encode(), encoding
        case "multipart/form-data":
            parts = "".join(
                f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                for name, value in fields.items()
            )
            return f"{parts}--{_BOUNDARY}--\r\n".encode(), f"{encoding}; boundary={_BOUNDARY}"
    raise ValueError(f"a form has no encoding {encoding!r}")
