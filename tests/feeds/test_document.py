"""docs/live-origins.md: what its section about feeds has programs for runs, and gets requests."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from fastcors import OriginSet
from fastcors.feeds import FeedStatus, _redis_session
from tests.documents import blocks_of, rows_below
from tests.feeds.redis_server import KEY
from tests.feeds.waiting import run_asyncio, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from tests.feeds.redis_server import RedisServer

PAGE = "docs/live-origins.md"
BLOCKS = {block.section: block for block in blocks_of(PAGE)}
OWN, CUSTOMER = "https://app.example.com", "https://customer.example"


def allows(client: TestClient, origin: str) -> bool:
    response = client.get("/", headers={"Origin": origin})
    return response.headers.get("access-control-allow-origin") == origin


def test_a_file_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("origins.txt").write_text(f"# customers\n{CUSTOMER}  # the first one\n")
    with TestClient(BLOCKS["A file"].names()["app"]) as client:
        assert allows(client, CUSTOMER)
        assert not allows(client, OWN)


def test_a_database_is_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = BLOCKS["A database"].names()["app"]
    with TestClient(app) as client:
        # There is no table yet.
        assert allows(client, OWN)
        assert not allows(client, CUSTOMER)
    with closing(sqlite3.connect("customers.db")) as database, database:
        database.execute("CREATE TABLE customers (origin TEXT)")
        database.execute("INSERT INTO customers VALUES (?)", (CUSTOMER,))
    with TestClient(app) as client:
        assert allows(client, OWN)
        assert allows(client, CUSTOMER)


@pytest.mark.servers
def test_redis_is_followed(server: RedisServer) -> None:
    server.start()
    server.add(OWN)
    block = BLOCKS["Redis"]
    names: dict[str, Any] = {}
    code = block.code.replace("redis://127.0.0.1:6379", server.url)
    assert code != block.code
    exec(compile(code, PAGE, "exec"), names)
    with TestClient(names["app"]) as client:
        assert allows(client, OWN)
        assert client.post("/customers", params={"origin": CUSTOMER}).status_code == 200

        async def wait() -> None:
            await until(lambda: allows(client, CUSTOMER))

        run_asyncio(wait)
    with server.client as redis:
        assert redis.smembers(KEY) == {OWN, CUSTOMER}


def test_a_feed_of_ones_own_is_followed() -> None:
    @dataclass
    class Message:
        kind: str
        origin: str

    class Database:
        async def execute(self, query: str) -> None:
            assert query == "LISTEN origins"

        async def origins(self) -> list[str]:
            return [OWN]

        async def messages(self) -> AsyncIterator[Message]:
            yield Message("added", CUSTOMER)
            yield Message("removed", OWN)

    @asynccontextmanager
    async def connect() -> AsyncGenerator[Database]:
        yield Database()

    feed = BLOCKS["A feed of your own"].names()["PostgresFeed"](connect)
    origins = OriginSet()

    async def main() -> None:
        async with origins.follow(feed):
            await until(lambda: list(origins) == [CUSTOMER])

    run_asyncio(main)


def test_each_attribute_of_the_status_is_documented() -> None:
    rows = rows_below(PAGE, "| attribute | what it is |")
    assert [row[0] for row in rows] == list(FeedStatus.__dataclass_fields__)


def test_the_channels_that_a_user_of_redis_needs_are_named() -> None:
    text = Path(PAGE).read_text(encoding="utf-8")
    assert _redis_session._CACHING_CHANNEL in text
    assert "`__keyspace@0__:origins`" in text
