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
    from typing import Any

# What an Origin can hold when it reaches an expression.
_VISIBLE = [chr(code) for code in range(0x21, 0x7F)]
# No visible character: it stands for a node that matches none of them.
_NOTHING = r"\x00"

_LEAVES = {"LITERAL", "NOT_LITERAL", "ANY", "IN"}
_ANCHORS = {
    # Without a line break in the text, lines begin and end where the text does.
    "AT_BEGINNING": r"\A",
    "AT_BEGINNING_STRING": r"\A",
    "AT_END": r"\z",
    "AT_END_STRING": r"\z",
    "AT_BOUNDARY": r"\b",
}
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


def translate(pattern: re.Pattern[str]) -> str:
    """Give an expression for the Rust engine that matches whole the same visible ASCII texts.

    Raises:
        Untranslatable: where a construct is not known to mean the same.
    """
    flags = pattern.flags & ~re.DEBUG
    try:
        with warnings.catch_warnings():
            # What Python's parser has to say it said when the pattern was compiled.
            warnings.simplefilter("ignore")
            tree = _parser.parse(pattern.pattern, flags)
        return _Translation().sequence(tree, tree.state.flags | flags)
    except RecursionError:
        raise Untranslatable("groups nested too deep") from None


class _Translation:
    """One translation, with what it has already asked of Python's engine."""

    def __init__(self) -> None:
        self.classes: dict[tuple[str, int], str] = {}

    def sequence(self, nodes: Any, flags: int) -> str:
        return "".join(self.node(node, flags) for node in nodes)

    def node(self, node: Any, flags: int) -> str:
        name, argument = str(node[0]), node[1]
        if name in _LEAVES:
            return self.leaf(node, flags)
        if name == "AT" and str(argument) in _ANCHORS:
            return _ANCHORS[str(argument)]
        if name == "FAILURE":
            return _NOTHING
        if name == "SUBPATTERN":
            _, added, removed, nodes = argument
            return f"(?:{self.sequence(nodes, _combined(flags, added, removed))})"
        if name == "BRANCH":
            return f"(?:{'|'.join(self.sequence(nodes, flags) for nodes in argument[1])})"
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, nodes = argument
            upper = "" if most is _parser.MAXREPEAT else most
            return f"(?:{self.sequence(nodes, flags)}){{{least},{upper}}}"
        key = str(argument) if name == "AT" else name
        raise Untranslatable(_CONSTRUCTS.get(key, key))

    def leaf(self, node: Any, flags: int) -> str:
        key = (repr(node), flags)
        found = self.classes.get(key)
        if found is None:
            found = self.classes[key] = _character_class(_matched(node, flags))
        return found


def _combined(flags: int, added: int, removed: int) -> int:
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
