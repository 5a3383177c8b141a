"""Three worker processes follow one Redis."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fastcors.feeds import RedisFeed
from tests.feeds.fleet import WORKERS, Load, wait_for_all
from tests.feeds.redis_server import KEY
from tests.servers.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.feeds.redis_server import RedisServer
    from tests.servers.running import Server

pytestmark = pytest.mark.servers

ALWAYS = "https://app.example.com"
STAYS = "https://stays.example.com"
LEAVES = "https://leaves.example.com"
COMES = "https://comes.example.com"
OTHER = "https://evil.example"


@pytest.fixture
def workers(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server.start()
    server.add(STAYS, LEAVES)
    monkeypatch.setenv("FLEET_REDIS", server.url)
    options = ("--workers", str(WORKERS), "--log-level", "warning")
    with running("uvicorn-h11", "tests.feeds.served:app", options=options) as workers:
        yield workers


def wait_until_allowed(workers: Server, origin: str) -> None:
    wait_for_all(workers.client, origin, lambda allowed, said: allowed)


def wait_until_rejected(workers: Server, origin: str) -> None:
    wait_for_all(workers.client, origin, lambda allowed, said: not allowed)


def test_each_worker_sees_an_origin_that_is_added_and_one_that_is_removed(
    workers: Server, server: RedisServer
) -> None:
    for origin in (ALWAYS, STAYS, LEAVES):
        wait_until_allowed(workers, origin)
    wait_until_rejected(workers, COMES)
    # By another program.
    server.add(COMES)
    wait_until_allowed(workers, COMES)
    server.remove(LEAVES)
    wait_until_rejected(workers, LEAVES)
    # By the feed.
    feed = RedisFeed(server.url, key=KEY)
    asyncio.run(feed.add(LEAVES))
    wait_until_allowed(workers, LEAVES)
    asyncio.run(feed.discard(COMES, LEAVES))
    wait_until_rejected(workers, COMES)
    wait_until_rejected(workers, LEAVES)
    wait_until_allowed(workers, ALWAYS)


def test_redis_is_killed_and_started_again_under_load_without_a_wrong_response(
    workers: Server, server: RedisServer
) -> None:
    load = Load(workers.address, {ALWAYS: True, STAYS: True, OTHER: False})
    for origin in (ALWAYS, STAYS, LEAVES):
        wait_until_allowed(workers, origin)
    with load.running():
        for _ in range(2):
            load.wait_for_more(30)
            server.kill()
            wait_for_all(workers.client, STAYS, lambda allowed, said: not said["connected"])
            load.wait_for_more(30)
            # What was the case stays so.
            wait_until_allowed(workers, LEAVES)
            server.start()
            server.add(COMES)
            server.remove(LEAVES)
            wait_until_allowed(workers, COMES)
            wait_until_rejected(workers, LEAVES)
            server.add(LEAVES)
            server.remove(COMES)
            wait_until_allowed(workers, LEAVES)
            wait_until_rejected(workers, COMES)
            load.wait_for_more(30)
    assert load.wrong == []
