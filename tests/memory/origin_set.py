"""A million origins in an `OriginSet`: `python -m tests.memory.origin_set` prints JSON.

`python -m tests.memory.origin_set generator` prints one number.
"""

from __future__ import annotations

import gc
import json
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fastcors import OriginSet
from tests.memory.origins import MILLION, printed_by

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each is added alone, which takes some microseconds.
GROWN = 100_000


class Origins:
    """So many origins, each a string that is made when it is read, and dropped."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        return (f"https://shop-{number:07}.example.com" for number in range(self.count))


# Of each origin.
LENGTH = len(next(iter(Origins(1))))


@dataclass(frozen=True)
class SetCost:
    """What a million origins in a set cost, in bytes."""

    text: int
    # What the set takes, and the most that it took while it was replaced, itself and its successor.
    resident: int
    peak: int
    # What a set takes to which `GROWN` were added one by one, and their text.
    grown: int
    grown_text: int


def measured() -> SetCost:
    """Measure in a process of its own, whose memory holds nothing else."""
    return SetCost(**json.loads(printed_by(__name__)))


def measure() -> SetCost:
    """Measure in this process."""
    one_by_one = OriginSet(Origins(2))
    before = _status("VmRSS")
    for origin in Origins(GROWN):
        one_by_one.add(origin)
    grown = _status("VmRSS") - before
    entries = OriginSet(Origins(2))
    before = _status("VmRSS")
    entries.replace(Origins(MILLION))
    resident = _status("VmRSS") - before
    entries.replace(Origins(MILLION))
    peak = _status("VmHWM") - before
    return SetCost(LENGTH * MILLION, resident, peak, grown, LENGTH * GROWN)


def measured_generator() -> float:
    """Return the most that a set takes that is made of a generator, as a multiple of its text."""
    return float(printed_by(__name__, "generator"))


def measure_generator() -> float:
    """Measure that in this process."""
    entries = OriginSet(iter(Origins(2)))
    before = _status("VmRSS")
    entries.replace(iter(Origins(MILLION)))
    return (_status("VmHWM") - before) / (LENGTH * MILLION)


def _status(name: str) -> int:
    """Return one of the kernel's counts of this process's memory: VmHWM is the most so far."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) << 10


if __name__ == "__main__":
    if sys.argv[1:] == ["generator"]:
        print(measure_generator())
    else:
        print(json.dumps(asdict(measure())))
