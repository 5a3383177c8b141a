"""Methods."""

from __future__ import annotations

_FORBIDDEN = frozenset({"CONNECT", "TRACE", "TRACK"})
_NORMALIZED = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})
_SAFELISTED = frozenset({"GET", "HEAD", "POST"})


def is_forbidden(method: str) -> bool:
    """Whether scripts cannot use a method (Fetch standard, 2.2.1 "forbidden method")."""
    return method.upper() in _FORBIDDEN


def normalize(method: str) -> str:
    """Return a method in upper case if it is one of six (Fetch standard, 2.2.1 "normalize")."""
    upper = method.upper()
    return upper if upper in _NORMALIZED else method


def is_safelisted(method: str) -> bool:
    """Whether a method needs no preflight (Fetch standard, 2.2.1 "CORS-safelisted method")."""
    return method in _SAFELISTED
