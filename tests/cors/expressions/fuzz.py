"""`python -m tests.cors.expressions.fuzz --seconds 600`: both engines on generated expressions and strings."""

from __future__ import annotations

import argparse
import random
import sys
import time

from tests.cors.expressions.generated import disagreement, generated, is_translated


def main() -> None:
    """Run until the time is over, or until the engines disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    end, expressions, translated = time.monotonic() + arguments.seconds, 0, 0
    while time.monotonic() < end:
        case = generated(generator)
        if case is None:
            continue
        found = disagreement(*case)
        if found is not None:
            sys.exit(f"after {expressions:,} expressions with --seed {arguments.seed}: {found}")
        expressions += 1
        translated += is_translated(case[0])
    print(
        f"seed {arguments.seed}: {expressions:,} expressions, {translated / expressions:.0%} of them in the "
        f"Rust engine, no disagreement"
    )


if __name__ == "__main__":
    main()
