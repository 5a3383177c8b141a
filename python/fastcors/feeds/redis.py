"""A Redis set as a feed."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

try:
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
except ImportError as _error:
    raise ImportError(
        "RedisFeed needs redis-py, which is not installed: pip install 'fastcors[redis]'",
        name="redis",
    ) from _error

from fastcors._format import in_one_line, shown

from ._pauses import positive
from ._redis_session import BEGIN, EMPTY, READ_AGAIN, Session
from .feed import Change, Failure, Feed, Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# Seconds for a connection, and for one command.
_CONNECT = 5.0
_COMMAND = 10.0
# If more change at once, the message says only that the set is to be read again.
_MOST_IN_A_MESSAGE = 10_000


class RedisFeed(Feed):
    """The members of a Redis set, which every worker of every machine follows.

    A change reaches the workers at once. `await feed.add(...)` and `await feed.discard(...)` change the
    set and publish the change itself. Any other change, such as `SADD` by another program, is noticed
    by Redis' keyspace events if the server sends them for sets, or else by client-side caching (Redis
    6 or newer); the set is then read again. Without either it is noticed when the set is read again,
    which happens every now and then in any case.

    The set is read by SSCAN, in batches between which requests are served, after each connect: what
    changes while there is no connection is not missed.

    A member that begins with `#` is a comment. Redis removes a key with its last member. If the key
    vanishes while the feed is connected, its last member was removed, and no origin is allowed. If it
    is missing when the feed connects, it may have been lost, so that is an error, and the set keeps its
    entries. A set that has only the member `#` is certainly empty; `discard` adds it.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, as for `redis.asyncio.from_url`. A cluster is
            not supported.
        key: the key of the set.
        channel: the name of the channel for changes. Without one, ``fastcors:`` and the key.
        every: the seconds until the set is read again although nothing was noticed, longer or shorter
            by up to a fifth. A large set is read less often, so reading takes at most a twentieth of
            the time.
        required: fail at start-up if the set cannot be read or does not exist.
    """

    asyncio_only = True

    def __init__(
        self,
        url: str,
        *,
        key: str,
        channel: str | None = None,
        every: float = 60.0,
        required: bool = False,
    ) -> None:
        if type(key) is not str or not key:
            raise ValueError(f"key={shown(key)} is not the name of a Redis set")
        self.url = url
        self.key = key
        self.channel = f"fastcors:{key}" if channel is None else channel
        self.every = positive("every", every)
        self.required = required
        # A URL that redis-py rejects raises here, not in the lifespan.
        options = self._client().connection_pool.connection_kwargs
        if str(options["protocol"]) != "2":
            raise ValueError(
                "RedisFeed uses version 2 of the protocol: remove protocol from the URL"
            )

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        place = parts.netloc.rpartition("@")[2] + parts.path
        return in_one_line(f"{parts.scheme}://{place} key {self.key!r}")

    def __repr__(self) -> str:
        return f"<RedisFeed {self}>"

    async def updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
        """Yield the members, and their changes."""
        async with (
            self._client() as client,
            client.client() as reader,
            client.pubsub() as subscription,
        ):
            session = Session(reader, subscription, self.key, self.channel, self.every, str(self))
            await session.start()
            async with aclosing(session.updates()) as updates:
                async for update in updates:
                    yield update

    async def add(self, *origins: str) -> None:
        """Add origins to the Redis set, and publish that: each worker allows them at once."""
        await self._publish("SADD", "+", origins)

    async def discard(self, *origins: str) -> None:
        """Remove origins from the Redis set, and publish that: no worker allows them any more."""
        await self._publish("SREM", "-", origins)

    async def _publish(self, command: str, sign: str, origins: tuple[str, ...]) -> None:
        """Change the set and publish the change, in one transaction."""
        if not origins:
            return
        for origin in origins:
            if type(origin) is not str or origin[:1] in ("", EMPTY) or "\n" in origin:
                raise ValueError(f"{shown(origin)} is not an origin")
        many = len(origins) > _MOST_IN_A_MESSAGE
        message = READ_AGAIN if many else "\n".join(sign + origin for origin in origins)
        async with self._client() as client, client.pipeline(transaction=True) as transaction:
            transaction.publish(self.channel, BEGIN)
            transaction.execute_command(command, self.key, *origins)
            if command == "SREM":
                transaction.execute_command("SADD", self.key, EMPTY)
            transaction.publish(self.channel, message)
            await transaction.execute()

    def _client(self) -> Redis:
        """Return a client that raises on the first error: the pauses between attempts are `follow`'s."""
        return Redis.from_url(
            self.url,
            decode_responses=True,
            # What is not UTF-8 becomes an entry that is reported.
            encoding_errors="backslashreplace",
            # In this version, what client-side caching sends arrives like other messages.
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=_CONNECT,
            socket_timeout=_COMMAND,
            socket_keepalive=True,
        )
