"""Where an `OriginSet` gets its entries while the application runs: a file, a function, or Redis.

from fastcors import CORSMiddleware, OriginSet
from fastcors.feeds import FileFeed, lifespan

origins = OriginSet()
app = FastAPI(lifespan=lifespan(origins, FileFeed("origins.txt")))
app.add_middleware(CORSMiddleware, allow_origins=origins)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .feed import Change, Failure, Feed, FeedError, FeedStatus, Snapshot
from .file import FileFeed
from .lifespan import lifespan
from .polling import PollingFeed

if TYPE_CHECKING:
    from .redis import RedisFeed

__all__ = [
    "Change",
    "Failure",
    "Feed",
    "FeedError",
    "FeedStatus",
    "FileFeed",
    "PollingFeed",
    "RedisFeed",
    "Snapshot",
    "lifespan",
]


def __getattr__(name: str) -> object:
    """Import `RedisFeed` when it is asked for: redis-py is an extra."""
    if name == "RedisFeed":
        from .redis import RedisFeed

        return RedisFeed
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
