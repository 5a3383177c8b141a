"""`python -m benches.servers`: requests per second of real servers under load.

uvicorn (httptools, uvloop) and granian, one worker on one core, `wrk` on another, all on the
loopback interface. The variants take turns in short runs, and what counts is the median of the
ratios of each round, so that a machine that grows slower slows all alike. The server's own time on
its core is counted too: where others use the machine, it is the steadier figure.
"""

from __future__ import annotations

import argparse
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
from typing import TYPE_CHECKING, Any

import psutil

from benches.report import python, refuse_debug_build, table, write
from benches.requests import ALLOWED, BROWSER_LINES
from benches.served import ACTUAL_LINES, PREFLIGHT_LINES
from tests.servers.running import COMMANDS, Server, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 32
# As in production: one worker, uvloop, and no line of log for a request.
SERVERS = {
    "uvicorn": "uvicorn --http httptools --loop uvloop --no-access-log --log-level warning "
    "--host 127.0.0.1 --port {port} {target}",
    "granian": "granian --interface asgi --loop uvloop --workers 1 --runtime-threads 1 --no-ws "
    "--log-level warning --host 127.0.0.1 --port {port} {target}",
}
COMMANDS.update({f"{server} under load": command for server, command in SERVERS.items()})
VARIANTS = {
    "no middleware": "plain",
    "constant headers": "constant",
    "Starlette": "starlette",
    "fastcors": "fastcors",
}
BROWSER = {name.decode(): value.decode() for name, value in BROWSER_LINES if name != b"host"}
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "actual request": ("GET", {**BROWSER, **ACTUAL_LINES}),
    "preflight": ("OPTIONS", {**BROWSER, **PREFLIGHT_LINES}),
}


def asked(address: str, kind: str) -> tuple[int, dict[str, str], bytes]:
    """Give the status, the headers that the middleware decides, and the body of one answer."""
    method, headers = KINDS[kind]
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request(method, "/", headers=headers)
        response = connection.getresponse()
        # The server's own headers differ from one answer to the next.
        lines = {
            name: value
            for name, value in response.getheaders()
            if name.lower() not in ("date", "server")
        }
        return response.status, lines, response.read()
    finally:
        connection.close()


def check(servers: Mapping[str, Server]) -> None:
    """End the program unless fastcors answers as Starlette does, and what a browser would take."""
    for kind in KINDS:
        answers = {name: asked(server.address, kind) for name, server in servers.items()}
        status, headers, _ = answers["fastcors"]
        if answers["fastcors"] != answers["Starlette"] or status != 200:
            sys.exit(f"the answers to the {kind} differ: {answers}")
        if headers.get("access-control-allow-origin") != ALLOWED:
            sys.exit(f"the answer to the {kind} does not allow its origin: {headers}")
        same_size = "no middleware" if kind == "preflight" else "constant headers"
        if answers[same_size] != answers["fastcors"]:
            sys.exit(f"{same_size} answers the {kind} otherwise: {answers}")


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
    """Give the seconds that all processes of a server have run."""
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
        timeout=seconds + 30,
        check=True,
    )
    requests, microseconds, errors = map(int, ran.stdout.rpartition("counted")[2].split())
    if errors or not requests:
        sys.exit(f"{errors} of {requests} answers failed:\n{ran.stdout}")
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


def variants(kind: str) -> list[str]:
    """Give what can be loaded with a kind of request."""
    return [name for name in VARIANTS if (kind, name) != ("preflight", "constant headers")]


def measured(server: str, starts: int, rounds: int, seconds: int) -> Iterator[dict[str, Any]]:
    """Load every variant on one server, in turn."""
    serving, loading = sorted(os.sched_getaffinity(0))[:2]
    runs: dict[str, list[dict[str, Run]]] = {kind: [] for kind in KINDS}
    for _ in range(starts):
        with started(server, serving) as servers:
            for kind in KINDS:
                names = variants(kind)
                for name in names:
                    load(servers[name], kind, 1, loading)
                for turn in range(rounds):
                    # Each second round goes the other way, so that none always comes first.
                    order = names if turn % 2 == 0 else names[::-1]
                    runs[kind].append(
                        {name: load(servers[name], kind, seconds, loading) for name in order}
                    )
    for kind in KINDS:
        for name in variants(kind):
            ratios = [run[name].speed / run["no middleware"].speed for run in runs[kind]]
            costs = [run["no middleware"].cost / run[name].cost for run in runs[kind]]
            yield {
                "server": server,
                "request": kind,
                "variant": name,
                "requests per second": statistics.median(run[name].speed for run in runs[kind]),
                "ratio": statistics.median(ratios),
                "ratios": [min(ratios), max(ratios)],
                "server microseconds": 1e6
                * statistics.median(run[name].cost for run in runs[kind]),
                "ratio of server time": statistics.median(costs),
            }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=2, help="how often servers start anew")
    parser.add_argument("--rounds", type=int, default=4, help="runs of each variant at each start")
    parser.add_argument("--seconds", type=int, default=1, help="of one run")
    parser.add_argument("--server", choices=SERVERS, action="append", help="only this one")
    parser.add_argument("--quick", action="store_true", help="one round, about 40 seconds")
    arguments = parser.parse_args()
    refuse_debug_build()
    for program, package in (("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(program) is None:
            sys.exit(f"there is no `{program}`: install it (Debian: apt-get install {package})")
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        sys.exit("the load needs Linux and two cores: one for the server, one for wrk")
    # The same order of dicts and sets in every process.
    os.environ["PYTHONHASHSEED"] = "0"
    starts, rounds = (1, 1) if arguments.quick else (arguments.starts, arguments.rounds)
    print(
        f"{python()}, one worker on one core, wrk with {CONNECTIONS} connections on another, "
        f"{starts * rounds} rounds of {arguments.seconds} s\n"
    )
    rows: list[dict[str, Any]] = []

    def lines() -> Iterator[tuple[str, ...]]:
        for server in arguments.server or SERVERS:
            for row in measured(server, starts, rounds, arguments.seconds):
                rows.append(row)
                low, high = row["ratios"]
                yield (
                    server,
                    row["request"],
                    row["variant"],
                    f"{row['requests per second']:,.0f}",
                    f"{row['ratio']:.3f}",
                    f"{low:.3f} to {high:.3f}",
                    f"{row['server microseconds']:.1f}",
                    f"{row['ratio of server time']:.3f}",
                )

    columns = ["requests/s", "of no middleware", "rounds", "server µs", "of no middleware"]
    table(["server", "request", "variant", *columns], lines())
    write(
        "servers",
        {
            "unit": "requests per second, and of those without a middleware",
            "rounds": starts * rounds,
            "seconds": arguments.seconds,
            "connections": CONNECTIONS,
            "rows": rows,
        },
        ("starlette", "uvicorn", "httptools", "uvloop", "granian"),
    )


if __name__ == "__main__":
    main()
