"""Reads text that is written like globs where a regular expression belongs."""

from __future__ import annotations

import re
import warnings

from .rewrites import LABELS, LOCAL, PORT, escape_dots, glob, rewritten

_ANY_GLOB = re.compile(r"(?:(?:https?|https\?|http\*|\*)://)?(?:\*\.)*\*+(?::\*+)?/?")
# A glob, up to what may come after the host.
_GLOB = re.compile(
    r"\^?(?P<scheme>(?:https?|http\*|http\*s|\*)://)?(?P<host>[a-z0-9*._-]+)"
    r"(?P<port>:[0-9]+|:\*)?(?:/\**)?\$?"
)


def is_any(text: str) -> bool:
    """Whether a text is a glob for every origin."""
    return _ANY_GLOB.fullmatch(text) is not None


def as_globs(text: str) -> str | None:
    """Return the expression that is meant by globs for hosts, which Python does not compile."""
    meant: list[str] = []
    for part in re.split(r"[|,;\s]+", text.strip()):
        compiles = _is_expression(part)
        expression = rewritten(part, glob, escape_dots) if compiles else _as_glob(part)
        if expression is None:
            return None
        meant.append(expression)
    return "|".join(meant)


def _is_expression(text: str) -> bool:
    """Whether Python compiles a text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _as_glob(text: str) -> str | None:
    match = _GLOB.fullmatch(text.replace("\\", ""))
    if match is None or "*" not in text or not match["host"].strip("*."):
        return None
    scheme = match["scheme"] or ("http://" if LOCAL.match(match["host"]) else "https://")
    scheme = "https?://" if "*" in scheme else scheme
    first, dot, rest = match["host"].partition(".")
    if first in ("*", "**"):
        host = LABELS + "+" + _label(rest)
    elif first.startswith("*"):
        host = LABELS + "*" + _label(first.lstrip("*") + dot + rest)
    else:
        host = _label(first + dot + rest)
    port = match["port"] or ""
    return scheme + host + (PORT if "*" in port else port)


def _label(text: str) -> str:
    return re.sub(r"\*+", "[a-z0-9-]+", text.replace(".", r"\."))
