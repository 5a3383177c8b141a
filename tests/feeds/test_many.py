"""Many entries, from each kind of feed: `make fleet` loads a million."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from fastcors import OriginSet, Policy
from fastcors.feeds import FileFeed, PollingFeed, RedisFeed
from tests.feeds.redis_server import KEY
from tests.feeds.waiting import Turns, run_asyncio, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastcors.feeds import Feed
    from tests.feeds.redis_server import RedisServer

pytestmark = pytest.mark.servers

COUNT = int(os.environ.get("FASTCORS_ORIGINS", "30000"))


def origin(number: int) -> str:
    return f"https://customer-{number}.example.com"


def from_file(folder: Path, server: RedisServer) -> Feed:
    path = folder / "origins"
    path.write_text("\n".join(map(origin, range(COUNT))))
    return FileFeed(path)


def from_json(folder: Path, server: RedisServer) -> Feed:
    path = folder / "origins"
    path.write_text("[" + ",\n".join(f'"{origin(number)}"' for number in range(COUNT)) + "]")
    return FileFeed(path)


def from_function(folder: Path, server: RedisServer) -> Feed:
    return PollingFeed(lambda: map(origin, range(COUNT)), every=1e6)


def from_redis(folder: Path, server: RedisServer) -> Feed:
    server.start()
    for start in range(0, COUNT, 10_000):
        server.add(*map(origin, range(start, min(start + 10_000, COUNT))))
    return RedisFeed(server.url, key=KEY)


@pytest.mark.parametrize("made", [from_file, from_json, from_function, from_redis])
def test_the_event_loop_serves_while_many_entries_are_loaded(
    made: Callable[[Path, RedisServer], Feed], tmp_path: Path, server: RedisServer
) -> None:
    feed = made(tmp_path, server)
    origins = OriginSet(["https://app.example.com"])
    policy = Policy(allow_origins=origins)

    async def main() -> None:
        turns = Turns()
        async with turns.counted(), origins.follow(feed, start_timeout=1000):
            await until(lambda: len(origins) == COUNT)
        for number in (0, COUNT // 2, COUNT - 1):
            assert policy.actual(origin=origin(number)).allowed
        assert not policy.actual(origin=origin(COUNT)).allowed
        # It went on all the while, and no turn took it long.
        assert turns.count > COUNT // 100_000
        assert turns.longest_work < 0.1

    run_asyncio(main)


def test_a_change_of_a_large_set_arrives_without_reading_it_again(server: RedisServer) -> None:
    from_redis(None, server)  # type: ignore[arg-type]  # it needs no folder
    feed = RedisFeed(server.url, key=KEY, every=1e6)
    origins = OriginSet()

    async def main() -> None:
        async with origins.follow(feed, start_timeout=1000):
            await feed.add(origin(COUNT))
            await until(lambda: origin(COUNT) in origins)
            await feed.discard(origin(0))
            await until(lambda: origin(0) not in origins)
            assert len(origins) == COUNT

    run_asyncio(main)
