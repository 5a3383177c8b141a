"""Runs the command: in this process, or in one of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from fastcors._command.main import app

ROOT = Path(__file__).parents[2]
APPLICATIONS = "tests/command/applications"
# No color, and a width that does not depend on who runs the tests.
ENVIRONMENT = {"COLUMNS": "80", "NO_COLOR": "1", "FORCE_COLOR": None, "TTY_COMPATIBLE": None}


@dataclass(frozen=True)
class Ran:
    """What a run of the command printed, and its exit status."""

    status: int
    printed: str
    complained: str


def run(*arguments: str, folder: Path = ROOT, text: str = "", **environment: str) -> Ran:
    """Run the command in this process."""
    # Litestar configures logging, for streams that are closed with the run.
    handlers, level = list(logging.root.handlers), logging.root.level
    try:
        with chdir(folder):
            done = CliRunner().invoke(
                app, arguments, input=text, env={**ENVIRONMENT, **environment}, prog_name="fastcors"
            )
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def run_with(application: str, command: str, *arguments: str) -> Ran:
    """Run a subcommand about one of the applications in the folder."""
    return run(command, application, "--app-dir", APPLICATIONS, *arguments)


def run_apart(
    *arguments: str, folder: Path = ROOT, code: str | None = None, **environment: str
) -> Ran:
    """Run the command, or other code, in a process of its own, with its output in pipes."""
    start = ["-m", "fastcors"] if code is None else ["-c", code]
    kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    done = subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=folder,
        env={**kept, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
