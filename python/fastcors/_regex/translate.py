"""Says in the Rust engine's syntax what one of Python's regular expressions matches.

Python's own parser gives the syntax tree. Every node that stands for one character is asked of
Python's engine for each visible ASCII character, and becomes the class of those that it matched, so
that flags, case folding, categories and negation mean what they mean to Python. What is left are
concatenation, alternation, repetition and the anchors, which for a match of the whole text mean the
same in both engines. Any other node (look-around, back-references, conditionals, atomic groups and
possessive repetition) is not translated.
"""

from __future__ import annotations

import re
import warnings
from re import _compiler, _parser  # type: ignore[attr-defined]  # the parser that re.compile uses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

# What an Origin can hold when it reaches an expression.
_VISIBLE = [chr(code) for code in range(0x21, 0x7F)]
# No visible character: it stands for a node that matches none of them.
_NOTHING = r"\x00"

# Any visible character, left open.
_OPEN = r"[\xa1-\xfe]"
# How many characters and short ranges a class lists at most for its author to mean each of them, and
# how many characters a short range has at most.
_FEW = 16
_SHORT_RANGE = 5

# Characters that number an alternative, at whose beginning they stand: of the private use area.
NUMBERS = range(0xE000, 0xE000 + 16**3)

_LEAVES = {"LITERAL", "NOT_LITERAL", "ANY", "IN"}
_ANCHORS = {
    # Without a line break in the text, lines begin and end where the text does.
    "AT_BEGINNING": r"\A",
    "AT_BEGINNING_STRING": r"\A",
    "AT_END": r"\z",
    "AT_END_STRING": r"\z",
    "AT_BOUNDARY": r"\b",
}
# More pieces than the Rust engine has room for: each takes some of its ten million bytes.
_MOST_PIECES = 400_000
_TOO_DEEP = "groups nested too deep"
_CONSTRUCTS = {
    "ASSERT": "look-around",
    "ASSERT_NOT": "look-around",
    "GROUPREF": "a back-reference",
    "GROUPREF_IGNORE": "a back-reference",
    "GROUPREF_EXISTS": "a conditional",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "possessive repetition",
    "AT_NON_BOUNDARY": r"\B",
}


class Untranslatable(Exception):
    """The expression holds something that only Python's engine matches; the text names it."""


class Parsed:
    """A pattern's syntax tree, as Python's own parser gives it, and its flags.

    Raises:
        Untranslatable: where groups are nested too deep.
    """

    __slots__ = ("flags", "nodes")

    def __init__(self, pattern: re.Pattern[str], text: str | None = None) -> None:
        """Parse a pattern again, which keeps no tree, or another text with its flags."""
        flags = pattern.flags & ~re.DEBUG
        try:
            with warnings.catch_warnings():
                # What Python's parser has to say it said when the pattern was compiled.
                warnings.simplefilter("ignore")
                self.nodes: Any = _parser.parse(pattern.pattern if text is None else text, flags)
        except RecursionError:
            raise Untranslatable(_TOO_DEEP) from None
        self.flags: int = self.nodes.state.flags | flags


def translate(parsed: Parsed) -> str:
    """Give an expression for the Rust engine that matches whole the same visible ASCII texts.

    Raises:
        Untranslatable: where a construct is not known to mean the same, or the engine is sure to find
            it too large.
    """
    return _Translation().whole(parsed)


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


class Leaves:
    """Which visible ASCII characters a node matches, asked of Python's engine once for each node."""

    def __init__(self) -> None:
        self._known: dict[object, list[int]] = {}

    def codes(self, node: Any, flags: int) -> list[int]:
        """Give the codes of the characters, in order."""
        key = leaf_key(node, flags)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _matched(node, flags)
        return found


def leaf_key(node: Any, flags: int) -> tuple[object, ...]:
    """Give what is equal for nodes that stand for the same characters."""
    operation, argument = node
    # A literal's argument is its code, and an expression may have 100,000 of them.
    return operation, argument if isinstance(argument, int) else repr(argument), flags


class _Translation:
    """One translation, with what it has already asked of Python's engine."""

    def __init__(self) -> None:
        self.leaves = Leaves()
        self.texts: dict[object, str] = {}
        self.pieces = 0

    def whole(self, parsed: Parsed) -> str:
        try:
            return self.sequence(parsed.nodes, parsed.flags)
        except RecursionError:
            raise Untranslatable(_TOO_DEEP) from None

    def sequence(self, nodes: Any, flags: int) -> str:
        return "".join(self.node(node, flags) for node in nodes)

    def node(self, node: Any, flags: int) -> str:
        name, argument = node[0].name, node[1]
        if name in _LEAVES:
            return self.leaf(node, flags)
        if name == "AT" and argument.name in _ANCHORS:
            return _ANCHORS[argument.name]
        if name == "FAILURE":
            return _NOTHING
        if name == "SUBPATTERN":
            _, added, removed, nodes = argument
            return f"(?:{self.sequence(nodes, combined(flags, added, removed))})"
        if name == "BRANCH":
            return f"(?:{'|'.join(self.sequence(nodes, flags) for nodes in argument[1])})"
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            return self.repeat(argument, flags)
        key = argument.name if name == "AT" else name
        raise Untranslatable(_CONSTRUCTS.get(key, key))

    def repeat(self, argument: Any, flags: int) -> str:
        least, most, nodes = argument
        upper = "" if most is _parser.MAXREPEAT else most
        return f"(?:{self.sequence(nodes, flags)}){{{least},{upper}}}"

    def leaf(self, node: Any, flags: int) -> str:
        self.pieces += 1
        if self.pieces > _MOST_PIECES:
            raise Untranslatable(f"more than {_MOST_PIECES:,} pieces")
        key = leaf_key(node, flags)
        text = self.texts.get(key)
        if text is None:
            text = self.texts[key] = _character_class(self.leaves.codes(node, flags))
        return text


class Marking(_Translation):
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
        if key not in _CONSTRUCTS:
            return super().node(node, flags)
        # What is left out of the pattern here only ever keeps texts from matching.
        self.without = self.without or _CONSTRUCTS[key]
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


def combined(flags: int, added: int, removed: int) -> int:
    """Combine flags as a group such as `(?a-i:…)` does: ASCII takes the place of Unicode."""
    kinds = re.ASCII | re.UNICODE
    if added & kinds:
        flags &= ~kinds
    return (flags | added) & ~removed


def _matched(node: Any, flags: int) -> list[int]:
    """Ask Python's engine which visible ASCII characters the node matches."""
    state = _parser.State()
    state.flags = flags
    compiled = _compiler.compile(_parser.SubPattern(state, [node]), flags)
    return [ord(character) for character in _VISIBLE if compiled.fullmatch(character)]


def _character_class(codes: list[int]) -> str:
    if not codes:
        return _NOTHING
    if len(codes) == 1:
        return f"\\x{codes[0]:02x}"
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\x{first:02x}-\\x{last:02x}" for first, last in ranges) + "]"


def _marked_class(written: Collection[int], codes: list[int]) -> str:
    return _character_class([code if code in written else code | 0x80 for code in codes])
