"""Event loops whose clock jumps over every wait: no test takes as long as what it waits for."""

from __future__ import annotations

import asyncio
import copy
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
import trio
import trio.testing

from tests.exchange import App, Message, Scope, receive

Main = Callable[[], Coroutine[Any, Any, Any]]
Run = Callable[[Main], Any]


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if not found:
            assert timeout is not None, "everything waits"
            self.now += timeout
        return found


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def in_asyncio(main: Main) -> Any:
    """Run a coroutine function under asyncio."""
    with asyncio.Runner(loop_factory=_JumpingLoop) as runner:
        return runner.run(main())


def in_trio(main: Main) -> Any:
    """Run it under trio."""
    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


BOTH = pytest.mark.parametrize("run", [in_asyncio, in_trio], ids=["asyncio", "trio"])


async def exchange(app: App, scope: Scope) -> list[Message]:
    """Return the messages that an application sends."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(copy.deepcopy(dict(message)))

    receiving: Callable[[], Awaitable[Message]] = receive
    if scope["type"] == "websocket":

        async def connect() -> Message:
            return {"type": "websocket.connect"}

        receiving = connect
    await app(scope, receiving, send)
    return messages


async def is_readable(app: App, scope: Scope) -> bool:
    """Whether a page can read the response."""
    lines = (await exchange(app, scope))[0]["headers"]
    return b"access-control-allow-origin" in dict(lines)
