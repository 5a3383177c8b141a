"""`python -m benches.instructions`: the processor instructions that one request takes.

Counted by valgrind's callgrind, they hardly differ from run to run, whatever else the machine does:
`--check` holds them against those recorded in `benches/instructions.json` for this Python, and fails
where one of fastcors has grown. On a Python that is built otherwise the application alone takes
another number, and then nothing is compared. `--record` writes them there. They are no measure of time.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benches.report import machine, require_release_build, today
from benches.requests import POLICIES, REQUESTS, middlewares, request, response
from benches.tables import INSTRUCTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    Figures = dict[str, dict[str, int]]

RECORDED = Path(__file__).with_name("instructions.json")
ROOT = Path(__file__).parents[1]
MINOR = ".".join(platform.python_version_tuple()[:2])
# What a figure may grow by: the seed of a hash is another in each run.
TOLERANCE = 0.03
# Requests of the shorter run. The longer is twice as long, and the difference is what counts: it
# holds nothing of how the runs begin and end.
LENGTH = 400
POLICIES_COUNTED = [policy for policy in POLICIES if policy != "10,000 origins"]


def cases() -> list[tuple[str, str, str]]:
    """Return the counted cases: policy, request and variant."""
    return [
        (policy, kind, variant)
        for policy in POLICIES_COUNTED
        for kind in REQUESTS
        for variant in ("no middleware", "Starlette", "fastcors")
    ]


def run_all() -> None:
    """Run every case at both lengths, with a call of `getppid` before and after each run."""
    require_release_build()
    apps = {policy: middlewares(policy) for policy in POLICIES_COUNTED}
    for policy, kind, variant in cases():
        app, scope = apps[policy][variant], REQUESTS[kind]
        if variant == "fastcors" and response(app, scope) != response(
            apps[policy]["Starlette"], scope
        ):
            sys.exit(f"the responses differ: {policy}, {kind}")
        # The interpreter specializes code that runs often.
        for _ in range(LENGTH):
            request(app, scope)
    gc.collect()
    gc.disable()
    os.getppid()
    for policy, kind, variant in cases():
        app, scope = apps[policy][variant], REQUESTS[kind]
        for length in (LENGTH, 2 * LENGTH):
            for _ in range(length):
                request(app, scope)
            os.getppid()


def counted() -> Figures:
    """Count what `run_all` runs in a process of its own."""
    if shutil.which("valgrind") is None:
        sys.exit("there is no `valgrind`: install it (Debian: apt-get install valgrind)")
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            [
                *("valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"),
                # Writes the counts since the last time, and starts at zero.
                "--dump-before=getppid",
                *(sys.executable, "-m", "benches.instructions", "--run"),
            ],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=3600,
            check=False,
        )
        if ran.returncode:
            sys.exit(f"valgrind failed:\n{ran.stderr[-4000:]}")
        # The first dump is what comes before all runs.
        dumps = [Path(folder, f"out.{number + 2}") for number in range(2 * len(cases()))]
        if missing := [dump for dump in dumps if not dump.exists()]:
            sys.exit(f"valgrind wrote {len(dumps) - len(missing)} of {len(dumps)} counts")
        totals = iter([_total(dump) for dump in dumps])
    figures: Figures = {}
    for policy, kind, variant in cases():
        shorter, longer = next(totals), next(totals)
        figures.setdefault(f"{kind}, {policy}", {})[variant] = round((longer - shorter) / LENGTH)
    return figures


def _total(dump: Path) -> int:
    found = re.search(r"^totals: (\d+)$", dump.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        sys.exit(f"there is no total in {dump}")
    return int(found[1])


def added(name: str, figures: dict[str, int], variant: str) -> int:
    """Return what a middleware adds; a preflight never reaches the application."""
    bare = 0 if name.startswith("preflight") else figures["no middleware"]
    return figures[variant] - bare


def check(figures: Figures) -> list[str]:
    """Return the counts that exceed those recorded for the same build of Python."""
    document = json.loads(RECORDED.read_text(encoding="utf-8"))
    if MINOR not in document:
        return [f"no figures are recorded for Python {MINOR}: --record them, and commit them"]
    recorded: Figures = document[MINOR]["figures"]
    if figures.keys() != recorded.keys():
        return [f"other requests are recorded for Python {MINOR} than were counted: --record"]
    found = []
    for name, before in recorded.items():
        now = figures[name]
        if abs(now["no middleware"] / before["no middleware"] - 1) > TOLERANCE:
            print(
                f"{name}: not compared, because the application alone takes "
                f"{now['no middleware']:,} instructions where {before['no middleware']:,} are "
                f"recorded: this Python is built otherwise than {document[MINOR]['build']}"
            )
            continue
        was, is_now = added(name, before, "fastcors"), added(name, now, "fastcors")
        if is_now > was * (1 + TOLERANCE):
            found.append(
                f"{name}: fastcors takes {is_now:,} instructions where {was:,} are recorded, "
                f"{is_now / was - 1:.1%} more: find what made it slower, or say why with --record"
            )
        elif is_now < was * (1 - TOLERANCE):
            print(f"{name}: {is_now:,} instructions where {was:,} are recorded: --record the gain")
    return found


def record(figures: Figures) -> None:
    """Write the figures of this Python to the file."""
    document = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    build = f"{platform.python_implementation()} {platform.python_version()}"
    build += f", {platform.python_compiler()}"
    document[MINOR] = {
        "build": build,
        "date": today(),
        "machine": machine(),
        "figures": figures,
    }
    text = json.dumps(dict(sorted(document.items())), indent=2)
    RECORDED.write_text(text + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and do as the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="fail where a figure has grown")
    action.add_argument("--record", action="store_true", help="write the figures down")
    action.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.run:
        run_all()
        return
    figures = counted()
    print(f"Python {MINOR}, instructions added to one request\n")
    INSTRUCTIONS.print_while(INSTRUCTIONS.rows({"figures": figures}))
    if given.record:
        record(figures)
    if given.check and (problems := check(figures)):
        sys.exit("\n" + "\n".join(problems))


if __name__ == "__main__":
    main()
