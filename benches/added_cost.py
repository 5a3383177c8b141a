"""`python -m benches.added_cost`: what a middleware adds to one request, in nanoseconds.

The variants take turns in one process, and the best of many rounds counts. A preflight never
reaches the application, so that its whole cost is what is added.
"""

from __future__ import annotations

import argparse
import sys

from benches.report import python, refuse_debug_build, table, write
from benches.requests import POLICIES, REQUESTS, answer, middlewares
from benches.timing import best, by_hand


def added(rounds: int) -> list[dict[str, str | float]]:
    """Measure every request under every policy."""
    batches = {}
    for policy in POLICIES:
        apps = middlewares(policy)
        for kind, scope in REQUESTS.items():
            if answer(apps["fastcors"], scope) != answer(apps["Starlette"], scope):
                sys.exit(f"the answers differ: {policy}, {kind}")
            for name, app in apps.items():
                batches[policy, kind, name] = by_hand(app, scope)
    times = best(batches, rounds)
    rows: list[dict[str, str | float]] = []
    for policy in POLICIES:
        for kind in REQUESTS:
            bare = 0 if kind == "preflight" else times[policy, kind, "no middleware"]
            rows.append(
                {
                    "policy": policy,
                    "request": kind,
                    "no middleware": times[policy, kind, "no middleware"],
                    "Starlette": times[policy, kind, "Starlette"] - bare,
                    "fastcors": times[policy, kind, "fastcors"] - bare,
                }
            )
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, about 10 seconds")
    arguments = parser.parse_args()
    refuse_debug_build()
    rounds = 100 if arguments.quick else arguments.rounds
    print(f"{python()}, nanoseconds added to one request, best of {rounds} rounds\n")
    rows = added(rounds)
    table(
        ["policy", "request", "Starlette", "fastcors", "ratio"],
        [
            (
                row["policy"],
                row["request"],
                f"{row['Starlette']:,.0f}",
                f"{row['fastcors']:,.0f}",
                f"{float(row['Starlette']) / float(row['fastcors']):.1f}",
            )
            for row in rows
        ],
    )
    write(
        "added_cost", {"unit": "nanoseconds added to one request", "rounds": rounds, "rows": rows}
    )


if __name__ == "__main__":
    main()
