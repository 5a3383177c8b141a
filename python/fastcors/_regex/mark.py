"""Translates a regular expression for the proof, and marks what its author did not write."""

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
# The seams of src/proof/nfa.rs, which read nothing: at both ends of a part that may be left out or is
# repeated, and in its place, if it ends with a dot or begins with a character of a label.
_BORDER, _WITHOUT_DOT, _WITHOUT = r"\x01", r"\x02", r"\x03"
# How many characters and short ranges a class lists at most for its author to mean each of them, and
# how many characters a short range has at most.
_FEW = 16
_SHORT_RANGE = 5


def mark(parsed: Parsed) -> tuple[str, str | None]:
    """Return a regex for the proof, in which what the author wrote is told from what is left open.

    It matches at least the visible ASCII strings that the pattern matches whole, with the high bit set
    in each character that the author did not write as that very one, and with seams where the author
    did not write the parts on both sides next to each other.

    Returns:
        The regex, and the construct that it leaves out of the pattern, if any. Without that it may
        match more.

    Raises:
        Untranslatable: where groups are nested too deep.
    """
    marking = _Marking()
    return marking.whole(parsed), marking.without


class _Marking(Translation):
    """A translation that sets the high bit of characters which are left open.

    Written are a literal and a class of few listed characters, outside of endless repetition. So is
    the dot of a lone `.`, which was probably meant as that.
    """

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0
        # By the identity of the nodes, which the tree keeps.
        self._sides: dict[tuple[int, int], str] = {}
        self.without: str | None = None

    def node(self, node: Any, flags: int) -> str:
        name, argument = node[0].name, node[1]
        key = argument.name if name == "AT" else name
        if name == "BRANCH" and not self.opened:
            return self.branch(argument[1], flags)
        if key not in CONSTRUCTS:
            return super().node(node, flags)
        # What is left out of the pattern here only ever keeps strings from matching.
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

    def branch(self, alternatives: Any, flags: int) -> str:
        """Mark alternatives: a dot is left out where one ends without it and another with it."""
        ends = [self.side(nodes, flags, -1) for nodes in alternatives]
        dots = any("." in each for each in ends)
        texts = []
        for nodes, each in zip(alternatives, ends, strict=True):
            seam = "" if not dots or "." in each else _BORDER if "-" in each else _WITHOUT_DOT
            texts.append(self.sequence(nodes, flags) + seam)
        return f"(?:{'|'.join(texts)})"

    def repeat(self, argument: Any, flags: int) -> str:
        least, most, nodes = argument
        endless = most is _parser.MAXREPEAT
        upper = "" if endless else most
        if len(nodes) == 1 and nodes[0][0].name == "ANY":
            body = _marked_class((), self.leaves.codes(nodes[0], flags))
        else:
            self.opened += endless
            body = f"(?:{self.sequence(nodes, flags)})"
            self.opened -= endless
        if self.opened or (least == most and (most == 1 or _is_literal(nodes))):
            return f"{body}{{{least},{upper}}}"
        begins, ends = self.side(nodes, flags, 0), self.side(nodes, flags, -1)
        left, right = (_BORDER if _is_label(each) else "" for each in (begins, ends))
        there = f"{left}(?:{body}{right}){{{max(least, 1)},{upper}}}" if most else ""
        if least:
            return there
        gone = ""
        if "." in ends:
            gone = _WITHOUT_DOT
        elif r"\x2f" not in body and left:
            gone = _WITHOUT
        return f"(?:{there}|{gone})"

    def side(self, nodes: Any, flags: int, place: int) -> str:
        """Return the characters that one side of some nodes, the first or the last, can have."""
        key = id(nodes), place
        if key not in self._sides:
            self._sides[key] = self._side(nodes, flags, place)
        return self._sides[key]

    def _side(self, nodes: Any, flags: int, place: int) -> str:
        if not len(nodes):
            return ""
        name, argument = nodes[place][0].name, nodes[place][1]
        if name == "SUBPATTERN":
            return self.side(argument[3], flags, place)
        if name == "ATOMIC_GROUP":
            return self.side(argument, flags, place)
        if name == "BRANCH":
            sides = (self.side(each, flags, place) for each in argument[1])
            return "".join(sorted(set().union(*sides)))
        if name.endswith("_REPEAT"):
            return self.side(argument[2], flags, place)
        if name == "ANY":
            return "."
        if name in ("LITERAL", "NOT_LITERAL", "IN"):
            return "".join(map(chr, self.leaves.codes(nodes[place], flags)))
        return ""

    def leaf(self, node: Any, flags: int) -> str:
        key = (*leaf_key(node, flags), self.opened > 0)
        text = self.texts.get(key)
        if text is None:
            codes = self.leaves.codes(node, flags)
            written = self.written(node, codes)
            text = _marked_class(written, codes)
            if node[0].name == "IN" and len(written) > 1 and ord(".") in written:
                # One that may be a dot is probably meant as that.
                others = _marked_class(written, [code for code in codes if code != ord(".")])
                text = rf"(?:\x2e|{_BORDER}{others}{_BORDER})"
            self.texts[key] = text
        return text

    def written(self, node: Any, codes: list[int]) -> Collection[int]:
        if self.opened:
            return ()
        if node[0].name == "ANY":
            return (ord("."),)
        return codes if _is_written(node) else ()


def _is_written(node: Any) -> bool:
    """Whether an author who writes this node means each of the characters that it stands for."""
    name, argument = node[0].name, node[1]
    if name != "IN":
        return bool(name == "LITERAL")
    return len(argument) <= _FEW and all(
        kind.name == "LITERAL"
        or (kind.name == "RANGE" and characters[1] - characters[0] < _SHORT_RANGE)
        for kind, characters in argument
    )


def _is_literal(nodes: Any) -> bool:
    return all(
        _is_literal(node[1][3]) if node[0].name == "SUBPATTERN" else node[0].name == "LITERAL"
        for node in nodes
    )


def _is_label(characters: str) -> bool:
    return any(each.isalnum() or each in "-_" for each in characters)


def _marked_class(written: Collection[int], codes: list[int]) -> str:
    return character_class([code if code in written else code | 0x80 for code in codes])
