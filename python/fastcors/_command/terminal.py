"""What is printed for a person: wrapped, and in color if that is a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from fastcors._format import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

# Longer lines are hard to read, however wide the terminal is.
_WIDEST = 100

ERROR = "bold red"
WARNING = "bold yellow"
SOUND = "bold green"
TITLE = "bold"
QUIET = "dim"


def escaped(text: str) -> str:
    """Return text without what a terminal would obey: servers and applications choose parts of it."""
    return "\n".join(in_one_line(line) for line in text.split("\n"))


def _wrapped(text: Text, width: int) -> Iterable[Text]:
    """Return the lines of a text, divided between words. `Text.wrap` would divide long words, too."""
    starts, column = [], 0
    for word in re.finditer(r"\S+\s*", text.plain):
        if column and column + cell_len(word[0].rstrip()) > width:
            starts.append(word.start())
            column = 0
        column += cell_len(word[0])
    return text.divide(starts)


class Terminal:
    """The standard output. Nothing that is printed is read as markup."""

    def __init__(self) -> None:
        console = Console()
        self._console = Console(
            width=min(console.width, _WIDEST), markup=False, emoji=False, highlight=False
        )

    def line(self, *parts: str | tuple[str, str], indent: int = 0, hanging: int = 0) -> None:
        """Print a paragraph. A word that is too long for a line is not divided: it may be an address.

        Args:
            parts: its text: strings, and pairs of a string and its style.
            indent: the columns before each line of it.
            hanging: the further columns before all lines but the first.
        """
        text = Text()
        for part in parts:
            if isinstance(part, str):
                text.append(escaped(part))
            else:
                text.append(escaped(part[0]), part[1])
        width = self._console.width - indent - hanging
        lines = [line for one in text.split(allow_blank=True) for line in _wrapped(one, width)]
        for number, line in enumerate(lines):
            line.rstrip()
            indented = Text(" " * (indent + (hanging if number else 0))) + line
            self._console.print(indented, soft_wrap=True)

    def block(self, text: str, *, indent: int, hanging: int) -> None:
        """Print the lines of a text, each a paragraph, indented further by the spaces it begins with."""
        for line in text.split("\n"):
            said = line.lstrip()
            self.line(said, indent=indent + len(line) - len(said), hanging=hanging)

    def blank(self) -> None:
        """Print an empty line."""
        self._console.print()
