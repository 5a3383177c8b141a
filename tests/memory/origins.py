"""A million origins, measured in a process of their own: `python -m tests.memory.origins` prints JSON."""

from __future__ import annotations

import gc
import itertools
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from fastcors import CORSMiddleware
from tests.exchange import actual, receive, run
from tests.memory.requests import application, discard

if TYPE_CHECKING:
    from collections.abc import Sequence
MILLION = 1_000_000
# How many are timed in a row.
REQUESTS = 10_000


@dataclass(frozen=True)
class Cost:
    """What a million origins cost: seconds, and bytes."""

    seconds: float
    text: int
    resident: int
    # One request each: the fastest of many, with one origin listed and with the million.
    one: float
    million: float


def measured() -> Cost:
    """Measure in a process of its own, whose memory holds nothing else."""
    command = [sys.executable, "-W", "error", "-m", __name__]
    root = Path(__file__).parents[2]
    output = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Cost(**json.loads(output))


def measure() -> Cost:
    """Measure in this process."""
    # Everything that is imported or made once is there before the first look.
    CORSMiddleware(application, allow_origins=_origins(range(2)))
    before = _resident()
    origins = _origins(range(MILLION))
    text = sum(map(len, origins))
    start = time.perf_counter()
    middleware = CORSMiddleware(application, allow_origins=origins)
    seconds = time.perf_counter() - start
    del origins
    resident = _resident() - before
    # From all over the set, so that the processor's caches do not hold what is looked up.
    asked = _origins(range(0, MILLION, MILLION // REQUESTS))
    single = CORSMiddleware(application, allow_origins=asked[:1])
    return Cost(
        seconds,
        text,
        resident,
        one=_request_time(single, asked[:1]),
        million=_request_time(middleware, asked),
    )


def _origins(numbers: range) -> list[str]:
    return [f"https://shop-{number:07}.example.com" for number in numbers]


def _resident() -> int:
    gc.collect()
    return psutil.Process().memory_info().rss


def _request_time(middleware: CORSMiddleware, origins: Sequence[str], rounds: int = 9) -> float:
    """Give the seconds that one request takes, asked from each of the origins in turn."""
    scopes = list(
        itertools.islice(itertools.cycle([actual(origin) for origin in origins]), REQUESTS)
    )
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for scope in scopes:
            run(middleware(scope, receive, discard))
        best = min(best, time.perf_counter() - start)
    return best / REQUESTS


if __name__ == "__main__":
    print(json.dumps(asdict(measure())))
