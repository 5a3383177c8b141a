"""`python -m tests.cors.patterns.fuzz --seconds 600`: patterns and near misses, compared with the twin."""

from __future__ import annotations

import argparse
import random
import sys
import time

from tests.cors.patterns.generated import case, disagreement


def main() -> None:
    """Run until the time is over, or until the middleware and the twin disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    end, origins, allowed = time.monotonic() + arguments.seconds, 0, 0
    while time.monotonic() < end:
        entries, asked = case(generator)
        found, matched = disagreement(entries, asked)
        if found is not None:
            sys.exit(f"after {origins:,} origins with --seed {arguments.seed}:\n{found}")
        origins += len(asked)
        allowed += matched
    print(
        f"seed {arguments.seed}: {origins:,} origins, {allowed / origins:.0%} of them allowed, "
        f"no disagreement"
    )


if __name__ == "__main__":
    main()
