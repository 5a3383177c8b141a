"""The code in the documents: each block with its section and what it prints, and how to run it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[1]
# A section begins with a title, a block with its language. What a block prints stands right below it.
PART = re.compile(
    r"^#+ (?P<title>[^\n]*)$"
    r"|(?:`(?P<file>\w+\.(?:py|json|toml|txt|yml))`:\n\n)?"
    r"^```(?P<language>\w*)\n(?P<code>.*?)^```$(?:\n\n```text\n(?P<printed>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A block of code in a document."""

    document: str
    section: str
    # Which of the blocks of its section it is.
    number: int
    language: str
    code: str
    printed: str | None
    # The file that the words above it save it as.
    file: str | None
    # Where it begins in the document, and where what it prints is.
    position: int
    span: tuple[int, int]

    def __str__(self) -> str:
        """Return what identifies it in a test's name."""
        return f"{self.section}: {self.code.partition(chr(10))[0]}"

    def names(self) -> dict[str, Any]:
        """Run a block of Python as a module, and return the names that it makes."""
        # pydantic looks for the module of a class.
        module = sys.modules["documented"] = ModuleType("documented")
        exec(compile(self.code, self.document, "exec"), vars(module))
        return vars(module)


def blocks_of(document: str, language: str | None = "python") -> list[Block]:
    """Return the blocks of a document, which is named from the project's root: those of one language."""
    section, number = "", 0
    found: list[Block] = []
    for part in PART.finditer((ROOT / document).read_text(encoding="utf-8")):
        if part["title"] is not None:
            section, number = part["title"], 0
            continue
        block = Block(
            document=document,
            section=section,
            number=number,
            language=part["language"],
            code=part["code"],
            printed=part["printed"],
            file=part["file"],
            position=part.start(),
            span=part.span("printed"),
        )
        number += 1
        if language in (None, block.language):
            found.append(block)
    return found


def rows_below(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the table whose first line is this heading, without what marks code."""
    text = (ROOT / document).read_text(encoding="utf-8")
    lines = text.split(f"\n{heading}\n", 1)[1].split("\n")[1:]
    table = lines[: next(place for place, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in table]
