r"""Marks an expression for a second proof, which finds names that are joined of written parts.

`https://www\.?example\\.com` has no character in `wwwexample.com` that its author did not write, but
nobody wrote them next to each other. Here such parts are marked as open.
"""

from __future__ import annotations

from .mark import NUMBERS, Marking
from .tree import Untranslatable, combined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any

    from .tree import Parsed

    _Info = tuple[int, int, bool]

# What may stand at an end of a part: a dot, a letter or digit, a hyphen, what is in no label, nothing.
_DOT, _WORD, _HYPHEN, _OTHER, _EMPTY = 1, 2, 4, 8, 16
_LABEL = _WORD | _HYPHEN
_ANYTHING = _DOT | _LABEL | _OTHER | _EMPTY
_NAMELESS = (_EMPTY, _EMPTY, False)
# How many pieces are marked, and how many in a row may be empty before one that joins: each comes
# once more with each such one.
_MOST_PIECES = 100_000
_MOST_BEFORE = 30


def mark_joined(parsed: Parsed, *, dots: bool = False) -> str:
    """Give an expression for the linter in which what may be joined to something else is open, too.

    Open are, besides what `mark` leaves open:

    - what stands before a part that may be left out and ends with a dot, where it is left out;
    - alternatives that end with no dot, where others do;
    - and what may be left out or comes several times, unless it begins with a dot, and the members of
      a class that has a dot among others.

    Args:
        parsed: the pattern, whose characters of `NUMBERS` count for nothing.
        dots: whether to leave only the first two open, by which a label is joined to a domain.

    Raises:
        Untranslatable: where groups are nested too deep.
    """
    return _Joining(dots=dots).whole(parsed)


class _Joining(Marking):
    """A marking that knows what may stand before and after each part."""

    def __init__(self, *, dots: bool) -> None:
        super().__init__(numbered=True)
        self.dots = dots
        self.before = self.after = _OTHER
        # By the identity of a node, which is kept with it.
        self._known: dict[tuple[int, int], tuple[Any, _Info]] = {}

    def sequence(self, nodes: Any, flags: int) -> str:
        flat = list(_flat(nodes, flags))
        before, after = self.before, self.after
        infos = [self.info(*each) for each in flat]
        afters = _following([begins for begins, _, _ in reversed(infos)], after)[::-1]
        befores = _following([ends for _, ends, _ in infos], before)
        texts: list[str] = []
        done: set[int] = set()
        for place, (node, own) in enumerate(flat):
            if place in done:
                texts.append("")
                continue
            self.before, self.after = befores[place], afters[place]
            if self.opened or not self.is_joining(node, infos[place]):
                texts.append(self.node(node, own))
                continue
            first = _label_before(infos, place)
            while first in done:
                first -= 1
            there = "".join(texts[first:]) + self.node(_there(node), own)
            gone = "".join(self.opening(*each) for each in flat[first:place])
            if first == place and place + 1 < len(flat):
                # What it is joined to stands before the group, so that what comes next is open.
                there += self.node(*flat[place + 1])
                gone = self.opening(*flat[place + 1])
                done.add(place + 1)
            # Each piece keeps its place.
            texts[first:] = [f"(?:{there}|{gone})", *([""] * (place - first))]
        self.before, self.after = before, after
        return "".join(texts)

    def is_joining(self, node: Any, info: _Info) -> bool:
        """Say whether what stands before a node is joined to something where the node is not there."""
        begins, ends, origin = info
        if not begins & _EMPTY or not self.before & _LABEL or origin:
            return False
        if ends & _DOT:
            return bool(self.after & _LABEL)
        # `example\.com?`: the longer name is the one that is meant.
        optional = node[0].name in ("MAX_REPEAT", "MIN_REPEAT") and node[1][1] == 1
        ending = not self.after & (_LABEL | _DOT)
        return not self.dots and optional and ending and bool(begins & _LABEL)

    def opening(self, node: Any, flags: int) -> str:
        """Mark a piece with all that is in it as open."""
        self.opened += 1
        text = self.node(node, flags)
        self.opened -= 1
        return text

    def node(self, node: Any, flags: int) -> str:
        if node[0].name == "BRANCH" and not self.opened:
            return self.branch(node[1][1], flags)
        return super().node(node, flags)

    def branch(self, alternatives: Any, flags: int) -> str:
        infos = [self.infos(nodes, flags) for nodes in alternatives]
        every = 0
        for _, ends, _ in infos:
            every |= ends
        mixed = every & _DOT and self.after & _LABEL
        optional = every & _EMPTY and self.is_beside()
        joined = _WORD if self.dots else _LABEL
        texts = []
        for nodes, (begins, ends, origin) in zip(alternatives, infos, strict=True):
            open_ = bool(mixed and ends & joined)
            if optional and not self.dots and begins & _LABEL:
                open_ = True
            self.opened += open_ and not origin
            texts.append(self.sequence(nodes, flags))
            self.opened -= open_ and not origin
        return f"(?:{'|'.join(texts)})"

    def is_beside(self) -> bool:
        """Say whether there is a name without the piece that is looked at."""
        # `(foo|)\.com` names nothing without it, `(foo)?(\.com)?` does.
        ends = self.after & _DOT and self.after & _OTHER
        return bool((self.before | self.after) & _LABEL or ends)

    def repeat(self, argument: Any, flags: int) -> str:
        least, most, nodes = argument
        begins, ends, origin = self.infos(nodes, flags)
        open_ = (
            not (self.dots or origin)
            and bool(begins & _LABEL)
            and (most != least or (most > 1 and not _is_literal(nodes)))
            and (most > 1 or self.is_beside())
        )
        before, after = self.before, self.after
        if most > 1:
            self.before |= ends & ~_EMPTY
            self.after |= begins & ~_EMPTY
        self.opened += open_
        text = super().repeat(argument, flags)
        self.opened -= open_
        self.before, self.after = before, after
        return text

    def leaf(self, node: Any, flags: int) -> str:
        if _is_number(node):
            return ""
        if self.pieces > _MOST_PIECES:
            raise Untranslatable(f"more than {_MOST_PIECES:,} pieces")
        return super().leaf(node, flags)

    def written(self, node: Any, codes: list[int]) -> Collection[int]:
        written = super().written(node, codes)
        several = node[0].name == "IN" and len(written) > 1 and ord(".") in written
        return (ord("."),) if several and not self.dots else written

    def info(self, node: Any, flags: int) -> _Info:
        """Say what a node may begin and end with, and whether it has a slash, as whole origins do."""
        key = id(node), flags
        if key not in self._known:
            self._known[key] = node, self._info(node, flags)
        return self._known[key][1]

    def _info(self, node: Any, flags: int) -> _Info:
        name, argument = node[0].name, node[1]
        if name in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            if _is_number(node):
                return _NAMELESS
            kinds = _DOT if name == "ANY" else _kinds(self.leaves.codes(node, flags))
            return kinds, kinds, name == "LITERAL" and argument == ord("/")
        if name == "SUBPATTERN":
            _, added, removed, nodes = argument
            return self.infos(nodes, combined(flags, added, removed))
        if name == "ATOMIC_GROUP":
            return self.infos(argument, flags)
        if name in ("BRANCH", "GROUPREF_EXISTS"):
            several = argument[1] if name == "BRANCH" else (argument[1], argument[2] or ())
            begins, ends, origin = 0, 0, False
            for nodes in several:
                one = self.infos(nodes, flags)
                begins, ends, origin = begins | one[0], ends | one[1], origin or one[2]
            return begins, ends, origin
        if name.endswith("_REPEAT"):
            least, _, nodes = argument
            begins, ends, origin = self.infos(nodes, flags)
            empty = 0 if least else _EMPTY
            return begins | empty, ends | empty, origin
        if name.startswith("GROUPREF"):
            return _ANYTHING, _ANYTHING, False
        return _NAMELESS

    def infos(self, nodes: Any, flags: int) -> _Info:
        """Say the same of several nodes in a row."""
        infos = [self.info(node, flags) for node in nodes]
        begins = _through([begins for begins, _, _ in infos], _EMPTY)
        ends = _through([ends for _, ends, _ in reversed(infos)], _EMPTY)
        return begins, ends, any(origin for _, _, origin in infos)


def _flat(nodes: Any, flags: int) -> Iterator[tuple[Any, int]]:
    """Give the nodes with those of groups in their place, each with its flags."""
    for node in nodes:
        if node[0].name == "SUBPATTERN":
            _, added, removed, within = node[1]
            yield from _flat(within, combined(flags, added, removed))
        elif node[0].name == "ATOMIC_GROUP":
            yield from _flat(node[1], flags)
        else:
            yield node, flags


def _through(kinds: list[int], last: int) -> int:
    """Give what comes first, where what may be empty lets through what comes next."""
    found = 0
    for each in kinds:
        found |= each & ~_EMPTY
        if not each & _EMPTY:
            return found
    return found | last


def _following(kinds: list[int], first: int) -> list[int]:
    """Give for each of several pieces what the ones before it leave next to it."""
    found = []
    for each in kinds:
        found.append(first)
        first = (each & ~_EMPTY) | first if each & _EMPTY else each
    return found


def _label_before(infos: list[_Info], place: int) -> int:
    """Give the place of the first piece that may stand next to what begins at another."""
    last = place
    while place:
        ends = infos[place - 1][1]
        if not ends & (_LABEL | _EMPTY):
            break
        place -= 1
        if not ends & _EMPTY:
            break
        if last - place > _MOST_BEFORE:
            raise Untranslatable("too many pieces in a row that may be empty")
    return place


def _there(node: Any) -> Any:
    """Give a node that may be empty without that."""
    name, argument = node[0].name, node[1]
    if name.endswith("_REPEAT"):
        least, most, nodes = argument
        return node[0], (max(least, 1), most, _all_there(nodes))
    if name == "BRANCH":
        several = [_all_there(nodes) for nodes in argument[1]]
        return node[0], (None, [nodes for nodes in several if len(nodes)])
    return node


def _all_there(nodes: Any) -> Any:
    several = [node for node in nodes if not _is_number(node)]
    if len(several) == 1 and several[0][0].name == "SUBPATTERN":
        operation, (number, added, removed, within) = several[0]
        return [(operation, (number, added, removed, _all_there(within)))]
    return [_there(several[0])] if len(several) == 1 else nodes


def _is_literal(nodes: Any) -> bool:
    return all(
        _is_literal(node[1][3]) if node[0].name == "SUBPATTERN" else node[0].name == "LITERAL"
        for node in nodes
    )


def _is_number(node: Any) -> bool:
    return node[0].name == "LITERAL" and node[1] in NUMBERS


def _kinds(codes: list[int]) -> int:
    kinds = 0
    for code in codes:
        character = chr(code)
        if character.isalnum():
            kinds |= _WORD
        elif character in "-_":
            kinds |= _HYPHEN
        else:
            kinds |= _DOT if character == "." else _OTHER
    return kinds
