"""Redirects: where they lead, and what of a request goes on."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from .headers import Lines, get
from .url import URL, is_same_origin, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 20
"""How many redirects a request follows (Fetch standard, 4.4, step 6)."""

_BODY_HEADERS = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)


def is_redirect(status: int) -> bool:
    """Whether it is a redirect status (Fetch standard, 2.2.3)."""
    return status in {301, 302, 303, 307, 308}


def location(lines: Lines, url: URL, *, follow: str) -> URL | str | None:
    """Return where a redirect leads (Fetch standard, 2.2.6 "location URL").

    Args:
        lines: the headers of the response.
        url: the URL of the request.
        follow: to Chromium, an empty Location is none.

    Returns:
        None without Location; the value itself if it is no URL.
    """
    value = get(lines, "location")
    if value is None or (follow == "chromium" and not value):
        return None
    # HTTP carries bytes: those of a path in UTF-8 are percent-encoded as they are.
    text = re.sub(r"[\x80-\xff]", lambda found: f"%{ord(found[0]):02X}", value)
    found = parse(text, url.without_fragment())
    return value if found is None else found.with_fragment_of(url)


def is_tainted(origin: str, urls: Sequence[URL]) -> bool:
    """Whether a request has a redirect-tainted origin (Fetch standard, 2.2.5): its Origin is ``null``."""
    return any(
        not is_same_origin(url.origin, last.origin) and not is_same_origin(origin, last.origin)
        for last, url in itertools.pairwise(urls)
    )


def becomes_get(status: int, method: str) -> bool:
    """Whether a redirect turns a request into a GET without a body (Fetch standard, 4.4, step 12)."""
    if status == 303:
        return method not in {"GET", "HEAD"}
    return status in {301, 302} and method == "POST"


def without_body_headers(lines: Lines) -> Lines:
    """Return the headers without the "request-body-headers" (Fetch standard, 2.2.2)."""
    return tuple(line for line in lines if line[0] not in _BODY_HEADERS)


def without_authorization(lines: Lines) -> Lines:
    """Return the headers that another origin may get (Fetch standard, 4.4, step 13)."""
    return tuple(line for line in lines if line[0] != "authorization")
