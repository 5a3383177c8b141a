"""Waits for something to become true, and runs tests under asyncio and trio."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import pytest
import trio

from fastcors.feeds import _tasks

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

# A safety net, far beyond what a busy machine needs.
SECONDS = 300


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition is true."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never became true"
        await _tasks.sleep(0.005)


def run_asyncio(main: Callable[[], Awaitable[None]]) -> None:
    async def coroutine() -> None:
        await main()

    asyncio.run(coroutine())


def run_trio(main: Callable[[], Awaitable[None]]) -> None:
    trio.run(main)


# Runs a coroutine function under each library.
in_each_library = pytest.mark.parametrize("run", [run_asyncio, run_trio], ids=["asyncio", "trio"])
Run = Any


class Turns:
    """Counts the turns of an event loop, and the longest time that one computes."""

    def __init__(self) -> None:
        self.count = 0
        self.longest_work = 0.0

    @contextlib.asynccontextmanager
    async def counted(self) -> AsyncGenerator[None]:
        """Count while the block runs."""

        async def count() -> None:
            while True:
                before = time.thread_time()
                await asyncio.sleep(0.001)
                self.count += 1
                self.longest_work = max(self.longest_work, time.thread_time() - before)

        task = asyncio.ensure_future(count())
        try:
            yield
        finally:
            task.cancel()
