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
_LEAVES: dict[str, _Kind] = {
    "LITERAL": "literal",
    "NOT_LITERAL": "class",
    "ANY": "any",
    "IN": "class",
    "FAILURE": "class",
}
_ANCHORS = {
    # Without a line break in the text, lines begin and end where the text does.
    "AT_BEGINNING": r"\A",
    "AT_BEGINNING_STRING": r"\A",
    "AT_END": r"\z",
    "AT_END_STRING": r"\z",
    "AT_BOUNDARY": r"\b",
}
# What only Python's engine matches.
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
        if name in _LEAVES:
            return self._leaf(node, flags)
        name = argument.name if name == "AT" else name
        construct = _CONSTRUCTS.get(name)
        if name in _ANCHORS or name == "AT_NON_BOUNDARY":
            return Node("anchor", anchor=_ANCHORS.get(name, ""), construct=construct)
        if name.startswith("GROUPREF") and name != "GROUPREF_EXISTS":
            return Node("reference", construct=construct)
        if name.endswith("_REPEAT"):
            least, most, body = argument
            parts = [self.sequence(body, flags)]
            return Node("repeat", parts, least=least, most=int(most), construct=construct)
        kind: _Kind = "look" if name.startswith("ASSERT") else "group"
        if name == "SUBPATTERN":
            _, added, removed, body = argument
            several, flags = [body], _combined(flags, added, removed)
        elif name == "ATOMIC_GROUP":
            several = [argument]
        elif name == "GROUPREF_EXISTS":
            several = [argument[1], argument[2] or ()]
        elif name == "BRANCH":
            several = argument[1]
        elif kind == "look":
            several = [argument[1]]
        else:
            raise Untranslatable(name)
        return Node(kind, [self.sequence(each, flags) for each in several], construct=construct)

    def _leaf(self, node: Any, flags: int) -> Node:
        operation, argument = node
        # A literal's argument is its code, and a regex may have 100,000 of them.
        key = operation, argument if isinstance(argument, int) else repr(argument), flags
        if key not in self._leaves:
            kind, codes = _LEAVES[operation.name], _matched(node, flags)
            written = codes if kind == "literal" or _is_listed(node) else b""
            # A lone dot was probably meant as one.
            self._leaves[key] = Node(kind, codes=codes, written=b"." if kind == "any" else written)
        return self._leaves[key]


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
    name, argument = node[0].name, node[1]
    return (
        name == "IN"
        and len(argument) <= _FEW
        and all(
            kind.name == "LITERAL"
            or (kind.name == "RANGE" and characters[1] - characters[0] < _SHORT_RANGE)
            for kind, characters in argument
        )
    )
