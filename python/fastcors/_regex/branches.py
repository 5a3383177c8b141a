"""Finds the alternatives of a regular expression in its text."""

from __future__ import annotations

import re

from .mark import NUMBERS
from .tokens import Token, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# What an alternative must have one of, or else nothing is meant by it: `(|www\.)`, `(/|$)`.
_CONSUMING = ("character", "any", "class")
_LOOKING = ("(?=", "(?!", "(?<=", "(?<!")
_VERBOSE = re.compile(r"\(\?[aiLmsu]*x")


class Alternatives:
    """The alternatives of an expression, as ranges of its pieces, in the order of their beginnings.

    Those that are empty are left out, and those in look-around, where they keep texts from matching.
    """

    def __init__(self, pieces: list[Token]) -> None:
        self.pieces = pieces
        # Of each group that has several, the ranges of all.
        self._groups: list[list[range]] = []
        self.ranges: list[range] = []
        if _is_readable(pieces):
            self._read()

    def _read(self) -> None:
        # Of each group that is open: where its alternative began, those before, whether it looks around.
        stack: list[tuple[int, list[range], bool]] = [(0, [], False)]
        for place, piece in enumerate([*self.pieces, Token("close", "")]):
            if piece.kind == "open":
                looking = stack[-1][2] or piece.text in _LOOKING
                stack.append((place + 1, [], looking))
            elif piece.kind in ("or", "close"):
                start, before, looking = stack.pop()
                before.append(range(start, place))
                if piece.kind == "or":
                    stack.append((place + 1, before, looking))
                elif len(before) > 1 and not looking:
                    self._groups.append(before)
        self.ranges = sorted(
            (each for group in self._groups for each in group if self._consumes(each)),
            key=lambda each: each.start,
        )
        if len(self.ranges) > len(NUMBERS):
            self.ranges = []

    def _consumes(self, each: range) -> bool:
        return any(self.pieces[place].kind in _CONSUMING for place in each)

    def _first(self, each: range) -> int:
        # The flags of the whole expression stay first.
        return next(place for place in each if self.pieces[place].kind != "nothing")

    def numbered(self) -> str:
        """Give the expression with a character of `NUMBERS` at the beginning of each alternative."""
        numbers = {
            self._first(each): number for number, each in enumerate(self.ranges, NUMBERS.start)
        }
        texts = (
            chr(numbers[place]) + piece.text if place in numbers else piece.text
            for place, piece in enumerate(self.pieces)
        )
        return "".join(texts)

    def besides(self, taken: Iterable[int]) -> list[range]:
        """Give the alternatives that are not among these, but for those within them."""
        numbers = set(taken)
        dead: list[range] = []
        for number, each in enumerate(self.ranges):
            if number not in numbers and not (dead and each.stop <= dead[-1].stop):
                dead.append(each)
        return dead

    def text(self, each: range) -> str:
        """Give the text of an alternative."""
        return joined(self.pieces[each.start : each.stop])

    def alone(self, each: range) -> str:
        """Give the expression without the alternatives that stand in the place of one."""
        left_out: set[int] = set()
        for group in self._groups:
            own = [
                other for other in group if other.start <= each.start and each.stop <= other.stop
            ]
            if own:
                left_out |= set(range(group[0].start, group[-1].stop)) - set(own[0])
        return joined(piece for place, piece in enumerate(self.pieces) if place not in left_out)

    def replaced(self, texts: dict[range, str | None]) -> str:
        """Give the expression with other texts for some alternatives, without those that have none."""
        kept: list[str] = []
        place = 0
        for each in sorted(texts, key=lambda each: each.start):
            kept += (piece.text for piece in self.pieces[place : each.start])
            text = texts[each]
            place = each.stop
            if text is not None:
                kept.append(text)
            elif place < len(self.pieces) and self.pieces[place].kind == "or":
                place += 1
            elif kept and self.pieces[each.start - 1].kind == "or":
                kept.pop()
        return "".join(kept) + joined(self.pieces[place:])


def _is_readable(pieces: list[Token]) -> bool:
    """Say whether there are only groups whose beginnings are known, and no number yet."""
    for place, piece in enumerate(pieces):
        following = pieces[place + 1].text if place + 1 < len(pieces) else ""
        # A conditional, a reference to a named group.
        if piece.text == "(" and following.startswith("?"):
            return False
        # White space means nothing there.
        if _VERBOSE.match(piece.text):
            return False
    return not any(ord(piece.text[-1]) in NUMBERS for piece in pieces)
