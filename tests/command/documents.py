"""The tables of the kinds in docs/debugging.md: `python -m tests.command.documents` writes them anew."""

from __future__ import annotations

from fastcors._command.kinds import ENGINES, KINDS, OTHERS, SERVERS, Kind
from tests.documents import ROOT

DEBUGGING = ROOT / "docs" / "debugging.md"


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
    DEBUGGING.write_text(renewed_debugging(), encoding="utf-8")
