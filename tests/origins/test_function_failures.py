"""`allow_origin_func`: its timeout, its cancellation, and the lines that are logged about it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import anyio
import pytest

from fastcors import CORSMiddleware, cached
from fastcors._log import function as log
from fastcors._log import limit
from tests.exchange import ORIGIN, Scope, actual, preflight, receive, responding, run, sent
from tests.origins.loops import BOTH, Run, exchange, is_readable
from tests.origins.test_function import CLASSES, OTHER, TENANT, Sending, awaited, plain

PAGE = "https://fastcors.github.io/fastcors/live-origins/#what-it-returns"
RAISES = pytest.mark.parametrize("kind", ["plain", "async"])


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Report each origin anew, and return the time that the log goes by, in a list."""
    now = [1_000.0]
    monkeypatch.setattr(limit, "monotonic", lambda: now[0])
    monkeypatch.setattr(log, "_limit", limit.Limit())
    return now


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was written since the last call."""
    found = [f"{record.levelname}: {record.message}" for record in caplog.records]
    caplog.clear()
    return found


def slow(seconds: float, *, catches: Any = ()) -> Any:
    """Return a function that waits, and may catch its cancellation; it notes what happens."""

    async def function(origin: str, scope: Scope) -> bool:
        try:
            await anyio.sleep(seconds)
        except anyio.get_cancelled_exc_class():
            notes.append("canceled")
            if not catches:
                raise
        except catches:
            pass
        return True

    notes: list[str] = []
    function.notes = notes  # type: ignore[attr-defined]
    return function


@BOTH
@CLASSES
@pytest.mark.parametrize("remembering", [False, True])
@pytest.mark.parametrize(("given", "seconds"), [({}, 5), ({"origin_func_timeout": 0.5}, 0.5)])
def test_what_takes_too_long_is_canceled_and_rejects(
    run: Run,
    class_: Any,
    remembering: bool,
    given: Any,
    seconds: float,
    caplog: pytest.LogCaptureFixture,
) -> None:
    function = slow(3600)
    middleware = class_(
        responding(), allow_origin_func=cached(function) if remembering else function, **given
    )

    async def main() -> None:
        start = anyio.current_time()
        assert not await is_readable(middleware, actual(TENANT))
        assert anyio.current_time() - start == pytest.approx(seconds)
        assert (await exchange(middleware, preflight(TENANT)))[0]["status"] == 400
        # A task of its own gets its cancellation a step later.
        await anyio.sleep(0.1)

    run(main)
    assert function.notes == ["canceled"] * 2
    counted = middleware.stats()["allow_origin_func"]
    assert (counted["asked"], counted["timed_out"], sum(counted.values())) == (2, 2, 4)
    (line,) = lines(caplog)
    assert line.startswith(f"WARNING: rejected {TENANT} for /: allow_origin_func ")
    assert line.endswith(
        f" took longer than {seconds} seconds; to wait longer: origin_func_timeout ({PAGE})"
    )


@BOTH
@CLASSES
def test_what_comes_in_time_counts(run: Run, class_: Any) -> None:
    middleware = class_(responding(), allow_origin_func=slow(4.9))

    async def main() -> None:
        assert await is_readable(middleware, actual(TENANT))
        assert await is_readable(middleware, preflight(TENANT))

    run(main)


@BOTH
@CLASSES
def test_true_comes_too_late_from_a_function_that_catches_its_cancellation(
    run: Run, class_: Any
) -> None:
    function = slow(3600, catches=True)
    middleware = class_(responding(), allow_origin_func=function)

    async def main() -> None:
        assert not await is_readable(middleware, actual(TENANT))

    run(main)
    assert function.notes == ["canceled"]
    assert middleware.stats()["allow_origin_func"]["timed_out"] == 1


@BOTH
def test_an_error_after_the_timeout_is_a_timeout_and_a_timeout_of_its_own_an_error(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(origin: str, scope: Scope) -> bool:
        if origin == OTHER:
            raise TimeoutError("of the database")
        try:
            await anyio.sleep(3600)
        finally:
            raise OSError("closed")

    middleware = CORSMiddleware(responding(), allow_origin_func=failing)

    async def main() -> None:
        for origin in (TENANT, OTHER):
            assert not await is_readable(middleware, actual(origin))

    run(main)
    counted = middleware.stats()["allow_origin_func"]
    assert (counted["timed_out"], counted["raised"]) == (1, 1)
    assert "raised TimeoutError: of the database" in lines(caplog)[-1]


@BOTH
@CLASSES
@pytest.mark.parametrize("enforce", [False, True])
@pytest.mark.parametrize("remembering", [False, True])
def test_the_cancellation_of_a_request_reaches_the_function(
    run: Run,
    class_: Any,
    enforce: bool,
    remembering: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    function = slow(4)
    called: list[Scope] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        called.append(scope)
        await responding()(scope, receive, send)

    middleware = class_(
        app,
        [ORIGIN],
        allow_origin_func=cached(function) if remembering else function,
        enforce=enforce,
    )

    async def main() -> None:
        for scope in (actual(TENANT), preflight(TENANT)):
            with anyio.move_on_after(2) as canceled:
                await exchange(middleware, scope)
            assert canceled.cancelled_caught
            await anyio.sleep(0.1)

    run(main)
    assert function.notes == ["canceled"] * 2
    # With a hook, the function is asked when the response starts, unless enforcement asks it.
    assert len(called) == (class_ is Sending and not enforce)
    counted = middleware.stats()["allow_origin_func"]
    assert (counted["asked"], sum(counted.values())) == (2, 2)
    assert lines(caplog) == []


@CLASSES
def test_a_line_names_the_origin_the_path_the_function_and_the_cause(
    class_: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(origin: str, scope: Scope) -> Any:
        if origin == TENANT:
            raise ValueError("a\nb \x1b[31m \u2028")
        return origin

    failing.__module__, failing.__qualname__ = "tenants", "is_tenant"
    middleware = class_(responding(), allow_origin_func=failing)
    sent(middleware, {**actual(TENANT), "path": "/a\nb"})
    sent(middleware, preflight(OTHER))
    assert lines(caplog) == [
        f"WARNING: rejected {TENANT} for '/a\\nb': allow_origin_func tenants.is_tenant raised "
        rf"ValueError: a\nb \x1b[31m \u2028 ({PAGE})",
        f"WARNING: rejected {OTHER} for /: allow_origin_func tenants.is_tenant returned '{OTHER}', "
        f"a str; only True allows an origin, so let it return True or False ({PAGE})",
    ]


def test_one_line_a_minute_for_each_origin_and_cause_and_for_at_most_a_hundred(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    results: list[Any] = [None]

    def failing(origin: str, scope: Scope) -> Any:
        if results[0] == "raise":
            raise ValueError
        return results[0]

    middleware = CORSMiddleware(responding(), allow_origin_func=failing)

    def count(origin: str) -> int:
        sent(middleware, actual(origin))
        return len(lines(caplog))

    assert [count(TENANT), count(TENANT), count(OTHER)] == [1, 0, 1]
    results[0] = "raise"
    assert [count(TENANT), count(TENANT)] == [1, 0]
    clock[0] += 59
    assert count(TENANT) == 0
    clock[0] += 1
    assert [count(TENANT), count(TENANT)] == [1, 0]
    assert sum(count(f"https://{number}.example") for number in range(300)) == 99
    assert len(log._limit._reported) == 100
    clock[0] += 60
    assert sum(count(f"https://{number}.example") for number in range(300)) == 100
    assert middleware.stats()["allow_origin_func"]["raised"] == 605


def test_the_traceback_is_logged_at_level_debug_alone(caplog: pytest.LogCaptureFixture) -> None:
    def failing(origin: str, scope: Scope) -> bool:
        raise ValueError("in the function")

    middleware = CORSMiddleware(responding(), allow_origin_func=failing)
    sent(middleware, actual(TENANT))
    assert [record.exc_info for record in caplog.records] == [None]
    caplog.set_level(logging.DEBUG, "fastcors")
    sent(middleware, actual(OTHER))
    warning = caplog.records[1]
    assert warning.exc_info is not None
    assert "in failing" in caplog.text


@BOTH
@CLASSES
@pytest.mark.parametrize("function", [plain, awaited])
def test_a_rejection_is_a_line_at_level_debug_that_names_the_function(
    run: Run, class_: Any, function: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fastcors")
    middleware = class_(responding(), [ORIGIN], allow_origin_func=function)

    async def main() -> None:
        await exchange(middleware, actual(OTHER))
        await exchange(middleware, preflight(OTHER))
        await exchange(middleware, actual("null"))

    run(main)
    first, second, third = (line for line in lines(caplog) if line.startswith("DEBUG: rejected"))
    why = (
        f"origin: {OTHER} is not allowed by allow_origin_func {function.__module__}."
        f"{function.__name__}; to allow this origin: return True for it there"
    )
    assert first == f"DEBUG: rejected an actual request for / from {OTHER} | {why}"
    assert second == f"DEBUG: rejected a preflight for / from {OTHER} | {why}"
    # It is not asked about this one.
    assert "allow_origin_func" not in third


@RAISES
def test_a_filter_that_raises_does_not_end_the_request(
    kind: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(record: logging.LogRecord) -> bool:
        raise RuntimeError(record.msg)

    async def later(origin: str, scope: Scope) -> Any:
        return None

    function: Any = later if kind == "async" else lambda origin, scope: None
    middleware = CORSMiddleware(responding(), allow_origin_func=function)
    logger = logging.getLogger("fastcors")
    logger.addFilter(failing)
    try:
        assert not run(is_readable(middleware, actual(TENANT)))
    finally:
        logger.removeFilter(failing)
    assert "RuntimeError" in capsys.readouterr().err


def test_a_logger_that_takes_no_warning_costs_no_line() -> None:
    logger = logging.getLogger("fastcors")
    logger.setLevel(logging.ERROR)
    try:
        middleware = CORSMiddleware(
            responding(),
            allow_origin_func=lambda origin, scope: None,  # type: ignore[arg-type, return-value]
        )
        assert not run(is_readable(middleware, actual(TENANT)))
    finally:
        logger.setLevel(logging.NOTSET)
    assert log._limit._reported == {}


def test_an_application_that_fails_is_not_taken_for_the_function() -> None:
    async def failing(scope: Scope, receive: Any, send: Any) -> None:
        raise ValueError("of the application")

    for function in (plain, awaited):

        async def main(function: Any = function) -> None:
            middleware = CORSMiddleware(failing, allow_origin_func=function)
            with pytest.raises(ValueError, match="of the application"):
                await middleware(actual(TENANT), receive, receive)  # type: ignore[arg-type]
            assert middleware.stats()["allow_origin_func"]["raised"] == 0

        anyio.run(main)


@pytest.mark.parametrize("remembering", [False, True])
def test_a_canceled_task_that_the_function_awaits_rejects_and_does_not_cancel_the_request(
    remembering: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def function(origin: str, scope: Scope) -> bool:
        task = asyncio.ensure_future(asyncio.sleep(60))
        asyncio.get_running_loop().call_soon(task.cancel)
        await task
        return True

    middleware = CORSMiddleware(
        responding(), allow_origin_func=cached(function) if remembering else function
    )

    async def main() -> None:
        assert not await is_readable(middleware, actual(TENANT))
        assert not await is_readable(middleware, preflight(TENANT))

    asyncio.run(main())
    assert middleware.stats()["allow_origin_func"]["raised"] == 2
    assert "raised CancelledError" in lines(caplog)[0]
