"""Marks in a translated expression what its author wrote and what is left open, for the proof."""

from __future__ import annotations

from re import _parser  # type: ignore[attr-defined]  # the parser that re.compile uses

from .translate import CONSTRUCTS, Translation, character_class
from .tree import leaf_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from .tree import Parsed

# Any visible character, left open.
_OPEN = r"[\xa1-\xfe]"
# How many characters and short ranges a class lists at most for its author to mean each of them, and
# how many characters a short range has at most.
_FEW = 16
_SHORT_RANGE = 5

# Characters that number an alternative, at whose beginning they stand: of the private use area.
NUMBERS = range(0xE000, 0xE000 + 16**3)


def mark(parsed: Parsed, *, numbered: bool = False) -> tuple[str, str | None]:
    """Give an expression for the linter, which tells what its author wrote from what is left open.

    It matches at least the visible ASCII texts that the pattern matches whole, with the high bit set
    in each character that the author did not write as that very one.

    Args:
        parsed: the pattern.
        numbered: whether the characters of `NUMBERS` in it number its alternatives.

    Returns:
        The expression, and what stands in the pattern that it does without, by which it may match
        more; None where it matches the same.

    Raises:
        Untranslatable: where groups are nested too deep.
    """
    marking = Marking(numbered=numbered)
    return marking.whole(parsed), marking.without


class Marking(Translation):
    """A translation that sets the high bit of characters which are left open.

    Written are a literal and a class of few listed characters, outside of endless repetition. So is
    the dot of a lone `.`, which was probably meant as that.
    """

    def __init__(self, *, numbered: bool) -> None:
        super().__init__()
        self.numbered = numbered
        self.opened = 0
        self.without: str | None = None

    def node(self, node: Any, flags: int) -> str:
        name, argument = node[0].name, node[1]
        key = argument.name if name == "AT" else name
        if key not in CONSTRUCTS:
            return super().node(node, flags)
        # What is left out of the pattern here only ever keeps texts from matching.
        self.without = self.without or CONSTRUCTS[key]
        if name == "POSSESSIVE_REPEAT":
            return self.repeat(argument, flags)
        if name == "ATOMIC_GROUP":
            return f"(?:{self.sequence(argument, flags)})"
        if name == "GROUPREF_EXISTS":
            _, yes, no = argument
            return f"(?:{self.sequence(yes, flags)}|{self.sequence(no or (), flags)})"
        if name.startswith("GROUPREF"):
            return _OPEN + "*"
        return ""

    def repeat(self, argument: Any, flags: int) -> str:
        least, most, nodes = argument
        endless = most is _parser.MAXREPEAT
        if len(nodes) == 1 and nodes[0][0].name == "ANY":
            body = _marked_class((), self.leaves.codes(nodes[0], flags))
            return f"{body}{{{least},{'' if endless else most}}}"
        self.opened += endless
        text = super().repeat(argument, flags)
        self.opened -= endless
        return text

    def leaf(self, node: Any, flags: int) -> str:
        if self.numbered and node[0].name == "LITERAL" and node[1] in NUMBERS:
            return _digits(node[1] - NUMBERS.start)
        key = (*leaf_key(node, flags), self.opened > 0)
        text = self.texts.get(key)
        if text is None:
            codes = self.leaves.codes(node, flags)
            text = self.texts[key] = _marked_class(self.written(node, codes), codes)
        return text

    def written(self, node: Any, codes: list[int]) -> Collection[int]:
        if self.opened:
            return ()
        if node[0].name == "ANY":
            return (ord("."),)
        return codes if _is_written(node) else ()


def _digits(number: int) -> str:
    """Give the number of an alternative as the compiled part reads it."""
    return f"\\x{1 + number // 256:02x}\\x{1 + number // 16 % 16:02x}\\x{17 + number % 16:02x}"


def _is_written(node: Any) -> bool:
    """Say whether an author who writes this node means each of the characters that it stands for."""
    name, argument = node[0].name, node[1]
    if name == "LITERAL":
        return True
    if name != "IN":
        return False
    listed = 0
    for kind, characters in argument:
        short = kind.name == "RANGE" and characters[1] - characters[0] < _SHORT_RANGE
        if kind.name != "LITERAL" and not short:
            return False
        listed += 1
    return listed <= _FEW


def _marked_class(written: Collection[int], codes: list[int]) -> str:
    return character_class([code if code in written else code | 0x80 for code in codes])
