"""`cached`: a function that remembers which origins another one allows."""

from __future__ import annotations

import sys
from _thread import allocate_lock, get_ident
from contextvars import ContextVar
from time import monotonic

from fastcors._coroutines import makes_coroutines
from fastcors._format import described, function_name, shown

from .function import is_awaitable
from .memory import Memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, ClassVar, overload

    from fastcors._types import Scope

    from .shared import SharedCall

    _Plain = Callable[[str, Scope], bool]
    _Async = Callable[[str, Scope], Awaitable[bool]]
else:

    def overload(function: Any) -> Any:
        """Stand for that of `typing`, which would double the time of the import."""
        return function


# What stands for the verdict of a call that was interrupted.
_AGAIN = object()
# The calls of coroutine functions that have led to this one, by the function and the origin.
_CALLING: ContextVar[frozenset[tuple[object, str]]] = ContextVar("calling", default=frozenset())


class _Cached:
    """What `cached` returns: a function for `allow_origin_func`, with the methods below."""

    def __init__(
        self,
        func: Any,
        ttl: float,
        maxsize: int,
        ttl_rejected: float,
        clock: Callable[[], float],
    ) -> None:
        self.__wrapped__ = func
        self._given: tuple[Any, ...] = (func, ttl, maxsize, ttl_rejected)
        self._memory = Memory(ttl, ttl_rejected, maxsize, clock)
        self._hits = self._misses = self._shared = 0
        # The calls that run, by the origin and the event loop. All threads share those of plain functions.
        self._calls: dict[Any, Any] = {}
        self._lock = allocate_lock()
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            value = getattr(func, name, None)
            if value is not None:
                setattr(self, name, value)

    def clear(self) -> None:
        """Forget every origin. The verdicts of calls that still run are not remembered either."""
        with self._lock:
            self._calls.clear()
        self._memory.clear()

    def forget(self, origin: str) -> None:
        """Forget one origin, such as one that was just added or removed."""
        with self._lock:
            for key in [key for key in self._calls if key[0] == origin]:
                del self._calls[key]
        self._memory.forget(origin)

    def info(self) -> dict[str, int]:
        """Return counts, as a new dict.

        ``hits`` counts the calls that were served from memory, ``misses`` those that called the
        function, ``shared`` those that waited for the call of another. ``allowed`` and ``rejected`` are
        the origins that are remembered, the expired ones among them, and ``in_flight`` the calls that
        run. Without the GIL, the first three may miss some.
        """
        allowed, rejected = self._memory.counts()
        return {
            "hits": self._hits,
            "misses": self._misses,
            "shared": self._shared,
            "allowed": allowed,
            "rejected": rejected,
            "in_flight": len(self._calls),
        }

    def _fastcors_remembered(self, origin: str) -> bool | None:
        """Return what is remembered. The compiled part asks this first, which spares it a coroutine."""
        verdict = self._memory.verdict(origin)
        if verdict is not None:
            self._hits += 1
        return verdict

    def _ended(self, key: tuple[str, object], call: object, verdict: object) -> None:
        """Remember what a call returned, unless the origin was forgotten while it ran."""
        with self._lock:
            if self._calls.get(key) is not call:
                return
            del self._calls[key]
        if verdict is True or verdict is False:
            self._memory.keep(key[0], verdict)

    def __repr__(self) -> str:
        return f"<fastcors.cached {function_name(self.__wrapped__)}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        # By its name, as a function: that has to be this object.
        name: Any = getattr(self, "__qualname__", "")
        found: Any = sys.modules.get(self.__module__)
        for part in name.split("."):
            found = getattr(found, part, None)
        return name if found is self else (cached, self._given)


class CachedPlain(_Cached):
    """A plain function that remembers."""

    def __call__(self, origin: str, scope: Scope) -> bool:
        """Whether an origin is allowed: what is remembered, or what the function returns."""
        verdict: Any = _AGAIN
        while verdict is _AGAIN:
            verdict = self._fastcors_remembered(origin)
            if verdict is None:
                verdict = self._asked(origin, scope)
        return verdict  # type: ignore[no-any-return]

    def _asked(self, origin: str, scope: Scope) -> Any:
        """Call the function, or wait for the call of another thread."""
        key = origin, None
        mine = _ThreadCall()
        with self._lock:
            call = self._calls.setdefault(key, mine)
        if call is not mine:
            if not call.begin_to_wait():
                # The function has led back here.
                return self._called(origin, scope)
            self._shared += 1
            return call.result()
        try:
            verdict = self._called(origin, scope)
            self._ended(key, mine, verdict)
        except BaseException as error:
            self._ended(key, mine, None)
            # An interruption is not the others'.
            mine.end(_AGAIN, error if isinstance(error, Exception) else None)
            raise
        mine.end(verdict, None)
        return verdict

    def _called(self, origin: str, scope: Scope) -> Any:
        self._misses += 1
        verdict = self.__wrapped__(origin, scope)
        if verdict is not True and verdict is not False and is_awaitable(verdict):
            close = getattr(verdict, "close", None)
            if close is not None:
                close()
            raise TypeError(
                f"{function_name(self.__wrapped__)} returned an awaitable, which cached() cannot remember of a "
                "plain function; make it an async def"
            )
        return verdict


class _ThreadCall:
    """A call of a plain function that runs, for which other threads wait."""

    # The call that each waiting thread waits for, and what is held to add one.
    _waiting: ClassVar[dict[int, _ThreadCall]] = {}
    _adding = allocate_lock()

    def __init__(self) -> None:
        self._thread = get_ident()
        self._verdict: Any = _AGAIN
        self._error: Exception | None = None
        self._running = allocate_lock()
        self._running.acquire()

    def end(self, verdict: Any, error: Exception | None) -> None:
        """Hand what it returned or raised to the threads that wait."""
        self._verdict, self._error = verdict, error
        self._running.release()

    def begin_to_wait(self) -> bool:
        """Announce that this thread calls `result`. False if it must not: it would wait for itself.

        The call may run in this thread, or in one that waits, directly or through others, for this one.
        """
        this = get_ident()
        with self._adding:
            call: _ThreadCall | None = self
            while call is not None:
                if call._thread == this:
                    return False
                call = self._waiting.get(call._thread)
            self._waiting[this] = self
        return True

    def result(self) -> Any:
        """Wait for its end; `_AGAIN` if it was interrupted."""
        try:
            with self._running:
                pass
        finally:
            self._waiting.pop(get_ident(), None)
        if self._error is not None:
            raise self._error
        return self._verdict


class CachedAsync(_Cached):
    """A coroutine function that remembers."""

    async def __call__(self, origin: str, scope: Scope) -> bool:
        """Whether an origin is allowed: what is remembered, or what the function returns."""
        verdict = self._fastcors_remembered(origin)
        if verdict is not None:
            return verdict
        from .shared import shared_call

        mine = shared_call()
        # If the function has led back here, it would wait for itself.
        if mine is None or (self, origin) in _CALLING.get():
            return await self._called(origin, scope)  # type: ignore[no-any-return]
        key = origin, mine.loop
        with self._lock:
            call = self._calls.setdefault(key, mine)
        if call is mine:
            mine.start(lambda: self._run(key, mine, scope))
        else:
            self._shared += 1
        try:
            return await call.result()  # type: ignore[no-any-return]
        finally:
            if call.is_deserted():
                # The next request must not get the cancellation of the last.
                self._ended(key, call, None)

    async def _run(self, key: tuple[str, object], call: SharedCall, scope: Scope) -> Any:
        # In a task of its own, so in a context of its own.
        _CALLING.set(_CALLING.get() | {(self, key[0])})
        try:
            verdict = await self._called(key[0], scope)
        except BaseException:
            self._ended(key, call, None)
            raise
        self._ended(key, call, verdict)
        return verdict

    async def _called(self, origin: str, scope: Scope) -> Any:
        self._misses += 1
        return await self.__wrapped__(origin, scope)


@overload
def cached(
    func: _Async,
    ttl: float = 60,
    maxsize: int = 10_000,
    ttl_rejected: float | None = None,
    *,
    clock: Callable[[], float] = monotonic,
) -> CachedAsync: ...
@overload
def cached(  # noqa: F811 - an overload
    func: _Plain,
    ttl: float = 60,
    maxsize: int = 10_000,
    ttl_rejected: float | None = None,
    *,
    clock: Callable[[], float] = monotonic,
) -> CachedPlain: ...
def cached(  # noqa: F811 - an overload
    func: Any,
    ttl: float = 60,
    maxsize: int = 10_000,
    ttl_rejected: float | None = None,
    *,
    clock: Callable[[], float] = monotonic,
) -> Any:
    """Return a function for `allow_origin_func` that remembers which origins another one allows.

    Simultaneous requests of one origin share one call of the function. It is canceled when the last of
    them is. If it raises, all of them get the exception. Only True and False are remembered. Threads
    wait for the thread that calls a plain function.

    Verdicts are remembered by the origin alone: the function must not look at anything else in the
    scope, which is the scope of the request that came first.

    Args:
        func: a function of an origin and a scope, plain or ``async def``. The result is of the same kind.
        ttl: for how many seconds an allowed origin is remembered.
        maxsize: how many origins are remembered. Rejected ones take at most a quarter of these places, and
            none that an allowed one needs, whatever origins requests make up.
        ttl_rejected: for how many seconds a rejected one is remembered: as long as `ttl` by default; 0
            for not at all.
        clock: what the seconds are read from, for tests; it never goes back.

    Returns:
        The function. It has ``clear()``, ``forget(origin)`` and ``info()``.

    Raises:
        TypeError: if `func` is not callable.
        ValueError: for a number that is out of bounds.
    """
    if not callable(func):
        raise TypeError(f"fastcors: cached() takes a function, not {described(func)}")
    if not _is_number(ttl) or not ttl > 0:
        raise ValueError(f"fastcors: ttl is {shown(ttl)}; write a number of seconds above 0")
    if type(maxsize) is not int or maxsize < 1:
        raise ValueError(
            f"fastcors: maxsize is {shown(maxsize)}; write a number of origins above 0"
        )
    if ttl_rejected is None:
        ttl_rejected = ttl
    elif not _is_number(ttl_rejected) or not ttl_rejected >= 0:
        raise ValueError(
            f"fastcors: ttl_rejected is {shown(ttl_rejected)}; write a number of seconds, or 0"
        )
    kind = CachedAsync if _is_async(func) else CachedPlain
    return kind(func, ttl, maxsize, ttl_rejected, clock)


def _is_number(seconds: object) -> bool:
    """Whether it is a number that can be added to a time."""
    try:
        return type(seconds) is not bool and float(seconds) == seconds  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False


def _is_async(function: Any) -> bool:
    """Whether a function makes coroutines."""
    if makes_coroutines(function):
        return True
    from inspect import iscoroutinefunction

    return iscoroutinefunction(function)
