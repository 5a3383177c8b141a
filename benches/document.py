"""`python -m benches.document`: writes the results into the tables of the documents.

A table is found by its heading. Its rows come from `benches/results/*.json` and
`benches/instructions.json` alone, so a document says what was measured. The line below a comment
`<!-- measured: NAME -->` says on what it was measured.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from benches.report import read
from benches.tables import TABLES

if TYPE_CHECKING:
    from benches.tables import Figures

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "docs" / "configuration.md",
    ROOT / "docs" / "enforcement.md",
    ROOT / "docs" / "live-origins.md",
    ROOT / "docs" / "performance.md",
)
INSTRUCTIONS = Path(__file__).with_name("instructions.json")
# The Python whose instructions are shown.
SERIES = "3.13"
MEASURED = re.compile(r"<!-- measured: ([a-z_]+) -->")


def results(name: str) -> Figures | None:
    """Return what a benchmark has recorded, if it has."""
    if name != "instructions":
        return read(name)
    recorded: Figures = json.loads(INSTRUCTIONS.read_text(encoding="utf-8"))
    return recorded.get(SERIES)


def measured(name: str) -> str:
    """Return on what a benchmark was run."""
    figures = results(name)
    if figures is None:
        return "Not measured yet."
    if name == "instructions":
        return f"Counted with {figures['build']}."
    packages = ", ".join(f"{package} {version}" for package, version in figures["versions"].items())
    return (
        f"Measured on {figures['date']} with {figures['python']} ({packages}) "
        f"on {figures['machine']}; {figures['rounds']} rounds."
    )


def rewritten(text: str) -> str:
    """Return a document with the results in it."""
    headings = {table.heading: table for table in TABLES}
    lines: list[str] = []
    rest = iter(text.removesuffix("\n").split("\n"))
    for line in rest:
        lines.append(line)
        if line in headings:
            table = headings[line]
            figures = results(table.result)
            lines.append(next(rest))
            lines += [] if figures is None else table.lines(figures)
            after = next((line for line in rest if not line.startswith("|")), None)
            lines += [] if after is None else [after]
        elif marked := MEASURED.fullmatch(line):
            next(rest)
            lines.append(measured(marked[1]))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Rewrite the documents."""
    for document in DOCUMENTS:
        before = document.read_text(encoding="utf-8")
        after = rewritten(before)
        document.write_text(after, encoding="utf-8")
        print(f"{document.name}: {'as before' if before == after else 'written'}")


if __name__ == "__main__":
    main()
