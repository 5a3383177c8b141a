"""What pip says where the Rust that is installed is too old."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.project.programs import put

ROOT = Path(__file__).parents[2]
RUST = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["rust-version"]
HOOKS = ("wheel", "editable", "sdist")
OLD = {
    "cargo of Debian 11": ("cargo", "cargo 1.46.0"),
    "cargo of Debian 12": ("cargo", "cargo 1.65.0"),
    "rustc of Debian 12": ("rustc", "rustc 1.63.0"),
    "the one before": ("rustc", "rustc 1.84.1 (e71f9a9a9 2025-01-27)"),
}
NEW = f"{RUST}.0 (0000000 2025-02-17)"


def asked(folder: Path, hook: str, **versions: str) -> subprocess.CompletedProcess[str]:
    """Call a hook of the backend where these programs are installed."""
    for name, version in versions.items():
        put(folder, name, f"echo '{version}'")
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"import build_backend as b; print(b.get_requires_for_build_{hook}())",
        ],
        env={
            **os.environ,
            "PATH": str(folder),
            "PYTHONPATH": str(ROOT / "tools"),
            "MATURIN_NO_INSTALL_RUST": "1",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("old", OLD)
def test_an_old_rust_is_reported_with_the_version_that_is_needed(
    tmp_path: Path, hook: str, old: str
) -> None:
    name, version = OLD[old]
    done = asked(
        tmp_path, hook, **{"cargo": f"cargo {NEW}", "rustc": f"rustc {NEW}", name: version}
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"fastcors needs Rust {RUST} or newer to compile, and this is {version} "
        f"({tmp_path / name}): run 'rustup update', or install a newer toolchain, or install a wheel: "
        "pip install --only-binary=:all: fastcors"
    ]


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("version", [NEW, "1.100.0", "2.0.0"])
def test_a_rust_that_is_new_enough_is_not_reported(tmp_path: Path, hook: str, version: str) -> None:
    done = asked(tmp_path, hook, cargo=f"cargo {version}", rustc=f"rustc {version}")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")


@pytest.mark.parametrize("hook", HOOKS)
def test_without_a_rust_maturin_decides(tmp_path: Path, hook: str) -> None:
    assert asked(tmp_path, hook).returncode == 0


def test_a_compiler_that_says_nothing_is_left_to_cargo(tmp_path: Path) -> None:
    done = asked(tmp_path, "wheel", cargo="", rustc="no default toolchain")
    assert (done.returncode, done.stderr) == (0, "")
