"""`python -m tests.parity.fuzz --seconds 600`: both middlewares on generated cases, for as long as one likes."""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings

from tests.parity.exchanges import configuration, difference, exchange

REQUESTS = 10


def main() -> None:
    """Run until the time is over, or until both middlewares differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    generator = random.Random(arguments.seed)
    end, examples = time.monotonic() + arguments.seconds, 0
    while time.monotonic() < end:
        several = [exchange(generator) for _ in range(REQUESTS)]
        found = difference(configuration(generator), several)
        if found is not None:
            sys.exit(f"after {examples:,} requests with --seed {arguments.seed}:\n{found}")
        examples += REQUESTS
    print(
        f"seed {arguments.seed}: {examples:,} requests, {examples // REQUESTS:,} configurations, no difference"
    )


if __name__ == "__main__":
    main()
