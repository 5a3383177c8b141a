"""One connection of a `RedisFeed`: reads the set, listens to its changes, and notices when it is lost."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from redis.exceptions import ResponseError

from ._logged import log
from ._pauses import jittered
from ._redis_scan import batches
from ._tasks import in_thread
from .feed import Change, Failure, FeedError, Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

# Messages on the channel. Others are lines, each an origin after a plus or a minus.
BEGIN = "("
READ_AGAIN = "*"
# The member that keeps an empty set in existence.
EMPTY = "#"

# Many changes in a row share one reading.
_DEBOUNCE = 0.03
# After this many seconds without a message the server is asked whether it is there.
_SILENCE = 5.0
# Reading takes at most this part of the time: if changes are noticed, and if none are.
_BUSY_PART = 1 / 2
_IDLE_PART = 1 / 20

_CACHING_CHANNEL = "__redis__:invalidate"


class Session:
    """Reads one set from connect to disconnect."""

    def __init__(
        self,
        reader: Redis,
        subscription: PubSub,
        key: str,
        channel: str,
        every: float,
        name: str,
    ) -> None:
        # Redis watches the key for the connection that has asked for it, so one connection reads all.
        # redis-py's types leave open whether a client has coroutines, and what it returns.
        self._reader: Any = reader
        self._subscription: Any = subscription
        self._key = key
        self._channel = channel
        database = reader.connection_pool.connection_kwargs.get("db") or 0
        self._events_channel = f"__keyspace@{database}__:{key}"
        self._every = every
        self._name = name
        # Whether the key was there since the connect.
        self._seen = False
        # Whether a change of unknown content was noticed, whether a transaction of fastcors' is being
        # reported, and the changes that were reported while the set was read.
        self._stale = False
        self._inside = False
        self._meanwhile: dict[str, bool] | None = None
        # When the server was asked whether it is there, if it has not responded yet.
        self._pinged: float | None = None

    async def start(self) -> None:
        """Listen to changes by every way that the server offers. Reading comes after that."""
        await self._subscription.connect()
        await self._subscription.connection.send_command("CLIENT", "ID")
        identity = await self._subscription.connection.read_response()
        published = await self._subscribe(self._channel)
        noticed = await self._subscribe(self._events_channel) and await self._events_are_on()
        if not noticed and await self._subscribe(_CACHING_CHANNEL):
            noticed = await self._watch(str(identity))
        if not published or not noticed:
            log(
                logging.INFO,
                "feed %s: the server does not report %s, so that is noticed when the set is read again, "
                "every %g seconds",
                self._name,
                "changes by other programs" if published else "changes",
                self._every,
            )

    async def _subscribe(self, channel: str) -> bool:
        """Subscribe to a channel; return whether the server allows it."""
        try:
            await self._subscription.subscribe(channel)
            confirmed = await self._subscription.get_message(timeout=_SILENCE)
        except ResponseError:
            return False
        if confirmed is None:
            raise TimeoutError(f"no response to SUBSCRIBE within {_SILENCE:g} seconds")
        return True

    async def _events_are_on(self) -> bool:
        """Whether the server is known to send keyspace events for sets."""
        name = "notify-keyspace-events"
        try:
            flags = (await self._reader.config_get(name)).get(name, "")
        except ResponseError:
            return False
        return "K" in flags and ("A" in flags or {"s", "g"} <= set(flags))

    async def _watch(self, identity: str) -> bool:
        """Let the server tell the subscription when the key changes; return whether it can."""
        try:
            await self._reader.execute_command(
                *("CLIENT", "TRACKING", "ON", "REDIRECT", identity, "BCAST", "PREFIX", self._key)
            )
        except ResponseError:
            return False
        return True

    async def updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
        """Yield the set, then its changes, and the whole set again when that is needed."""
        now = asyncio.get_running_loop().time
        while True:
            began = now()
            # Changes that are noticed from here on may be missing in what is read.
            self._stale = False
            self._meanwhile = {}
            members: list[str] = []
            found = False
            async with aclosing(batches(self._reader, self._key)) as read:
                async for batch in read:
                    found = found or bool(batch)
                    members += [member for member in batch if not member.startswith(EMPTY)]
                    while (message := await self._subscription.get_message(timeout=0)) is not None:
                        if (change := self._change_of(message)) is not None:
                            yield change
            yield await self._snapshot(members, found=found)
            ended = now()
            took = ended - began
            idle_until = ended + max(jittered(self._every), took / _IDLE_PART)
            busy_until = ended + max(_DEBOUNCE, took / _BUSY_PART)
            while (left := (busy_until if self._stale else idle_until) - now()) > 0:
                message = await self._next_message(left)
                if message is not None and (change := self._change_of(message)) is not None:
                    yield change

    async def _snapshot(self, members: list[str], *, found: bool) -> Snapshot | Failure:
        """Return what was read, with the changes that were reported while it was read."""
        changes, self._meanwhile = self._meanwhile, None
        if not (found or changes or self._seen):
            return Failure(
                FeedError(
                    f"the key {self._key!r} does not exist; to allow no origin, write "
                    f"SADD {self._key} '{EMPTY}'"
                )
            )
        self._seen = True
        if changes:
            known = changes

            def change() -> None:
                members[:] = [member for member in members if known.get(member, True)]
                members.extend(member for member, there in known.items() if there)

            await in_thread(change)
        return Snapshot(members)

    async def _next_message(self, seconds: float) -> dict[str, Any] | None:
        """Return the next message of these seconds, if there is one and the server is still there."""
        now = asyncio.get_running_loop().time
        message: dict[str, Any] | None
        message = await self._subscription.get_message(timeout=min(seconds, _SILENCE))
        if message is not None:
            self._pinged = None
        elif self._pinged is None:
            if seconds >= _SILENCE:
                self._pinged = now()
                await self._subscription.ping()
                await self._reader.ping()
        elif now() - self._pinged >= 2 * _SILENCE:
            raise TimeoutError(f"no response to PING within {2 * _SILENCE:g} seconds")
        return message

    def _change_of(self, message: dict[str, Any]) -> Change | None:
        """Return the change that a message reports, or None; note a change that it does not name."""
        kind, channel, data = message["type"], message["channel"], message["data"]
        if kind == "pong":
            # Nothing has changed, and the set is known to be current.
            return Change() if self._seen else None
        if kind != "message":
            # The connection was made anew, behind our back.
            self._stale = True
        elif channel == self._events_channel:
            # The change that fastcors' own transaction made is in the message at its end.
            self._stale = self._stale or not self._inside
        elif channel == _CACHING_CHANNEL:
            self._stale = self._stale or data is None or self._key in data
        elif data == BEGIN:
            self._inside = True
        else:
            self._inside = False
            changes = _changes_in(data)
            if self._meanwhile is not None:
                self._meanwhile.update(changes)
            if not changes or not (self._seen or self._meanwhile):
                self._stale = True
            elif self._seen:
                return Change(
                    added=[origin for origin, there in changes.items() if there],
                    removed=[origin for origin, there in changes.items() if not there],
                )
        return None


def _changes_in(message: str) -> dict[str, bool]:
    """Return for each origin in a message whether it is now there; nothing if it is no such message."""
    changes = {}
    for line in message.split("\n"):
        if line[:1] not in ("+", "-") or not line[1:]:
            return {}
        changes[line[1:]] = line[0] == "+"
    return changes
