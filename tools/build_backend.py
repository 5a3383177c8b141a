"""The build backend that pip calls: maturin's, after a look at the Rust that is installed.

An old cargo fails on the manifest of a dependency before it reads which Rust fastcors needs, and its
error does not name a version. This one does.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maturin import (  # type: ignore[import-untyped]
    build_editable,
    build_sdist,
    build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)
from maturin import get_requires_for_build_editable as _requires_for_editable
from maturin import get_requires_for_build_sdist as _requires_for_sdist
from maturin import get_requires_for_build_wheel as _requires_for_wheel

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

_MANIFEST = Path(__file__).parents[1] / "Cargo.toml"
_NEEDED = re.compile(r'^rust-version = "(.*)"$', re.MULTILINE)


Settings = Mapping[str, Any] | None


def _version(text: str) -> tuple[int, int] | None:
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def _check_rust() -> None:
    """Exit with a sentence if the Rust that would be used is too old."""
    if shutil.which("cargo") is None:
        return  # maturin installs a toolchain into a temporary folder
    (written,) = _NEEDED.findall(_MANIFEST.read_text(encoding="utf-8"))
    needed = _version(written)
    for program in ("cargo", "rustc"):
        try:
            asked = subprocess.run(
                [program, "--version"], capture_output=True, text=True, check=False
            )
        except OSError:
            continue  # cargo or maturin explains what is missing
        found = _version(asked.stdout)
        if found and needed and found < needed:
            sys.exit(
                f"fastcors needs Rust {written} or newer to compile, and this is "
                f"{asked.stdout.strip()} ({shutil.which(program)}): run 'rustup update', or install "
                "a newer toolchain, or install a wheel: pip install --only-binary=:all: fastcors"
            )


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Return what a build needs besides maturin, if the Rust here can build it."""
    _check_rust()
    requires: list[str] = _requires_for_wheel(config_settings)
    return requires


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """Return what an editable build needs besides maturin, if the Rust here can build it."""
    _check_rust()
    requires: list[str] = _requires_for_editable(config_settings)
    return requires


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """Return what a source distribution needs besides maturin, if the Rust here can make it."""
    _check_rust()
    requires: list[str] = _requires_for_sdist(config_settings)
    return requires
