"""Runs an application twice, and its own tests, and collects the differences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import environment, own_tests, server
from .application import Application
from .comparison import compare


@dataclass
class Examination:
    """The result for one application."""

    name: str
    versions: Mapping[str, str] = field(default_factory=dict)
    # Requests or tests that were compared, and those with the same outcome.
    compared: int = 0
    equal: int = 0
    documented: Counter[str] = field(default_factory=Counter)
    # A text for each, of several lines.
    unexpected: list[str] = field(default_factory=list)
    # Warnings of fastcors, which Starlette does not give.
    warnings: list[str] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)
    cannot_run: str | None = None

    def row(self) -> tuple[str, ...]:
        """Return the cells of the table."""
        names = ("application", "starlette", "fastapi")
        versions = (self.versions.get(name, "-") for name in names)
        numbers = (self.compared, self.equal, sum(self.documented.values()), len(self.unexpected))
        cells = map(str, numbers) if self.cannot_run is None else ("not run", "", "", "")
        return (self.name, *versions, *cells)


def examine(application: Application, python: Path) -> Examination:
    """Send an application's requests to it with Starlette's class and with fastcors'."""
    result = Examination(application.name)
    found = environment.versions(python, application.distribution, "starlette", "fastapi")
    result.versions = {**found, "application": found[application.distribution]}
    starlette = tuple(map(int, re.findall(r"\d+", found["starlette"])))
    try:
        plain = server.run(application, python, swap=False)
        swapped = server.run(application, python, swap=True)
    except server.ServerFailedError as error:
        result.unexpected.append(f"did not start or respond:\n{error}")
        return result
    result.counts = swapped.counts
    result.warnings = warnings_in(swapped.output)
    if not swapped.counts.get("requests"):
        result.unexpected.append(f"fastcors' middleware saw no request:\n{swapped.output}")
    for request, before, after in zip(
        application.requests, plain.responses, swapped.responses, strict=True
    ):
        result.compared += 1
        verdict = compare(request, before, after, starlette)
        result.equal += verdict.equal
        result.documented.update(verdict.documented)
        if verdict.unexpected:
            result.unexpected.append("\n".join((str(request), *verdict.unexpected)))
    return result


def examine_own_tests(application: Application, python: Path) -> Examination:
    """Run an application's own tests with Starlette's class and with fastcors'."""
    result = Examination(f"{application.name}'s tests")
    plain = own_tests.run(application, python, swap=False)
    swapped = own_tests.run(application, python, swap=True)
    for name in sorted(plain.tests.keys() | swapped.tests.keys()):
        result.compared += 1
        before, after = (run.tests.get(name, "not run") for run in (plain, swapped))
        if before == after:
            result.equal += 1
        else:
            result.unexpected.append(f"{name}: with Starlette {before}, with fastcors {after}")
    result.counts = swapped.counts
    if "passed" not in plain.tests.values():
        result.unexpected.append(f"no test passes with Starlette:\n{plain.output}")
    if not swapped.counts.get("requests"):
        result.unexpected.append(f"fastcors' middleware saw no request:\n{swapped.output}")
    return result


def warnings_in(output: str) -> list[str]:
    """Return the warnings of fastcors in a server's output, each once."""
    return sorted(set(re.findall(r"ConfigWarning: (.*)", output)))
