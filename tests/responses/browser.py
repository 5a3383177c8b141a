"""The steps of the Fetch standard by which a browser decides what a page may read, one by one and naive.

`fastcors.testing.Browser` has its lists of headers from the Rust code that is tested here; this has its own.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping

from tests.exchange import App, headers_of, scope_of, sent

# RFC 9110, 5.6.2.
TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
SAFELISTED_METHODS = {"GET", "HEAD", "POST"}
UPPER_CASED = {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}
SAFELISTED_RESPONSE_HEADERS = {
    b"cache-control",
    b"content-language",
    b"content-length",
    b"content-type",
    b"expires",
    b"last-modified",
    b"pragma",
}
# CORS-safelisted request-header, as far as the tests use them: names, and values that need no preflight.
SAFELISTED_REQUEST_HEADERS = {
    "accept": {"*/*", "text/html"},
    "accept-language": {"de"},
    "content-language": {"de"},
    "content-type": {"text/plain"},
}
DEFAULT_MAX_AGE = 5

Lines = Collection[tuple[bytes, bytes]]


@dataclasses.dataclass(frozen=True)
class Fetch:
    """What a page calls `fetch` with."""

    origin: str
    method: str = "GET"
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    credentials: bool = False

    def sent_method(self) -> str:
        """Return the method as it is sent (Fetch, normalize)."""
        upper = self.method.upper()
        return upper if upper in UPPER_CASED else self.method

    def unsafe_names(self) -> list[str]:
        """Return the sorted names that a preflight asks for (Fetch, CORS-unsafe request-header names)."""
        names = {
            name.lower()
            for name, value in self.headers.items()
            if value not in SAFELISTED_REQUEST_HEADERS.get(name.lower(), ())
        }
        return sorted(names)


def values(lines: Lines, name: bytes) -> list[bytes]:
    return [value for other, value in lines if other.lower() == name]


def cors_check(fetch: Fetch, lines: Lines) -> bool:
    """Return whether the CORS check succeeds (Fetch, CORS check)."""
    origins = values(lines, b"access-control-allow-origin")
    if len(origins) != 1:
        return False
    origin = origins[0].strip(b"\t ")
    if origin == b"*" and not fetch.credentials:
        return True
    if origin != fetch.origin.encode("latin-1"):
        return False
    return not fetch.credentials or (
        values(lines, b"access-control-allow-credentials") == [b"true"]
    )


def names(lines: Lines, name: bytes) -> list[bytes] | None:
    """Return the names of a list, None if it has something else (Fetch, extract header list values)."""
    members = [
        member.strip(b"\t ") for value in values(lines, name) for member in value.split(b",")
    ]
    members = [member for member in members if member]
    return members if all(map(TOKEN.fullmatch, members)) else None


class Browser:
    """A browser with an empty preflight cache, and one page for each origin."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.methods: set[tuple[str, bool, bytes]] = set()
        self.headers: set[tuple[str, bool, bytes]] = set()
        self.preflights = 0

    def fetch(self, fetch: Fetch) -> frozenset[bytes] | None:
        """Return the names of the response headers that the page can read; None if it is blocked."""
        if self._needs_preflight(fetch) and not self._preflight(fetch):
            return None
        lines = self._respond(fetch.sent_method(), [(b"origin", fetch.origin), *_lines(fetch)])[1]
        return self._readable(fetch, lines) if cors_check(fetch, lines) else None

    def _needs_preflight(self, fetch: Fetch) -> bool:
        """Return whether the cache does not allow it already (Fetch, HTTP fetch, step 4)."""
        key = (fetch.origin, fetch.credentials)
        method = fetch.sent_method()
        if method not in SAFELISTED_METHODS and not self._cached(self.methods, key, method):
            return True
        return any(not self._cached(self.headers, key, name) for name in fetch.unsafe_names())

    @staticmethod
    def _cached(cache: set[tuple[str, bool, bytes]], key: tuple[str, bool], name: str) -> bool:
        names = {name.encode("latin-1"), b"*"} if not key[1] else {name.encode("latin-1")}
        # What was allowed with credentials counts without them, too.
        return any(
            (key[0], with_credentials, name) in cache
            for with_credentials in {key[1], True}
            for name in names
        )

    def _preflight(self, fetch: Fetch) -> bool:
        """Send a preflight, and return whether the request may follow (Fetch, CORS-preflight fetch)."""
        self.preflights += 1
        method = fetch.sent_method()
        asked: list[tuple[bytes, str]] = [
            (b"origin", fetch.origin),
            (b"access-control-request-method", method),
        ]
        if unsafe := fetch.unsafe_names():
            asked.append((b"access-control-request-headers", ",".join(unsafe)))
        status, lines = self._respond("OPTIONS", asked)
        if not cors_check(fetch, lines) or not 200 <= status <= 299:
            return False
        methods = names(lines, b"access-control-allow-methods")
        headers = names(lines, b"access-control-allow-headers")
        if methods is None or headers is None:
            return False
        headers = [name.lower() for name in headers]
        star_counts = not fetch.credentials
        if (
            method.encode() not in methods
            and method not in SAFELISTED_METHODS
            and not (star_counts and b"*" in methods)
        ):
            return False
        for name in unsafe:
            if name.encode("latin-1") in headers:
                continue
            if not star_counts or b"*" not in headers or name == "authorization":
                return False
        if max_age(lines):
            # Both lists, whatever the request asked for.
            self.methods |= {(fetch.origin, fetch.credentials, name) for name in methods}
            self.headers |= {(fetch.origin, fetch.credentials, name) for name in headers}
        return True

    def _respond(
        self, method: str, lines: Collection[tuple[bytes, str]]
    ) -> tuple[int, list[tuple[bytes, bytes]]]:
        encoded = [(name, value.encode("latin-1")) for name, value in lines]
        messages = sent(self.app, scope_of(method, encoded))
        return messages[0]["status"], headers_of(messages)

    def _readable(self, fetch: Fetch, lines: Lines) -> frozenset[bytes]:
        """Return what a script can read (Fetch, CORS filtered response)."""
        exposed = names(lines, b"access-control-expose-headers") or []
        present = {name.lower() for name, _ in lines}
        listed = {name.lower() for name in exposed}
        if b"*" in exposed and not fetch.credentials:
            listed = present
        # The middleware's own headers are not the application's.
        return frozenset(
            name
            for name in present & (listed | SAFELISTED_RESPONSE_HEADERS)
            if not name.startswith(b"access-control-") and name not in (b"vary", b"set-cookie")
        )


def max_age(lines: Lines) -> int:
    """Return for how many seconds a preflight response is cached."""
    found = values(lines, b"access-control-max-age")
    if len(found) == 1 and re.fullmatch(rb"[0-9]+", found[0]):
        return int(found[0])
    return DEFAULT_MAX_AGE


def _lines(fetch: Fetch) -> list[tuple[bytes, str]]:
    return [(name.lower().encode("latin-1"), value) for name, value in fetch.headers.items()]
