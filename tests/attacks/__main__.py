"""Prints the time of each attack at two sizes, with Starlette's."""

from __future__ import annotations

from functools import partial

from tests.attacks.attacks import ATTACKS, GROWTH, Attack
from tests.attacks.timing import best_times

TITLE = f"Best times in microseconds at a size n and at {GROWTH} n. Linear: a ratio of {GROWTH}, or less."


def microseconds(seconds: float) -> str:
    """Return a time for the table."""
    return f"{seconds * 1e6:11,.1f}"


def row(attack: Attack) -> str:
    """Time one attack."""
    large = max(attack.sizes)
    times = best_times(
        [(attack.fastcors(size), partial(attack.scope, size)) for size in attack.sizes]
    )
    if large <= attack.starlette_limit:
        subject = (attack.starlette(large), partial(attack.scope, large))
        starlette = microseconds(best_times([subject], rounds=3)[0])
    else:
        starlette = f"   not run above {attack.starlette_limit:,}: {attack.starlette_fails}"
    first, last = (microseconds(seconds) for seconds in times)
    return f"{attack.name:<74}{large:>9,}{first}{last}{times[1] / times[0]:6.1f}{starlette}"


def main() -> None:
    """Print the table."""
    columns = f"{f'{GROWTH} n':>9}{'at n':>11}{f'at {GROWTH} n':>11}{'ratio':>6}"
    print(f"{TITLE}\n\n{'attack':<74}{columns}  Starlette at {GROWTH} n")
    for attack in ATTACKS:
        print(row(attack), flush=True)


if __name__ == "__main__":
    main()
