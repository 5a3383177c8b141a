"""Bounds what a match costs Python's engine, which tries one way through an expression after another.

The engine takes each way at most once, so that the number of ways to reach each place in a text bounds
its work. They are counted here all together, place by place, in time that does not depend on it.
"""

from __future__ import annotations

from re._constants import MAXREPEAT  # type: ignore[import-not-found]

from .tree import Leaves, Parsed, combined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# How many nodes are looked at while counting. It bounds the time to some tens of milliseconds.
_MOST_NODES = 50_000
_LEAVES = frozenset(("LITERAL", "NOT_LITERAL", "ANY", "IN"))


class TooManyWays(Exception):
    """There are more ways than asked for, or too many to count."""


def count_ways(parsed: Parsed, text: str, most: int) -> int:
    """Give a bound of the steps that the pattern's `fullmatch(text)` takes.

    Raises:
        TooManyWays: where it is greater than `most`, or takes too long to find.
    """
    counter = _Counter(text, most)
    try:
        counter.sequence(parsed.nodes, parsed.flags, {0: 1})
    except RecursionError:
        raise TooManyWays from None
    return counter.steps


class _Counter:
    """Counts the ways in which a text can be read, for each place that they lead to."""

    def __init__(self, text: str, most: int) -> None:
        self.text = text
        self.most = most
        self.steps = 0
        self.nodes = 0
        self.leaves = Leaves()

    def sequence(self, nodes: Any, flags: int, ways: dict[int, int]) -> dict[int, int]:
        for node in nodes:
            if not ways:
                break
            ways = self.node(node, flags, ways)
        return ways

    def node(self, node: Any, flags: int, ways: dict[int, int]) -> dict[int, int]:
        self.nodes += 1
        self.steps += sum(ways.values())
        if self.steps > self.most or self.nodes > _MOST_NODES:
            raise TooManyWays
        name, argument = node[0].name, node[1]
        if name in _LEAVES:
            return self.leaf(node, flags, ways)
        if name == "SUBPATTERN":
            _, added, removed, nodes = argument
            return self.sequence(nodes, combined(flags, added, removed), ways)
        if name == "BRANCH":
            return _joined(self.sequence(nodes, flags, ways) for nodes in argument[1])
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self.repeat(argument, flags, ways)
        if name == "ATOMIC_GROUP":
            return self.sequence(argument, flags, ways)
        if name in ("ASSERT", "ASSERT_NOT"):
            # One that looks behind begins at an earlier place.
            before = dict.fromkeys(range(max(ways) + 1), sum(ways.values()))
            self.sequence(argument[1], flags, before if argument[0] < 0 else ways)
            return ways
        if name == "GROUPREF_EXISTS":
            _, yes, no = argument
            return _joined(self.sequence(nodes or (), flags, ways) for nodes in (yes, no))
        if name.startswith("GROUPREF"):
            least = min(ways)
            return dict.fromkeys(range(least, len(self.text) + 1), sum(ways.values()))
        # An anchor, which may hold, or what never matches.
        return {} if name == "FAILURE" else ways

    def leaf(self, node: Any, flags: int, ways: dict[int, int]) -> dict[int, int]:
        codes = self.leaves.codes(node, flags)
        text = self.text
        return {
            place + 1: count
            for place, count in ways.items()
            if place < len(text) and ord(text[place]) in codes
        }

    def repeat(self, argument: Any, flags: int, ways: dict[int, int]) -> dict[int, int]:
        least, most, nodes = argument
        ended: list[dict[int, int]] = []
        number = 0
        while ways:
            if number >= least:
                ended.append(ways)
            if number == most:
                break
            # What is empty may be repeated ten million times without a node being looked at.
            self.nodes += 1
            if self.nodes > _MOST_NODES:
                raise TooManyWays
            if number < least or nodes.getwidth()[0]:
                ways = self.sequence(nodes, flags, ways)
            else:
                ways = self.onward(nodes, flags, ways)
            number += 1
        return _joined(ended)

    def onward(self, nodes: Any, flags: int, ways: dict[int, int]) -> dict[int, int]:
        """Follow the ways that read something: the engine ends a repetition that reads nothing."""
        return _joined(
            {
                after: c
                for after, c in self.sequence(nodes, flags, {place: count}).items()
                if after > place
            }
            for place, count in ways.items()
        )


def _joined(several: Any) -> dict[int, int]:
    joined: dict[int, int] = {}
    for ways in several:
        for place, count in ways.items():
            joined[place] = joined.get(place, 0) + count
    return joined


def has_nested_repetition(parsed: Parsed) -> bool:
    """Say whether endless repetition stands within endless repetition: it may take exponential time."""
    try:
        return _is_nested(parsed.nodes)
    except RecursionError:
        return True


def _is_nested(nodes: Any, endless: bool = False) -> bool:
    """Say whether endless repetition stands within endless repetition, or one of these is that."""
    for node in nodes:
        name, argument = node[0].name, node[1]
        repeated = name in ("MAX_REPEAT", "MIN_REPEAT") and argument[1] is MAXREPEAT
        if repeated and endless:
            return True
        if any(_is_nested(body, endless or repeated) for body in _bodies(name, argument)):
            return True
    return False


def _bodies(name: str, argument: Any) -> list[Any]:
    """Give what stands within a node."""
    if name.endswith("_REPEAT"):
        return [argument[2]]
    if name == "SUBPATTERN":
        return [argument[3]]
    if name == "BRANCH":
        return list(argument[1])
    if name == "ATOMIC_GROUP":
        return [argument]
    if name.startswith("ASSERT"):
        return [argument[1]]
    if name == "GROUPREF_EXISTS":
        return [body for body in argument[1:] if body is not None]
    return []
