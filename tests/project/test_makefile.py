"""What make prints if a program is missing, before it installs anything."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benches.tables import TABLES
from tests import pythons, starlettes
from tests.project.programs import put

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
RUST = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["rust-version"]
PYTHON = Path(sys.executable).resolve()
MAKE = shutil.which("make")
_LEFT_OUT = re.search(
    r"^LEFT_OUT := ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE
)
assert _LEFT_OUT
LEFT_OUT = _LEFT_OUT[1].replace("\\", "").split()
# What the Makefile uses of every system.
SYSTEM = ("expand", "find", "grep", "mkdir", "rm", "sed", "sh", "touch")

BUILT = (
    *("build", "demo", "quick", "test", "test-python", "test-starlettes", "typing"),
    *("bench", "bench-record"),
)
TARGETS = (*BUILT, "lint", "test-rust", "test-pythons")
LINTED = ("lint", "quick", "test", "check-free-threaded")
# What prints what it measured.
PRINTING = (
    *("bench", "bench-pytest", "bench-servers", "bench-rivals", "bench-scaling", "bench-cold"),
    "instructions",
)


@dataclass(frozen=True)
class Lack:
    """A missing program, or another in its place, and the message about it."""

    program: str
    sentence: str
    # A shell script.
    instead: str | None = None


def saying(version: str) -> str:
    """Return a program that says its version and else does nothing."""
    return f"echo {version!r}"


def python_but(case: str, instead: str) -> str:
    """Return a Python that does something else in one case."""
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
    # Python 2 prints its version on standard error.
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
        "rustc", f"{RUST_NEEDED}, and this is rustc 1.84.0:", saying("rustc 1.84.0")
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
    """Return the folder of all programs that are needed: the least versions that do."""
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


def make(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make with nothing else on the PATH, and without an environment."""
    assert MAKE
    return subprocess.run(
        [MAKE, "-C", str(ROOT), "--no-print-directory", f"VENV={path.parent / 'venv'}", *arguments],
        env={"PATH": str(path), "HOME": str(path.parent), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def assert_reported(path: Path, target: str, lack: Lack) -> None:
    """Compare the message of make with the one sentence about what is missing."""
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
def test_a_missing_or_too_old_program_is_reported_in_a_sentence(path: Path, lack: Lack) -> None:
    assert_reported(path, "build", lack)


@pytest.mark.parametrize("lack", [NO_PYTHON, NO_CARGO, NO_CC], ids=lambda lack: lack.program)
@pytest.mark.parametrize("target", TARGETS)
def test_every_target_that_builds_tells_it_first(path: Path, target: str, lack: Lack) -> None:
    assert_reported(path, target, lack)


@pytest.mark.parametrize("lack", NO_LINTERS.values(), ids=NO_LINTERS)
@pytest.mark.parametrize("target", LINTED)
def test_the_lints_tell_which_of_their_tools_is_missing(
    path: Path, target: str, lack: Lack
) -> None:
    assert_reported(path, target, lack)


PROGRAMS = {
    "fuzz-core": ("c++", "g++"),
    "browser": ("chromium", "chromium"),
    "screenshot": ("chromium", "chromium"),
    "demo-fleet": ("redis-server", "redis-server"),
    "fleet": ("redis-server", "redis-server"),
    "bench-servers": ("wrk", "wrk"),
    "bench-record": ("wrk", "wrk"),
    "instructions": ("valgrind", "valgrind"),
}


def make_what_is_built(path: Path, target: str) -> subprocess.CompletedProcess[str]:
    """Run make as if everything were built and installed, with a Python that does nothing."""
    folder = path.parent / "venv/bin"
    folder.mkdir(parents=True)
    put(folder, "python", "")
    for done in (".demo", ".tools", ".built"):
        (folder / done).touch()
    old = ("toolchain", "build", *(str(folder / done) for done in (".demo", ".tools", ".built")))
    return make(path, *(f"--old-file={name}" for name in old), target)


@pytest.mark.parametrize(("target", "program"), PROGRAMS.items(), ids=PROGRAMS)
def test_a_program_that_is_missing_is_named_with_its_package(
    path: Path, target: str, program: tuple[str, str]
) -> None:
    finished = make_what_is_built(path, target)
    assert finished.returncode == 2
    sentence = finished.stderr.splitlines()[0]
    assert f"'{program[0]}', which does not run here" in sentence
    assert f"apt install {program[1]})" in sentence
    assert finished.stdout == ""


@pytest.mark.parametrize(("target", "program"), PROGRAMS.items(), ids=PROGRAMS)
@pytest.mark.parametrize("user", [0, 1000])
def test_a_missing_program_is_installed_if_apt_may(
    path: Path, target: str, program: tuple[str, str], user: int
) -> None:
    put(path, "id", f"echo {user}")
    put(path, "apt-get", f'echo "$@" >>"{path}/asked"')
    finished = make_what_is_built(path, target)
    asked = path / "asked"
    if user == 0:
        assert asked.read_text() == f"update -qq\ninstall -y -qq {program[1]}\n"
    else:
        assert not asked.exists()
    assert ("does not run here" in finished.stderr) == (user != 0)


def commands(path: Path, *arguments: str) -> str:
    """Return the commands that make would run."""
    finished = make(path, "--dry-run", *arguments)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_the_demo_installs_nothing_that_only_the_checks_need(path: Path) -> None:
    # Of pip, and of maturin, which installs the group dev if it gets none.
    demo = re.findall("(pip|maturin) .*--group ([a-z]+)", commands(path, "demo", "ONCE=1"))
    assert demo == [("pip", "demo"), ("maturin", "demo")]
    test = re.findall("(pip|maturin) .*--group ([a-z]+)", commands(path, "test"))
    assert test == [("pip", "demo"), ("pip", "dev"), ("maturin", "demo"), ("pip", "docs")]


def test_the_site_needs_neither_the_extension_nor_the_checks(path: Path) -> None:
    run = commands(path, "docs")
    assert re.findall("pip .*--group ([a-z]+)", run) == ["demo", "docs"]
    assert "maturin" not in run
    assert "mkdocs build" in run


def test_the_site_is_shown_on_loopback_alone(path: Path) -> None:
    assert "--dev-addr 127.0.0.1:8000" in commands(path, "docs-serve")
    assert "--dev-addr 127.0.0.1:8123" in commands(path, "docs-serve", "PORT=8123")


def test_bench_prints_the_comparison_with_starlette_first(path: Path) -> None:
    run = commands(path, "bench", "BENCH=--quick")
    (first, *_) = re.findall(r"-m (benches\.\w+ --quick)", run)
    assert first == "benches.added_cost --quick"
    assert "pytest benches" not in run


@pytest.mark.parametrize("target", PRINTING)
def test_a_benchmark_prints_and_leaves_the_checkout_as_it_is(path: Path, target: str) -> None:
    run = commands(path, target)
    assert "benches" in run
    assert not re.search(r"--record|benches\.(document|plots)", run)


def test_recording_runs_every_benchmark_that_has_results_and_then_writes_the_documents(
    path: Path,
) -> None:
    run = commands(path, "bench-record")
    (recorded,) = re.findall(r"for each in ([a-z_ ]+);", run)
    assert {table.result for table in TABLES} - {"instructions"} == {*recorded.split()}
    assert run.index("--record") < run.index("benches.plots") < run.index("benches.document")


NAMED = {
    "quick": LEFT_OUT,
    "other Pythons": pythons.TESTED,
    "other Starlettes": starlettes.TESTED,
}


@pytest.mark.parametrize("named", NAMED.values(), ids=NAMED)
def test_what_is_left_out_or_chosen_is_there(named: Sequence[str]) -> None:
    assert named
    for path, _, name in (each.partition("::") for each in named):
        assert (ROOT / path).exists(), path
        module = path.removesuffix(".py").replace("/", ".")
        assert not name or callable(getattr(importlib.import_module(module), name)), name


def test_quick_prints_what_it_leaves_out(path: Path) -> None:
    run = commands(path, "quick")
    (said,) = [line for line in run.splitlines() if line.startswith("echo \"Left to 'make test'")]
    for name in LEFT_OUT:
        assert f"{'--deselect' if '::' in name else '--ignore'}={name}" in run
        assert name in said


def test_ci_runs_the_last_commit_in_a_folder_that_has_the_name_of_the_package(
    tmp_path: Path,
) -> None:
    checkout = tmp_path / "elsewhere"
    (checkout / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci/run", checkout / ".ci")
    (checkout / "kept").touch()
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for arguments in (("init", "--quiet"), ("add", "."), (*identity, "commit", "--quiet", "-ma")):
        subprocess.run(["git", *arguments], cwd=checkout, check=True)
    (checkout / "not committed").touch()
    programs = tmp_path / "bin"
    programs.mkdir()
    put(programs, "make", 'echo "$PWD: $@: $(ls)"')
    finished = subprocess.run(
        [checkout / ".ci/run"],
        env={**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    ran = [line.split(": ") for line in finished.stdout.splitlines()]
    targets = [target for _, target, _ in ran]
    assert targets == [
        *("demo ONCE=1", "test", "check-free-threaded", "instructions"),
        *("test-starlettes", "test-pythons"),
    ]
    assert {Path(folder).name for folder, _, _ in ran} == {"fastcors"}
    assert {files for _, _, files in ran} == {"kept"}
    assert "not committed" in finished.stderr
    assert not Path(ran[0][0]).exists()


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


def test_this_python_is_found_if_it_is_on_the_path(
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


def test_each_python_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pythons, "candidates", lambda: [sys.executable])
    monkeypatch.setattr(pythons, "can_bring", lambda: False)
    with pytest.raises(SystemExit) as exited:
        pythons.main()
    assert not exited.value.code
    tested = sys.version_info[:2]
    assert capsys.readouterr().out.splitlines() == [
        f"Python {major}.{minor}: missing, so not tested; install it, by pyenv or uv"
        for major, minor in pythons.VERSIONS
        if (major, minor) != tested
    ]


@pytest.mark.parametrize("found", [(3, 14, 8), (3, 13, 0)], ids=["one of them", "another"])
def test_the_newest_pythons_are_brought_where_one_is_missing(
    found: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    brought: list[tuple[int, ...]] = []
    monkeypatch.setattr(pythons, "can_bring", lambda: True)
    monkeypatch.setattr(pythons, "bring", brought.extend)
    monkeypatch.setattr(pythons, "tested_with", lambda *_: subprocess.CompletedProcess([], 0, ""))
    for known in ([found], [(*version, 0) for version in pythons.BROUGHT]):
        monkeypatch.setattr(pythons, "others", lambda *_, known=known: dict.fromkeys(known, "/p"))
        with pytest.raises(SystemExit):
            pythons.main()
        # The second time all are there.
        assert brought == list(pythons.BROUGHT)
    assert capsys.readouterr().out.startswith("Unpacking Python 3.14, 3.15\n")


def test_a_python_without_the_gil_is_not_taken(tmp_path: Path) -> None:
    put(tmp_path, "python", f'exec "{PYTHON}" "$@"')
    assert pythons.version_of(str(tmp_path / "python")) == sys.version_info[:3]
    free = pythons.PROBE.replace("'Py_GIL_DISABLED'", "'EXT_SUFFIX'")
    put(tmp_path, "python", f'exec "{PYTHON}" -c "{free}"')
    assert pythons.version_of(str(tmp_path / "python")) is None


def test_the_oldest_starlette_is_the_one_that_fastapi_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = ["pydantic>=2.9", "starlette<2,>=1.6.0", 'starlette>=0.1; extra == "all"']
    monkeypatch.setattr(starlettes, "requires", lambda name: named)
    assert starlettes.oldest() == "1.6.0"
    monkeypatch.setattr(starlettes, "requires", lambda name: None)
    with pytest.raises(SystemExit, match="names no oldest version"):
        starlettes.oldest()


@pytest.mark.parametrize(
    ("code", "said"),
    [(0, "7 passed in 0.1s (0 s with the build)\n"), (2, "failed\nbuilt\n7 passed in 0.1s\n")],
)
def test_each_other_python_has_its_line_and_a_failure_all_that_was_said(
    code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished = subprocess.CompletedProcess[str]([], code, "built\n7 passed in 0.1s")
    monkeypatch.setattr(pythons, "others", lambda candidates, tested: {(3, 12, 1): "/python"})
    monkeypatch.setattr(pythons, "missing", lambda found, tested: [])
    monkeypatch.setattr(pythons, "tested_with", lambda version, python: finished)
    with pytest.raises(SystemExit) as exited:
        pythons.main()
    assert bool(exited.value.code) == bool(code)
    assert capsys.readouterr().out == f"Python 3.12.1 (/python): {said}"
