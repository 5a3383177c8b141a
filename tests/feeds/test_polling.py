"""`PollingFeed`: which functions it takes, and that none of them holds up the event loop."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

import pytest

from fastcors import OriginSet
from fastcors.feeds import PollingFeed, _tasks
from tests.feeds.waiting import Run, in_each_library, run_asyncio, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

A, B = "https://a.example.com", "https://b.example.com"
AT_ONCE = 0.01


def plain() -> list[str]:
    return [A]


def generated() -> Iterator[str]:
    yield A


async def coroutine() -> tuple[str, ...]:
    await _tasks.sleep(0)
    return (A,)


async def async_generated() -> AsyncIterator[str]:
    await _tasks.sleep(0)
    yield A


async def of_two(first: str, second: str) -> list[str]:
    return [first, second][:1]


class Called:
    async def __call__(self) -> set[str]:
        return {A}


FUNCTIONS: dict[str, Callable[[], Any]] = {
    "plain": plain,
    "generator": generated,
    "coroutine": coroutine,
    "async generator": async_generated,
    "partial of a coroutine function": functools.partial(of_two, A, B),
    "object with a coroutine": Called(),
    "plain, returns a coroutine": lambda: coroutine(),
    "plain, returns an async generator": lambda: async_generated(),
}
NOT_ENTRIES: dict[str, tuple[object, str]] = {
    "None": (None, "it returned None, and not a list of origins"),
    "a string": (A, "it returned a str, and not a list of origins"),
    "bytes": (b"https://a", "it returned bytes, and not a list of origins"),
    "a dict": ({A: 1}, "it returned a dict, and not a list of origins"),
    "a number": (1, "it returned an int, and not a list of origins"),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@in_each_library
def test_any_function_that_returns_origins_is_polled(function: Callable[[], Any], run: Run) -> None:
    origins = OriginSet()

    async def main() -> None:
        async with origins.follow(PollingFeed(function)):
            assert set(origins) == {A}
            assert origins.feed_status().connected

    run(main)


@pytest.mark.parametrize(("returned", "said"), NOT_ENTRIES.values(), ids=NOT_ENTRIES)
def test_what_is_no_list_of_origins_leaves_the_entries(returned: object, said: str) -> None:
    origins = OriginSet([B])

    async def main() -> None:
        async with origins.follow(PollingFeed(lambda: returned)):  # type: ignore[arg-type, return-value]
            assert set(origins) == {B}
            assert origins.feed_status().last_error == f"FeedError: {said}"

    run_asyncio(main)


def test_a_list_without_entries_allows_no_origin() -> None:
    origins = OriginSet([B])

    async def main() -> None:
        async with origins.follow(PollingFeed(list)):
            assert not origins

    run_asyncio(main)


@in_each_library
def test_a_plain_function_and_its_rows_hold_up_no_request(run: Run) -> None:
    origins, called, iterated = OriginSet(), threading.Event(), threading.Event()
    requests: list[str] = []

    def rows() -> Iterator[str]:
        requests.append("iterates")
        assert iterated.wait(300)
        yield A

    def query() -> Iterator[str]:
        requests.append("calls")
        assert called.wait(300)
        return rows()

    async def main() -> None:
        async with origins.follow(PollingFeed(query), start_timeout=AT_ONCE):
            await until(lambda: requests == ["calls"])
            # The event loop runs although the query does not end.
            called.set()
            await until(lambda: requests == ["calls", "iterates"])
            assert not origins
            iterated.set()
            await until(lambda: set(origins) == {A})

    run(main)


@in_each_library
def test_a_query_that_never_ends_does_not_keep_the_application_from_ending(run: Run) -> None:
    origins, ended = OriginSet([B]), threading.Event()

    def query() -> list[str]:
        ended.wait()
        return [A]

    async def main() -> None:
        async with origins.follow(PollingFeed(query), start_timeout=AT_ONCE):
            assert set(origins) == {B}

    run(main)
    ended.set()


def test_polls_are_spread_around_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    origins = OriginSet()
    sleep, slept = _tasks.sleep, []

    async def counted(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(_tasks, "sleep", counted)

    async def main() -> None:
        async with origins.follow(PollingFeed(coroutine, every=10)):
            while len(slept) < 200:
                await sleep(0)

    run_asyncio(main)
    pauses = [seconds for seconds in slept if seconds]
    assert min(pauses) >= 8
    assert max(pauses) <= 12
    assert len({round(pause, 1) for pause in pauses}) > 10


@in_each_library
def test_a_function_that_raises_leaves_the_entries_and_is_called_again(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    results: list[list[str] | Exception] = [[A], OSError("database is gone"), StopIteration(), [B]]
    origins, seen, sleep = OriginSet(), [], _tasks.sleep

    def query() -> list[str]:
        seen.append(set(origins))
        result = results.pop(0) if results else [B]
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(_tasks, "sleep", lambda seconds: sleep(0.001))

    async def main() -> None:
        async with origins.follow(PollingFeed(query)):
            while set(origins) != {B}:
                await sleep(0.001)
            assert origins.feed_status().errors == 2
            assert (
                origins.feed_status().last_error == "RuntimeError: coroutine raised StopIteration"
            )
            assert seen[:4] == [set(), {A}, {A}, {A}]

    run(main)


@pytest.mark.parametrize("every", [0, -1, float("nan"), float("inf"), "30", None])
def test_an_interval_that_is_no_positive_number_is_an_error(every: Any) -> None:
    with pytest.raises(ValueError, match=r"every=.* is not a positive number of seconds"):
        PollingFeed(plain, every=every)


def test_a_feed_of_what_is_no_function_is_an_error() -> None:
    with pytest.raises(TypeError, match="func is a list, and not a function that returns origins"):
        PollingFeed([A])  # type: ignore[arg-type]
