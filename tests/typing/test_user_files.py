"""The messages of mypy and basedpyright about a user's files, with the package as it is installed."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# Lines by their number, each with the message of a checker.
Errors = dict[int, list[str]]


def run(*arguments: str) -> str:
    """Run a module and give what it prints; 0 and 1 are the exit codes of a file that was read."""
    finished = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode in {0, 1}, finished.stdout + finished.stderr
    return finished.stdout


def mypy(name: str) -> Errors:
    """Run mypy with its own defaults, not with this project's options."""
    printed = run(
        "mypy", "--strict", "--config-file=", "--cache-dir=.mypy_cache/users", "--output=json",
        str(HERE / name),
    )  # fmt: skip
    errors: Errors = {}
    for said in map(json.loads, filter(None, printed.splitlines())):
        if said["severity"] == "error":
            assert Path(said["file"]).name == name, said
            errors.setdefault(said["line"], []).append(said["message"])
    return errors


def basedpyright(name: str) -> Errors:
    """Run basedpyright, at the level that the file sets."""
    printed = run("basedpyright", "--outputjson", "--pythonpath", sys.executable, str(HERE / name))
    response = json.loads(printed)
    assert response["summary"]["filesAnalyzed"] == 1
    errors: Errors = {}
    for said in response["generalDiagnostics"]:
        assert Path(said["file"]).name == name, said
        errors.setdefault(said["range"]["start"]["line"] + 1, []).append(said["message"])
    return errors


@pytest.mark.parametrize("checker", [mypy, basedpyright])
def test_a_type_checker_accepts_what_a_user_may_write(checker: Callable[[str], Errors]) -> None:
    assert checker("accepted.py") == {}


def test_what_a_user_may_write_runs_without_a_warning() -> None:
    accepted = importlib.import_module("tests.typing.accepted")
    assert accepted.wrapped.max_age == 5


@pytest.mark.parametrize("checker", [mypy, basedpyright])
def test_a_type_checker_rejects_each_marked_line_and_no_other(
    checker: Callable[[str], Errors],
) -> None:
    lines = (HERE / "rejected.py").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# error")}
    assert marked
    assert checker("rejected.py").keys() == marked
