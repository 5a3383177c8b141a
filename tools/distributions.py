"""`python -m tools.distributions FOLDER`: whether a release is complete.

A release has a wheel for each CPython on each platform and one source distribution. A publishing
workflow uploads what is in a folder, so a job that was skipped would go unnoticed.
"""

from __future__ import annotations

import sys
import tomllib
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Interpreter and ABI as a wheel's name has them; a `t` is CPython without the GIL.
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.14t", "3.15", "3.15t")
PLATFORMS = (
    "manylinux2014_x86_64.manylinux_2_17_x86_64",
    "manylinux2014_aarch64.manylinux_2_17_aarch64",
    "musllinux_1_2_x86_64",
    "musllinux_1_2_aarch64",
    "macosx_10_12_x86_64",
    "macosx_11_0_arm64",
    "win_amd64",
    "win_arm64",
)


def version() -> str:
    """Return the version of the package, which is written only in Cargo.toml."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    written: str = manifest["package"]["version"]
    return written


def wheel_name(version: str, python: str, platform: str) -> str:
    """Return the name of the wheel for a CPython such as `3.14t`."""
    abi = "cp" + python.replace(".", "")
    return f"fastcors-{version}-{abi.rstrip('t')}-{abi}-{platform}.whl"


def expected(version: str) -> set[str]:
    """Return the names of all files of a release."""
    wheels = {wheel_name(version, *each) for each in product(PYTHONS, PLATFORMS)}
    return {f"fastcors-{version}.tar.gz", *wheels}


def differences(found: set[str], version: str) -> list[str]:
    """Return a line for each file that is missing, and for each that does not belong there."""
    wanted = expected(version)
    return [
        *(f"missing: {name}" for name in sorted(wanted - found)),
        *(f"unexpected: {name}" for name in sorted(found - wanted)),
    ]


def main() -> None:
    """Exit with the differences between a folder and a complete release."""
    folder = Path(sys.argv[1])
    found = {path.name for path in folder.iterdir()}
    if problems := differences(found, version()):
        sys.exit("\n".join(problems))
    print(f"{folder} holds the {len(found)} files of fastcors {version()}")


if __name__ == "__main__":
    main()
