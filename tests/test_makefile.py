"""What make says where a program is missing, before it installs anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import pythons

ROOT = Path(__file__).parent.parent
RUST = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["rust-version"]
PYTHON = Path(sys.executable).resolve()
MAKE = shutil.which("make")
# What the Makefile uses of every system.
SYSTEM = ("expand", "find", "grep", "mkdir", "rm", "sed", "sh", "touch")

BUILT = ("build", "demo", "test", "test-python", "typing", "bench")
TARGETS = (*BUILT, "lint", "test-rust", "test-pythons")
LINTED = ("lint", "test")


@dataclass(frozen=True)
class Lack:
    """A program that is missing, or another in its place, and what is said of it."""

    program: str
    sentence: str
    # A shell script.
    instead: str | None = None


def saying(version: str) -> str:
    """Give a program that says its version and else does nothing."""
    return f"echo {version!r}"


def python_but(case: str, instead: str) -> str:
    """Give a Python that does something else in one case."""
    return f'case "$*" in {case}) {instead};; *) exec "{PYTHON}" "$@";; esac'


FAILING = "echo 'error: no default toolchain is configured' >&2; echo 'help: choose one'; exit 1"
PYTHON_NEEDED = "fastcors needs Python 3.11 or newer"
RUST_NEEDED = f"fastcors is built by Rust {RUST} or newer"
NO_PYTHON = Lack("python3", f"{PYTHON_NEEDED}, and no 'python3' runs here")
NO_CARGO = Lack("cargo", f"{RUST_NEEDED}, and no 'cargo' runs here")
NO_CC = Lack("cc", "no 'cc' runs here")
LACKS = {
    "no Python": NO_PYTHON,
    "a Python that does not run": Lack("python3", NO_PYTHON.sentence, FAILING),
    # Python 2 tells its version on standard error.
    "Python 2.7": Lack(
        "python3",
        f"{PYTHON_NEEDED}, and 'python3' is Python 2.7.18:",
        python_but("-V", "echo 'Python 2.7.18' >&2"),
    ),
    "Python 3.10": Lack(
        "python3",
        f"{PYTHON_NEEDED}, and 'python3' is Python 3.10.13:",
        python_but("-V", "echo 'Python 3.10.13'"),
    ),
    "a Python without venv": Lack(
        "python3",
        "'python3' cannot make a virtual environment",
        python_but("*venv*", "echo 'No module named venv' >&2; exit 1"),
    ),
    "no cargo": NO_CARGO,
    "a cargo without a toolchain": Lack("cargo", NO_CARGO.sentence, FAILING),
    "an old cargo": Lack(
        "cargo",
        f"{RUST_NEEDED}, and this is cargo 1.9.0 (8b6c7d4 2016-05-01):",
        saying("cargo 1.9.0 (8b6c7d4 2016-05-01)"),
    ),
    "no rustc": Lack("rustc", f"{RUST_NEEDED}, and no 'rustc' runs here"),
    "an old rustc": Lack(
        "rustc", f"{RUST_NEEDED}, and this is rustc 1.85.0:", saying("rustc 1.85.0")
    ),
    "no C compiler": NO_CC,
    "a C compiler that does not run": Lack("cc", NO_CC.sentence, FAILING),
}
NO_LINTERS = {
    tool: Lack(
        "cargo",
        f"the lints need 'cargo {tool}'",
        f'case "$1" in {tool}) exit 101;; *) echo "cargo {RUST}.0";; esac',
    )
    for tool in ("fmt", "clippy")
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the folder of all programs that are needed: the least versions that do."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in SYSTEM:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    put(folder, "python3", f'exec "{PYTHON}" "$@"')
    put(folder, "cargo", saying(f"cargo {RUST}.0 (873a06493 2025-05-10)"))
    put(folder, "rustc", saying(f"rustc {RUST}.0"))
    put(folder, "cc", saying("cc 14"))
    return folder


def put(folder: Path, name: str, script: str) -> None:
    """Put a program into a folder."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def make(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make where nothing else is on the PATH, with an environment that is not there."""
    assert MAKE
    return subprocess.run(
        [MAKE, "-C", str(ROOT), "--no-print-directory", f"VENV={path.parent / 'venv'}", *arguments],
        env={"PATH": str(path), "HOME": str(path.parent), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def assert_told(path: Path, target: str, lack: Lack) -> None:
    """Hold what make says against the one sentence, where something is missing."""
    (path / lack.program).unlink()
    if lack.instead is not None:
        put(path, lack.program, lack.instead)
    finished = make(path, target)
    assert finished.returncode == 2
    sentence, error = finished.stderr.splitlines()
    assert lack.sentence in sentence
    assert error.startswith("make: ***")
    # Nothing was begun: not even the first line of it is there.
    assert finished.stdout == ""
    assert not (path.parent / "venv").exists()


@pytest.mark.parametrize("lack", LACKS.values(), ids=LACKS)
def test_what_is_missing_or_too_old_is_told_in_a_sentence(path: Path, lack: Lack) -> None:
    assert_told(path, "build", lack)


@pytest.mark.parametrize("lack", [NO_PYTHON, NO_CARGO, NO_CC], ids=lambda lack: lack.program)
@pytest.mark.parametrize("target", TARGETS)
def test_every_target_that_builds_tells_it_first(path: Path, target: str, lack: Lack) -> None:
    assert_told(path, target, lack)


@pytest.mark.parametrize("lack", NO_LINTERS.values(), ids=NO_LINTERS)
@pytest.mark.parametrize("target", LINTED)
def test_the_lints_tell_which_of_their_tools_is_missing(
    path: Path, target: str, lack: Lack
) -> None:
    assert_told(path, target, lack)


def test_the_fuzzer_of_the_core_tells_that_the_cpp_compiler_is_missing(path: Path) -> None:
    finished = make(path, "fuzz-core")
    assert finished.returncode == 2
    assert "no 'c++' runs here" in finished.stderr.splitlines()[0]
    assert finished.stdout == ""


@pytest.mark.parametrize("target", ["toolchain", "linters"])
def test_the_oldest_versions_that_do_are_taken_in_silence(path: Path, target: str) -> None:
    finished = make(path, target)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_an_environment_that_is_there_needs_no_other_python(path: Path) -> None:
    (path / "python3").unlink()
    (path.parent / "venv/bin").mkdir(parents=True)
    (path.parent / "venv/bin/python").symlink_to(PYTHON)
    assert make(path, "toolchain").returncode == 0


def test_the_programs_that_are_here_do() -> None:
    assert MAKE
    command = [MAKE, "-C", str(ROOT), "linters"]
    subprocess.run(command, env=pythons.environment(), check=True, timeout=300)


def test_another_python_is_one_of_another_minor_version_that_runs(tmp_path: Path) -> None:
    versions = {"3.13": "3.13.0", "3.12": "3.12.1", "other-3.12": "3.12.9", "3.10": "3.10.13"}
    for name, version in versions.items():
        put(tmp_path, name, f"echo {version}")
    put(tmp_path, "pypy", "")
    put(tmp_path, "broken", "echo 3.14.0; exit 1")
    put(tmp_path, "3.14", "echo 3.14.0")
    named = [str(tmp_path / name) for name in (*versions, "pypy", "broken", "3.14")]
    assert pythons.others(named, (3, 13, 7)) == {
        (3, 12, 1): str(tmp_path / "3.12"),
        (3, 14, 0): str(tmp_path / "3.14"),
    }


def test_this_python_is_found_where_it_is_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pythons, "NAMES", ("python-here",))
    monkeypatch.setenv("PATH", f"{tmp_path / 'none'}{os.pathsep}{tmp_path}")
    monkeypatch.setenv("HOME", str(tmp_path))
    put(tmp_path, "python-here", f'exec "{PYTHON}" "$@"')
    kept = tmp_path / ".pyenv/versions/3/bin"
    kept.mkdir(parents=True)
    (kept / "python").symlink_to(PYTHON)
    found = pythons.candidates()
    assert found == [str(tmp_path / "python-here"), str(kept / "python")]
    assert [pythons.version_of(python) for python in found] == [sys.version_info[:3]] * 2


def test_a_sentence_tells_that_there_is_no_other_python(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pythons, "candidates", lambda: [sys.executable])
    with pytest.raises(SystemExit) as exited:
        pythons.main()
    assert not exited.value.code
    assert capsys.readouterr().out.startswith("There is no other Python than 3.")


@pytest.mark.parametrize(
    ("code", "said"),
    [(0, "7 passed in 0.1s (0 s with the build)\n"), (2, "failed\nbuilt\n7 passed in 0.1s\n")],
)
def test_each_other_python_has_its_line_and_a_failure_all_that_was_said(
    code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = subprocess.CompletedProcess[str]([], code, "built\n7 passed in 0.1s")
    monkeypatch.setattr(pythons, "others", lambda candidates, tested: {(3, 12, 1): "/python"})
    monkeypatch.setattr(pythons, "tested_with", lambda version, python: finished)
    with pytest.raises(SystemExit) as exited:
        pythons.main()
    assert bool(exited.value.code) == bool(code)
    assert capsys.readouterr().out == f"Python 3.12.1 (/python): {said}"
