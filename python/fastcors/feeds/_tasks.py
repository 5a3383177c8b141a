"""Sleeping, threads and background tasks under asyncio and trio. trio is imported only if it runs."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from typing import TYPE_CHECKING, Protocol, TypeVar

from fastcors._event_loops import is_of_another_task, running_trio
from fastcors._format import quoted

from .feed import FeedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

T = TypeVar("T")


class Event(Protocol):
    """What the events of asyncio and trio have in common."""

    def set(self) -> object:
        """Wake who waits."""

    async def wait(self) -> object:
        """Wait until it is set."""


def new_event() -> Event:
    """Return an event of the library that runs."""
    if running_trio():
        import trio

        return trio.Event()
    return asyncio.Event()


async def sleep(seconds: float) -> None:
    """Sleep, and let other tasks run."""
    if running_trio():
        import trio

        await trio.sleep(seconds)
    else:
        await asyncio.sleep(seconds)


async def wait_for(event: Event, seconds: float) -> None:
    """Wait for an event, but not longer than this."""
    if running_trio():
        import trio

        with trio.move_on_after(seconds):
            await event.wait()
    else:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()


async def in_thread(function: Callable[[], T]) -> T:
    """Call a function in another thread. If the caller is cancelled, it goes on without being awaited.

    `asyncio.to_thread` would do, but a loop does not close, nor a process end, before its threads have:
    a query that hangs would keep the server from stopping.
    """
    results: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(function())
        except Exception as error:  # noqa: BLE001 - the caller gets it
            errors.append(error)
        except BaseException as error:  # noqa: BLE001 - it would end a thread, and must not end the server
            failure = FeedError(f"it raised {quoted(error)}")
            failure.__cause__ = error
            errors.append(failure)

    if running_trio():
        import trio

        await trio.to_thread.run_sync(run, abandon_on_cancel=True)
    else:
        await _in_daemon_thread(run)
    if errors:
        raise errors[0]
    return results[0]


async def _in_daemon_thread(function: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def run() -> None:
        function()
        # The loop may be closed by now.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), name="fastcors feed", daemon=True).start()
    await ended.wait()


@contextlib.asynccontextmanager
async def in_background(function: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Run a function in a task that is cancelled, and has ended, when the block ends.

    The function must not raise. An exception of the block passes as it is, under trio too, where a
    nursery would wrap it in a group.
    """
    if running_trio():
        import trio

        scope, ended = trio.CancelScope(), trio.Event()

        async def run() -> None:
            try:
                with scope:
                    await function()
            finally:
                ended.set()

        trio.lowlevel.spawn_system_task(run)
        try:
            yield
        finally:
            scope.cancel()
            with trio.CancelScope(shield=True):
                await ended.wait()
        return
    task = asyncio.ensure_future(function())
    try:
        yield
    finally:
        # asyncio.wait_for of Python 3.11, which redis-py calls, may swallow a cancellation.
        patience = 0.25
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=patience)
            patience *= 2


def ends_task(error: BaseException) -> bool:
    """Whether an exception ends the task that it has reached.

    A cancellation does if it is that of the task, and not of something that the task waited for.
    """
    if isinstance(error, Exception):
        return False
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        return True
    if running_trio():
        import trio

        return isinstance(error, trio.Cancelled)
    return isinstance(error, asyncio.CancelledError) and not is_of_another_task(error)


def close(coroutine: object) -> None:
    """Close a coroutine that will not be awaited; anything else is left alone."""
    if asyncio.iscoroutine(coroutine):
        coroutine.close()
