"""What the documents say about the command: `python -m tests.command.documents` writes it anew.

In docs/command.md it is what each example prints, in docs/debugging.md the tables of the kinds.
"""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
from pathlib import Path

from fastcors._command.kinds import ENGINES, KINDS, OTHERS, SERVERS, Kind
from tests.command.running import ROOT, run
from tests.documents import blocks_of

COMMAND = ROOT / "docs" / "command.md"
DEBUGGING = ROOT / "docs" / "debugging.md"
_EXAMPLE = re.compile(
    r"^```console\n\$ fastcors (?P<arguments>[^\n]*)\n```\n\n```text\n(?P<printed>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


def renewed_command() -> str:
    """Return docs/command.md with what the examples print now."""
    text = COMMAND.read_text(encoding="utf-8")
    (program,) = blocks_of("docs/command.md")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shop.py").write_text(program.code, encoding="utf-8")
        own = sys.modules.pop("shop", None)

        def renew(match: re.Match[str]) -> str:
            ran = run(*shlex.split(match["arguments"]), folder=folder)
            assert ran.complained == "", ran.complained
            start = match[0][: match.start("printed") - match.start()]
            return f"{start}{ran.printed.rstrip()}\n```"

        try:
            return _EXAMPLE.sub(renew, text)
        finally:
            sys.modules.pop("shop", None)
            if own is not None:
                sys.modules["shop"] = own


def renewed_debugging() -> str:
    """Return docs/debugging.md with the tables as the kinds are now."""
    text = DEBUGGING.read_text(encoding="utf-8")
    for name, kinds in (("kinds", KINDS), ("others", OTHERS)):
        start, rest = text.split(f"<!-- {name} -->\n")
        _, end = rest.split(f"<!-- end of {name} -->\n")
        tables = "\n".join(map(_table, kinds))
        text = f"{start}<!-- {name} -->\n{tables}<!-- end of {name} -->\n{end}"
    return text


def _table(kind: Kind) -> str:
    names = ", ".join(f"`{name}`" for name in kind.names)
    rows = [
        (
            title,
            " or ".join(f'"{words.replace("{}", "…")}"' for words in kind.words(engine)),
        )
        for engine, title in ENGINES.items()
    ]
    rows += [("meaning", kind.meaning)]
    rows += [(title, kind.change(server)) for server, title in SERVERS.items()]
    table = "".join(f"| {title} | {said or 'nothing of its own'} |\n" for title, said in rows)
    heading = f"### {kind.title}\n\n"
    return (
        f"{heading}{names}\n\n| | |\n|---|---|\n{table}"
        if kind in KINDS
        else f"{heading}| | |\n|---|---|\n{table}"
    )


if __name__ == "__main__":
    COMMAND.write_text(renewed_command(), encoding="utf-8")
    DEBUGGING.write_text(renewed_debugging(), encoding="utf-8")
