"""The CORS check: whether a page may read a response."""

from __future__ import annotations

from dataclasses import dataclass

from .headers import Lines, get
from .url import parse


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a check fails.

    Attributes:
        kind: the name of Chromium's error.
        parameter: the value, method or header at fault; empty if there is none.
    """

    kind: str
    parameter: str = ""


def cors_check(lines: Lines, *, origin: str, credentials: str) -> Failure | None:
    """Return why a response fails the CORS check, None if it does not (Fetch standard, 4.9).

    Args:
        lines: the response's headers.
        origin: the request's Origin.
        credentials: the request's credentials mode.

    The standard has one kind of failure; the kinds are Chromium's.
    """
    allowed = get(lines, "access-control-allow-origin")
    if allowed is None:
        return Failure("MissingAllowOriginHeader")
    if allowed == "*":
        # With credentials the standard compares `*` with the origin, which differs.
        return Failure("WildcardOriginNotAllowed") if credentials == "include" else None
    if allowed != origin:
        return Failure(_mismatch(allowed), allowed)
    if credentials != "include":
        return None
    allows_credentials = get(lines, "access-control-allow-credentials")
    if allows_credentials == "true":
        return None
    return Failure("InvalidAllowCredentials", allows_credentials or "")


def _mismatch(allowed: str) -> str:
    """Return the kind of an Access-Control-Allow-Origin that is not the request's Origin."""
    if " " in allowed or "," in allowed:
        return "MultipleAllowOriginValues"
    if allowed == "null" or parse(allowed) is not None:
        return "AllowOriginMismatch"
    return "InvalidAllowOriginValue"
