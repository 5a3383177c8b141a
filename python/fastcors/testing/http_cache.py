"""The HTTP cache: a stored response may have the CORS headers that another request got."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .dates import date_of
from .headers import Lines, get

if TYPE_CHECKING:
    from collections.abc import Callable

    from .exchange import WireResponse

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_CONDITIONAL = frozenset(
    {"if-modified-since", "if-none-match", "if-unmodified-since", "if-match", "if-range", "range"}
)
# Redirects that last, and what else may be kept until further notice (RFC 9110, 15.1).
_FOREVER = frozenset({300, 301, 308, 410})
_HEURISTIC = frozenset({200, 203, 206})
_BYPASSING = frozenset({"no-store", "reload"})


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored response.

    Attributes:
        response: the response.
        varying: the values of the request's headers that Vary names.
        fresh_until: when it becomes stale, by the clock.
    """

    response: WireResponse
    varying: tuple[tuple[str, str | None], ...]
    fresh_until: float


class HTTPCache:
    """The responses that a browser may use again (RFC 9111; Fetch standard, 4.6).

    Args:
        clock: returns the time in seconds.
        time: returns the time of day, for a response without Date.
    """

    def __init__(self, clock: Callable[[], float], time: Callable[[], float]) -> None:
        self._clock = clock
        self._time = time
        self._stored: dict[str, Stored] = {}

    def select(self, url: str, method: str, lines: Lines, mode: str) -> Stored | None:
        """Return the stored response that may be used for a request, or checked with the server.

        Args:
            url: the request's URL without its fragment.
            method: its method.
            lines: its headers, as they are sent.
            mode: its cache mode.
        """
        if method != "GET" or mode in _BYPASSING or is_conditional(lines):
            return None
        stored = self._stored.get(url)
        if stored is None or any(get(lines, name) != value for name, value in stored.varying):
            return None
        return stored

    def is_usable(self, stored: Stored, mode: str) -> bool:
        """Whether a response is used without asking the server."""
        if mode in {"force-cache", "only-if-cached"}:
            return True
        return mode == "default" and stored.fresh_until > self._clock()

    def keep(self, url: str, method: str, lines: Lines, mode: str, response: WireResponse) -> None:
        """Store a response, or forget what it makes invalid (RFC 9111, 3 and 4.4)."""
        if method in _UNSAFE and 200 <= response.status <= 399:
            self._stored.pop(url, None)
        if method != "GET" or mode == "no-store" or is_conditional(lines):
            return
        self._stored.pop(url, None)
        directives = directives_of(response.lines)
        varied = [name.strip().lower() for name in (get(response.lines, "vary") or "").split(",")]
        if "no-store" in directives or "*" in varied:
            return
        varying = tuple((name, get(lines, name)) for name in varied if name)
        fresh = lifetime(response.status, response.lines, self._time())
        self._stored[url] = Stored(response, varying, self._clock() + fresh)

    def forget(self, url: str) -> None:
        """Forget the response of a URL."""
        self._stored.pop(url, None)

    def clear(self) -> None:
        """Forget everything."""
        self._stored.clear()


def is_conditional(lines: Lines) -> bool:
    """Whether a script asks the server about what it has itself (Fetch standard, 4.6, step 8.17)."""
    return any(name in _CONDITIONAL for name, _ in lines)


def validators(lines: Lines) -> Lines:
    """Return the headers that ask whether a stored response is still right (RFC 9111, 4.3.1)."""
    pairs = (("if-none-match", "etag"), ("if-modified-since", "last-modified"))
    found = ((name, get(lines, of)) for name, of in pairs)
    return tuple((name, value) for name, value in found if value is not None)


def updated(stored: WireResponse, response: WireResponse) -> WireResponse:
    """Return a stored response with the headers of a 304 (RFC 9111, 3.2)."""
    new = {name for name, _ in response.lines} - {"content-length"}
    kept = [line for line in stored.lines if line[0] not in new]
    return replace(stored, lines=(*kept, *(line for line in response.lines if line[0] in new)))


def directives_of(lines: Lines) -> dict[str, str]:
    """Return the directives of Cache-Control (RFC 9111, 5.2)."""
    items = (item.strip().partition("=") for item in (get(lines, "cache-control") or "").split(","))
    return {name.lower(): value.strip('"') for name, _, value in items if name}


def lifetime(status: int, lines: Lines, time: float) -> float:
    """Return for how many seconds a response is fresh (RFC 9111, 4.2).

    Args:
        status: its status.
        lines: its headers.
        time: the time of day, if it has no Date.
    """
    directives = directives_of(lines)
    if "no-cache" in directives or ("cache-control" not in dict(lines) and _is_old_no_cache(lines)):
        return 0
    age = _number(get(lines, "age"))
    if directives.get("max-age", "").isdigit():
        return int(directives["max-age"]) - age
    date = date_of(get(lines, "date"))
    now = time if date is None else date
    expires = get(lines, "expires")
    if expires is not None:
        until = date_of(expires)
        return 0 if until is None else until - now - age
    if "must-revalidate" in directives:
        return 0
    if status in _FOREVER:
        return float("inf")
    modified = date_of(get(lines, "last-modified"))
    if status in _HEURISTIC and modified is not None and modified <= now:
        return (now - modified) / 10 - age
    return 0


def _is_old_no_cache(lines: Lines) -> bool:
    return "no-cache" in (get(lines, "pragma") or "").lower()


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdigit() else 0
