"""`python -m tools.try_wheel FOLDER`: the tests with a wheel from a folder, in a clean environment.

It takes the wheel that fits the Python that runs it. The tests are those that need no framework and no
server, so that they run where such packages have no wheels yet.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = (
    "tests/asgi",
    "tests/cors",
    "tests/lint/test_suggestions.py",
    "tests/parity",
    "tests/policy",
    "tests/test_pickles.py",
)


def run(*command: str | Path) -> None:
    """Run a command, and stop if it fails."""
    subprocess.run([*map(str, command)], cwd=ROOT, check=True)


def environment(folder: Path, wheels: Path) -> Path:
    """Make an environment with the wheel and what its tests need, and return its interpreter."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1")
    # Only from the folder: the package index may have another fastcors.
    install = (python, "-m", "pip", "install", "--quiet")
    run(*install, "--no-index", "--only-binary=:all:", "--find-links", wheels, "fastcors")
    run(*install, "--group", "wheel")
    return python


def main() -> None:
    """Run the tests; stop where one fails."""
    wheels = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder), wheels)
        run(python, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *sys.argv[2:], *TESTS)


if __name__ == "__main__":
    main()
