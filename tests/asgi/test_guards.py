"""A panic becomes a Python exception at every entry of the compiled part.

`src/panics.rs` tests what the guards do, without Python. Here: that every entry has one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = sorted(Path(__file__).parents[2].joinpath("src").rglob("*.rs"))
ENTRY = re.compile(
    r'^(?:pub(?:\(\w+\))? )?(?:unsafe )?extern "C" fn (\w+)\(.*?\n?\).*?\{\n(.*?)^\}$',
    re.DOTALL | re.MULTILINE,
)
# The whole body: one guard around everything, and the 0 of a function that cannot fail.
GUARDED = re.compile(
    r"(?:object|status|guard::traverse)\(.*\)|unraisable\(.*\);(?:\s*0)?", re.DOTALL
)


def bodies(text: str) -> dict[str, str]:
    """Return the body of each C function, without comments."""
    found = {name: re.sub(r"//[^\n]*", "", body).strip() for name, body in ENTRY.findall(text)}
    assert len(found) == len(re.findall(r'extern "C" fn \w+\(', text))
    return found


def after_the_call(body: str) -> str:
    """Return what follows the first call in a body."""
    depth = 0
    for place, character in enumerate(body):
        depth += (character in "({") - (character in ")}")
        if character == ")" and depth == 0:
            return body[place + 1 :].strip()
    return "an open bracket"


ENTRIES = [
    pytest.param(body, id=f"{path.name}: {name}")
    for path in SOURCES
    for name, body in bodies(path.read_text(encoding="utf-8")).items()
]


@pytest.mark.parametrize("body", ENTRIES)
def test_everything_in_an_entry_is_inside_a_guard(body: str) -> None:
    assert GUARDED.fullmatch(body)
    assert after_the_call(body) in {"", ";", ";\n    0"}


def test_the_entries_are_found() -> None:
    assert len(ENTRIES) > 15


AT_THE_END = """
import os, sys
from fastcors import CORSMiddleware


async def app(scope, receive, send):
    pass


class AtTheEnd:
    middleware = CORSMiddleware(app)
    name = staticmethod(lambda error: type(error).__name__.encode())
    write = staticmethod(os.write)

    def __del__(self):
        try:
            self.middleware("one argument")
        except BaseException as error:
            self.write(1, self.name(error))


# Dropped when the interpreter ends and attaching a thread is no longer allowed.
sys.modules["kept"] = AtTheEnd()
"""


def test_an_error_while_the_interpreter_ends_is_the_usual_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_END], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("TypeError", "")
