"""The CORS-preflight cache."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import methods, request_headers
from .preflight import Allowed, Preflighted, allows_method, first_disallowed

Clock = Callable[[], float]
"""Returns the time in seconds, from any start."""


class PreflightCache:
    """What preflights have allowed, and until when (Fetch standard, 4.9).

    Args:
        clock: returns the time in seconds.
        follow: ``"standard"`` keeps an entry for each method and header; ``"chromium"`` keeps the last
            response for an origin and a URL, and drops it when it does not allow a request.
    """

    def __init__(self, clock: Clock, *, follow: str) -> None:
        self._clock = clock
        self._follow = follow
        self._responses: dict[tuple[str, str], _Response] = {}
        self._entries: list[_Entry] = []

    def __len__(self) -> int:
        return len(self._responses) + len(self._entries)

    def allows(self, url: str, request: Preflighted) -> bool:
        """Whether no preflight is needed, because an earlier one allowed this.

        Args:
            url: the request's URL.
            request: what a preflight would ask for.
        """
        if self._follow == "chromium":
            return self._chromium_allows(url, request)
        found = self._matching(url, request)
        if not methods.is_safelisted(request.method) and not any(
            entry.allows_method(request.method) for entry in found
        ):
            return False
        return all(any(entry.allows_name(name) for entry in found) for name in request.unsafe_names)

    def _chromium_allows(self, url: str, request: Preflighted) -> bool:
        key = request.origin, url
        response = self._responses.get(key)
        if response is None:
            return False
        if response.until > self._clock() and response.allows(request):
            return True
        del self._responses[key]
        return False

    def _matching(self, url: str, request: Preflighted) -> list[_Entry]:
        """Return the entries for which there is a cache entry match (Fetch standard, 4.9)."""
        return [
            entry
            for entry in self._entries
            if entry.until > self._clock()
            and (entry.origin, entry.url) == (request.origin, url)
            and (entry.credentials or request.credentials != "include")
        ]

    def store(self, url: str, request: Preflighted, allowed: Allowed) -> None:
        """Remember what a response to a preflight allows (Fetch standard, 4.8, steps 7.11 to 7.14)."""
        credentials = request.credentials == "include"
        until = self._clock() + allowed.max_age
        if self._follow == "chromium":
            if allowed.max_age > 0:
                self._responses[request.origin, url] = _Response(allowed, until, credentials)
            return
        self._entries = [entry for entry in self._entries if entry.until > self._clock()]
        for method in allowed.methods:
            known = [each for each in self._matching(url, request) if each.allows_method(method)]
            self._renew(known, _Entry(request.origin, url, until, credentials, method, None))
        for name in allowed.names:
            known = [each for each in self._matching(url, request) if each.allows_name(name)]
            self._renew(known, _Entry(request.origin, url, until, credentials, None, name))

    def _renew(self, known: list[_Entry], new: _Entry) -> None:
        for entry in known:
            entry.until = new.until
        if not known:
            self._entries.append(new)

    def clear(self, url: str, origin: str) -> None:
        """Forget what was allowed for an origin and a URL (Fetch standard, 4.9 "clear cache entries")."""
        self._responses.pop((origin, url), None)
        self._entries = [
            entry for entry in self._entries if (entry.origin, entry.url) != (origin, url)
        ]

    def clear_all(self) -> None:
        """Forget everything."""
        self._responses.clear()
        self._entries.clear()


@dataclass(slots=True)
class _Response:
    """What Chromium remembers of a response."""

    allowed: Allowed
    until: float
    credentials: bool

    def allows(self, request: Preflighted) -> bool:
        if request.credentials == "include" and not self.credentials:
            return False
        wildcard = not self.credentials
        allowed = self.allowed
        return (
            allows_method(allowed.methods, request.method, wildcard=wildcard)
            and first_disallowed(
                allowed.names, request.unsafe_names, wildcard=wildcard, follow="chromium"
            )
            is None
        )


@dataclass(slots=True)
class _Entry:
    """One method or one header name that was allowed."""

    origin: str
    url: str
    until: float
    credentials: bool
    method: str | None
    name: str | None

    # With credentials, `*` was a method or a name like any other.
    def allows_method(self, method: str) -> bool:
        return self.method == method or (self.method == "*" and not self.credentials)

    def allows_name(self, name: str) -> bool:
        covered = self.name == "*" and not self.credentials
        return self.name == name or (covered and not request_headers.is_non_wildcard(name))
