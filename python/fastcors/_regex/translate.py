"""Translates one of Python's regular expressions into the syntax of the Rust engine.

What is left in its tree are classes of characters, concatenation, alternation, repetition and the
anchors, which mean the same in both engines for a match of the whole text. What only Python's engine
matches (look-around, for example) is not translated.
"""

from __future__ import annotations

from functools import lru_cache

from .tree import ENDLESS, TOO_DEEP, Node, Untranslatable

# No visible character: it stands for a node that matches none of them.
_NOTHING = r"\x00"


def translate(nodes: list[Node]) -> str:
    """Return a regex for the Rust engine that matches whole the same visible ASCII texts.

    Raises:
        Untranslatable: if only Python's engine can match it, or groups are nested too deep.
    """
    return Translation().whole(nodes)


class Translation:
    """One translation."""

    def whole(self, nodes: list[Node]) -> str:
        try:
            return self.sequence(nodes)
        except RecursionError:
            raise Untranslatable(TOO_DEEP) from None

    def sequence(self, nodes: list[Node]) -> str:
        return "".join([self.node(node) for node in nodes])

    def node(self, node: Node) -> str:
        if node.construct is not None:
            raise Untranslatable(node.construct)
        return self.text(node)

    def text(self, node: Node) -> str:
        if node.kind == "group":
            return self.group(node.parts)
        if node.kind == "repeat":
            return self.repeat(node)
        return node.anchor if node.kind == "anchor" else self.leaf(node)

    def group(self, parts: list[list[Node]]) -> str:
        return f"(?:{'|'.join([self.sequence(part) for part in parts])})"

    def repeat(self, node: Node) -> str:
        return f"(?:{self.sequence(node.parts[0])}){times(node.least, node.most)}"

    def leaf(self, node: Node) -> str:
        return character_class(node.codes)


def times(least: int, most: int) -> str:
    return f"{{{least},{'' if most == ENDLESS else most}}}"


def _character_class(codes: bytes) -> str:
    """Return a class of characters."""
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


# A regex may have 100,000 leaves, and few classes.
character_class = lru_cache(maxsize=256)(_character_class)
