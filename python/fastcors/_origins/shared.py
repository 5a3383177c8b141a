"""A call that runs in a task of its own, for which several requests wait, under asyncio or trio.

It goes on if one of them is canceled, and is canceled with the last.
"""

from __future__ import annotations

from fastcors._event_loops import running_asyncio, running_trio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import ModuleType
    from typing import Any


class SharedCall:
    """The base of both kinds.

    Attributes:
        loop: what runs it; only what runs there may wait for it.
    """

    def __init__(self, library: Any, loop: object) -> None:
        self.loop = loop
        self._library = library
        self._waiting = 0

    def start(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Begin the call."""
        raise NotImplementedError

    async def result(self) -> Any:
        """Wait for its end: return what the function returned, or raise what it raised."""
        self._waiting += 1
        try:
            return await self._end()
        finally:
            self._waiting -= 1
            if self.is_deserted():
                self._cancel()

    def is_deserted(self) -> bool:
        """Whether nobody waits for it any more."""
        return not self._waiting

    async def _end(self) -> Any:
        raise NotImplementedError

    def _cancel(self) -> None:
        raise NotImplementedError


class _OfAsyncio(SharedCall):
    def start(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._task = self._library.create_task(function())
        # Read by nobody if the last request has just been canceled: asyncio would report that.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _end(self) -> Any:
        # Unlike `await task`, this does not cancel the task if the waiting is canceled.
        await self._library.wait((self._task,))
        return self._task.result()

    def _cancel(self) -> None:
        self._task.cancel()


class _OfTrio(SharedCall):
    def start(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        from contextvars import copy_context

        self._scope = self._library.CancelScope()
        self._ended = self._library.Event()
        self._outcome: tuple[Any, BaseException | None] | None = None
        self._function = function
        # No nursery of a request lives as long as the last of them.
        self._library.lowlevel.spawn_system_task(self._run, context=copy_context())

    async def _run(self) -> None:
        try:
            with self._scope:
                try:
                    self._outcome = await self._function(), None
                except self._library.Cancelled:
                    raise
                except BaseException as error:  # noqa: BLE001 - in a system task it would end trio
                    self._outcome = None, error
        finally:
            self._ended.set()

    async def _end(self) -> Any:
        await self._ended.wait()
        if self._outcome is None:
            raise RuntimeError("the call was canceled")
        value, error = self._outcome
        if error is not None:
            raise error
        return value

    def _cancel(self) -> None:
        self._scope.cancel()


def shared_call() -> SharedCall | None:
    """Return a call for the event loop that runs this; None if it is none that is known."""
    trio: ModuleType | Any = running_trio()
    if trio is not None:
        return _OfTrio(trio, trio.lowlevel.current_trio_token())
    asyncio: ModuleType | Any = running_asyncio()
    if asyncio is not None:
        return _OfAsyncio(asyncio, asyncio.get_running_loop())
    return None
