"""Translates one of Python's regular expressions into the syntax of the Rust engine.

Python's own parser gives the syntax tree. Every node that stands for one character is asked of
Python's engine for each visible ASCII character, and becomes the class of those that it matched, so
that flags, case folding, categories and negation mean what they mean to Python. What is left are
concatenation, alternation, repetition and the anchors, which for a match of the whole text mean the
same in both engines. Any other node (look-around, back-references, conditionals, atomic groups and
possessive repetition) is not translated.
"""

from __future__ import annotations

from re import _parser  # type: ignore[attr-defined]  # the parser that re.compile uses

from .tree import TOO_DEEP, Leaves, Untranslatable, combined, leaf_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .tree import Parsed

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
# More pieces than the Rust engine has room for: each takes some of its ten million bytes.
_MOST_PIECES = 400_000
CONSTRUCTS = {
    "ASSERT": "look-around",
    "ASSERT_NOT": "look-around",
    "GROUPREF": "a back-reference",
    "GROUPREF_IGNORE": "a back-reference",
    "GROUPREF_EXISTS": "a conditional",
    "ATOMIC_GROUP": "an atomic group",
    "POSSESSIVE_REPEAT": "possessive repetition",
    "AT_NON_BOUNDARY": r"\B",
}


def translate(parsed: Parsed) -> str:
    """Return an expression for the Rust engine that matches whole the same visible ASCII texts.

    Raises:
        Untranslatable: where a construct is not known to mean the same, or the engine is sure to find
            it too large.
    """
    return Translation().whole(parsed)


class Translation:
    """One translation, with what it has already asked of Python's engine."""

    def __init__(self) -> None:
        self.leaves = Leaves()
        self.texts: dict[object, str] = {}
        self.pieces = 0

    def whole(self, parsed: Parsed) -> str:
        try:
            return self.sequence(parsed.nodes, parsed.flags)
        except RecursionError:
            raise Untranslatable(TOO_DEEP) from None

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
        raise Untranslatable(CONSTRUCTS.get(key, key))

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
            text = self.texts[key] = character_class(self.leaves.codes(node, flags))
        return text


def character_class(codes: list[int]) -> str:
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
