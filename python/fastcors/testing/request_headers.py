"""Request headers: which are forbidden, and which need a preflight."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastcors._fastcors import FORBIDDEN_REQUEST_HEADERS

from . import methods
from .mime import essence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .headers import Lines

_METHOD_OVERRIDES = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
_SAFELISTED_TYPES = frozenset(
    {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
)
_LANGUAGE = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz *,-.;=")
_UNSAFE = frozenset({*map(chr, range(0x20)), *'"():<>?@[\\]{}', "\x7f"} - {"\t"})
_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)")
_NUMBER = r"[0-9]+(\.[0-9]+)?"
# Headers that Chromium sends itself; if a script sets such a value, they need no preflight.
_CHROMIUM_SAFELISTED = {
    "device-memory": _NUMBER,
    "downlink": _NUMBER,
    "dpr": _NUMBER,
    "ect": r"slow-2g|[234]g",
    "intervention": r".*",
    "rtt": r"[0-9]+",
    "save-data": r"(?i:on)",
    "user-agent": r".*",
    "viewport-width": r"[0-9]+",
    "width": r"[0-9]+",
}
_LONGEST_RANGE = 2**63
_LONGEST_VALUE = 128
_LONGEST_TOTAL = 1024


def is_forbidden(name: str, value: str) -> bool:
    """Whether scripts cannot set a header (Fetch standard, 2.2.2 "forbidden request-header")."""
    lowered = name.lower()
    if lowered in FORBIDDEN_REQUEST_HEADERS or lowered.startswith(("proxy-", "sec-")):
        return True
    if lowered in _METHOD_OVERRIDES:
        return any(methods.is_forbidden(method.strip(" \t")) for method in value.split(","))
    return False


def is_safelisted(name: str, value: str, *, follow: str = "standard") -> bool:
    """Whether a header needs no preflight (Fetch standard, 2.2.2 "CORS-safelisted request-header")."""
    if len(value.encode("latin-1")) > _LONGEST_VALUE:
        return False
    match name.lower():
        case "accept":
            return not _has_unsafe_byte(value)
        case "accept-language" | "content-language":
            return _LANGUAGE.issuperset(value)
        case "content-type":
            return not _has_unsafe_byte(value) and essence(value) in _SAFELISTED_TYPES
        case "range":
            return _is_single_range(value, follow=follow)
        case lowered:
            safe = _CHROMIUM_SAFELISTED.get(lowered) if follow == "chromium" else None
            return safe is not None and re.fullmatch(safe, value) is not None


def _has_unsafe_byte(value: str) -> bool:
    """Whether it has a CORS-unsafe request-header byte (Fetch standard, 2.2.2)."""
    return not _UNSAFE.isdisjoint(value)


def _is_single_range(value: str, *, follow: str) -> bool:
    """Whether it is one range with a start (Fetch standard, 2.2.2 "parse a single range header value").

    Chromium reads numbers of 64 bits.
    """
    found = _RANGE.fullmatch(value)
    if found is None:
        return False
    start, end = int(found[1]), int(found[2] or found[1])
    return start <= end and (follow != "chromium" or end < _LONGEST_RANGE)


def unsafe_names(lines: Lines, *, follow: str = "standard") -> tuple[str, ...]:
    """Return the names that need a preflight, in lower case, sorted, each once.

    Fetch standard, 2.2.2 "CORS-unsafe request-header names".
    """
    unsafe = set[str]()
    safe = set[str]()
    size = 0
    for name, value in lines:
        if is_safelisted(name, value, follow=follow):
            safe.add(name.lower())
            size += len(value)
        else:
            unsafe.add(name.lower())
    return tuple(sorted(unsafe | safe if size > _LONGEST_TOTAL else unsafe))


def is_non_wildcard(name: str) -> bool:
    """Whether ``*`` never covers it (Fetch standard, 2.2.2 "CORS non-wildcard request-header name")."""
    return name.lower() == "authorization"


def is_no_cors_safelisted(name: str, value: str) -> bool:
    """Whether a no-cors request may have it (Fetch standard, 2.2.2 "no-CORS-safelisted request-header")."""
    lowered = name.lower()
    return lowered in {
        "accept",
        "accept-language",
        "content-language",
        "content-type",
    } and is_safelisted(lowered, value)


def guarded(lines: Iterable[tuple[str, str]], mode: str) -> Lines:
    """Return the headers that a script's request really gets; a browser drops the others silently.

    Fetch standard, 5.1: the guards "request" and "request-no-cors".
    """
    allowed = [(name, value) for name, value in lines if not is_forbidden(name, value)]
    if mode != "no-cors":
        return tuple(allowed)
    kept: list[tuple[str, str]] = []
    for name, value in allowed:
        before = ", ".join(held for each, held in kept if each == name)
        if is_no_cors_safelisted(name, f"{before}, {value}" if before else value):
            kept.append((name, value))
    return tuple(kept)
