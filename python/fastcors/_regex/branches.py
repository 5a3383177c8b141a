"""Finds the alternatives of a regular expression in its text."""

from __future__ import annotations

import re

# Nothing of these is a group, nor ends one: escapes, classes, comments, flags.
_PIECE = re.compile(
    r"""
    \\. | \[\^?\]?(?:\\.|[^\]\\])*\] | \(\?(?:[aiLmsux]+|\#[^)]*)\)
  | (?P<open>\((?:\?(?:P<\w+>|<?[=!]|>|[aiLmsux]*(?:-[imsx]+)?:))?)
  | (?P<close>\))
  | (?P<or>\|)
    """,
    re.VERBOSE | re.DOTALL,
)
# White space and `#` mean nothing in one, and the other has two alternatives of its own.
_VERBOSE_OR_CONDITIONAL = re.compile(r"\(\?(?:[aiLmsu]*x|\()")
# What an alternative must have one of to be meant: not `(|www\.)`, `(:443|$)`.
_CONSUMING = re.compile(r"[^()?:|^$]")


class Alternative:
    """One alternative of a group, from `start` to `stop`, or the whole regex."""

    __slots__ = ("group", "outer", "start", "stop")

    def __init__(self, start: int, outer: Alternative | None, group: list[Alternative]) -> None:
        self.start = self.stop = start
        # The alternative that the group is in.
        self.outer = outer
        self.group = group
        group.append(self)

    def alone(self, text: str) -> str:
        """Return the regex without the alternatives that stand in the place of this one."""
        found, each = text[self.start : self.stop], self
        while each.outer is not None:
            before = text[each.outer.start : each.group[0].start]
            after = text[each.group[-1].stop : each.outer.stop]
            found, each = before + found + after, each.outer
        return found


def alternatives(text: str) -> list[Alternative]:
    """Return the alternatives of groups that have several, each before those within it.

    Left out are those that read nothing. None are found if white space means nothing in the regex, or
    a group is conditional.
    """
    if _VERBOSE_OR_CONDITIONAL.search(text):
        return []
    current = Alternative(0, None, [])
    found = [current]
    for piece in _PIECE.finditer(text):
        if piece.lastgroup == "open":
            current = Alternative(piece.end(), current, [])
            found.append(current)
        elif piece.lastgroup == "or":
            current.stop = piece.start()
            current = Alternative(piece.end(), current.outer, current.group)
            found.append(current)
        elif piece.lastgroup == "close" and current.outer is not None:
            current.stop = piece.start()
            current = current.outer
    current.stop = len(text)
    several = (each for each in found if len(each.group) > 1)
    return [each for each in several if _CONSUMING.search(text, each.start, each.stop)]
