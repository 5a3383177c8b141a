"""Translates a regular expression for the proof, and marks what its author did not write."""

from __future__ import annotations

from .translate import Translation, character_class, times
from .tree import ENDLESS, Node

# Any visible character, left open.
_OPEN = r"[\xa1-\xfe]"
# The seams of src/proof/nfa.rs, which read nothing: at both ends of a part that may be left out or is
# repeated, and in its place, if it ends with a dot or begins with a character of a label.
_BORDER, _WITHOUT_DOT, _WITHOUT = r"\x01", r"\x02", r"\x03"


def mark(nodes: list[Node]) -> tuple[str, str | None]:
    """Return a regex for the proof, in which what the author wrote is distinguished from what is left open.

    It matches at least the visible ASCII strings that the pattern matches whole, with the high bit set
    in each character that the author did not write as that very one, and with seams where the author
    did not write the parts on both sides next to each other. Returned beside it is the construct that
    it leaves out of the pattern, if any. Without that it may match more.
    """
    marking = _Marking()
    return marking.whole(nodes), marking.without


class _Marking(Translation):
    """A translation that sets the high bit of characters which are left open.

    Written are a literal and a class of few listed characters, outside of endless repetition.
    """

    def __init__(self) -> None:
        self.opened = 0
        # By the identity of the sequences, which the tree keeps.
        self._sides: dict[tuple[int, int], set[str]] = {}
        self.without: str | None = None

    def node(self, node: Node) -> str:
        # What is left out of the pattern only ever keeps strings from matching.
        self.without = self.without or node.construct
        if node.kind == "look":
            return ""
        return _OPEN + "*" if node.kind == "reference" else self.text(node)

    def group(self, parts: list[list[Node]]) -> str:
        """Mark alternatives: a dot is left out if one ends without it and another with it."""
        ends = [self.side(part, -1) for part in parts]
        if self.opened or not any("." in each for each in ends):
            return super().group(parts)
        texts = []
        for part, each in zip(parts, ends, strict=True):
            seam = "" if "." in each else _BORDER if "-" in each else _WITHOUT_DOT
            texts.append(self.sequence(part) + seam)
        return f"(?:{'|'.join(texts)})"

    def repeat(self, node: Node) -> str:
        (nodes,), least, most = node.parts, node.least, node.most
        if len(nodes) == 1 and nodes[0].kind == "any":
            body = self.marked(nodes[0].codes, b"")
        else:
            self.opened += most == ENDLESS
            body = f"(?:{self.sequence(nodes)})"
            self.opened -= most == ENDLESS
        if self.opened or (least == most and (most == 1 or _is_literal(nodes))):
            return body + times(least, most)
        begins, ends = self.side(nodes, 0), self.side(nodes, -1)
        left, right = (_BORDER if _is_label(each) else "" for each in (begins, ends))
        there = f"{left}(?:{body}{right}){times(max(least, 1), most)}" if most else ""
        if least:
            return there
        gone = ""
        if "." in ends:
            gone = _WITHOUT_DOT
        elif r"\x2f" not in body and left:
            gone = _WITHOUT
        return f"(?:{there}|{gone})"

    def side(self, nodes: list[Node], index: int) -> set[str]:
        """Return the characters that one side of some nodes, the first or the last, can have."""
        key = id(nodes), index
        if key not in self._sides:
            node = nodes[index] if nodes else Node("group")
            within = () if node.kind == "look" else node.parts
            found = set(map(chr, node.written or node.codes))
            self._sides[key] = found.union(*(self.side(part, index) for part in within))
        return self._sides[key]

    def leaf(self, node: Node) -> str:
        written = b"" if self.opened else node.written
        if len(written) > 1 and b"." in written:
            # One that may be a dot is probably meant as that.
            others = self.marked(node.codes.replace(b".", b""), written)
            return rf"(?:\x2e|{_BORDER}{others}{_BORDER})"
        return self.marked(node.codes, written)

    def marked(self, codes: bytes, written: bytes) -> str:
        return character_class(bytes(code if code in written else code | 0x80 for code in codes))


def _is_literal(nodes: list[Node]) -> bool:
    return all(
        node.kind == "literal"
        or (node.kind == "group" and len(node.parts) == 1 and _is_literal(node.parts[0]))
        for node in nodes
    )


def _is_label(characters: set[str]) -> bool:
    return any(each.isalnum() or each in "-_" for each in characters)
