"""Following: retries, what is logged, the status, and what an application notices when it starts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from fastcors import ConfigError, OriginSet
from fastcors.feeds import (
    Change,
    Failure,
    Feed,
    FeedError,
    FeedStatus,
    FileFeed,
    PollingFeed,
    Snapshot,
    _tasks,
)
from fastcors.feeds._gate import Gate
from tests.feeds.waiting import SECONDS, Run, in_each_library, run_asyncio, run_trio, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

A, B, C = (f"https://{letter}.example.com" for letter in "abc")
AT_ONCE = 0.01


class Scripted(Feed):
    """Yields what it was made with; an exception is raised. At the end it waits."""

    waits: _tasks.Event | None = None

    def __init__(self, *updates: Any, required: bool = False) -> None:
        self.left = list(updates)
        self.required = required

    async def updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
        while self.left:
            update = self.left.pop(0)
            if update is None:
                return
            if isinstance(update, Exception):
                raise update
            yield update
        # What was yielded last has been taken.
        if self.waits is not None:
            self.waits.set()
        await _tasks.new_event().wait()


async def follow(origins: OriginSet, feed: Scripted, **options: Any) -> FeedStatus:
    """Follow a feed until it waits, and return the status."""
    waits = feed.waits = _tasks.new_event()
    async with origins.follow(feed, **options):
        await waits.wait()
        return origins.feed_status()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Make no pause, but note how long each would have been."""
    noted: list[float] = []
    sleep = _tasks.sleep

    async def pause(seconds: float) -> None:
        noted.append(seconds)
        await sleep(0)

    monkeypatch.setattr(_tasks, "sleep", pause)
    return noted


@in_each_library
def test_snapshots_replace_the_entries_and_changes_change_them(run: Run) -> None:
    origins = OriginSet([C])

    async def main() -> None:
        await follow(origins, Scripted(Snapshot([A]), Change(added=[B], removed=[A])))
        assert set(origins) == {B}

    run(main)


def test_the_status_is_that_of_the_last_attempt() -> None:
    origins = OriginSet([C])
    assert origins.feed_status() == FeedStatus(entries=1)
    feed = Scripted(Snapshot([A, "nonsense", B]), Failure(OSError(5, "gone")))

    async def main() -> None:
        before = datetime.now(UTC)
        status = await follow(origins, feed)
        assert status.last_success is not None
        assert before <= status.last_success <= datetime.now(UTC)
        assert status == FeedStatus(
            connected=False,
            last_success=status.last_success,
            entries=2,
            bad_entries=1,
            errors=1,
            last_error="OSError: [Errno 5] gone",
        )

    run_asyncio(main)


def test_a_set_that_no_longer_follows_is_not_connected_and_keeps_its_entries() -> None:
    origins = OriginSet()

    async def main() -> None:
        assert (await follow(origins, Scripted(Snapshot([A])))).connected

    run_asyncio(main)
    assert not origins.feed_status().connected
    assert set(origins) == {A}


def test_an_empty_change_says_that_the_source_is_there() -> None:
    origins = OriginSet()
    seen: list[datetime | None] = []

    class Polled(Feed):
        async def updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
            yield Snapshot([A])
            seen.append(origins.feed_status().last_success)
            yield Change()
            seen.append(origins.feed_status().last_success)
            await _tasks.new_event().wait()

    async def main() -> None:
        async with origins.follow(Polled()):
            await until(lambda: len(seen) == 2)
            assert seen[0]
            assert seen[1]
            assert seen[0] < seen[1]

    run_asyncio(main)


@in_each_library
@pytest.mark.parametrize(("seconds", "anew"), [(5.0, True), (4.9, False)])
def test_pauses_grow_with_a_random_part_until_the_source_has_been_readable_for_a_while(
    run: Run, seconds: float, anew: bool, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError()] * 8
    origins = OriginSet()
    feed = Scripted(*failures, Snapshot([A]), *failures)
    times = iter([1000.0, 1000.0 + seconds])
    monkeypatch.setattr("fastcors.feeds.follow.monotonic", lambda: next(times))

    async def main() -> None:
        await follow(origins, feed)

    run(main)
    longest = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert len(pauses) == 16
    for pause, most in zip(pauses, [*longest, *(longest if anew else [10.0] * 8)], strict=True):
        assert most / 2 <= pause <= most
    assert len(set(pauses)) == 16


@in_each_library
def test_a_failure_of_one_kind_is_logged_once_until_the_source_is_back(
    run: Run, pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "fastcors")
    full, reset = OSError(28, "full"), OSError(5, "broken")
    feed = Scripted(
        *(Snapshot([A]), full, full, reset, full, ValueError("x\ny"), ValueError("z")),
        *(Snapshot([A]), full),
    )

    async def main() -> None:
        status = await follow(OriginSet(), feed)
        assert status.errors == 7

    run(main)
    keeps = "feed Scripted: it cannot be read, so the set keeps its entries, 1 now: "
    assert caplog.messages == [
        f"{keeps}OSError: [Errno 28] full",
        f"{keeps}OSError: [Errno 5] broken",
        rf"{keeps}ValueError: x\ny",
        "feed Scripted: it can be read again",
        f"{keeps}OSError: [Errno 28] full",
    ]


def test_a_feed_that_ends_is_begun_again(pauses: list[float]) -> None:
    origins = OriginSet()

    async def main() -> None:
        feed = Scripted(Snapshot([A]), None, Snapshot([B]))
        status = await follow(origins, feed)
        assert status.errors == 1
        assert status.last_error == "FeedError: it has ended"
        assert set(origins) == {B}

    run_asyncio(main)


@in_each_library
def test_bad_entries_are_skipped_and_each_is_logged_once(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    origins = OriginSet()
    feed = Scripted(
        Snapshot([A, "*", 7, "evil\n"]),
        Snapshot(["*", A, None]),
        Change(added=["nowhere", "*", B]),
    )

    async def main() -> None:
        await follow(origins, feed)

    run(main)
    assert set(origins) == {A, B}
    beginning = "feed Scripted: an entry is skipped: allow_origins: "
    skipped = {message.removeprefix(beginning).split()[0] for message in caplog.messages}
    assert skipped == {"'*'", "7", r"'evil\n'", "None", "'nowhere'"}
    assert len(caplog.messages) == 5


def test_a_flood_of_bad_entries_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    origins = OriginSet()
    feed = Scripted(Snapshot([A, *(f"bad {number}" for number in range(1000))]))

    async def main() -> None:
        assert (await follow(origins, feed)).bad_entries == 1000

    run_asyncio(main)
    assert len(caplog.messages) == 101
    assert caplog.messages[-1] == (
        "feed Scripted: further bad entries are not logged; feed_status() counts them"
    )


@in_each_library
def test_entries_none_of_which_is_valid_leave_the_set_as_it_is(run: Run) -> None:
    origins = OriginSet()
    feed = Scripted(Snapshot([A]), Snapshot(["<html>", "<h1>Bad gateway</h1>"]), Change())

    async def main() -> None:
        status = await follow(origins, feed)
        assert not status.connected
        assert status.last_error == "FeedError: none of its 2 entries is valid, the first: '<html>'"

    run(main)
    assert set(origins) == {A}


def test_an_empty_snapshot_allows_no_origin_and_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    origins = OriginSet()

    async def main() -> None:
        await follow(origins, Scripted(Snapshot([A]), Snapshot([]), Snapshot([])))

    run_asyncio(main)
    assert not origins
    assert caplog.messages == [
        "feed Scripted: it has no entries any more, so none of the 1 origins is allowed"
    ]


@in_each_library
def test_entries_to_keep_stay_whatever_the_feed_says(run: Run) -> None:
    origins = OriginSet()

    async def main() -> None:
        feed = Scripted(Snapshot([A]), Change(removed=[C, A], added=[B]))
        await follow(origins, feed, keep=[C])
        assert set(origins) == {B, C}

    run(main)


@in_each_library
def test_a_bad_entry_to_keep_raises(run: Run) -> None:
    async def main() -> None:
        with pytest.raises(ConfigError, match="nonsense"):
            await follow(OriginSet(), Scripted(), keep=["nonsense"])

    run(main)


def test_a_string_to_keep_is_one_entry() -> None:
    origins = OriginSet()

    async def main() -> None:
        await follow(origins, Scripted(Snapshot([A])), keep=C)
        assert set(origins) == {A, C}

    run_asyncio(main)


@in_each_library
def test_the_entries_of_the_set_serve_while_the_feed_fails(run: Run, pauses: list[float]) -> None:
    origins = OriginSet([C])

    async def main() -> None:
        async with origins.follow(Scripted(*[OSError("no route")] * 3)):
            assert set(origins) == {C}
            status = origins.feed_status()
            assert (status.connected, status.last_success) == (False, None)

    run(main)


@pytest.mark.parametrize("failure", [OSError("no route"), Failure(OSError("no route"))])
@in_each_library
def test_a_required_feed_that_fails_keeps_the_application_from_starting(
    run: Run, failure: Exception | Failure, caplog: pytest.LogCaptureFixture
) -> None:
    sentence = (
        "the application does not start, because the required feed Scripted cannot be read "
        "(OSError: no route): repair it, or write required=False to start with the entries that the set has"
    )
    entered: list[bool] = []

    async def main() -> None:
        with pytest.raises(FeedError) as raised:
            async with OriginSet([C]).follow(Scripted(failure, required=True)):
                entered.append(True)
        assert str(raised.value) == f"fastcors: {sentence}"

    run(main)
    assert entered == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        sentence
    ]


@in_each_library
def test_a_required_feed_that_does_not_respond_keeps_the_application_from_starting(
    run: Run,
) -> None:
    async def main() -> None:
        with pytest.raises(FeedError, match=r"\(no entries came within 0\.01 seconds\)"):
            async with OriginSet().follow(Scripted(required=True), start_timeout=AT_ONCE):
                pass

    run(main)


@in_each_library
def test_an_application_does_not_wait_for_ever_for_a_feed(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    origins = OriginSet([C])

    async def main() -> None:
        async with origins.follow(Scripted(), start_timeout=AT_ONCE):
            assert set(origins) == {C}

    run(main)
    assert caplog.messages == [
        "feed Scripted: no entries came within 0.01 seconds, so the application starts with the entries "
        "that the set has, 1 now"
    ]


@in_each_library
def test_an_exception_of_the_application_passes_as_it_is(run: Run) -> None:
    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            async with OriginSet().follow(Scripted(Snapshot([A]))):
                raise ZeroDivisionError

    run(main)


@in_each_library
def test_a_set_can_follow_again(run: Run) -> None:
    origins = OriginSet()

    async def main() -> None:
        for entry in (A, B):
            await follow(origins, Scripted(Snapshot([entry])))
            assert set(origins) == {entry}

    run(main)


def test_a_feed_that_swallows_a_cancellation_ends_all_the_same() -> None:
    class Stubborn(Feed):
        async def updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
            yield Snapshot([A])
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            await asyncio.Event().wait()

    async def main() -> None:
        async with OriginSet().follow(Stubborn()):
            pass

    run_asyncio(main)


@in_each_library
def test_a_set_follows_one_feed_at_a_time(run: Run) -> None:
    origins = OriginSet()

    async def main() -> None:
        async with origins.follow(Scripted(Snapshot([A]))):
            with pytest.raises(FeedError, match="follows the feed Scripted already"):
                async with origins.follow(Scripted(Snapshot([B]))):
                    pass
            assert origins.feed_status().connected
        assert set(origins) == {A}

    run(main)


def test_a_feed_that_needs_asyncio_says_so_under_trio() -> None:
    class OfAsyncio(Scripted):
        asyncio_only = True

    async def main() -> None:
        with pytest.raises(FeedError, match="OfAsyncio needs asyncio, and this application runs"):
            async with OriginSet().follow(OfAsyncio()):
                pass

    run_trio(main)


@pytest.mark.parametrize("feed", [FileFeed("origins"), PollingFeed(list)], ids=str)
def test_a_feed_is_made_without_an_event_loop_and_is_named(feed: Feed) -> None:
    assert str(feed) in ("file 'origins'", "function list")
    assert not feed.required


class _Waiting(list[str]):
    """Entries whose iteration waits."""

    def __init__(self, entries: list[str]) -> None:
        super().__init__(entries)
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[str]:
        self.begun.set()
        assert self.may_end.wait(SECONDS)
        return super().__iter__()


@in_each_library
@pytest.mark.parametrize("kind", [Snapshot, lambda entries: Change(added=entries)])
def test_what_is_read_after_the_end_does_not_replace_the_entries_of_another_feed(
    run: Run, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    origins = OriginSet()
    old = _Waiting([A])
    entered: list[Gate] = []
    enter = Gate.__enter__

    def entering(self: Gate) -> None:
        try:
            enter(self)
        finally:
            entered.append(self)

    monkeypatch.setattr(Gate, "__enter__", entering)

    async def main() -> None:
        async with origins.follow(Scripted(kind(old)), start_timeout=AT_ONCE):
            await until(old.begun.is_set)
        async with origins.follow(Scripted(Snapshot([B]))):
            old.may_end.set()
            await until(lambda: len(entered) == 2)
            assert list(origins) == [B]

    run(main)


class Mine(BaseException):
    """No `Exception`."""


def _raises(error: BaseException) -> Any:
    def function() -> list[str]:
        raise error

    return function


def _raises_later(error: BaseException) -> Any:
    async def function() -> list[str]:
        raise error

    return function


@in_each_library
@pytest.mark.parametrize(
    "function", [_raises(SystemExit(3)), _raises(Mine("mine")), _raises_later(Mine("mine"))]
)
def test_what_is_no_exception_is_a_failure_and_ends_neither_feed_nor_server(
    run: Run, function: Any, pauses: list[float]
) -> None:
    origins = OriginSet([A])

    async def main() -> None:
        async with origins.follow(PollingFeed(function)):
            await until(lambda: origins.feed_status().errors > 2)
            assert not origins.feed_status().connected
        assert list(origins) == [A]

    run(main)


def test_the_cancellation_of_another_task_is_a_failure_of_the_feed(pauses: list[float]) -> None:
    async def function() -> list[str]:
        raise asyncio.CancelledError

    async def main() -> None:
        origins = OriginSet([A])
        async with origins.follow(PollingFeed(function)):
            await until(lambda: origins.feed_status().errors > 2)

    run_asyncio(main)


class _NoGenerator(Feed):
    async def updates(self) -> Any:  # type: ignore[override]
        return Snapshot([B])


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (_NoGenerator(), "returned a coroutine, and not an asynchronous generator"),
        (Scripted([B]), "it yielded a list, and not a Snapshot, Change or Failure"),
        (Scripted(Snapshot(B)), f"it yielded '{B}', and not a list of origins"),
        (Scripted(Change(added=B)), f"it yielded '{B}', and not a list of origins"),
    ],
)
def test_a_feed_that_yields_something_else_fails_with_a_sentence(feed: Feed, said: str) -> None:
    origins = OriginSet([A])

    async def main() -> None:
        async with origins.follow(feed):
            await until(lambda: origins.feed_status().errors)
            assert said in str(origins.feed_status().last_error)
            assert list(origins) == [A]

    run_asyncio(main)


def test_a_filter_that_raises_does_not_end_the_feed(
    pauses: list[float], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def raising(record: logging.LogRecord) -> bool:
        raise ValueError("of the filter")

    origins = OriginSet()
    feed = Scripted(Snapshot([A, "null"]), OSError("gone"), Snapshot([B]))

    async def main() -> None:
        await follow(origins, feed)

    logger = logging.getLogger("fastcors")
    logger.addFilter(raising)
    try:
        run_asyncio(main)
    finally:
        logger.removeFilter(raising)
    assert list(origins) == [B]
    assert "of the filter" in capsys.readouterr().err
