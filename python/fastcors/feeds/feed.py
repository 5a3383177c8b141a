"""A feed: a source of origins that an `OriginSet` follows. Write your own with one method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - FastAPI reads the types of FeedStatus
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable


class FeedError(RuntimeError):
    """A feed cannot start, or what it read is not a list of origins."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All entries that the source has now. They replace those that the set has."""

    entries: Iterable[object]


@dataclass(frozen=True, slots=True)
class Change:
    """Entries that were added to the source, and entries that were removed from it."""

    added: Iterable[object] = ()
    removed: Iterable[object] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An error after which the feed continues by itself. The set keeps the entries that it has."""

    error: Exception


class Feed(ABC):
    """A source of origins.

    A subclass defines `updates`. This one gets its entries from a service that streams them:

        class TenantFeed(Feed):
            async def updates(self):
                async with tenants.connect() as connection:
                    yield Snapshot(await connection.all())
                    async for tenant in connection.new():
                        yield Change(added=[tenant.origin])

    Attributes:
        required: whether `follow` fails if the feed has no entries when the application starts.
        first_pause: the seconds until `updates` is called again after an error.
        longest_pause: the pauses double up to this one. Each is shortened by a random part, up to
            half, so that many workers do not come back at once.
        asyncio_only: whether the feed needs asyncio. Others run under trio too.
    """

    required: bool = False
    first_pause: float = 0.25
    longest_pause: float = 10.0
    asyncio_only: ClassVar[bool] = False

    @abstractmethod
    def updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
        """Yield a snapshot, and from then on snapshots and changes, for as long as it is followed.

        If it raises or ends, it is called again after a pause, so it must then begin with a snapshot.
        """

    def __str__(self) -> str:
        """Return the name of the source in logs and errors. It must not contain a password."""
        return type(self).__name__


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """What `OriginSet.feed_status()` returns.

    Attributes:
        connected: whether the last attempt to read the source succeeded.
        last_success: when the source was last read, or known to be unchanged; in UTC.
        entries: the number of entries in the set.
        bad_entries: how many entries of the last snapshot were skipped.
        errors: how often reading the source has failed since the set began to follow it.
        last_error: the last failure in words, also after the source has recovered.
    """

    connected: bool = False
    last_success: datetime | None = None
    entries: int = 0
    bad_entries: int = 0
    errors: int = 0
    last_error: str | None = None
