"""The entries of the table: what a page says of a code, and the examples that have it and do not.

What severity a code has, which options it is about, whether it raises and whether it can be accepted
is in the table of codes alone, `fastcors.problems.CODES`.
"""

from __future__ import annotations

import ast
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fastcors import Policy, lint
from fastcors.problems import Report
from tests.command.running import Ran, run

FOLDER = Path(__file__).parent
# In the order of the pages' index.
FILES = (
    "risks",
    "origins",
    "expressions",
    "values",
    "methods",
    "headers",
    "functions",
    "paths",
    "enforcement",
    "layers",
)
# What the codes of the first release have as `since`.
FIRST_RELEASE = "0.1.0"
# What the formatter allows, in documents too.
_WIDTH = 100


@dataclass(frozen=True)
class Example:
    """Options, as they are written in a call, and what comes before the call."""

    arguments: str
    setup: str = ""

    def options(self) -> dict[str, Any]:
        """Return the options, made anew."""
        names: dict[str, Any] = {"__name__": "__main__", "Policy": Policy}
        exec(self.setup, names)
        options: dict[str, Any] = eval(f"dict({self.arguments})", names)
        return options

    def report(self) -> Report:
        """Return what the linter reports."""
        report = lint(**self.options())
        assert isinstance(report, Report)
        return report

    def program(self) -> str:
        """Return a program that prints what the linter reports."""
        head, _, body = self.setup.strip().rpartition("import count")
        first = f"{head}import count\n\n" if head else ""
        imported = "Policy, lint" if "Policy(" in self.arguments else "lint"
        defined = f"\n{body.strip()}\n" if body.strip() else ""
        # A class or a function has two lines around it.
        gap = "\n" if defined.startswith(("\nclass", "\ndef", "\nasync")) else ""
        return f"{first}from fastcors import {imported}\n{gap}{defined}{gap}\n{self._call()}\n"

    def _call(self) -> str:
        """Return the call, broken into lines as the formatter does it."""
        line = f"print(lint({self.arguments}))"
        if len(line) <= _WIDTH:
            return line
        if len(self.arguments) + 10 <= _WIDTH:
            return f"print(\n    lint({self.arguments})\n)"
        if len(self.arguments) + 8 <= _WIDTH:
            return f"print(\n    lint(\n        {self.arguments}\n    )\n)"
        lines = "".join(f"        {each},\n" for each in arguments(self.arguments))
        return f"print(\n    lint(\n{lines}    )\n)"


def arguments(text: str) -> list[str]:
    """Return the keyword arguments of a call, each as it is written."""
    call = ast.parse(f"f({text})").body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    source = f"f({text})"
    return [
        f"{keyword.arg}={ast.get_source_segment(source, keyword.value)}"
        for keyword in call.value.keywords
    ]


@dataclass(frozen=True)
class Application:
    """The program of an application, which the command looks at."""

    code: str

    def ran(self) -> Ran:
        """Return what `fastcors lint app:app` prints about it."""
        own = sys.modules.pop("app", None)
        try:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                (folder / "app.py").write_text(self.program(), encoding="utf-8")
                return run("lint", "app:app", folder=folder)
        finally:
            sys.modules.pop("app", None)
            if own is not None:
                sys.modules["app"] = own

    def program(self) -> str:
        """Return its code."""
        return self.code.lstrip()


@dataclass(frozen=True)
class Row:
    """A further example: what not to write, what to write, and what happens."""

    bad: Example
    good: Example
    effect: str


@dataclass(frozen=True)
class Entry:
    """What the page of a code says.

    Attributes:
        code: the code.
        summary: a sentence, for the first line and for the index.
        fix: what to write.
        finds: which values have it.
        why: what a browser does, or what an attacker can do.
        bad: an example that has it: options, or an application for a code of the command.
        good: one that does not.
        error: when it is an error, if it can be both.
        raises: when it raises, if that is an exception of its own.
        accept: why it cannot be accepted, if it does not always raise.
        severity: of a code of the command.
        since: the version that reported it first.
        more: further examples.
    """

    code: str
    summary: str
    fix: str
    finds: str
    why: str
    bad: Example | Application
    good: Example | Application
    error: str = ""
    raises: str = ""
    accept: str = ""
    severity: str = ""
    since: str = FIRST_RELEASE
    more: tuple[Row, ...] = field(default=())

    def rows(self) -> list[Row]:
        """Return every pair of options: the first example and the further ones."""
        if isinstance(self.bad, Application) or isinstance(self.good, Application):
            return []
        return [Row(self.bad, self.good, ""), *self.more]


@cache
def entries() -> dict[str, Entry]:
    """Return every entry, by its code."""
    return {entry.code: entry for name in FILES for entry in _entries_in(name)}


def _entries_in(name: str) -> Iterator[Entry]:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for code, values in tomllib.loads(text).items():
        if name == "layers":
            examples: dict[str, Any] = {
                kind: Application(values.pop(kind)) for kind in ("bad", "good")
            }
        else:
            setup = values.pop("setup", "")
            setups = {kind: values.pop(f"{kind}_setup", setup) for kind in ("bad", "good")}
            examples = {kind: Example(values.pop(kind), setups[kind]) for kind in ("bad", "good")}
            examples["more"] = tuple(
                Row(Example(row["not"], setup), Example(row["write"], setup), row["effect"])
                for row in values.pop("more", ())
            )
        yield Entry(code=code, **values, **examples)


def without_addresses(text: str) -> str:
    """Return a text in which no object has an address in memory, which differs in each process."""
    return re.sub(r"\b0x[0-9a-f]{6,}", "0x…", text)
