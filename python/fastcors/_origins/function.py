"""Awaits what `allow_origin_func` returned, under its timeout. The compiled part calls these coroutines.

A function that returns a bool at once is called by the compiled part alone.
"""

from __future__ import annotations

from fastcors._event_loops import is_of_another_task, running_asyncio, running_trio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator
    from types import ModuleType
    from typing import Any, Never

    from fastcors._fastcors import CompiledPolicy, Middleware
    from fastcors._types import Receive, Scope, Send

# `inspect` has it too, at the price of an import.
_CO_ITERABLE_COROUTINE = 0x100
# What stands for a value that did not come in time.
_LATE: Any = object()


async def respond_when_known(
    middleware: Middleware,
    policy: CompiledPolicy,
    scope: Scope,
    origin: bytes,
    method: bytes,
    headers: bytes | None,
    private_network: bool,
    send: Send,
    pending: Awaitable[object] | None,
) -> None:
    """Find out whether a preflight's Origin is allowed, and send the response."""
    allowed = await _settled(middleware, policy, scope, origin.decode("latin-1"), pending)
    start, body = middleware._fastcors_preflight(
        policy, scope, origin, method, headers, private_network, allowed
    )
    await send(start)
    await send(body)


async def pass_when_known(
    middleware: Middleware,
    policy: CompiledPolicy,
    scope: Scope,
    receive: Receive,
    send: Send,
    origin: bytes,
    pending: Awaitable[object] | None,
) -> None:
    """Find out whether the Origin of an actual request is allowed, and call the application."""
    allowed = await _settled(middleware, policy, scope, origin.decode("latin-1"), pending)
    await middleware._fastcors_pass_counted(policy, scope, receive, send, origin, allowed)


async def enforce_when_known(
    middleware: Middleware,
    policy: CompiledPolicy,
    scope: Scope,
    receive: Receive,
    send: Send,
    origin: bytes,
    pending: Awaitable[object] | None,
) -> None:
    """Find out whether an Origin is allowed, and reject the request or let it go on."""
    allowed = await _settled(middleware, policy, scope, origin.decode("latin-1"), pending)
    rejection: Any = middleware._fastcors_enforce(policy, scope, receive, send, allowed)
    if rejection is not None:
        await rejection
        return
    await middleware._fastcors_pass(policy, scope, receive, send, origin, allowed)


def ask(
    middleware: Middleware, policy: CompiledPolicy, scope: Scope, origin: str
) -> bool | Pending:
    """Whether the function allows an origin that nothing else allows; an awaitable if it is one."""
    if not policy.asks_about(origin):
        return False
    said = middleware._fastcors_function(policy, scope, origin.encode("latin-1"))
    if said is True or said is False:
        return said
    return Pending(middleware, policy, scope, origin, said)


class Pending:
    """What `is_allowed_origin` returns if the function has to be awaited: await it for a bool.

    It is neither true nor false: `if super().is_allowed_origin(origin)` would allow every origin.
    """

    __slots__ = ("_parts",)

    def __init__(
        self,
        middleware: Middleware,
        policy: CompiledPolicy,
        scope: Scope,
        origin: str,
        pending: Awaitable[object] | None,
    ) -> None:
        self._parts = middleware, policy, scope, origin, pending

    def __await__(self) -> Generator[Any, Any, bool]:
        return _settled(*self._parts).__await__()

    def __bool__(self) -> Never:
        self.close()
        raise TypeError(
            "is_allowed_origin returned an awaitable, because allow_origin_func is awaited: make your "
            "is_allowed_origin an async def, and write: await super().is_allowed_origin(origin)"
        )

    def close(self) -> None:
        """Close the coroutine that will not be awaited, if there is one."""
        close: Any = getattr(self._parts[-1], "close", None)
        if close is not None:
            close()


async def settled(verdict: bool | Pending) -> bool:
    """Return a verdict of `ask`, awaited if it is an awaitable."""
    return await verdict if isinstance(verdict, Pending) else verdict


def is_awaitable(value: Any) -> bool:
    """Whether a value can be awaited."""
    if hasattr(type(value), "__await__"):
        return True
    code = getattr(value, "gi_code", None)
    return bool(getattr(code, "co_flags", 0) & _CO_ITERABLE_COROUTINE)


async def _settled(
    middleware: Middleware,
    policy: CompiledPolicy,
    scope: Scope,
    origin: str,
    pending: Awaitable[object] | None,
) -> bool:
    """Return whether the function allows an origin: what it returned, awaited for as long as it may take.

    Args:
        middleware: counts and logs it.
        policy: the policy with the function.
        scope: the request's scope.
        origin: its Origin.
        pending: what the function returned; None if it has not been called yet.
    """
    options = policy.options
    try:
        if pending is None:
            pending = options.allow_origin_func(origin, scope)
        value = await _within(options.origin_func_timeout, pending)
    except BaseException as error:
        if not (isinstance(error, Exception) or is_of_another_task(error)):
            raise
        outcome, value = "function-raised", error
    else:
        if value is True:
            outcome = "function-allowed"
        elif value is False:
            outcome = "function-rejected"
        else:
            outcome = "function-timed-out" if value is _LATE else "function-not-bool"
    middleware._fastcors_function_said(policy, scope, origin, outcome, value)
    return outcome == "function-allowed"


async def _within(seconds: float, pending: Any) -> Any:
    """Await something for so many seconds; return `_LATE` if it takes longer, and cancel it.

    Under asyncio or trio. Another event loop has no timeout that is known here.
    """
    limit: Any
    trio: ModuleType | Any = running_trio()
    asyncio: ModuleType | Any = running_asyncio() if trio is None else None
    if trio is None and asyncio is None:
        return await pending
    try:
        if trio is not None:
            with trio.move_on_after(seconds) as limit:
                value = await pending
        else:
            async with (limit := asyncio.timeout(seconds)):
                value = await pending
    except Exception:
        if _is_over(limit):
            return _LATE
        raise
    # Late is late, even if the function caught its cancellation.
    return _LATE if _is_over(limit) else value


def _is_over(limit: Any) -> bool:
    """Whether the time of trio's or of asyncio's kind of timeout was over."""
    return bool(limit.cancel_called if hasattr(limit, "cancel_called") else limit.expired())
