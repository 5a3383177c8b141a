"""The layers in pyproject.toml hold, and a wrong import is found."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint_imports(folder: Path) -> tuple[int, str]:
    """Check the imports of the package in a folder; return the exit status and what is printed."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ROOT / "pyproject.toml"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package."""
    shutil.copytree(
        ROOT / "python" / "fastcors",
        tmp_path / "fastcors",
        ignore=shutil.ignore_patterns("__pycache__", "*.so"),
    )
    return tmp_path


def test_the_package_keeps_its_layers(copied: Path) -> None:
    status, said = lint_imports(copied)
    assert status == 0, said


PLANTED = {
    "a folder imports a module above it": ("_lint/values.py", "from fastcors import policy"),
    "a module imports one that imports it": ("_lint/collections.py", "from . import reading"),
    "an import inside a function": (
        "_regex/branches.py",
        "def late() -> None:\n    from fastcors._proof import verdict\n",
    ),
    "an import for types alone": (
        "_lint/values.py",
        "if TYPE_CHECKING:\n    from fastcors import policy\n",
    ),
    "a module without a place": ("helpers.py", ""),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_wrong_import_is_found(copied: Path, name: str) -> None:
    path, planted = PLANTED[name]
    with (copied / "fastcors" / path).open("a") as file:
        file.write(f"\n{planted}\n")
    status, said = lint_imports(copied)
    assert status == 1, said
    assert re.search("BROKEN", said)
