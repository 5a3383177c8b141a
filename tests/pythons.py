"""`python -m tests.pythons`: the tests with each other Python that is installed.

An interpreter is looked for on the PATH and where pyenv keeps them. Each gets an environment of its
own, `.venv-3.X`, and is done again quickly.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parent.parent
OLDEST = (3, 11)
NAMES = ("python3.11", "python3.12", "python3.13", "python3.14")
# Prints the version of a CPython that can make a virtual environment.
PROBE = (
    "import ensurepip, sys, venv;"
    "sys.implementation.name == 'cpython' and print('%d.%d.%d' % sys.version_info[:3])"
)
# What comes out the same whatever Python runs it.
LEFT_OUT = (
    "tests/browser",
    "tests/typing",
    "tests/project/test_busy_machine.py",
    "tests/project/test_demo.py",
    "tests/project/test_makefile.py",
    "tests/project/test_packaging.py",
)
EXAMPLES = 500

Version = tuple[int, ...]


def candidates() -> list[str]:
    """Give what may be an interpreter, those on the PATH first."""
    named = [shutil.which(name, path=folder) for folder in os.get_exec_path() for name in NAMES]
    kept = Path.home().glob(".pyenv/versions/*/bin/python")
    return [*filter(None, named), *map(str, sorted(kept))]


def version_of(python: str) -> Version | None:
    """Give an interpreter's version, if it runs and fastcors can be built for it."""
    probed = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, check=False)
    version = tuple(map(int, re.findall(r"\d+", probed.stdout)))
    return version if probed.returncode == 0 and version >= OLDEST else None


def others(pythons: Iterable[str], tested: Version) -> dict[Version, str]:
    """Give one interpreter for each minor version that is not the tested one."""
    found: dict[Version, tuple[Version, str]] = {}
    for python in pythons:
        version = version_of(python)
        if version is not None and version[:2] != tested[:2]:
            found.setdefault(version[:2], (version, python))
    return dict(found[minor] for minor in sorted(found))


def environment() -> Mapping[str, str]:
    """Give the variables without what the caller's make says of its own interpreter."""
    named = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYO3_PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if name not in named}


def tested_with(version: Version, python: str) -> subprocess.CompletedProcess[str]:
    """Build and test with one interpreter."""
    return subprocess.run(
        [
            "make",
            "--no-print-directory",
            "test-python",
            f"PYTHON={python}",
            f"VENV=.venv-{version[0]}.{version[1]}",
            f"EXAMPLES={EXAMPLES}",
            f"PYTEST=--quiet {' '.join(f'--ignore={path}' for path in LEFT_OUT)}",
        ],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def main() -> None:
    """Print a line for each interpreter, and all that was said where a test failed."""
    found = others(candidates(), sys.version_info[:3])
    if not found:
        oldest = ".".join(map(str, OLDEST))
        print(f"There is no other Python than {sys.version.split()[0]} from {oldest} on.")
    failed = False
    for version, python in found.items():
        start = time.monotonic()
        print(f"Python {'.'.join(map(str, version))} ({python}): ", end="", flush=True)
        finished = tested_with(version, python)
        if finished.returncode == 0:
            last = finished.stdout.rstrip().rpartition("\n")[2]
            print(f"{last} ({time.monotonic() - start:.0f} s with the build)", flush=True)
        else:
            failed = True
            print(f"failed\n{finished.stdout}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
