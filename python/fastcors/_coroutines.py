"""The coroutines that the compiled part returns if it cannot return the application's own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Any, Never

    from ._fastcors import CompiledPolicy, Middleware
    from ._types import ASGIApp, Message, Receive, Scope, Send


class _Type:
    def method(self) -> None:
        """Stand for any method."""


# `types` and `inspect` have these too, at the price of an import.
FUNCTION: type[Any] = type(lambda: None)
METHOD: type[Any] = type(_Type().method)
_CO_COROUTINE = 0x80


async def respond(send: Send, start: Message, body: Message) -> None:
    """Send a whole response to a preflight."""
    await send(start)
    await send(body)


async def respond_when_asked(
    middleware: Middleware,
    policy: CompiledPolicy,
    scope: Scope,
    origin: bytes,
    method: bytes,
    headers: bytes | None,
    private_network: bool,
    send: Send,
) -> None:
    """Call a subclass's `is_allowed_origin` with a preflight's Origin, and send the response."""
    allowed = _ask(middleware, policy, scope, origin.decode("latin-1"))
    if allowed is not True and allowed is not False:
        allowed = await _settled(allowed)
    start, body = middleware._fastcors_preflight(
        policy, scope, origin, method, headers, private_network, allowed
    )
    await send(start)
    await send(body)


async def send_when_asked(
    send: Any,
    middleware: Middleware,
    policy: CompiledPolicy,
    scope: Scope,
    origin: str,
    message: Message,
) -> None:
    """Call a subclass's `is_allowed_origin` with an Origin, and send the start of the response."""
    allowed = _ask(middleware, policy, scope, origin)
    if allowed is not True and allowed is not False:
        allowed = await _settled(allowed)
    await send._fastcors_decided(allowed, message)


async def enforce_when_asked(
    middleware: Middleware,
    policy: CompiledPolicy,
    scope: Scope,
    receive: Receive,
    send: Send,
    origin: bytes,
) -> None:
    """Ask a subclass's `is_allowed_origin` about an Origin, and reject the request or let it go on."""
    allowed = _ask(middleware, policy, scope, origin.decode("latin-1"))
    if allowed is not True and allowed is not False:
        allowed = await _settled(allowed)
    rejection: Any = middleware._fastcors_enforce(policy, scope, receive, send, allowed)
    if rejection is not None:
        await rejection
        return
    await middleware._fastcors_pass(policy, scope, receive, send, origin, allowed)


async def reject_handshake(
    scope: Scope, receive: Receive, send: Send, start: Message, body: Message
) -> None:
    """Reject the handshake of a WebSocket: by a response if the server can, else by closing it.

    Servers respond to a close before accept with 403. 1008 is the code for a violated policy.
    """
    if (await receive())["type"] != "websocket.connect":
        return
    if "websocket.http.response" in (scope.get("extensions") or ()):
        await send(start)
        await send(body)
        return
    await send({"type": "websocket.close", "code": 1008, "reason": body["body"].decode()})


def _ask(middleware: Any, policy: CompiledPolicy, scope: Scope, origin: str) -> Any:
    """Call `is_allowed_origin` with the policy that the request began with: it may be replaced."""
    if middleware._fastcors_decides(policy):
        return middleware.is_allowed_origin(origin=origin)
    return middleware._fastcors_ask(policy, origin, scope)


async def _settled(verdict: Any) -> bool:
    """Return whether a verdict is true, awaited if it is an awaitable."""
    return bool(await verdict if hasattr(verdict, "__await__") else verdict)


async def await_later(awaitable: Awaitable[Any]) -> Any:
    """Make a coroutine, which `asyncio.create_task` needs, from another kind of awaitable."""
    return await awaitable


async def raise_later(exception: BaseException) -> Never:
    """Raise what a call raised when the coroutine is awaited, as Starlette does."""
    try:
        raise exception
    finally:
        # The traceback holds this frame: only the garbage collector would free the two.
        del exception


async def call_later(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Call an application when the coroutine is awaited, as Starlette does."""
    await app(scope, receive, send)


def makes_coroutines(app: object) -> bool:
    """Whether calling `app` makes a coroutine and runs nothing of it."""
    call: Any = app
    if not isinstance(app, (FUNCTION, METHOD)):
        call = getattr(type(app), "__call__", None)  # noqa: B004 - not whether, but how
    while isinstance(call, METHOD):
        function: Any = call
        call = function.__func__
    return isinstance(call, FUNCTION) and bool(call.__code__.co_flags & _CO_COROUTINE)


async def send(message: Message) -> None:
    """Look as the compiled send does, for `inspect.iscoroutinefunction`; it is never called."""
