"""Counts the objects in memory, and the references to the objects that requests share."""

from __future__ import annotations

import gc
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from tests.exchange import actual, preflight, receive, run
from tests.gil import without_gil
from tests.memory.requests import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fastcors import CORSMiddleware
    from tests.exchange import Message


@dataclass(frozen=True)
class Snapshot:
    """The memory of this process after a collection."""

    resident: int
    # Python's own count of what its allocator has handed out: it misses nothing, however small.
    blocks: int
    objects: Counter[type]
    references: dict[str, int]

    @classmethod
    def take(cls, shared: dict[str, Any]) -> Snapshot:
        """Count, with the references to each of the shared objects."""
        # Without the GIL the memory of cycles becomes free later: what other threads might still read.
        for _ in range(3 if without_gil() else 1):
            gc.collect()
        return cls(
            blocks=sys.getallocatedblocks(),
            resident=psutil.Process().memory_info().rss,
            references={name: sys.getrefcount(shared[name]) for name in shared},
            objects=Counter(map(type, gc.get_objects())),
        )


@dataclass(frozen=True)
class Growth:
    """What some requests left behind."""

    rounds: int
    requests: int
    seconds: float
    before: Snapshot
    after: Snapshot

    @property
    def resident(self) -> int:
        """More resident memory, in bytes."""
        return self.after.resident - self.before.resident

    @property
    def blocks(self) -> int:
        """More blocks of Python's allocator."""
        return self.after.blocks - self.before.blocks

    @property
    def objects(self) -> Counter[str]:
        """More objects that the collector knows, by type."""
        more = self.after.objects - self.before.objects
        return Counter({_name(kind): number for kind, number in more.items()})

    @property
    def references(self) -> dict[str, int]:
        """More or fewer references to the shared objects, if the number has changed."""
        before, after = self.before.references, self.after.references
        return {name: after[name] - before[name] for name in before if after[name] != before[name]}

    @property
    def sends(self) -> int:
        """How many of the `send`s that applications were given are still there."""
        return self.objects["fastcors._fastcors.Send"]


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def shared_objects(middleware: CORSMiddleware) -> dict[str, Any]:
    """Return what all requests share, each with a name.

    Those of the header lines, their names and values that are the same objects in two responses.
    """
    first, second = (_parts_of_responses(middleware) for _ in range(2))
    shared = {
        "the application": middleware.app,
        "the middleware": middleware,
        "the policy": middleware._fastcors_policy._compiled,
        "receive": receive,
        **{
            f"the text {text}": sys.intern(text)
            for text in ("type", "headers", "status", "http.response.start")
        },
    }
    for one, other in zip(first, second, strict=True):
        if one is other:
            shared[f"in a response: {one!r}"] = one
    return shared


def _parts_of_responses(middleware: CORSMiddleware) -> list[Any]:
    parts: list[Any] = []

    async def send(message: Message) -> None:
        parts.extend(message.values())
        for line in message.get("headers", ()):
            parts.extend([line, *line])

    for scope in (preflight(headers="x-token"), actual()):
        run(middleware(scope, receive, send))
    return parts


def grown(
    requests: Iterable[Callable[[], None]], shared: dict[str, Any], warm_up: int, rounds: int
) -> Growth:
    """Run each request so many times in turn, and say what they left behind."""
    requests = list(requests)
    _repeat(requests, warm_up)
    # The first one makes objects that the next ones only reuse.
    Snapshot.take(shared)
    before = Snapshot.take(shared)
    start = time.perf_counter()
    _repeat(requests, rounds)
    seconds = time.perf_counter() - start
    return Growth(rounds, rounds * len(requests), seconds, before, Snapshot.take(shared))


def grown_by_all(requests: int) -> Growth:
    """Run so many requests of all kinds mixed, after 10,000 to warm up."""
    middleware, each = kinds()
    rounds, warm_up = (-(-number // len(each)) for number in (requests, 10_000))
    return grown(each.values(), shared_objects(middleware), warm_up, rounds)


def _repeat(requests: list[Callable[[], None]], rounds: int) -> None:
    for _ in range(rounds):
        for request in requests:
            request()
