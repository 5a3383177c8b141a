"""What `src` declares of Python's C API by itself is there under that name.

A build without the GIL is only compiled here, not linked. A wrong name would make `import fastcors` fail
on such a Python.
"""

from __future__ import annotations

import ctypes
import re
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src"
BLOCK = re.compile(r'^unsafe extern "C" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


def declared() -> list[str]:
    """Return the names of the functions that some file in `src` declares."""
    blocks = (
        block
        for path in sorted(SOURCES.rglob("*.rs"))
        for block in BLOCK.findall(path.read_text(encoding="utf-8"))
    )
    return sorted({name for block in blocks for name in re.findall(r"\bfn (\w+)\(", block)})


@pytest.mark.skipif(sys.version_info < (3, 14), reason="they are declared for 3.14 and newer")
@pytest.mark.parametrize("name", declared())
def test_a_declared_function_is_in_this_interpreter(name: str) -> None:
    assert hasattr(ctypes.pythonapi, name)


def test_the_functions_are_found() -> None:
    assert "PyDict_AddWatcher" in declared()
