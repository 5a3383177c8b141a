"""`python -m benches.added_cost`: what a middleware adds to one request, in nanoseconds.

The variants take turns in one process, and the best of many rounds counts. A preflight never
reaches the application, so that its whole cost is what is added.
"""

from __future__ import annotations

import argparse
import sys
import time

from benches.requests import POLICIES, REQUESTS, App, answer, middlewares, request
from fastcors import _fastcors


def best(apps: dict[str, App], scope: dict[str, object], rounds: int) -> dict[str, float]:
    """Give each variant's best time for a request, in nanoseconds."""
    found = dict.fromkeys(apps, float("inf"))
    for _ in range(rounds):
        for name, app in apps.items():
            count = 500 if name == "Starlette" else 10_000
            start = time.perf_counter_ns()
            for _ in range(count):
                request(app, scope)
            found[name] = min(found[name], (time.perf_counter_ns() - start) / count)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    arguments = parser.parse_args()
    if _fastcors.DEBUG_BUILD:
        sys.exit("this is a debug build of fastcors: build it with `make build`")
    version = ".".join(map(str, sys.version_info[:3]))
    print(
        f"CPython {version}, nanoseconds added to one request, best of {arguments.rounds} rounds\n"
    )
    print(f"| policy | request | Starlette | fastcors | ratio |\n|{'---|' * 5}")
    for policy in POLICIES:
        apps = middlewares(policy)
        for kind, scope in REQUESTS.items():
            if answer(apps["fastcors"], scope) != answer(apps["Starlette"], scope):
                sys.exit(f"the answers differ: {policy}, {kind}")
            times = best(apps, scope, arguments.rounds)
            bare = 0 if kind == "preflight" else times["no middleware"]
            theirs, ours = times["Starlette"] - bare, times["fastcors"] - bare
            print(f"| {policy} | {kind} | {theirs:,.0f} | {ours:,.0f} | {theirs / ours:.1f} |")


if __name__ == "__main__":
    main()
