"""A benchmark measures what users run, or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Runs a module as if the extension were built like this.
PROGRAM = """
import runpy, sys
from fastcors import _fastcors
_fastcors.DEBUG_BUILD, module, sys.argv = {debug}, {module!r}, {arguments!r}
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
PYTEST = ("pytest", "benches", "--quiet", "-p", "no:cacheprovider")


def started(*command: str, debug: bool) -> subprocess.CompletedProcess[str]:
    """Start a benchmark with a debug build or a release build."""
    program = PROGRAM.format(debug=debug, module=command[0], arguments=list(command))
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [(*PYTEST, "--benchmark-only"), PYTEST, ("benches.added_cost",), ("benches.servers",)],
    ids=" ".join,
)
def test_a_benchmark_refuses_a_debug_build(command: tuple[str, ...]) -> None:
    finished = started(*command, debug=True)
    assert finished.returncode not in {0, 5}
    assert "this is a debug build of fastcors: build it with `make build`" in finished.stderr
    assert finished.stdout == ""


def test_a_benchmark_takes_a_release_build() -> None:
    finished = started(*PYTEST, "--collect-only", debug=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "test_one_request" in finished.stdout
