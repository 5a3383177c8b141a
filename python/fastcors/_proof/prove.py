"""Proves which origins a regular expression matches, with the compiled part."""

from __future__ import annotations

import math
import re
from contextlib import suppress

from fastcors._fastcors import matches_an_origin, prove_expression
from fastcors._regex.branches import Alternative, alternatives
from fastcors._regex.mark import mark
from fastcors._regex.tree import Node, Untranslatable, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fastcors._fastcors import _Proof

# What untrusted origins are called. Others are tried if a construct that only Python's engine matches
# keeps the first one out.
_NAMES = ("evil", "attacker", "mallory")
# What matching one origin with Python's engine may take: some hundred milliseconds at worst.
_MOST_WAYS = 10_000_000
# So many alternatives, with so many characters, are looked at one by one.
_MOST_ALTERNATIVES = 500
_MOST_TEXT = 30_000
UNREADABLE = (re.error, Untranslatable, OverflowError, RecursionError)


class Proven:
    """A regex with what is proven of it, without a construct that only Python's engine matches."""

    __slots__ = ("_nodes", "_pattern", "marked", "proof", "text", "without")

    def __init__(self, pattern: re.Pattern[str], text: str, *, credentials: bool) -> None:
        """Prove a regex with a pattern's flags. Raise an error of `UNREADABLE` if it cannot be read."""
        self.text = text
        self._pattern = pattern
        self._nodes = parse(pattern, text)
        self.marked, self.without = mark(self._nodes)
        names = _NAMES[:1] if self.without is None else _NAMES
        proofs = [prove_expression(self.marked, name, credentials) for name in names]
        shown = [p for p in proofs if p["untrusted"] is None or self.is_matched(p["untrusted"][0])]
        self.proof: _Proof = (shown or proofs)[0]

    def is_matched(self, origin: str) -> bool:
        """Whether the pattern matches an origin that the proof found. False if that takes too long."""
        if self.without is None:
            return True
        if ways(self._nodes, len(origin)) <= _MOST_WAYS:
            # A defect of the engine's, with groups in possessive repetition.
            with suppress(SystemError):
                return self._pattern.fullmatch(origin) is not None
        return False

    def unmatched(self) -> list[Alternative]:
        """Return the alternatives that match no origin in their place, but not those within them."""
        several = [] if self._pattern.flags & re.VERBOSE else alternatives(self.text)
        if len(several) > _MOST_ALTERNATIVES:
            return []
        texts = [each.alone(self.text) for each in several]
        if sum(map(len, texts)) > _MOST_TEXT:
            return []
        dead: list[Alternative] = []
        for each, text in zip(several, texts, strict=True):
            if dead and each.stop <= dead[-1].stop:
                continue
            # One that cannot be read refers to a group in another alternative, for one.
            with suppress(*UNREADABLE):
                if not matches_an_origin(mark(parse(self._pattern, text))[0]):
                    dead.append(each)
        return dead


def ways(nodes: list[Node], length: int) -> float:
    """Return a bound of the ways in which a backtracking engine reads so many characters.

    It is infinite where a repetition is repeated: the ways may double with each character.
    """
    found = 1.0
    for node in nodes:
        one = sum(ways(part, length) for part in node.parts)
        if node.kind != "repeat":
            found *= one or 1
        elif node.most > 1 and one > 1:
            return math.inf
        elif node.most > 1:
            found *= min(node.most - node.least, length) + 1
        else:
            found *= one + 1 - node.least
    return found
