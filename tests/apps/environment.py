"""Installs each application, and one wheel of fastcors, into a virtual environment of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

from .application import Application

ROOT = Path(__file__).parents[2]
# Ignored by git, and removed by `make clean`.
ENVIRONMENTS = ROOT / ".venv-apps"
# For one build or installation; the largest application takes two minutes.
SECONDS = 1800
# Prints the versions of those distributions that are installed.
VERSIONS = """
import importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


class NotInstalledError(Exception):
    """pip or the build failed. The message is its output."""


def called(*command: str | Path, **options: str | Path) -> str:
    """Run a program and return its output."""
    finished = subprocess.run(
        [*map(str, command)],
        env={**os.environ, **{name: str(value) for name, value in options.items()}},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if finished.returncode:
        raise NotInstalledError(finished.stdout)
    return finished.stdout


def pip(python: Path, *arguments: str | Path) -> None:
    """Run this environment's pip for another environment, which needs no pip of its own."""
    called(
        *(sys.executable, "-m", "pip", "--python", python, *arguments),
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_QUIET="1",
    )


def install(python: Path, wanted: tuple[str, ...], from_source: tuple[str, ...]) -> None:
    """Install distributions from wheels, except those that have none."""
    wheels = ["--only-binary", ":all:"]
    if from_source:
        wheels += ["--no-binary", ",".join(from_source)]
    pip(python, "install", *wheels, *wanted)


def wheel() -> Path:
    """Build fastcors once for all applications."""
    folder = ENVIRONMENTS / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    called(
        *(sys.executable, "-m", "maturin", "build", "--release", "--quiet", "--strip"),
        *("--manifest-path", ROOT / "Cargo.toml", "--interpreter", sys.executable),
        *("--out", folder),
    )
    (built,) = folder.glob("*.whl")
    return built


def environment(application: Application, fastcors: Path) -> Path:
    """Install an application and fastcors, and return the interpreter to start it with.

    An existing environment is kept unless the requirements changed.
    """
    folder = ENVIRONMENTS / (application.installed_in or application.name)
    python = folder / "bin" / "python"
    done = folder / "requirements.json"
    wanted = json.dumps([application.install, application.from_source])
    if not done.exists() or done.read_text() != wanted:
        venv.create(folder, clear=True, symlinks=True)
        install(python, application.install, application.from_source)
        done.write_text(wanted)
    # The version, and so the name, stays the same during development.
    digest = hashlib.sha256(fastcors.read_bytes()).hexdigest()
    installed = folder / "fastcors.sha256"
    if not installed.exists() or installed.read_text() != digest:
        pip(python, "install", "--no-deps", "--no-index", "--force-reinstall", fastcors)
        installed.write_text(digest)
    return python


def versions(python: Path, *distributions: str) -> dict[str, str]:
    """Return the versions of those distributions that are installed."""
    found: dict[str, str] = json.loads(called(python, "-c", VERSIONS, *distributions))
    return found


def source(application: Application) -> Path:
    """Download and unpack an application's source distribution, which has its tests."""
    folder = ENVIRONMENTS / application.name / "source"
    if not folder.exists():
        unpacked = folder.with_name("unpacked")
        shutil.rmtree(unpacked, ignore_errors=True)
        called(
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--no-binary", ":all:", "--dest", unpacked, application.install[0]),
        )
        (archive,) = unpacked.iterdir()
        with tarfile.open(archive) as packed:
            packed.extractall(unpacked, filter="data")
        (root,) = (path for path in unpacked.iterdir() if path.is_dir())
        root.rename(folder)
    return folder
