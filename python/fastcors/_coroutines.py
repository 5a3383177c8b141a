"""The coroutines that the compiled part hands to servers where it cannot hand on the application's own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Any, Never

    from ._types import Message, Send


async def respond(send: Send, start: Message, body: Message) -> None:
    """Send a whole preflight answer."""
    await send(start)
    await send(body)


async def await_later(awaitable: Awaitable[Any]) -> Any:
    """Make a coroutine, which `asyncio.create_task` wants, of an application's other awaitable."""
    return await awaitable


async def raise_later(exception: BaseException) -> Never:
    """Raise what a call raised where Starlette would: when the coroutine is awaited."""
    raise exception


async def send(message: Message) -> None:
    """Look as the compiled send does, for `inspect.iscoroutinefunction`; it is never called."""
