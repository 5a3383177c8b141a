"""CORS-preflight requests: when one is needed, what it carries, and the checks on its response."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import methods, request_headers
from .cors_check import Failure, cors_check
from .headers import Lines, extract_list, get

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINES = ("chromium", "firefox", "safari")
_DIGITS = re.compile(r"[0-9]+")
_INTEGER = re.compile(r"-?[0-9]+")
_DEFAULT_SECONDS = 5
# The longest that an engine caches a response. The standard leaves the limit to the engine.
_LONGEST_SECONDS = {"chromium": 7200, "standard": 86400}


@dataclass(frozen=True, slots=True)
class Preflighted:
    """What of a request its preflight is about.

    Attributes:
        origin: the Origin.
        method: the method.
        unsafe_names: the names of the headers that need a preflight.
        credentials: the credentials mode.
    """

    origin: str
    method: str
    unsafe_names: tuple[str, ...]
    credentials: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a response to a preflight allows.

    Attributes:
        methods: the items of Access-Control-Allow-Methods.
        names: the items of Access-Control-Allow-Headers, in lower case.
        max_age: the seconds that this may be cached.
    """

    methods: tuple[str, ...]
    names: tuple[str, ...]
    max_age: int


def is_needed(method: str, unsafe_names: tuple[str, ...]) -> bool:
    """Whether a cross-origin request needs a preflight (Fetch standard, 4.1, last step but one)."""
    return not methods.is_safelisted(method) or bool(unsafe_names)


def preflight_lines(request: Preflighted) -> Lines:
    """Return the headers of a preflight that ask for something (Fetch standard, 4.8, steps 3 to 5)."""
    lines = [("accept", "*/*"), ("access-control-request-method", request.method)]
    if request.unsafe_names:
        lines.append(("access-control-request-headers", ",".join(request.unsafe_names)))
    return tuple(lines)


def check(
    request: Preflighted, status: int, lines: Lines, *, follow: str, engine: str = "chromium"
) -> Failure | None:
    """Return what an engine reports of a response to a preflight; None if it allows the request.

    Fetch standard, 4.8, step 7. Any of the failures blocks the request; the engine decides which it
    finds first.

    Args:
        request: what the preflight asks for.
        status: the response's status.
        lines: the response's headers.
        follow: ``"standard"``, or ``"chromium"`` for what browsers allow beyond it.
        engine: one of `ENGINES`.
    """
    order = {
        "chromium": (_access, _status, _lists, _method, _names),
        "firefox": (_access, _status, _allow_methods, _method, _allow_headers, _names),
        "safari": (_status, _access, _lists, _method, _names),
    }[engine]
    found = (step(request, status, lines, follow) for step in order)
    return next((failure for failure in found if failure is not None), None)


def _access(request: Preflighted, _status: int, lines: Lines, _follow: str) -> Failure | None:
    failure = cors_check(lines, origin=request.origin, credentials=request.credentials)
    return failure and Failure(f"Preflight{failure.kind}", failure.parameter)


def _status(_request: Preflighted, status: int, _lines: Lines, _follow: str) -> Failure | None:
    return None if 200 <= status <= 299 else Failure("PreflightInvalidStatus", str(status))


def _lists(request: Preflighted, status: int, lines: Lines, follow: str) -> Failure | None:
    found = _allow_methods(request, status, lines, follow)
    return found or _allow_headers(request, status, lines, follow)


def _allow_methods(
    _request: Preflighted, _status: int, lines: Lines, _follow: str
) -> Failure | None:
    name = "access-control-allow-methods"
    return _malformed(lines, name, "InvalidAllowMethodsPreflightResponse")


def _allow_headers(
    _request: Preflighted, _status: int, lines: Lines, _follow: str
) -> Failure | None:
    name = "access-control-allow-headers"
    return _malformed(lines, name, "InvalidAllowHeadersPreflightResponse")


def _malformed(lines: Lines, name: str, kind: str) -> Failure | None:
    return None if extract_list(lines, name) is not None else Failure(kind, get(lines, name) or "")


def _method(request: Preflighted, _status: int, lines: Lines, _follow: str) -> Failure | None:
    listed = extract_list(lines, "access-control-allow-methods") or ()
    allowed = allows_method(listed, request.method, wildcard=request.credentials != "include")
    return None if allowed else Failure("MethodDisallowedByPreflightResponse", request.method)


def _names(request: Preflighted, _status: int, lines: Lines, follow: str) -> Failure | None:
    listed = _lowered(extract_list(lines, "access-control-allow-headers"))
    wildcard = request.credentials != "include"
    name = first_disallowed(listed, request.unsafe_names, wildcard=wildcard, follow=follow)
    return None if name is None else Failure("HeaderDisallowedByPreflightResponse", name)


def allows_method(listed: tuple[str, ...], method: str, *, wildcard: bool) -> bool:
    """Whether a list of methods allows one (Fetch standard, 4.8, step 7.5).

    Args:
        listed: the items of Access-Control-Allow-Methods.
        method: the request's method.
        wildcard: whether ``*`` means every method: it does not with credentials.
    """
    return methods.is_safelisted(method) or method in listed or (wildcard and "*" in listed)


def first_disallowed(
    listed: tuple[str, ...], names: tuple[str, ...], *, wildcard: bool, follow: str
) -> str | None:
    """Return the first header name that a list does not allow (Fetch standard, 4.8, steps 7.6 and 7.7).

    Args:
        listed: the items of Access-Control-Allow-Headers, in lower case.
        names: those that need a preflight, in lower case.
        wildcard: whether ``*`` means every name: it does not with credentials.
        follow: with ``"standard"``, ``*`` does not cover Authorization; in every browser it does.
    """
    covers = wildcard and "*" in listed
    for name in names:
        exact = follow == "standard" and request_headers.is_non_wildcard(name)
        if name not in listed and (exact or not covers):
            return name
    return None


def allowed_by(lines: Lines, *, follow: str) -> Allowed:
    """Return what a response allows that passes the checks (Fetch standard, 4.8, steps 7.8 to 7.10)."""
    return Allowed(
        extract_list(lines, "access-control-allow-methods") or (),
        _lowered(extract_list(lines, "access-control-allow-headers")),
        max_age(get(lines, "access-control-max-age"), follow=follow),
    )


def max_age(value: str | None, *, follow: str) -> int:
    """Return for how many seconds a preflight response may be cached (Fetch standard, 4.8, step 7.8).

    The standard reads digits only. Chromium reads a negative number as 0.
    """
    if value is None:
        return _DEFAULT_SECONDS
    if follow == "chromium" and _INTEGER.fullmatch(value) and abs(int(value)) < 2**63:
        seconds = max(int(value), 0)
    elif follow != "chromium" and _DIGITS.fullmatch(value):
        seconds = int(value)
    else:
        seconds = _DEFAULT_SECONDS
    return min(seconds, _LONGEST_SECONDS[follow])


def _lowered(names: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(name.lower() for name in names or ())


def failures(
    request: Preflighted, status: int, lines: Lines, *, follow: str
) -> Iterator[tuple[str, Failure]]:
    """Yield each engine with what it reports of a response that blocks the request."""
    for engine in ENGINES:
        failure = check(request, status, lines, follow=follow, engine=engine)
        if failure is not None:
            yield engine, failure
