"""Splits a regular expression into its pieces, and says of them what they stand for."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TOKEN = re.compile(
    r"""
    (?P<class>\\[wWdDsS] | \[\^?\]?(?:\\.|[^\]\\])*\])
  | (?P<anchor>\\[AZbB] | [\^$])
  | (?P<literal>\\(?:x[0-9a-fA-F]{2} | u[0-9a-fA-F]{4} | U[0-9a-fA-F]{8} | N\{[^}]*\} | [0-9]{1,3} | .))
  | (?P<nothing>\(\?(?:[aiLmsux]+\) | \#[^)]*\)))
  | (?P<open>\((?:\?(?:P<\w+> | <?[=!] | > | [aiLmsux]*(?:-[imsx]+)?: ))?)
  | (?P<close>\))
  | (?P<or>\|)
  | (?P<repeat>(?:[*+?] | \{[0-9]*,?[0-9]*\})[?+]?)
  | (?P<any>\.)
  | (?P<character>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token:
    """A piece of an expression: its text and its kind.

    Kinds are character (literal ones that are escaped, too), any (`.`), class, repeat, open, close,
    or, anchor, and nothing for what matches nothing.
    """

    __slots__ = ("kind", "text")

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text

    def is_character(self, character: str) -> bool:
        """Whether it stands for exactly this character."""
        return self.kind == "character" and self.text.removeprefix("\\") == character


def tokens(text: str) -> list[Token]:
    """Split an expression that Python takes into its pieces."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        found.append(Token("character" if kind == "literal" else kind, match[0]))
    return found


def joined(pieces: Iterable[Token]) -> str:
    """Return the text of some pieces."""
    return "".join(piece.text for piece in pieces)


def character(text: str) -> Token:
    """Return the piece for one character."""
    return Token("character", text)


def kind(pieces: list[Token], place: int) -> str:
    """Return the kind of the piece at a position, or "" at the end."""
    return pieces[place].kind if place < len(pieces) else ""


def is_dot(piece: Token) -> bool:
    """Whether a piece stands for a dot, or may be meant to."""
    return piece.kind == "any" or piece.is_character(".")


def is_open(pieces: list[Token], place: int) -> bool:
    """Whether a piece stands for one of several characters."""
    return kind(pieces, place) in ("any", "class")


def is_repeated(pieces: list[Token], place: int) -> bool:
    """Whether a piece is repeated, or may be left out."""
    return kind(pieces, place + 1) == "repeat"


def is_end(pieces: list[Token], place: int) -> bool:
    """Whether only the ends of groups and of the expression come from here on."""
    while kind(pieces, place) in ("anchor", "close", "repeat"):
        place += 1
    return kind(pieces, place) in ("", "or")


def hosts(pieces: list[Token]) -> Iterator[int]:
    """Yield each position after `://`."""
    for place in range(3, len(pieces) + 1):
        if all(
            piece.is_character(each)
            for piece, each in zip(pieces[place - 3 : place], "://", strict=True)
        ):
            yield place


def host_starts(pieces: list[Token]) -> Iterator[int]:
    """Yield each position where a host begins: after `://`, or where the expression does."""
    start = None
    for start in hosts(pieces):
        yield start
    if start is None:
        yield first_place(pieces)


def first_place(pieces: list[Token]) -> int:
    """Return the position of the first piece that stands for something."""
    place = 0
    while kind(pieces, place) in ("anchor", "nothing"):
        place += 1
    return place
