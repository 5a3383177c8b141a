"""Proves which origins a regular expression matches: asks the compiled part, which answers with values."""

from __future__ import annotations

import math
import re
import warnings

from fastcors._fastcors import matches_an_origin, missed_origin, prove_expression, share_an_origin
from fastcors._regex.branches import alternatives
from fastcors._regex.mark import mark
from fastcors._regex.tree import Parsed, Untranslatable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fastcors._fastcors import _Proof
    from fastcors._regex.branches import Alternative

# What untrusted origins are called. Another is tried if a construct that only Python's engine matches
# keeps the first one out.
_NAMES = ("evil", "attacker", "mallory")
# What matching one origin with Python's engine may take: some hundred milliseconds at worst.
_MOST_WAYS = 10_000_000
# So many regexes are proven to find what one was meant as: a second or two at worst.
_MOST_PROVEN = 60
# So many alternatives, with so many characters, are looked at one by one.
_MOST_ALTERNATIVES = 500
_MOST_TEXT = 30_000
_UNREADABLE = (re.error, Untranslatable, OverflowError, RecursionError)


class Proven:
    """A regex with what is proven of it.

    Attributes:
        text: the regex.
        proof: what the compiled part found.
        without: the construct that only Python's engine matches and that the proof leaves out, if any.
    """

    __slots__ = ("_parsed", "_pattern", "marked", "proof", "text", "without")

    def __init__(self, pattern: re.Pattern[str], text: str, *, credentials: bool) -> None:
        """Prove a regex with a pattern's flags.

        Raises:
            re.error, Untranslatable, OverflowError, RecursionError: if it cannot be read.
        """
        self.text = text
        self._pattern = pattern
        self._parsed = Parsed(pattern, text)
        self.marked, self.without = mark(self._parsed)
        names = _NAMES[:1] if self.without is None else _NAMES
        proofs = []
        for name in names:
            proofs.append(prove_expression(self.marked, name, credentials))
            found = proofs[-1]["untrusted"]
            if found is None or self.is_matched(found[0]):
                break
        else:
            proofs = proofs[:1]
        self.proof: _Proof = proofs[-1]

    def is_matched(self, origin: str) -> bool | None:
        """Whether the pattern matches an origin that the proof found; None if that takes too long."""
        if self.without is None:
            return True
        if self.ways(len(origin)) > _MOST_WAYS:
            return None
        try:
            return self._pattern.fullmatch(origin) is not None
        except SystemError:
            # A defect of the engine's, with groups in possessive repetition.
            return None

    def ways(self, length: int) -> float:
        """Return a bound of the ways in which Python's engine tries to read so many characters."""
        return ways(self._parsed, length)

    def unmatched(self) -> list[Alternative]:
        """Return the alternatives that match no origin in their place, but not those within them."""
        verbose = self._pattern.flags & re.VERBOSE
        several = [] if verbose else alternatives(self.text)
        found = {each: each.alone(self.text) for each in several[: _MOST_ALTERNATIVES + 1]}
        dead: list[Alternative] = []
        if len(found) > _MOST_ALTERNATIVES or sum(map(len, found.values())) > _MOST_TEXT:
            return dead
        for each, alone in found.items():
            if dead and each.stop <= dead[-1].stop:
                continue
            try:
                marked, _ = mark(Parsed(self._pattern, alone))
            except _UNREADABLE:
                # It refers to a group in another alternative, for one.
                continue
            if not matches_an_origin(marked):
                dead.append(each)
        return dead


class Prover:
    """Proves regexes with the flags of one pattern, and remembers the proofs."""

    def __init__(self, pattern: re.Pattern[str], *, credentials: bool) -> None:
        self.pattern = pattern
        self.credentials = credentials
        self._proven: dict[str, Proven | None] = {}

    def prove(self, text: str) -> Proven | None:
        """Prove a regex that Rust can match; None for any other, and after too many."""
        if text not in self._proven and len(self._proven) < _MOST_PROVEN:
            self._proven[text] = self._prove(text)
        return self._proven.get(text)

    def _prove(self, text: str) -> Proven | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                re.compile(text, self.pattern.flags)
            proven = Proven(self.pattern, text, credentials=self.credentials)
        except _UNREADABLE:
            return None
        return proven if proven.without is None else None

    def missed(self, text: str, proven: Proven) -> str | None:
        """Return an origin that another regex matches and a proven one does not."""
        other = self.prove(text)
        return None if other is None else missed_origin(other.marked, proven.marked)

    def share(self, one: str, other: str) -> bool:
        """Whether two regexes match an origin that is the same and has a domain or an address."""
        try:
            return share_an_origin(*(mark(Parsed(self.pattern, text))[0] for text in (one, other)))
        except _UNREADABLE:
            return False


def ways(parsed: Parsed, length: int) -> float:
    """Return a bound of the ways in which a backtracking engine reads so many characters.

    It is infinite where a repetition is repeated: the ways may double with each character.
    """
    try:
        return _ways(parsed.nodes, length)
    except RecursionError:
        return math.inf


def _ways(nodes: Any, length: int) -> float:
    found = 1.0
    for node in nodes:
        name, argument = node[0].name, node[1]
        if name.endswith("_REPEAT"):
            least, most, body = argument
            one = _ways(body, length)
            if most > 1 and one > 1:
                return math.inf
            found *= one + 1 - least if most <= 1 else min(most - least, length) + 1
        elif name in ("BRANCH", "GROUPREF_EXISTS"):
            several = argument[1] if name == "BRANCH" else (argument[1], argument[2] or ())
            found *= sum(_ways(each, length) for each in several)
        elif name == "SUBPATTERN":
            found *= _ways(argument[3], length)
        elif name.startswith("ASSERT") or name == "ATOMIC_GROUP":
            found *= _ways(argument[1] if name.startswith("ASSERT") else argument, length)
    return found
