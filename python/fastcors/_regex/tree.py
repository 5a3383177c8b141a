"""The syntax tree of one of Python's regular expressions, with all flags already applied.

Python's own parser gives the tree. Every node that stands for one character is asked of Python's engine
for each visible ASCII character, so flags, case folding, categories and negation mean what they mean to
Python.
"""

from __future__ import annotations

import re
import warnings
from re import _compiler, _parser  # type: ignore[attr-defined]  # the parser that re.compile uses
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, TypeAlias

    _Kind: TypeAlias = Literal[
        "literal", "any", "class", "anchor", "group", "repeat", "look", "reference"
    ]

# What an Origin can hold when it reaches an expression.
_VISIBLE = [chr(code) for code in range(0x21, 0x7F)]
# The most times of a repetition without an end.
ENDLESS = int(_parser.MAXREPEAT)
TOO_DEEP = "groups nested too deep"
# How many characters and short ranges a class lists at most for its author to mean each of them, and
# how many characters a short range has at most.
_FEW = 16
_SHORT_RANGE = 5
_ANCHORS = {
    # Without a line break in the text, lines begin and end where the text does.
    "AT_BEGINNING": r"\A",
    "AT_BEGINNING_STRING": r"\A",
    "AT_END": r"\z",
    "AT_END_STRING": r"\z",
    "AT_BOUNDARY": r"\b",
}
# The kind of node for each name of the parser's, and what only Python's engine matches.
_NODES: dict[str, tuple[_Kind, str | None]] = {
    "LITERAL": ("literal", None),
    "ANY": ("any", None),
    "IN": ("class", None),
    "NOT_LITERAL": ("class", None),
    "FAILURE": ("class", None),
    "BRANCH": ("group", None),
    "SUBPATTERN": ("group", None),
    "ATOMIC_GROUP": ("group", "an atomic group"),
    "GROUPREF_EXISTS": ("group", "a conditional"),
    "MAX_REPEAT": ("repeat", None),
    "MIN_REPEAT": ("repeat", None),
    "POSSESSIVE_REPEAT": ("repeat", "possessive repetition"),
    "ASSERT": ("look", "look-around"),
    "ASSERT_NOT": ("look", "look-around"),
    "GROUPREF": ("reference", "a back-reference"),
    "GROUPREF_IGNORE": ("reference", "a back-reference"),
}


class Untranslatable(Exception):
    """The regex has something that only Python's engine matches; the message names it."""


class Node(NamedTuple):
    """A node of the tree."""

    kind: _Kind
    # The alternatives of a group, or what is repeated or looked for.
    parts: list[list[Node]] = []  # noqa: RUF012 - a field of a tuple
    # The characters that a leaf matches, and those of them that its author means by it.
    codes: bytes = b""
    written: bytes = b""
    # How often a part is repeated.
    least: int = 1
    most: int = 1
    # An anchor as both engines read it.
    anchor: str = ""
    # What only Python's engine matches.
    construct: str | None = None


def parse(pattern: re.Pattern[str], text: str | None = None) -> list[Node]:
    """Parse a pattern again, which keeps no tree, or another text with its flags.

    Raises:
        Untranslatable: if groups are nested too deep.
    """
    flags = pattern.flags & ~re.DEBUG
    try:
        with warnings.catch_warnings():
            # Python's parser warned when the pattern was compiled.
            warnings.simplefilter("ignore")
            nodes = _parser.parse(pattern.pattern if text is None else text, flags)
        return _Builder().sequence(nodes, nodes.state.flags | flags)
    except RecursionError:
        raise Untranslatable(TOO_DEEP) from None


class _Builder:
    """Builds a tree, with one node for all leaves that are the same."""

    def __init__(self) -> None:
        self._leaves: dict[object, Node] = {}

    def sequence(self, nodes: Any, flags: int) -> list[Node]:
        return [self._node(node, flags) for node in nodes]

    def _node(self, node: Any, flags: int) -> Node:
        name, argument = node[0].name, node[1]
        if name == "AT":
            # The one that is not translated is `\B`.
            anchor = _ANCHORS.get(argument.name, "")
            return Node("anchor", anchor=anchor, construct=None if anchor else r"\B")
        if name not in _NODES:
            raise Untranslatable(name)
        kind, construct = _NODES[name]
        if kind in ("literal", "any", "class"):
            return self._leaf(kind, node, flags)
        if name == "SUBPATTERN":
            flags = _combined(flags, *argument[1:3])
        parts = [self.sequence(each, flags) for each in _sequences(argument)]
        if name == "GROUPREF_EXISTS" and len(parts) == 1:
            parts.append([])
        least, most = argument[:2] if kind == "repeat" else (1, 1)
        return Node(kind, parts, least=least, most=int(most), construct=construct)

    def _leaf(self, kind: _Kind, node: Any, flags: int) -> Node:
        operation, argument = node
        # A literal's argument is its code, and a regex may have 100,000 of them.
        key = operation, argument if isinstance(argument, int) else repr(argument), flags
        if key not in self._leaves:
            codes = _matched(node, flags)
            written = codes if kind == "literal" or _is_listed(node) else b""
            # A lone dot was probably meant as one.
            self._leaves[key] = Node(kind, codes=codes, written=b"." if kind == "any" else written)
        return self._leaves[key]


def _sequences(argument: Any) -> list[Any]:
    """Return the sequences of nodes in what the parser says of a node."""
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    several = argument if isinstance(argument, tuple | list) else ()
    return [found for each in several for found in _sequences(each)]


def _combined(flags: int, added: int, removed: int) -> int:
    """Combine flags as a group such as `(?a-i:…)` does: ASCII takes the place of Unicode."""
    kinds = re.ASCII | re.UNICODE
    if added & kinds:
        flags &= ~kinds
    return (flags | added) & ~removed


def _matched(node: Any, flags: int) -> bytes:
    """Ask Python's engine which visible ASCII characters the node matches."""
    state = _parser.State()
    state.flags = flags
    compiled = _compiler.compile(_parser.SubPattern(state, [node]), flags)
    return bytes(ord(character) for character in _VISIBLE if compiled.fullmatch(character))


def _is_listed(node: Any) -> bool:
    """Whether a node is a class of few characters, so its author means each of them."""
    operation, argument = node
    if operation.name != "IN" or len(argument) > _FEW:
        return False
    return all(
        kind.name == "LITERAL" or (kind.name == "RANGE" and code[1] - code[0] < _SHORT_RANGE)
        for kind, code in argument
    )
