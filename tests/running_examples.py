"""Runs the examples of the documents as a reader does: `python -m tests.running_examples` renews them.

A block of Python is a module, or a file that pytest runs if it has tests. What the words above a block
name, as in "`main.py`:", is there as a file for the blocks below it. A line of a console that begins
with `$` is a command. What is below a block is what it prints.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tests.command.running import run as run_command
from tests.documents import ROOT, Block, blocks_of

# `tools.notices` writes the one; the pages of the problems have tests of their own.
ELSEWHERE = {ROOT / "THIRD-PARTY-NOTICES.md", *ROOT.glob("docs/problems/*.md")}
DOCUMENTS = [
    path.relative_to(ROOT).as_posix()
    for path in sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")} - ELSEWHERE)
]
# Where the documents say that their files are.
FOLDER = "/srv/shop"
TIMEOUT = 300


@dataclass(frozen=True)
class Needs:
    """What a block needs that the reader has and this machine has not."""

    environment: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    # The section of the same document whose block the reader has above this one.
    after: str | None = None
    # It changes the whole process.
    apart: bool = False


NEEDS = {
    # `asgi.py`, in a project that has settings.
    ("docs/migration/django-cors-headers.md", "Before and after", 1): Needs(
        {"DJANGO_SETTINGS_MODULE": "settings"},
        apart=True,
    ),
    ("README.md", "Ask a browser", 0): Needs(after="Use"),
    ("docs/recipes.md", "Environment variables", 0): Needs({"CORS_ORIGINS": "https://a.example"}),
    ("docs/recipes.md", "pydantic-settings", 0): Needs({"CORS_ORIGINS": '["https://a.example"]'}),
    ("docs/recipes.md", "pydantic-settings", 1): Needs({"CORS_ORIGINS": "https://a.example"}),
    ("docs/recipes.md", "Origins in a database", 0): Needs(
        {"DATABASE_URL": "sqlite+aiosqlite:///customers.db"}
    ),
    ("docs/recipes.md", "Origins behind a service", 0): Needs(
        {"TENANTS_URL": "https://tenants.internal"}
    ),
    ("docs/recipes.md", "Static files", 0): Needs(folders=("static",)),
    ("docs/recipes.md", "Applications that import Starlette's class", 0): Needs(apart=True),
}
# Commands that would change this machine; a test checks what they name.
NOT_RUN = ("pip", "make")


def needs_of(block: Block) -> Needs:
    """Return what a block needs."""
    return NEEDS.get((block.document, block.section, block.number), Needs())


def runnable(block: Block) -> bool:
    """Whether `printed_by` runs it."""
    if block.language == "console":
        return not any(command.split()[0] in NOT_RUN for command in commands_of(block))
    return block.language == "python" and not started_below(block)


def started_below(block: Block) -> bool:
    """Whether a console below the block starts the file that it is: a mistake, which warns."""
    consoles = blocks_of(block.document, "console")
    return any(f"python {block.file}" in commands_of(console) for console in consoles)


def commands_of(block: Block) -> list[str]:
    """Return the commands of a console."""
    return re.findall(r"^\$ ([^\n#]*[^\n# ])", block.code, re.MULTILINE)


def printed_by(block: Block, folder: Path) -> str:
    """Run a block in a folder, which has the files of the blocks above it, and return what it prints."""
    needs = needs_of(block)
    for each in blocks_of(block.document, None):
        if each.file is not None and each.position < block.position:
            (folder / each.file).write_text(each.code, encoding="utf-8")
    for name in needs.folders:
        (folder / name).mkdir(exist_ok=True)
    if block.language == "console":
        printed = "".join(_command(command, folder) for command in commands_of(block))
    elif needs.apart:
        command = [sys.executable, "-W", "error", "-c", block.code]
        printed = _process(command, folder, needs.environment)
    elif re.search("^def test_", block.code, re.MULTILINE):
        before = [each.code for each in blocks_of(block.document) if each.section == needs.after]
        _tests("\n".join([*before, block.code]), folder)
        printed = ""
    else:
        with _as_in(folder, needs.environment), contextlib.redirect_stdout(io.StringIO()) as out:
            block.names()
        printed = out.getvalue()
    return _normal(printed, folder)


def _command(command: str, folder: Path) -> str:
    program, *arguments = shlex.split(command)
    if program == "fastcors":
        with _as_in(folder, {}):
            ran = run_command(*arguments, folder=folder)
        assert ran.complained == "", ran.complained
        return ran.printed
    if program == "pytest":
        arguments = [*_PYTEST, *arguments]
    assert program in ("python", "pytest"), f"no example runs {program!r}"
    return _process([sys.executable, *arguments], folder)


_PYTEST = ("-m", "pytest", "-p", "fastcors.testing.plugin", "-p", "no:cacheprovider")


_PLAIN = {"COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""}


def _tests(code: str, folder: Path) -> None:
    (folder / "test_documented.py").write_text(code, encoding="utf-8")
    said = _process([sys.executable, *_PYTEST, "-q", "test_documented.py"], folder)
    count = len(re.findall("^def test_", code, re.MULTILINE))
    assert re.search(rf"^{count} passed in [^,\n]*$", said, re.MULTILINE), said


def _process(
    arguments: list[str], folder: Path, environment: Mapping[str, str] = MappingProxyType({})
) -> str:
    done = subprocess.run(
        arguments,
        cwd=folder,
        env={**os.environ, **_PLAIN, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@contextlib.contextmanager
def _as_in(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Let a block import the files of the folder, and forget what it has imported."""
    # `fastcors` sets it, and pytest's own modules must not count as those of the folder.
    had, path, variables = dict(sys.modules), list(sys.path), dict(os.environ)
    own = {file.stem for file in folder.glob("*.py")}
    for name in own:
        sys.modules.pop(name, None)
    os.environ.update(environment)
    sys.path.insert(0, str(folder))
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.path[:] = path
        for name in {*environment} - {*variables}:
            del os.environ[name]
        os.environ.update({name: variables[name] for name in {*environment} & {*variables}})
        for name in own:
            sys.modules.pop(name, None)
            if name in had:
                sys.modules[name] = had[name]


def _normal(printed: str, folder: Path) -> str:
    """Return what is the same on every machine."""
    printed = printed.replace(str(folder.resolve()), FOLDER)
    return re.sub(r" in \d+\.\d\ds$", " in 0.12s", printed, flags=re.MULTILINE)


def renewed(document: str) -> str:
    """Return a document with what its examples print now."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for block in reversed(blocks_of(document, None)):
        if block.printed is None or not runnable(block):
            continue
        with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
            printed = printed_by(block, Path(name))
        start, end = block.span
        text = f"{text[:start]}{printed.rstrip()}\n{text[end:]}"
    return text


if __name__ == "__main__":
    for document in DOCUMENTS:
        (ROOT / document).write_text(renewed(document), encoding="utf-8")
