"""`python -m tests.apps [names]`: published applications with Starlette's class and with fastcors'.

Each is installed into an environment of its own below `.venv-apps`, and started twice on the
loopback interface. The exit code is 1 if anything differs that is not documented.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator

from . import environment, own_tests
from .application import Application
from .examination import Examination, examine, examine_own_tests
from .table import APPLICATIONS

COLUMNS = (
    ("application", 22),
    ("version", 9),
    ("Starlette", 10),
    ("FastAPI", 9),
    ("compared", 9),
    ("equal", 6),
    ("documented", 11),
    ("unexpected", 10),
)
# How many unexpected differences are printed for each application.
SHOWN = 20


def line(cells: tuple[str, ...]) -> str:
    """Return a line of the table."""
    widths = (width for _, width in COLUMNS)
    return " ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def examinations(applications: list[Application]) -> Iterator[Examination]:
    """Install and examine one application after the other."""
    wheel = environment.wheel()
    for application in applications:
        if application.cannot_run:
            yield Examination(application.name, cannot_run=application.cannot_run)
            continue
        try:
            python = environment.environment(application, wheel)
            yield examine(application, python)
            if application.own_tests is not None:
                yield examine_own_tests(application, python)
        except (environment.NotInstalledError, own_tests.NoReportError) as error:
            yield Examination(application.name, unexpected=[f"could not be run:\n{error}"])
        except subprocess.TimeoutExpired as error:
            yield Examination(application.name, unexpected=[str(error)])


def notes(results: list[Examination]) -> Iterator[str]:
    """Return the lines below the table."""
    documented: Counter[str] = Counter()
    for result in results:
        documented.update(result.documented)
        for warning in result.warnings:
            yield f"warning for {result.name}: {warning}"
        if result.cannot_run:
            yield f"not run, {result.name}: {result.cannot_run}"
    for difference, count in documented.items():
        yield f"documented, {count} responses: {difference}"
    for result in results:
        for text in result.unexpected[:SHOWN]:
            yield f"\nUNEXPECTED, {result.name}: {text}"
        if len(result.unexpected) > SHOWN:
            yield f"\nUNEXPECTED, {result.name}: {len(result.unexpected) - SHOWN} more"


def main() -> None:
    """Print a line of the table when an application is done, then the notes."""
    parser = argparse.ArgumentParser(prog="python -m tests.apps", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of: {', '.join(APPLICATIONS)}")
    names = parser.parse_args().names or list(APPLICATIONS)
    if unknown := sorted(set(names) - set(APPLICATIONS)):
        parser.error(f"no application is called {', '.join(unknown)}")
    start = time.monotonic()
    print(line(tuple(title for title, _ in COLUMNS)), flush=True)
    results = []
    for result in examinations([APPLICATIONS[name] for name in names]):
        results.append(result)
        print(line(result.row()), flush=True)
    print()
    for note in notes(results):
        print(note)
    print(f"{time.monotonic() - start:.0f} s")
    sys.exit(any(result.unexpected for result in results))


if __name__ == "__main__":
    main()
