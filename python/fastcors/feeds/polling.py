"""A function as a feed."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, cast

from fastcors._format import described, in_one_line

from . import _tasks
from ._pauses import jittered, positive
from .feed import Change, Failure, Feed, FeedError, Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from typing import Any


class PollingFeed(Feed):
    """The entries that a function returns, such as a database query. It is called again and again.

    A plain function runs in a thread, and so does the iteration over what it returns. If it raises, the
    set keeps its entries, and the function is called again after a second, then after pauses that grow
    up to `every`. A list without entries allows no origin; `None` is an error.

    Args:
        func: returns the entries; a plain function, a coroutine function or an async generator
            function. Give its query a timeout: a call that never ends is never repeated.
        every: the seconds between two calls, each time longer or shorter by up to a fifth.
        required: fail at start-up if the first call does.
    """

    def __init__(
        self,
        func: Callable[[], Iterable[str] | AsyncIterable[str] | Awaitable[Iterable[str]]],
        every: float = 30.0,
        *,
        required: bool = False,
    ) -> None:
        if not callable(func):
            raise TypeError(f"func is {described(func)}, and not a function that returns origins")
        self.func = func
        self.every = positive("every", every)
        self.required = required
        self.longest_pause = every
        self.first_pause = min(1.0, every)

    def __str__(self) -> str:
        name = getattr(self.func, "__qualname__", type(self.func).__qualname__)
        return f"function {in_one_line(str(name))}"

    async def updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
        """Yield what the function returns."""
        while True:
            yield Snapshot(await self._entries())
            await _tasks.sleep(jittered(self.every))

    async def _entries(self) -> list[object]:
        returned: Any
        if _is_async(self.func):
            returned = self.func()
        else:
            returned = await _tasks.in_thread(self._call)
        if inspect.isawaitable(returned):
            returned = await returned
        if isinstance(returned, AsyncIterable):
            return [entry async for entry in returned]
        if type(returned) is list:
            return cast("list[object]", returned)
        return await _tasks.in_thread(lambda: _entries_of(returned))

    def _call(self) -> object:
        returned = self.func()
        if inspect.isawaitable(returned) or isinstance(returned, AsyncIterable):
            return returned
        return _entries_of(returned)


def _entries_of(returned: object) -> list[object]:
    if isinstance(returned, (str, bytes, dict)) or not isinstance(returned, Iterable):
        what = "None" if returned is None else described(returned)
        raise FeedError(f"it returned {what}, and not a list of origins")
    return list(returned)


def _is_async(func: Callable[[], object]) -> bool:
    """Whether a call returns an awaitable or an async generator at once."""
    # A partial of a coroutine function, and an object that is called.
    whole = inspect.unwrap(getattr(func, "func", func))
    return any(
        inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)
        for each in (func, whole, getattr(whole, "__call__", None))  # noqa: B004 - not whether it is there
    )
