"""`cached`: simultaneous requests share one call, under asyncio and trio and in threads."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import anyio
import pytest

from fastcors import CORSMiddleware, cached
from tests.exchange import Scope, actual, preflight, responding
from tests.origins.loops import BOTH, Run, is_readable
from tests.origins.test_cached import Async
from tests.origins.test_function import OTHER, TENANT


@BOTH
def test_simultaneous_requests_of_one_origin_share_one_call(run: Run) -> None:
    asked = Async()
    function = cached(asked)
    middleware = CORSMiddleware(responding(), allow_origin_func=function)
    found: list[bool] = []

    async def main() -> None:
        async def one(scope: Scope) -> None:
            found.append(await is_readable(middleware, scope))

        async with anyio.create_task_group() as group:
            for _ in range(25):
                for origin in (TENANT, OTHER):
                    group.start_soon(one, actual(origin))
                    group.start_soon(one, preflight(origin))
            await anyio.sleep(0.5)
            assert function.info()["in_flight"] == 2

    run(main)
    assert sorted(asked.calls) == [OTHER, TENANT]
    assert sorted(found) == [False] * 50 + [True] * 50
    info = function.info()
    assert (info["misses"], info["shared"], info["in_flight"]) == (2, 98, 0)
    counted = middleware.stats()["allow_origin_func"]
    assert (counted["asked"], counted["allowed"], counted["rejected"]) == (100, 50, 50)


@BOTH
def test_a_failing_call_fails_for_all_that_wait(run: Run) -> None:
    calls: list[str] = []

    async def failing(origin: str, scope: Scope) -> bool:
        calls.append(origin)
        await anyio.sleep(1)
        raise ValueError("no")

    function = cached(failing)
    raised: list[str] = []

    async def main() -> None:
        async def one() -> None:
            try:
                await function(TENANT, {})
            except ValueError as error:
                raised.append(str(error))

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one)

    run(main)
    assert raised == ["no"] * 3
    assert calls == [TENANT]


@BOTH
def test_what_is_no_exception_reaches_the_request_that_asked(run: Run) -> None:
    async def leaving(origin: str, scope: Scope) -> bool:
        raise SystemExit(3)

    function = cached(leaving)

    async def main() -> None:
        await function(TENANT, {})

    with pytest.raises(SystemExit, match="3"):
        run(main)
    assert function.info()["in_flight"] == 0


@BOTH
@pytest.mark.parametrize("first", [True, False])
def test_the_call_goes_on_if_one_of_those_that_wait_is_canceled(run: Run, first: bool) -> None:
    asked = Async()
    function = cached(asked)
    found: list[Any] = []

    async def main() -> None:
        async def one(seconds: float) -> None:
            with anyio.move_on_after(seconds):
                found.append(await function(TENANT, {}))

        async with anyio.create_task_group() as group:
            group.start_soon(one, 0.5 if first else 9)
            await anyio.sleep(0.1)
            group.start_soon(one, 9 if first else 0.4)

    run(main)
    assert found == [True]
    assert asked.calls == [TENANT]
    assert function.info()["allowed"] == 1


@BOTH
def test_the_call_is_canceled_with_the_last_and_the_next_request_calls_again(run: Run) -> None:
    ended: list[str] = []

    async def noting(origin: str, scope: Scope) -> bool:
        try:
            await anyio.sleep(1)
        except anyio.get_cancelled_exc_class():
            ended.append("canceled")
            raise
        ended.append("returned")
        return True

    function = cached(noting)

    async def main() -> None:
        async def one(seconds: float) -> None:
            with anyio.move_on_after(seconds):
                await function(TENANT, {})

        async with anyio.create_task_group() as group:
            group.start_soon(one, 0.5)
            group.start_soon(one, 0.6)
        assert function.info()["in_flight"] == 0
        # Even before the call has noticed.
        assert await function(TENANT, {})

    run(main)
    assert ended == ["canceled", "returned"]
    assert function.info()["misses"] == 2


@BOTH
@pytest.mark.parametrize("everything", [True, False])
def test_what_is_forgotten_while_it_is_asked_about_is_not_remembered(
    run: Run, everything: bool
) -> None:
    said = [True]
    calls: list[str] = []

    async def asking(origin: str, scope: Scope) -> bool:
        verdict = said[0]
        calls.append(origin)
        await anyio.sleep(1)
        return verdict

    function = cached(asking)
    found: list[bool] = []

    async def main() -> None:
        async def one() -> None:
            found.append(await function(TENANT, {}))

        async with anyio.create_task_group() as group:
            group.start_soon(one)
            await anyio.sleep(0.5)
            said[0] = False
            if everything:
                function.clear()
            else:
                function.forget(TENANT)
            # It does not wait for the call from before.
            group.start_soon(one)
        found.append(await function(TENANT, {}))

    run(main)
    assert found == [True, False, False]
    assert len(calls) == 2


@BOTH
def test_a_function_may_ask_about_another_origin(run: Run) -> None:
    async def asking(origin: str, scope: Scope) -> bool:
        return origin == TENANT or await remembering[0](TENANT, scope)

    function = cached(asking)
    remembering: list[Any] = [function]

    async def main() -> None:
        assert await function(OTHER, {})

    run(main)


def test_two_event_loops_do_not_share_a_call() -> None:
    both = threading.Barrier(2, timeout=60)

    async def asking(origin: str, scope: Scope) -> bool:
        both.wait()
        return True

    function = cached(asking)
    found: list[bool] = []

    def one() -> None:
        found.append(asyncio.run(function(TENANT, {})))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [True, True]
    assert function.info()["misses"] == 2


def test_threads_share_the_call_of_a_plain_function_and_hold_no_lock_meanwhile() -> None:
    began, goes_on = threading.Event(), threading.Event()
    calls: list[str] = []

    def slow(origin: str, scope: Scope) -> bool:
        calls.append(origin)
        if origin == TENANT:
            began.set()
            assert goes_on.wait(60)
        return True

    function = cached(slow)
    found: list[bool] = []

    def one() -> None:
        found.append(function(TENANT, {}))

    threads = [threading.Thread(target=one) for _ in range(4)]
    threads[0].start()
    assert began.wait(60)
    # Nothing else waits for it.
    assert function(OTHER, {})
    function.forget(OTHER)
    for thread in threads[1:]:
        thread.start()
    while function.info()["shared"] < 3:
        pass
    goes_on.set()
    for thread in threads:
        thread.join(60)
    assert found == [True] * 4
    assert calls == [TENANT, OTHER]


def test_threads_get_the_error_of_the_call_and_call_again_after_an_interruption() -> None:
    for error, expected in ((ValueError("no"), ["ValueError"] * 3), (SystemExit(), ["SystemExit"])):
        began, goes_on = threading.Event(), threading.Event()
        calls: list[str] = []

        def slow(
            origin: str,
            scope: Scope,
            calls: list[str] = calls,
            began: threading.Event = began,
            goes_on: threading.Event = goes_on,
            error: BaseException = error,
        ) -> bool:
            calls.append(origin)
            if len(calls) > 1:
                return True
            began.set()
            assert goes_on.wait(60)
            raise error

        function = cached(slow)
        ended: list[str] = []

        def one(function: Any = function, ended: list[str] = ended) -> None:
            try:
                assert function(TENANT, {})
            except (ValueError, SystemExit) as raised:
                ended.append(type(raised).__name__)

        threads = [threading.Thread(target=one) for _ in range(3)]
        threads[0].start()
        assert began.wait(60)
        for thread in threads[1:]:
            thread.start()
        while function.info()["shared"] < 2:
            pass
        goes_on.set()
        for thread in threads:
            thread.join(60)
        assert ended == expected
        assert len(calls) == (1 if len(expected) == 3 else 2)


def test_a_plain_function_that_leads_back_to_itself_does_not_wait_for_itself() -> None:
    calls: list[str] = []

    def leading_back(origin: str, scope: Scope) -> bool:
        calls.append(origin)
        return len(calls) > 1 or remembering[0](origin, scope)

    function = cached(leading_back)
    remembering: list[Any] = [function]
    assert function(TENANT, {})
    assert len(calls) == 2


def test_plain_functions_that_call_each_other_in_two_threads_do_not_wait_for_each_other() -> None:
    both_run = threading.Barrier(2, timeout=60)
    calls: list[str] = []

    def leading_to(other: str) -> Any:
        @cached
        def function(origin: str, scope: Scope) -> bool:
            calls.append(other)
            if calls.count(other) > 1:
                return True
            both_run.wait()
            return bool(functions[other](origin, scope))

        return function

    functions = {"one": leading_to("two"), "two": leading_to("one")}
    found: list[bool] = []

    def ask(name: str) -> None:
        found.append(functions[name](TENANT, {}))

    threads = [threading.Thread(target=ask, args=(name,), daemon=True) for name in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [True, True]
    assert len(calls) == 3
    assert sum(function.info()["shared"] for function in functions.values()) == 1


@BOTH
def test_a_coroutine_function_that_makes_a_request_does_not_wait_for_itself(run: Run) -> None:
    paths: list[str] = []

    async def leading_back(origin: str, scope: Scope) -> bool:
        paths.append(scope["path"])
        if scope["path"] == "/tenants":
            return False
        return not await is_readable(middleware, {**actual(origin), "path": "/tenants"})

    middleware = CORSMiddleware(responding(), allow_origin_func=cached(leading_back))

    async def main() -> None:
        assert await is_readable(middleware, actual(TENANT))

    run(main)
    assert paths == ["/", "/tenants"]
    assert middleware.stats()["allow_origin_func"]["timed_out"] == 0
