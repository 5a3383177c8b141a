"""Requests leave nothing behind, and a million origins take little more than their text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from fastcors import CORSMiddleware
from tests.exchange import App, Scope, actual, receive, run, sent
from tests.gil import without_gil
from tests.memory import origin_set
from tests.memory.origins import MILLION, Cost, measured
from tests.memory.requests import OPTIONS, application, discard, kinds
from tests.memory.snapshot import Growth, grown, grown_by_all, shared_objects

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 1_000


def assert_nothing_stays(growth: Growth) -> None:
    assert growth.sends == 0
    # What leaks does so in every round. The interpreter and the measurement keep a few hundred.
    limit = growth.rounds // 2
    assert growth.blocks < limit
    assert all(more < limit for more in growth.objects.values()), growth.objects
    assert all(abs(more) < limit for more in growth.references.values()), growth.references


@pytest.mark.parametrize("kind", kinds()[1])
def test_a_request_leaves_nothing_behind(kind: str) -> None:
    middleware, each = kinds()
    shared = shared_objects(middleware)
    # Without the GIL memory becomes free at times. What leaks does so each time.
    for _ in range(5 if without_gil() else 1):
        growth = grown([each[kind]], shared, 100, ROUNDS)
        if growth.blocks < ROUNDS // 2:
            break
    assert_nothing_stays(growth)


def test_a_million_mixed_requests_leave_nothing_behind() -> None:
    growth = grown_by_all(MILLION)
    assert growth.requests >= MILLION
    assert_nothing_stays(growth)
    # A leak of 200 bytes in one kind of request would be more.
    # Without the GIL the allocator keeps up to 9 MB, of 4 million requests no more than of one.
    assert growth.resident < (16 << 20 if without_gil() else 4 << 20)


def test_a_replaced_policy_is_freed() -> None:
    middleware = CORSMiddleware(application, **OPTIONS)

    def reconfigure() -> None:
        middleware.reconfigure(max_age=7)
        middleware.allow_origins = ["https://other.example", "https://*.other.example"]

    assert_nothing_stays(grown([reconfigure], {"the middleware": middleware}, 100, ROUNDS))


def test_a_middleware_that_is_thrown_away_is_freed() -> None:
    def make() -> None:
        class Cyclic:
            def __init__(self) -> None:
                self.middleware = CORSMiddleware(self, **OPTIONS)

            async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
                await application(scope, receive, send)

        sent(Cyclic().middleware, actual())

    assert_nothing_stays(grown([make], {"the class": CORSMiddleware}, 100, ROUNDS))


def _keeping(kept: list[Any]) -> App:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        kept.append(send)

    return app


@pytest.mark.parametrize(
    ("keep", "assertion"),
    [
        pytest.param(
            lambda kept: lambda: run(CORSMiddleware(_keeping(kept))(actual(), receive, discard)),
            lambda growth: growth.sends >= ROUNDS,
            id="a send",
        ),
        pytest.param(
            lambda kept: lambda: kept.append(application),
            lambda growth: growth.references == {"the application": ROUNDS},
            id="a reference",
        ),
        pytest.param(
            lambda kept: lambda: kept.append(bytes(len(kept) % 256 + 2)),
            lambda growth: growth.blocks >= ROUNDS,
            id="some bytes",
        ),
    ],
)
def test_what_stays_is_measured(
    keep: Callable[[list[Any]], Callable[[], None]], assertion: Callable[[Growth], bool]
) -> None:
    growth = grown([keep([])], {"the application": application}, 0, ROUNDS)
    assert assertion(growth)


@pytest.fixture(scope="module")
def cost() -> Cost:
    return measured()


def test_a_million_origins_are_ready_in_a_few_times_what_a_set_of_them_takes(cost: Cost) -> None:
    assert cost.seconds < 10 * cost.as_a_set


@pytest.mark.skipif(without_gil(), reason="the allocator keeps what was free in between")
def test_a_million_origins_take_two_and_a_half_times_their_text_at_most(cost: Cost) -> None:
    assert cost.resident <= 2.5 * cost.text


def test_a_million_in_a_live_list_take_little_more_than_the_list(cost: Cost) -> None:
    assert cost.live <= 2.5 * cost.text


def test_a_request_costs_the_same_with_one_origin_and_with_a_million(cost: Cost) -> None:
    assert cost.million < 3 * cost.one


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's counts are Linux's")
def test_a_million_in_an_origin_set_take_three_times_their_text_while_they_are_replaced() -> None:
    cost = origin_set.measured()
    assert cost.resident <= 2 * cost.text
    assert cost.peak <= 3 * cost.text
    assert cost.grown <= 2 * cost.grown_text


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's counts are Linux's")
def test_a_million_from_a_generator_take_twice_their_text_while_they_are_read() -> None:
    assert origin_set.measured_generator() <= 2.1
