"""Finds the alternatives of a regular expression in its text."""

from __future__ import annotations

import re

# Nothing of these is a group, nor ends one: escapes, classes, comments, flags.
_PIECE = re.compile(
    r"""
    \\. | \[\^?\]?(?:\\.|[^\]\\])*\] | \(\?(?:[aiLmsux]+|\#[^)]*)\)
  | (?P<look>\(\?<?[=!])
  | (?P<open>\((?:\?(?:P<\w+>|>|[aiLmsux]*(?:-[imsx]+)?:))?)
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

    __slots__ = ("group", "looks", "outer", "start", "stop")

    def __init__(
        self, start: int, outer: Alternative | None, group: list[Alternative], *, looks: bool
    ) -> None:
        self.start = self.stop = start
        # The alternative that the group is in.
        self.outer = outer
        self.group = group
        # Whether it is in look-around.
        self.looks = looks
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

    Left out are those that read nothing, and those in look-around, where they keep strings from
    matching. None are found if white space means nothing in the regex, or a group is conditional.
    """
    if _VERBOSE_OR_CONDITIONAL.search(text):
        return []
    current = Alternative(0, None, [], looks=False)
    found = [current]
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup
        if kind in ("open", "look"):
            looks = current.looks or kind == "look"
            current = Alternative(piece.end(), current, [], looks=looks)
            found.append(current)
        elif kind in ("or", "close"):
            current.stop = piece.start()
            if kind == "close":
                current = current.outer or current
            else:
                current = Alternative(
                    piece.end(), current.outer, current.group, looks=current.looks
                )
                found.append(current)
    current.stop = len(text)
    return [
        each
        for each in found
        if len(each.group) > 1 and not each.looks and _CONSUMING.search(text, each.start, each.stop)
    ]
