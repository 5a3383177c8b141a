"""`RedisFeed` with a real Redis: what it notices, what it survives, and what it reports."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fastcors import OriginSet
from fastcors.feeds import Change, Failure, FeedError, RedisFeed, Snapshot, _redis_session
from fastcors.feeds._redis_scan import batches
from tests.feeds.redis_server import KEY
from tests.feeds.waiting import run_asyncio, run_trio, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from tests.feeds.redis_server import RedisServer

pytestmark = pytest.mark.servers

A, B, C = (f"https://{letter}.example.com" for letter in "abc")
# So that nothing is noticed because the set is read again anyway.
NEVER = 1e9
# Flags of notify-keyspace-events: none, those that are needed, all.
EVENTS = ["", "Ksg", "KA"]


@asynccontextmanager
async def following(
    server: RedisServer, *entries: str, every: float = NEVER, **options: Any
) -> AsyncIterator[tuple[OriginSet, RedisFeed]]:
    """Yield a set that follows the Redis, and its feed."""
    origins = OriginSet(entries)
    feed = RedisFeed(server.url, key=KEY, every=every, **options)
    async with origins.follow(feed):
        yield origins, feed


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that has an item for each time that the set is read."""
    noted: list[str] = []

    def counted(reader: Any, key: str) -> AsyncGenerator[list[str]]:
        noted.append(key)
        return batches(reader, key)

    monkeypatch.setattr(_redis_session, "batches", counted)
    return noted


@pytest.mark.parametrize("events", EVENTS)
def test_a_change_by_another_program_is_noticed(events: str, server: RedisServer) -> None:
    server.start(events)
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, _):
            assert set(origins) == {A}
            server.add(B)
            await until(lambda: set(origins) == {A, B})
            server.remove(A)
            await until(lambda: set(origins) == {B})
            with server.client as client:
                client.sadd("other", C)
                client.sadd(f"{KEY}:more", C)
                client.rename("other", KEY)
            await until(lambda: set(origins) == {C})

    run_asyncio(main)


@pytest.mark.parametrize("events", EVENTS)
def test_a_change_by_the_feed_is_noticed_by_each_worker(events: str, server: RedisServer) -> None:
    server.start(events)
    server.add(A)

    async def main() -> None:
        async with following(server) as (first, feed), following(server) as (second, _):
            await feed.add(B, C)
            await until(lambda: set(first) == set(second) == {A, B, C})
            await feed.discard(A, B)
            await until(lambda: set(first) == set(second) == {C})
            await feed.add()
            await feed.discard()

    run_asyncio(main)
    with server.client as client:
        assert client.smembers(KEY) == {C, "#"}


def test_a_change_by_the_feed_takes_no_reading_if_keyspace_events_are_on(
    server: RedisServer, readings: list[str]
) -> None:
    server.start("Ksg")
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, feed):
            for number in range(20):
                await feed.add(f"https://{number}.example.com")
            await feed.discard(A)
            await until(lambda: len(origins) == 20)
            assert len(readings) == 1
            # The next one of another program does.
            server.add(B)
            await until(lambda: len(origins) == 21)
            assert len(readings) == 2

    run_asyncio(main)


def test_many_changes_of_another_program_take_few_readings(
    server: RedisServer, readings: list[str]
) -> None:
    server.start()
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, _):
            with server.client as client, client.pipeline() as pipeline:
                for number in range(1000):
                    pipeline.sadd(KEY, f"https://{number}.example.com")
                pipeline.execute()
            await until(lambda: len(origins) == 1001)
            assert len(readings) < 500

    run_asyncio(main)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"+{B}", {A, B}),
        (f"-{A}\n+{B}\n+{C}", {B, C}),
        ("*", {A}),
        ("", {A}),
        (f"{B}", {A}),
        (f"+{B}\nx", {A}),
    ],
)
def test_another_program_can_publish_a_change(
    message: str, expected: set[str], server: RedisServer, readings: list[str]
) -> None:
    server.start()
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, _):
            with server.client as client:
                client.publish(f"fastcors:{KEY}", message)
            if expected == {A}:
                # It is not understood, so the set is read again.
                await until(lambda: len(readings) == 2)
            await until(lambda: set(origins) == expected)

    run_asyncio(main)


def test_a_channel_may_have_another_name(server: RedisServer) -> None:
    server.start("Ksg")
    server.add(A)

    async def main() -> None:
        async with following(server, channel="changes") as (origins, _):
            with server.client as client:
                client.publish(f"fastcors:{KEY}", f"+{B}")
                client.publish("changes", f"+{C}")
            await until(lambda: set(origins) == {A, C})

    run_asyncio(main)


def test_more_changes_than_a_message_should_have_are_read_again(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fastcors.feeds.redis._MOST_IN_A_MESSAGE", 10)
    server.start("Ksg")
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, feed):
            await feed.add(*(f"https://{number}.example.com" for number in range(11)))
            await until(lambda: len(origins) == 12)

    run_asyncio(main)


@pytest.mark.parametrize("origin", ["", "#", "# comment", "https://a\n-https://b", 1, None])
def test_what_cannot_be_an_origin_is_not_written_to_redis(origin: Any, server: RedisServer) -> None:
    feed = RedisFeed(server.url, key=KEY)

    async def main() -> None:
        for change in (feed.add, feed.discard):
            with pytest.raises(ValueError, match="is not an origin"):
                await change(A, origin)

    run_asyncio(main)


async def limited(server: RedisServer, *rules: str) -> RedisFeed:
    """Return a feed whose user may do only this."""
    with server.client as client:
        client.execute_command("ACL", "SETUSER", "reader", "on", ">secret", f"%R~{KEY}", *rules)
    url = server.url.replace("//", "//reader:secret@")
    return RedisFeed(url, key=KEY, every=0.05)


LIMITS = {
    "only reading": ("+sscan", "+ping", "+client|id", "+subscribe"),
    "no scripts": ("+@all", "-@scripting", "allchannels"),
    "only the channel": ("+@all", "resetchannels", f"&fastcors:{KEY}"),
    "no caching and no CONFIG": ("+@all", "allchannels", "-client|tracking", "-config"),
}


@pytest.mark.parametrize("rules", LIMITS.values(), ids=LIMITS)
def test_a_user_who_may_do_little_notices_changes_when_the_set_is_read_again(
    rules: tuple[str, ...], server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "fastcors")
    server.start()
    server.add(A)

    async def main() -> None:
        origins = OriginSet()
        async with origins.follow(await limited(server, *rules)):
            assert set(origins) == {A}
            server.add(B)
            await until(lambda: set(origins) == {A, B})

    run_asyncio(main)
    unnoticed = [message for message in caplog.messages if "is noticed when" in message]
    assert len(unnoticed) == (rules != LIMITS["no scripts"])
    assert "secret" not in caplog.text


def test_a_key_that_is_missing_at_the_start_is_an_error_until_it_is_there(
    server: RedisServer,
) -> None:
    server.start()

    async def main() -> None:
        async with following(server, C) as (origins, _):
            assert set(origins) == {C}
            status = origins.feed_status()
            assert status.last_error == (
                "FeedError: the key 'origins' does not exist; to allow no origin, write SADD origins '#'"
            )
            server.add(A)
            await until(lambda: origins.feed_status().connected)
            assert set(origins) == {A}

    run_asyncio(main)


def test_the_first_origin_that_the_feed_adds_makes_the_key(server: RedisServer) -> None:
    server.start("Ksg")

    async def main() -> None:
        async with following(server, C) as (origins, feed):
            await feed.add(A)
            await until(lambda: set(origins) == {A})

    run_asyncio(main)


@pytest.mark.parametrize("events", EVENTS)
def test_no_origin_is_allowed_when_the_last_member_is_removed(
    events: str, server: RedisServer
) -> None:
    server.start(events)
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, _):
            server.remove(A)
            await until(lambda: not origins)
            assert origins.feed_status().connected

    run_asyncio(main)


def test_a_set_that_holds_only_a_comment_allows_no_origin(server: RedisServer) -> None:
    server.start()
    server.add("#", "# nobody yet")

    async def main() -> None:
        async with following(server, C) as (origins, _):
            assert not origins
            assert origins.feed_status().connected

    run_asyncio(main)


def test_a_set_that_the_feed_has_emptied_is_empty_after_a_restart_too(server: RedisServer) -> None:
    server.start()
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, feed):
            await feed.discard(A)
            await until(lambda: not origins)
        async with following(server, C) as (origins, _):
            assert not origins

    run_asyncio(main)


def test_a_redis_that_has_lost_its_data_leaves_the_entries(server: RedisServer) -> None:
    server.start(keep_data=False)
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, _):
            server.kill()
            await until(lambda: not origins.feed_status().connected)
            server.start(keep_data=False)
            await until(lambda: "does not exist" in (origins.feed_status().last_error or ""))
            assert set(origins) == {A}
            server.add(B)
            await until(lambda: set(origins) == {B})

    run_asyncio(main)


@pytest.mark.parametrize("events", EVENTS)
def test_what_changes_while_there_is_no_connection_is_not_missed(
    events: str, server: RedisServer
) -> None:
    server.start(events)
    server.add(A, B)

    async def main() -> None:
        async with following(server) as (origins, _):
            for number in range(3):
                server.kill()
                await until(lambda: not origins.feed_status().connected)
                assert A in origins
                server.start(events)
                server.add(f"https://{number}.example.com")
                server.remove(B)
                await until(lambda n=number: f"https://{n}.example.com" in origins)  # type: ignore[misc]
                assert B not in origins

    run_asyncio(main)


def test_a_redis_that_is_away_at_the_start_is_followed_when_it_is_there(
    server: RedisServer,
) -> None:
    async def main() -> None:
        async with following(server, C) as (origins, _):
            assert set(origins) == {C}
            server.start()
            server.add(A)
            await until(lambda: set(origins) == {A})

    run_asyncio(main)


@pytest.mark.parametrize("state", ["away", "empty"])
def test_a_required_redis_that_has_no_entries_keeps_the_application_from_starting(
    state: str, server: RedisServer
) -> None:
    if state == "empty":
        server.start()

    async def main() -> None:
        with pytest.raises(FeedError) as raised:
            async with following(server, required=True):
                pass
        sentence = str(raised.value)
        assert sentence.startswith(
            f"fastcors: the application does not start, because the required feed {server.url} key "
            "'origins' cannot be read ("
        )
        assert ("does not exist" if state == "empty" else "Connect") in sentence
        assert sentence.count("\n") == 0

    run_asyncio(main)


def test_a_redis_that_hangs_is_noticed(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_redis_session, "_SILENCE", 0.1)
    monkeypatch.setattr("fastcors.feeds.redis._COMMAND", 0.3)
    monkeypatch.setattr("fastcors.feeds.redis._CONNECT", 0.3)
    server.start()
    server.add(A)

    async def main() -> None:
        async with following(server) as (origins, _):
            before = origins.feed_status().last_success
            # As long as it responds it is asked now and then.
            await until(lambda: origins.feed_status().last_success != before)
            server.stop_responding()
            await until(lambda: not origins.feed_status().connected)
            assert set(origins) == {A}
            server.respond_again()
            await until(lambda: origins.feed_status().connected)

    run_asyncio(main)


def test_members_that_are_no_origins_are_skipped(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.start()
    server.add(A, "*", f"{B}\n{C}", b"https://\xff.example", "")

    async def main() -> None:
        async with following(server) as (origins, _):
            assert set(origins) == {A}
            assert origins.feed_status().bad_entries == 4

    run_asyncio(main)
    assert len(caplog.messages) == 4


def test_a_key_of_another_type_is_an_error(server: RedisServer) -> None:
    server.start()
    with server.client as client:
        client.set(KEY, A)

    async def main() -> None:
        async with following(server, C) as (origins, _):
            assert set(origins) == {C}
            assert "WRONGTYPE" in (origins.feed_status().last_error or "")

    run_asyncio(main)


def test_another_database_has_its_own_events(server: RedisServer) -> None:
    server.start("Ksg")

    async def main() -> None:
        origins = OriginSet()
        async with origins.follow(RedisFeed(f"{server.url}/3", key=KEY, every=NEVER)):
            with server.client as client:
                client.select(3)
                client.sadd(KEY, A)
            await until(lambda: set(origins) == {A})

    run_asyncio(main)


@pytest.mark.parametrize("events", EVENTS)
def test_a_change_while_the_set_is_read_is_not_lost(
    events: str, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.start(events)
    server.add(A, B)
    feed = RedisFeed(server.url, key=KEY, every=NEVER)
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: feed.discard(A),
        lambda: feed.add(C),
        lambda: asyncio.to_thread(server.remove, B),
    ]

    async def interrupted(reader: Any, key: str) -> AsyncGenerator[list[str]]:
        async for batch in batches(reader, key):
            while changes:
                await changes.pop(0)()
            yield batch

    monkeypatch.setattr(_redis_session, "batches", interrupted)

    async def main() -> None:
        updates = feed.updates()
        entries: list[set[object]] = []
        async for update in updates:
            assert not isinstance(update, Failure)
            if isinstance(update, Snapshot):
                entries.append(set(update.entries))
                # What the feed has published is in what was read before, or it would be lost.
                assert A not in entries[-1]
                assert C in entries[-1]
                if B not in entries[-1]:
                    break
            else:
                assert isinstance(update, Change)
        await updates.aclose()
        assert entries[-1] == {C}

    run_asyncio(main)


def test_neither_the_text_nor_the_log_shows_a_password(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    feed = RedisFeed(f"redis://user:secret@127.0.0.1:{server.port}/1", key=KEY)
    assert str(feed) == f"redis://127.0.0.1:{server.port}/1 key 'origins'"
    assert repr(feed) == f"<RedisFeed redis://127.0.0.1:{server.port}/1 key 'origins'>"

    async def main() -> None:
        async with OriginSet().follow(feed):
            pass

    run_asyncio(main)
    assert len(caplog.messages) == 1
    assert "secret" not in caplog.text


@pytest.mark.parametrize("key", ["", None, 7])
def test_a_key_that_is_no_name_is_an_error(key: Any) -> None:
    with pytest.raises(ValueError, match=r"key=.* is not the name of a Redis set"):
        RedisFeed("redis://127.0.0.1", key=key)


def test_a_url_that_is_none_is_an_error_where_the_feed_is_made() -> None:
    with pytest.raises(ValueError, match="Redis URL must specify one of the following schemes"):
        RedisFeed("http://127.0.0.1", key=KEY)


def test_a_url_with_another_version_of_the_protocol_is_an_error() -> None:
    RedisFeed("redis://127.0.0.1?protocol=2", key=KEY)
    with pytest.raises(ValueError, match="remove protocol from the URL"):
        RedisFeed("redis://127.0.0.1?protocol=3", key=KEY)


def test_redis_needs_asyncio() -> None:
    async def main() -> None:
        with pytest.raises(FeedError, match="RedisFeed needs asyncio"):
            async with OriginSet().follow(RedisFeed("redis://127.0.0.1", key=KEY)):
                pass

    run_trio(main)


def test_without_redis_py_the_error_names_the_extra() -> None:
    code = """
import sys
sys.modules["redis"] = None
import fastcors.feeds
try:
    fastcors.feeds.RedisFeed
except ImportError as error:
    print(error)
"""
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert finished.stdout == (
        "RedisFeed needs redis-py, which is not installed: pip install 'fastcors[redis]'\n"
    )


def test_neither_the_package_nor_the_other_feeds_import_what_they_do_not_need() -> None:
    code = """
import sys
import fastcors
assert not {"fastcors.feeds", "fastcors._origins.shared", "asyncio"} & {*sys.modules}
import fastcors.feeds
assert not {"redis", "trio"} & {*sys.modules}
"""
    subprocess.run([sys.executable, "-c", code], check=True)
