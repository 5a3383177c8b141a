"""Compares what an application sends with Starlette's middleware and with fastcors'."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from .requests import Request

Line = tuple[bytes, bytes]
Version = tuple[int, ...]

ORIGIN = b"access-control-allow-origin"
CREDENTIALS = b"access-control-allow-credentials"
METHODS = b"access-control-allow-methods"
# The names that Starlette 1.10.0 adds to Vary.
ACTUAL_VARY = {"origin"}
PREFLIGHT_VARY = {
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "access-control-request-private-network",
}
# `*` among the methods, without the one that Starlette 1.7 added.
SEVEN_METHODS = b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


@dataclass(frozen=True)
class Response:
    """A response, with its header lines in order and byte for byte."""

    status: int
    headers: tuple[Line, ...]
    body: bytes

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of all lines with this lower-case name."""
        return [value for other, value in self.headers if other.lower() == name]

    def without(self, name: bytes) -> Response:
        """Return the response without the lines of a name."""
        return replace(
            self, headers=tuple(line for line in self.headers if line[0].lower() != name)
        )

    def with_lines_of(self, other: Response, name: bytes) -> Response:
        """Return the response with another's lines of a name, each at the other's index."""
        lines = list(self.without(name).headers)
        for index, line in enumerate(other.headers):
            if line[0].lower() == name:
                lines.insert(index, line)
        return replace(self, headers=tuple(lines))

    def lines(self) -> list[str]:
        """Return the response as lines of text, for a report."""
        headers = [
            f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in self.headers
        ]
        return [str(self.status), *headers, "", *self.body.decode(errors="replace").splitlines()]


@dataclass(frozen=True)
class Varying:
    """What differs between two runs of one application, whatever the middleware.

    Args:
        headers: the lower-case names of headers whose values vary.
        texts: patterns of what varies in bodies and in headers' values.
    """

    headers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def __or__(self, other: Varying) -> Varying:
        """Return everything that varies in either."""
        return Varying(self.headers + other.headers, self.texts + other.texts)

    def removed(self, response: Response) -> Response:
        """Return the response with what varies replaced by the word `varies`."""
        names = {name.encode() for name in self.headers}
        patterns = [re.compile(text.encode(), re.ASCII) for text in self.texts]

        def fixed(text: bytes) -> bytes:
            for pattern in patterns:
                text = pattern.sub(b"varies", text)
            return text

        lines = []
        for name, value in response.headers:
            if name.lower() in names:
                lines.append((name, b"varies"))
            else:
                lines.append((name, fixed(value)))
        return Response(response.status, tuple(lines), fixed(response.body))


@dataclass(frozen=True)
class Verdict:
    """The names of the documented differences, or the lines of a comparison with any other."""

    documented: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.documented and not self.unexpected


@dataclass(frozen=True)
class Difference:
    """A documented difference.

    Args:
        name: its name in the report.
        before: the first version of Starlette without it. None for one from docs/differences.md.
        adapt: a function that returns Starlette's response with the difference applied, or
            unchanged if it does not apply.
    """

    name: str
    before: Version | None
    adapt: Callable[[Request, Response, Response], Response]


def compare(request: Request, plain: Response, swapped: Response, starlette: Version) -> Verdict:
    """Compare the responses of the application with Starlette's class and with fastcors'."""
    if plain == swapped:
        return Verdict()
    adapted = plain
    documented = []
    for difference in DIFFERENCES:
        if difference.before is None or starlette < difference.before:
            before, adapted = adapted, difference.adapt(request, adapted, swapped)
            if adapted != before:
                documented.append(difference.name)
    if adapted == swapped:
        return Verdict(documented=tuple(documented))
    lines = difflib.unified_diff(
        plain.lines(), swapped.lines(), "Starlette", "fastcors", lineterm="", n=1
    )
    return Verdict(unexpected=tuple(lines))


def _tokens(values: Iterable[bytes]) -> list[str]:
    joined = b",".join(values).decode("latin-1").lower()
    return [token.strip() for token in joined.split(",") if token.strip()]


def _longer_vary(request: Request, plain: Response, swapped: Response) -> Response:
    addable = PREFLIGHT_VARY if request.is_preflight else ACTUAL_VARY
    had, has = _tokens(plain.values(b"vary")), _tokens(swapped.values(b"vary"))
    if set(had) < set(has) and set(has) - set(had) <= addable and len(has) == len(set(has)):
        return plain.with_lines_of(swapped, b"vary")
    return plain


def _origin_once(request: Request, plain: Response, swapped: Response) -> Response:
    had, has = _tokens(plain.values(b"vary")), _tokens(swapped.values(b"vary"))
    repeated = had.count("origin") > has.count("origin") and set(had) - {"origin"} == set(has) - {
        "origin"
    }
    if repeated and ("origin" in has or "*" in has):
        return plain.with_lines_of(swapped, b"vary")
    return plain


def _query_method(request: Request, plain: Response, swapped: Response) -> Response:
    if plain.values(METHODS) == [SEVEN_METHODS] and swapped.values(METHODS) == [
        SEVEN_METHODS + b", QUERY"
    ]:
        return plain.with_lines_of(swapped, METHODS)
    return plain


def _star_with_credentials(request: Request, plain: Response, swapped: Response) -> Response:
    origin = (request.header("origin") or "").encode("latin-1")
    cookie = request.header("cookie") is not None
    before, after = plain.values(ORIGIN), swapped.values(ORIGIN)
    named = before == [b"*"] and after == [origin] and plain.values(CREDENTIALS) == [b"true"]
    unnamed = before == [origin] and after == [b"*"] and cookie and not plain.values(CREDENTIALS)
    if not request.is_preflight and (named or unnamed):
        return plain.with_lines_of(swapped, ORIGIN)
    return plain


def _private_network(request: Request, plain: Response, swapped: Response) -> Response:
    if (
        request.is_preflight
        and request.header("access-control-request-private-network") is not None
        and swapped.status == 400
        and swapped.body.endswith(b"private-network")
    ):
        failed = plain.body.startswith(b"Disallowed CORS ")
        body = plain.body + b", private-network" if failed else b"Disallowed CORS private-network"
        return replace(plain, status=400, body=body)
    return plain


DIFFERENCES = (
    Difference(
        "Starlette 1.7: Vary names everything the response depends on", (1, 7), _longer_vary
    ),
    Difference("Starlette 1.7: QUERY is one of the methods of '*'", (1, 7), _query_method),
    Difference(
        "Starlette 1.0: with '*', allow_credentials decides whether the origin is named, not a cookie",
        (1, 0),
        _star_with_credentials,
    ),
    Difference("Starlette 0.51: private network access can be rejected", (0, 51), _private_network),
    Difference("difference 3: Vary names Origin once", None, _origin_once),
)
