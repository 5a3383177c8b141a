"""`python -m benches.added_cost`: what a middleware adds to one request, in nanoseconds.

The variants take turns in one process, and the best of many rounds counts. A preflight never
reaches the application: its whole time is what is added.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benches.report import options, run
from benches.requests import POLICIES, REQUESTS, middlewares, response
from benches.tables import ADDED
from benches.timing import best, by_hand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benches.tables import Row


def added(rounds: int) -> Iterator[Row]:
    """Measure every request under every policy."""
    batches = {}
    for policy in POLICIES:
        apps = middlewares(policy)
        for kind, scope in REQUESTS.items():
            if response(apps["fastcors"], scope) != response(apps["Starlette"], scope):
                sys.exit(f"the responses differ: {policy}, {kind}")
            for name, app in apps.items():
                batches[policy, kind, name] = by_hand(app, scope)
    times = best(batches, rounds)
    for policy in POLICIES:
        for kind in REQUESTS:
            bare = 0 if kind == "preflight" else times[policy, kind, "no middleware"]
            yield {
                "policy": policy,
                "request": kind,
                "no middleware": times[policy, kind, "no middleware"],
                "Starlette": times[policy, kind, "Starlette"] - bare,
                "fastcors": times[policy, kind, "fastcors"] - bare,
            }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    given = options(__doc__, rounds=400, quick=100).parse_args(arguments)
    run(ADDED, added, given)


if __name__ == "__main__":
    main()
