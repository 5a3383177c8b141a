"""`cached`: what it remembers, and for how long."""

from __future__ import annotations

import functools
import inspect
import threading
from typing import Any

import anyio
import pytest

from fastcors import CORSMiddleware, cached
from tests.exchange import Scope, actual, preflight, responding, run, sent
from tests.origins.loops import exchange, in_asyncio, is_readable
from tests.origins.test_function import OTHER, TENANT

NOW = 1_000.0


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Plain:
    """A plain function that notes its calls; what begins with `https://t` is a tenant."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __call__(self, origin: str, scope: Scope) -> bool:
        self.calls.append(origin)
        return origin.startswith("https://t")


class Async(Plain):
    """The same as a coroutine function."""

    async def __call__(self, origin: str, scope: Scope) -> bool:  # type: ignore[override]
        await anyio.sleep(1)
        return super().__call__(origin, scope)


KINDS = pytest.mark.parametrize("kind", [Plain, Async])


def verdict(function: Any, origin: str) -> Any:
    """Return what a function says, awaited under asyncio if that is to be awaited."""
    said = function(origin, {})
    if not inspect.isawaitable(said):
        return said

    async def main() -> Any:
        return await said

    return in_asyncio(main)


@KINDS
def test_what_it_returns_is_of_the_kind_that_it_was_given(kind: Any) -> None:
    function = cached(kind())
    said: Any = function(TENANT, {})
    assert inspect.iscoroutine(said) is (kind is Async)
    if kind is Async:
        said.close()
    assert function.__wrapped__.__class__ is kind


def test_it_has_the_name_and_the_signature_of_the_function() -> None:
    def is_tenant(origin: str, scope: Scope) -> bool:
        """Whether it is a tenant."""
        return True

    function: Any = cached(is_tenant)
    assert function.__name__ == "is_tenant"
    assert function.__doc__ == "Whether it is a tenant."
    assert inspect.signature(function) == inspect.signature(is_tenant)


@KINDS
def test_a_verdict_is_remembered_for_its_time(kind: Any) -> None:
    clock, asked = Clock(), kind()
    function = cached(asked, ttl=10, ttl_rejected=2, clock=clock)
    for now, calls in (
        (0, [TENANT, OTHER]),
        (1.9, []),
        (2, [OTHER]),
        (9.9, [OTHER]),
        (10, [TENANT]),
    ):
        clock.now = NOW + now
        assert verdict(function, TENANT)
        assert not verdict(function, OTHER)
        assert asked.calls == calls
        asked.calls.clear()
    # Being asked about does not make it live longer.
    assert function.info() == {
        "hits": 5,
        "misses": 5,
        "shared": 0,
        "allowed": 1,
        "rejected": 1,
        "in_flight": 0,
    }


@KINDS
def test_a_rejected_origin_is_remembered_as_long_as_an_allowed_one_or_not_at_all(kind: Any) -> None:
    for ttl_rejected, now, calls in ((None, 59.9, 1), (None, 60, 2), (0, 0, 2)):
        clock, asked = Clock(), kind()
        function = cached(asked, ttl_rejected=ttl_rejected, clock=clock)
        assert not verdict(function, OTHER)
        clock.now += now
        assert not verdict(function, OTHER)
        assert len(asked.calls) == calls


@KINDS
def test_made_up_origins_do_not_drive_out_those_that_are_allowed(kind: Any) -> None:
    asked = kind()
    function = cached(asked, maxsize=100)
    tenants = [f"https://t{number}.example" for number in range(75)]
    for origin in tenants:
        assert verdict(function, origin)
    for number in range(500):
        assert not verdict(function, f"https://made-up-{number}.example")
    info = function.info()
    assert (info["allowed"], info["rejected"]) == (75, 25)
    asked.calls.clear()
    assert all(verdict(function, origin) for origin in tenants)
    assert not verdict(function, "https://made-up-499.example")
    assert asked.calls == []
    assert not verdict(function, "https://made-up-474.example")
    assert len(asked.calls) == 1


def test_allowed_origins_take_the_places_of_rejected_ones_and_then_of_the_longest_unused() -> None:
    asked = Plain()
    function = cached(asked, maxsize=8)
    for number in range(4):
        function(f"https://made-up-{number}.example", {})
    counts = []
    for number in range(10):
        function(f"https://t{number}.example", {})
        # It is in use.
        function("https://t0.example", {})
        counts.append((function.info()["allowed"], function.info()["rejected"]))
    assert counts == [(1, 2), (2, 2), (3, 2), (4, 2), (5, 2), (6, 2), (7, 1), *[(8, 0)] * 3]
    asked.calls.clear()
    assert function("https://t0.example", {})
    assert asked.calls == []
    assert function("https://t1.example", {})
    assert len(asked.calls) == 1
    # There is no place for a rejected one.
    function(OTHER, {})
    assert function.info()["rejected"] == 0


def test_one_place_is_enough_for_each_kind() -> None:
    function = cached(Plain(), maxsize=1)
    for origin in (OTHER, TENANT, OTHER, "https://t2.example"):
        assert function(origin, {}) is (origin != OTHER)
    info = function.info()
    assert (info["allowed"], info["rejected"]) == (1, 0)


def test_an_origin_that_becomes_another_kind_takes_one_place() -> None:
    clock, said = Clock(), [True]
    function = cached(lambda origin, scope: said[0], ttl=1, clock=clock)
    for verdict in (True, False, True):
        said[0] = verdict
        assert function(TENANT, {}) is verdict
        clock.now += 1
        info = function.info()
        assert (info["allowed"], info["rejected"]) == (int(verdict), int(not verdict))


def test_a_value_longer_than_any_origin_is_not_remembered() -> None:
    asked = Plain()
    function = cached(asked)
    for _ in range(2):
        function("x" * 301, {})
    assert len(asked.calls) == 2
    assert function.info()["rejected"] == 0


@KINDS
def test_forget_and_clear(kind: Any) -> None:
    asked = kind()
    function = cached(asked)
    for forgets, calls in (
        (lambda: function.forget(TENANT), [TENANT]),
        (lambda: function.forget("https://unknown.example"), []),
        (function.clear, [TENANT, OTHER]),
    ):
        verdict(function, TENANT)
        verdict(function, OTHER)
        asked.calls.clear()
        forgets()
        verdict(function, TENANT)
        verdict(function, OTHER)
        assert asked.calls == calls


@KINDS
@pytest.mark.parametrize("value", [None, 1, "true"])
def test_what_is_no_bool_is_returned_as_it_is_and_not_remembered(kind: Any, value: Any) -> None:
    calls: list[str] = []

    def plain(origin: str, scope: Scope) -> Any:
        calls.append(origin)
        return value

    async def later(origin: str, scope: Scope) -> Any:
        return plain(origin, scope)

    function = cached(later if kind is Async else plain)
    for _ in range(2):
        assert verdict(function, TENANT) is value
    assert len(calls) == 2
    info = function.info()
    assert (info["allowed"], info["rejected"], info["in_flight"]) == (0, 0, 0)


@KINDS
def test_a_failing_call_is_not_remembered(kind: Any) -> None:
    errors: list[BaseException] = [ValueError("first"), SystemExit()]

    def plain(origin: str, scope: Scope) -> bool:
        if errors:
            raise errors.pop(0)
        return True

    async def later(origin: str, scope: Scope) -> bool:
        return plain(origin, scope)

    function = cached(later if kind is Async else plain)
    for error in (ValueError, SystemExit):
        with pytest.raises(error):
            verdict(function, TENANT)
        assert function.info()["in_flight"] == 0
    assert verdict(function, TENANT)


def test_an_awaitable_of_a_plain_function_is_an_error() -> None:
    def returning(origin: str, scope: Scope) -> Any:
        return Async()(origin, scope)

    function = cached(returning)
    with pytest.raises(TypeError, match=r"returned an awaitable.* make it an async def"):
        function(TENANT, {})


@pytest.mark.parametrize("function", [Plain(), Async()])
def test_what_is_remembered_needs_no_event_loop_and_no_coroutine(function: Any) -> None:
    remembering = cached(function)
    middleware = CORSMiddleware(responding(), allow_origin_func=remembering)
    in_asyncio(lambda: exchange(middleware, actual(TENANT)))
    # Without an event loop it could not wait.
    assert run(is_readable(middleware, actual(TENANT)))
    assert sent(middleware, preflight(TENANT))[0]["status"] == 200
    assert remembering.info()["hits"] == 2
    assert middleware.stats()["allow_origin_func"]["allowed"] == 3


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"func": 3}, TypeError, "takes a function, not an int"),
        ({"ttl": 0}, ValueError, "ttl is 0; write a number of seconds above 0"),
        ({"ttl": float("nan")}, ValueError, "ttl is nan"),
        ({"maxsize": 0}, ValueError, "maxsize is 0; write a number of origins above 0"),
        ({"maxsize": 1.5}, ValueError, "maxsize is 1.5"),
        ({"ttl_rejected": -1}, ValueError, "ttl_rejected is -1; write a number of seconds, or 0"),
    ],
)
def test_what_is_out_of_bounds_raises(arguments: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        cached(**{"func": Plain(), **arguments})


def test_a_partial_function_and_a_method_are_remembered() -> None:
    async def later(more: str, origin: str, scope: Scope) -> bool:
        return origin == more

    function: Any = cached(functools.partial(later, TENANT))
    assert verdict(function, TENANT)
    plain: Any = cached(Plain().__call__)
    assert verdict(plain, TENANT)


@pytest.mark.parametrize("kind", [Plain, Async])
def test_a_flood_from_many_threads_keeps_its_bounds(kind: Any) -> None:
    function: Any = cached(kind() if kind is Plain else Plain(), maxsize=50)

    def flood(number: int) -> None:
        for count in range(300):
            assert function(f"https://t{(count * number) % 80}.example", {})
            assert not function(f"https://made-up-{number}-{count}.example", {})
            if count % 50 == 0:
                function.clear()

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    info = function.info()
    assert info["allowed"] + info["rejected"] <= 50
    assert info["rejected"] <= 12
    assert info["in_flight"] == 0
