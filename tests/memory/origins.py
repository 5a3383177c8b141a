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
    from collections.abc import Callable, Sequence

MILLION = 1_000_000
# How many are timed in a row.
REQUESTS = 10_000
# How often each is timed, the two that are compared in turn.
ROUNDS = 9


@dataclass(frozen=True)
class Cost:
    """What a million origins cost: seconds of this thread on the processor, and bytes."""

    # To make the middleware, and to make a set of the same origins as bytes.
    seconds: float
    as_a_set: float
    text: int
    # The memory of a policy, and of one with a list that it follows.
    resident: int
    live: int
    # One request each: the fastest of many, with one origin listed and with the million.
    one: float
    million: float


def measured() -> Cost:
    """Measure in a process of its own, whose memory holds nothing else."""
    return Cost(**json.loads(printed_by(__name__)))


def printed_by(module: str, *arguments: str) -> str:
    """Return what a module prints in a process of its own, whose memory holds nothing else."""
    command = [sys.executable, "-W", "error", "-m", module, *arguments]
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure() -> Cost:
    """Measure in this process."""
    # Everything that is imported or made once is there before the first look.
    CORSMiddleware(application, allow_origins=_origins(range(2)))
    before = _resident()
    origins = _origins(range(MILLION))
    text = sum(map(len, origins))
    middleware = CORSMiddleware(application, allow_origins=tuple(origins))
    del origins
    resident = _resident() - before
    listed = _origins(range(MILLION))
    before = _resident()
    following = CORSMiddleware(application, allow_origins=listed)
    live = _resident() - before
    assert following.allow_origins == listed
    del following, listed
    seconds, as_a_set = _making_times()
    # From the whole set, so the processor's caches do not hold what is looked up.
    asked = _origins(range(0, MILLION, MILLION // REQUESTS))
    single = CORSMiddleware(application, allow_origins=asked[:1])
    one, million = _best(
        [_requests(single, asked[:1]), _requests(middleware, asked)], rounds=ROUNDS
    )
    return Cost(seconds, as_a_set, text, resident, live, one / REQUESTS, million / REQUESTS)


def _origins(numbers: range) -> list[str]:
    return [f"https://shop-{number:07}.example.com" for number in numbers]


def _resident() -> int:
    gc.collect()
    return psutil.Process().memory_info().rss


def _making_times() -> list[float]:
    origins = _origins(range(MILLION))

    def make() -> None:
        CORSMiddleware(application, allow_origins=origins)

    def make_a_set() -> None:
        set(map(str.encode, origins))

    return _best([make, make_a_set], rounds=3)


def _requests(middleware: CORSMiddleware, origins: Sequence[str]) -> Callable[[], None]:
    """Return what runs `REQUESTS` requests, one from each of the origins in turn."""
    scopes = list(
        itertools.islice(itertools.cycle([actual(origin) for origin in origins]), REQUESTS)
    )

    def run_all() -> None:
        for scope in scopes:
            run(middleware(scope, receive, discard))

    return run_all


def _best(subjects: Sequence[Callable[[], None]], rounds: int) -> list[float]:
    """Return the seconds of each one's fastest round on the processor, run in turn."""
    best = [float("inf")] * len(subjects)
    for _ in range(rounds):
        for index, subject in enumerate(subjects):
            start = time.thread_time()
            subject()
            best[index] = min(best[index], time.thread_time() - start)
    return best


if __name__ == "__main__":
    print(json.dumps(asdict(measure())))
