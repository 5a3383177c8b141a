"""The syntax tree of one of Python's regular expressions, and what its leaves match."""

from __future__ import annotations

import re
import warnings
from re import _compiler, _parser  # type: ignore[attr-defined]  # the parser that re.compile uses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What an Origin can hold when it reaches an expression.
_VISIBLE = [chr(code) for code in range(0x21, 0x7F)]
TOO_DEEP = "groups nested too deep"


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
            raise Untranslatable(TOO_DEEP) from None
        self.flags: int = self.nodes.state.flags | flags


class Leaves:
    """Which visible ASCII characters a node matches, asked of Python's engine once for each node."""

    def __init__(self) -> None:
        self._known: dict[object, list[int]] = {}

    def codes(self, node: Any, flags: int) -> list[int]:
        """Return the codes of the characters, in order."""
        key = leaf_key(node, flags)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _matched(node, flags)
        return found


def leaf_key(node: Any, flags: int) -> tuple[object, ...]:
    """Return what is equal for nodes that stand for the same characters."""
    operation, argument = node
    # A literal's argument is its code, and an expression may have 100,000 of them.
    return operation, argument if isinstance(argument, int) else repr(argument), flags


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
