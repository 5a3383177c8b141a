"""Writes a regular expression as entries of `allow_origins`, where these match the same origins."""

from __future__ import annotations

import re

from fastcors._fastcors import is_within, lint_origins
from fastcors._regex.mark import mark
from fastcors._regex.tree import Leaves, Parsed, Untranslatable, combined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .prove import Prover

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


def entries(prover: Prover, text: str) -> list[str] | None:
    """Return the entries that match the very origins that a regex matches; None if there are none."""
    if len(text) > _LONGEST:
        return None
    try:
        parsed = Parsed(prover.pattern, text)
        found = _Strings().sequence(parsed.nodes, parsed.flags)
    except (re.error, Untranslatable, RecursionError, _TooMany):
        return None
    found = [each for each in found if not (each + _PORTS in found or each.endswith("/"))]
    wrong = {told[2] for told in lint_origins(found, credentials=False) if told[1] == "error"}
    found = [each for place, each in enumerate(found) if place not in wrong]
    if not 0 < len(found) <= _MOST_ENTRIES:
        return None
    marked, _ = mark(parsed)
    most, least = (
        _matching(found, "[a-z0-9_-]+"),
        _matching(found, "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"),
    )
    same = is_within(marked, most) and is_within(least, marked)
    return found if same else None


def _matching(found: list[str], label: str) -> str:
    """Return a regex for what entries match, with labels of a kind."""
    return "|".join(
        re.escape(each)
        .replace(re.escape(_LABELS), rf"(?:{label}\.)+")
        .replace(re.escape(_PORTS), "(?::[0-9]+)?")
        for each in found
    )


class _Strings:
    """The strings that parts of a regex match, with a star for a label or a port that is left open."""

    def __init__(self) -> None:
        self.leaves = Leaves()

    def sequence(self, nodes: Any, flags: int) -> list[str]:
        found = [""]
        for node in nodes:
            several = self.node(node, flags)
            if len(found) * len(several) > _MOST_STRINGS:
                raise _TooMany
            found = [one + other for one in found for other in several]
        return list(dict.fromkeys(each.replace(_LABELS * 2, _LABELS) for each in found))

    def node(self, node: Any, flags: int) -> list[str]:
        name, argument = node[0].name, node[1]
        if name == "AT":
            return [""]
        if name == "SUBPATTERN":
            _, added, removed, nodes = argument
            return self.sequence(nodes, combined(flags, added, removed))
        if name == "BRANCH":
            return [each for nodes in argument[1] for each in self.sequence(nodes, flags)]
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            return self.repeat(argument, flags)
        if name == "ANY":
            return ["."]
        if name in ("LITERAL", "IN"):
            return [chr(code) for code in self.leaves.codes(node, flags)]
        raise _TooMany

    def repeat(self, argument: Any, flags: int) -> list[str]:
        least, most, nodes = argument
        empty = [] if least else [""]
        if len(nodes) == 1 and nodes[0][0].name in ("ANY", "IN", "NOT_LITERAL") and most > 1:
            return [_STAR]
        body = self.sequence(nodes, flags)
        if most > 1 and body != [_LABELS] and (least != most or most > _MOST_TIMES):
            raise _TooMany
        if most > 1 and body != [_LABELS]:
            body = [each * most for each in body] if len(body) == 1 else [_STAR]
        return [*empty, *body]
