"""Starts and stops an ASGI application, as servers do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastcors._types import ASGIApp, Message


class Lifespan:
    """The lifespan of an application. An application that has none is left alone.

    Attributes:
        state: what the application keeps for its requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._outcomes: asyncio.Queue[BaseException | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        """Start the application, and wait until it has.

        Raises:
            RuntimeError: if it fails to start, with what it says.
        """
        self._task = asyncio.create_task(self._run())
        await self._ask("lifespan.startup")

    async def stop(self) -> None:
        """Stop the application, and wait until it has.

        Raises:
            Exception: what it raises, or a RuntimeError with what it says.
        """
        if self._task is not None and not self._task.done():
            await self._ask("lifespan.shutdown")
            await self._task

    async def _ask(self, kind: str) -> None:
        await self._messages.put({"type": kind})
        failure = await self._outcomes.get()
        if failure is not None:
            raise failure

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        started = False

        async def send(message: Message) -> None:
            nonlocal started
            kind = message["type"]
            started = started or kind == "lifespan.startup.complete"
            failed = kind.endswith(".failed")
            text = f"the application failed: {kind}: {message.get('message', '')}"
            await self._outcomes.put(RuntimeError(text) if failed else None)

        try:
            await self._app(scope, self._messages.get, send)
        except Exception as error:  # noqa: BLE001 - it may know no lifespan
            await self._outcomes.put(error if started else None)
        else:
            await self._outcomes.put(None)
