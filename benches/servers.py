"""`python -m benches.servers`: requests per second of real servers under load.

uvicorn (httptools, uvloop) and granian, one worker on one core, `wrk` on another, all on the
loopback interface. Beside the middlewares stands an application that sends the very same bytes itself:
nothing that adds these headers can serve more. The variants take turns in short runs, and what counts
is the median of the ratios of each round: a machine that slows down slows all of them. The server's
own time on its core is counted too, because other programs change it less.
"""

from __future__ import annotations

import http.client
import os
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benches.report import options, python, require_release_build, write
from benches.requests import ALLOWED, BROWSER_LINES
from benches.served import ACTUAL_LINES, PREFLIGHT_LINES
from benches.tables import SERVERS as TABLE
from tests.servers.running import Server, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benches.tables import Row

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 32
SERVERS = ("uvicorn", "granian")
VARIANTS = {
    "no middleware": "plain",
    "the same bytes": "same_bytes",
    "Starlette": "starlette",
    "fastcors": "fastcors",
}
BROWSER = {name.decode(): value.decode() for name, value in BROWSER_LINES if name != b"host"}
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "actual request": ("GET", {**BROWSER, **ACTUAL_LINES}),
    "preflight": ("OPTIONS", {**BROWSER, **PREFLIGHT_LINES}),
}


def asked(address: str, kind: str) -> tuple[int, dict[str, str], bytes]:
    """Return the status, the headers that the middleware decides, and the body of one response."""
    method, headers = KINDS[kind]
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request(method, "/", headers=headers)
        response = connection.getresponse()
        # The server's own headers differ from one response to the next.
        lines = {
            name: value
            for name, value in response.getheaders()
            if name.lower() not in ("date", "server")
        }
        return response.status, lines, response.read()
    finally:
        connection.close()


def check(servers: Mapping[str, Server]) -> None:
    """Exit unless fastcors responds as Starlette does, with what a browser accepts."""
    for kind in KINDS:
        responses = {name: asked(server.address, kind) for name, server in servers.items()}
        status, headers, _ = responses["fastcors"]
        same = [responses[name] for name in ("fastcors", "Starlette", "the same bytes")]
        if same[1:] != same[:-1] or status != 200:
            sys.exit(f"the responses to the {kind} differ: {responses}")
        if headers.get("access-control-allow-origin") != ALLOWED:
            sys.exit(f"the response to the {kind} does not allow its origin: {headers}")
        if "access-control-allow-origin" in responses["no middleware"][1]:
            sys.exit(f"without a middleware the {kind} has headers of CORS: {responses}")


@dataclass(frozen=True)
class Run:
    """What one run of wrk counted."""

    requests: int
    seconds: float
    # The server's time on its core.
    busy: float

    @property
    def speed(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def cost(self) -> float:
        """The server's seconds for one request."""
        return self.busy / self.requests


def time_on_core(server: Server) -> float:
    """Return the seconds that all processes of a server have run."""
    process = psutil.Process(server.process.pid)
    # What clock_getcpuclockid(3) gives for a process.
    clocks = [(~each.pid << 3) | 2 for each in (process, *process.children(recursive=True))]
    return sum(map(time.clock_gettime, clocks))


def load(server: Server, kind: str, seconds: int, core: int) -> Run:
    """Run wrk on this core."""
    method, headers = KINDS[kind]
    lines = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    before = time_on_core(server)
    ran = subprocess.run(
        [
            *("taskset", "--cpu-list", str(core)),
            *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), *lines),
            f"http://{server.address}/",
        ],
        env={**os.environ, "METHOD": method},
        capture_output=True,
        text=True,
        timeout=seconds + 300,
        check=True,
    )
    requests, microseconds, errors = map(int, ran.stdout.rpartition("counted")[2].split())
    if errors or not requests:
        sys.exit(f"{errors} of {requests} responses failed:\n{ran.stdout}")
    return Run(requests, microseconds / 1e6, time_on_core(server) - before)


@contextmanager
def started(name: str, core: int) -> Iterator[dict[str, Server]]:
    """Start a server once for each variant, on this core."""
    everywhere = os.sched_getaffinity(0)
    with ExitStack() as stack:
        # What is started now stays there.
        os.sched_setaffinity(0, {core})
        try:
            servers = {
                variant: stack.enter_context(
                    running(f"{name} under load", f"benches.served:{attribute}")
                )
                for variant, attribute in VARIANTS.items()
            }
        finally:
            os.sched_setaffinity(0, everywhere)
        check(servers)
        yield servers


def measured(server: str, starts: int, rounds: int, seconds: int) -> Iterator[Row]:
    """Load every variant on one server, in turn."""
    serving, loading = sorted(os.sched_getaffinity(0))[:2]
    runs: dict[str, list[dict[str, Run]]] = {kind: [] for kind in KINDS}
    for _ in range(starts):
        with started(server, serving) as servers:
            for kind in KINDS:
                names = [*VARIANTS]
                for name in names:
                    load(servers[name], kind, 1, loading)
                for turn in range(rounds):
                    # Every second round goes the other way, so none is always first.
                    order = names if turn % 2 == 0 else names[::-1]
                    runs[kind].append(
                        {name: load(servers[name], kind, seconds, loading) for name in order}
                    )
    for kind in KINDS:
        for name in VARIANTS:
            speeds = {
                base: [run[name].speed / run[base].speed for run in runs[kind]]
                for base in ("no middleware", "the same bytes")
            }
            costs = [run["the same bytes"].cost / run[name].cost for run in runs[kind]]
            yield {
                "server": server,
                "request": kind,
                "variant": name,
                "requests per second": statistics.median(run[name].speed for run in runs[kind]),
                **{f"of {base}": statistics.median(ratios) for base, ratios in speeds.items()},
                "rounds": [min(speeds["the same bytes"]), max(speeds["the same bytes"])],
                "server microseconds": 1e6
                * statistics.median(run[name].cost for run in runs[kind]),
                "server time of the same bytes": statistics.median(costs),
            }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = options(__doc__, rounds=4, quick=1)
    parser.add_argument("--starts", type=int, default=2, help="how often servers start anew")
    parser.add_argument("--seconds", type=int, default=1, help="of one run")
    parser.add_argument("--server", choices=SERVERS, action="append", help="only this one")
    given = parser.parse_args(arguments)
    require_release_build()
    for program, package in (("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(program) is None:
            sys.exit(f"there is no `{program}`: install it (Debian: apt-get install {package})")
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        sys.exit("the load needs Linux and two cores: one for the server, one for wrk")
    # The same order of dicts and sets in every process.
    os.environ["PYTHONHASHSEED"] = "0"
    rounds = given.starts * given.rounds
    print(
        f"{python()}, one worker on one core, wrk with {CONNECTIONS} connections on another, "
        f"{rounds} rounds of {given.seconds} s\n"
    )
    rows = TABLE.print_while(
        row
        for server in given.server or SERVERS
        for row in measured(server, given.starts, given.rounds, given.seconds)
    )
    if given.record:
        write(
            "servers",
            {
                "unit": "requests per second",
                "rounds": rounds,
                "seconds": given.seconds,
                "connections": CONNECTIONS,
                "rows": rows,
            },
            ("starlette", "uvicorn", "httptools", "uvloop", "granian"),
        )


if __name__ == "__main__":
    main()
