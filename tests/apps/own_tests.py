"""Runs the tests that an application publishes, in its own environment."""

from __future__ import annotations

import os
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import environment
from .application import Application
from .server import FOLDER, QUIET, counted

SECONDS = 900


class NoReportError(Exception):
    """pytest could not run the tests. The message is its output."""


@dataclass(frozen=True)
class Outcomes:
    """The outcome of each test by its name, what the middleware counted, and pytest's output."""

    tests: Mapping[str, str]
    counts: Mapping[str, int]
    output: str


def run(application: Application, python: Path, *, swap: bool) -> Outcomes:
    """Run the tests with Starlette's middleware or with fastcors'."""
    tests = application.own_tests
    assert tests is not None
    source = environment.source(application)
    installed = source.with_name("tests.installed")
    if not installed.exists() or installed.read_text() != str(tests.install):
        environment.install(python, tests.install, tests.from_source)
        installed.write_text(str(tests.install))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as counts:
        report = Path(folder, "report.xml")
        variables = {
            **os.environ,
            **QUIET,
            **application.environment,
            "HOME": folder,
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(FOLDER / "swap"),
        }
        if swap:
            variables["FASTCORS_SWAP"] = counts
        command = [
            *(str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            # The swap imports plugins before pytest, which reports that.
            *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
            *(f"--junitxml={report}", *tests.options, *tests.paths),
        ]
        finished = subprocess.run(
            command,
            cwd=source,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if not report.exists():
            raise NoReportError(finished.stdout)
        return Outcomes(outcomes(report.read_text()), counted(Path(counts)), finished.stdout)


def outcomes(report: str) -> dict[str, str]:
    """Return the outcome of each test in a report by pytest."""
    found = {}
    for case in ET.fromstring(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        problems = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        found[name] = problems[0] if problems else "passed"
    return found
