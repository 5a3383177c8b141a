"""A lifespan in which a set follows a feed, for Starlette and FastAPI."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

from fastcors._fastcors import OriginSetBase
from fastcors._format import described, shown

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable
    from contextlib import AbstractAsyncContextManager

    from .feed import Feed
    from .follow import Following


class Follower(Protocol):
    """What has the method `follow`: an `OriginSet`."""

    def follow(
        self, feed: Feed, *, keep: Iterable[str] = (), start_timeout: float = 30.0
    ) -> Following:
        """Return the context manager in which the set follows the feed."""


def lifespan(
    origins: Follower, feed: Feed, *, keep: Iterable[str] = (), start_timeout: float = 30.0
) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Return a lifespan for Starlette or FastAPI: the set follows the feed while the application runs.

    An application that has a lifespan of its own writes `async with origins.follow(feed): yield` there.

    Args:
        origins: the `OriginSet`.
        feed: its source.
        keep: as with `OriginSet.follow`.
        start_timeout: as with `OriginSet.follow`.
    """
    if not isinstance(origins, OriginSetBase):
        raise TypeError(
            f"fastcors: {shown(origins)} is {described(origins)}, not an OriginSet; write "
            "lifespan(origins, feed) with the OriginSet that is given as allow_origins"
        )
    # Its mistakes are reported here, where it is written, not at the start.
    kept = [keep] if isinstance(keep, str) else list(keep)
    origins.follow(feed, keep=kept, start_timeout=start_timeout)

    @asynccontextmanager
    async def follow(app: object) -> AsyncGenerator[None]:  # noqa: ARG001 - it is passed by position
        async with origins.follow(feed, keep=kept, start_timeout=start_timeout):
            yield

    return follow
