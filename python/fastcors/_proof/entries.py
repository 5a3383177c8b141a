"""Writes a regular expression as entries of `allow_origins`, where these match the same origins."""

from __future__ import annotations

import re

from fastcors._fastcors import is_within, lint_origins
from fastcors._regex.mark import mark
from fastcors._regex.tree import Node, Untranslatable, parse

# So many entries are suggested, and so many strings are looked at for them.
_MOST_ENTRIES = 20
_MOST_STRINGS = 100
# A longer regex is not read, and no string is repeated more often.
_LONGEST = 2000
_MOST_TIMES = 100
# What stands for a repeated class, as a label or a port.
_STAR = "*"
_LABELS, _PORTS = "*.", ":*"


class _TooMany(Exception):
    """The regex matches more strings than a list should have, or others than entries can stand for."""


def entries(pattern: re.Pattern[str], text: str) -> list[str] | None:
    """Return the entries that match the very origins that a regex matches; None if there are none."""
    if len(text) > _LONGEST:
        return None
    try:
        nodes = parse(pattern, text)
        found = _strings(nodes)
    except (re.error, Untranslatable, RecursionError, _TooMany):
        return None
    found = [each for each in found if not (each + _PORTS in found or each.endswith("/"))]
    reported = lint_origins(found, credentials=False)
    wrong = {place for _, severity, place, *_ in reported if severity == "error"}
    found = [each for place, each in enumerate(found) if place not in wrong]
    if not 0 < len(found) <= _MOST_ENTRIES:
        return None
    marked, _ = mark(nodes)
    most = _matching(found, "[a-z0-9_-]+")
    least = _matching(found, "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
    return found if is_within(marked, most) and is_within(least, marked) else None


def _matching(found: list[str], label: str) -> str:
    """Return a regex for what entries match, with labels of a kind."""
    return "|".join(
        re.escape(each)
        .replace(re.escape(_LABELS), rf"(?:{label}\.)+")
        .replace(re.escape(_PORTS), "(?::[0-9]+)?")
        for each in found
    )


def _strings(nodes: list[Node]) -> list[str]:
    """Return the strings that nodes match, with a star for a label or a port that is left open."""
    found = [""]
    for node in nodes:
        several = _strings_of(node)
        if len(found) * len(several) > _MOST_STRINGS:
            raise _TooMany
        found = [one + other for one in found for other in several]
    return list(dict.fromkeys(each.replace(_LABELS * 2, _LABELS) for each in found))


def _strings_of(node: Node) -> list[str]:
    if node.construct is not None:
        raise _TooMany
    if node.kind == "anchor":
        return [""]
    if node.kind == "any":
        return ["."]
    if node.kind == "group":
        return [each for part in node.parts for each in _strings(part)]
    return _repeated(node) if node.kind == "repeat" else [chr(code) for code in node.codes]


def _repeated(node: Node) -> list[str]:
    (nodes,), least, most = node.parts, node.least, node.most
    empty = [] if least else [""]
    if len(nodes) == 1 and nodes[0].kind in ("any", "class") and most > 1:
        return [_STAR]
    body = _strings(nodes)
    if most > 1 and body != [_LABELS]:
        if least != most or most > _MOST_TIMES:
            raise _TooMany
        body = [each * most for each in body] if len(body) == 1 else [_STAR]
    return [*empty, *body]
