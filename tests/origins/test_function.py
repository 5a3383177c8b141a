"""`allow_origin_func`: when it is asked, and what follows from what it does."""

from __future__ import annotations

import asyncio
import functools
import types
from collections.abc import Callable, Generator
from typing import Any

import anyio
import pytest

from fastcors import CORSMiddleware, OriginSet, cached, install
from tests.exchange import ORIGIN, Scope, actual, preflight, responding, run, sent
from tests.origins.loops import BOTH, Run, exchange, is_readable

TENANT = "https://tenant.example"
OTHER = "https://other.example"


def plain(origin: str, scope: Scope) -> bool:
    return origin == TENANT


async def awaited(origin: str, scope: Scope) -> bool:
    await anyio.sleep(1)
    return origin == TENANT


class Later:
    """An awaitable that is no coroutine."""

    def __init__(self, origin: str, scope: Scope) -> None:
        self.origin = origin

    def __await__(self) -> Generator[Any, Any, bool]:
        return awaited(self.origin, {}).__await__()


@types.coroutine
def generated(origin: str, scope: Scope) -> Generator[Any, Any, bool]:
    return (yield from awaited(origin, scope).__await__())


class Tenants:
    def method(self, origin: str, scope: Scope) -> bool:
        return origin == TENANT

    async def __call__(self, origin: str, scope: Scope) -> bool:
        return await awaited(origin, scope)


def sometimes(origin: str, scope: Scope) -> Any:
    return True if origin == TENANT else awaited(origin, scope)


FUNCTIONS: dict[str, Callable[[], Any]] = {
    "plain": lambda: plain,
    "async": lambda: awaited,
    "method": lambda: Tenants().method,
    "object": Tenants,
    "partial": lambda: functools.partial(awaited),
    "awaitable": lambda: lambda origin, scope: Later(origin, scope),
    "generator": lambda: generated,
    "sometimes": lambda: sometimes,
    "cached plain": lambda: cached(plain),
    "cached async": lambda: cached(awaited),
}
EACH = pytest.mark.parametrize("name", FUNCTIONS)


class Sending(CORSMiddleware):
    """A subclass with a hook: it takes the path in Python."""

    async def send(self, message: Any, send: Any, request_headers: Any) -> None:
        await super().send(message, send, request_headers)


CLASSES = pytest.mark.parametrize("class_", [CORSMiddleware, Sending])
OPTIONS: dict[str, Any] = {
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["X-Token"],
    "expose_headers": ["X-Total"],
    "allow_credentials": True,
}
SCOPES: tuple[tuple[Any, dict[str, Any]], ...] = (
    (actual, {}),
    (actual, {"method": "PUT"}),
    (preflight, {"method": "PUT", "headers": "x-token"}),
    (preflight, {"method": "PATCH", "headers": "x-other", "private_network": "true"}),
)


@BOTH
@CLASSES
@EACH
def test_what_it_allows_or_rejects_has_the_response_of_an_origin_that_is_listed_or_not(
    run: Run, class_: Any, name: str
) -> None:
    listing = CORSMiddleware(responding(), [TENANT], **OPTIONS)
    asking = class_(responding(), [ORIGIN], allow_origin_func=FUNCTIONS[name](), **OPTIONS)

    async def main() -> None:
        for origin in (TENANT, OTHER, TENANT):
            for scope, arguments in SCOPES:
                messages = await exchange(asking, scope(origin, **arguments))
                assert messages == await exchange(listing, scope(origin, **arguments))

    run(main)
    stats = asking.stats()
    assert {**stats, "allow_origin_func": {}} == {**listing.stats(), "allow_origin_func": {}}
    counted = stats["allow_origin_func"]
    assert (counted["asked"], counted["allowed"], counted["rejected"]) == (12, 8, 4)


@CLASSES
def test_what_the_options_allow_is_not_asked_about(class_: Any) -> None:
    asked: list[str] = []

    def noting(origin: str, scope: Scope) -> Any:
        asked.append(origin)
        return False

    live = [ORIGIN]
    middleware = class_(
        responding(),
        live,
        allow_origin_regex=[r"https://r\.example", r"https://(?=p)p\.example"],
        allow_origin_func=noting,
        accept=["regex-python-only"],
    )
    live.append("https://*.pattern.example")
    for origin in (ORIGIN, "https://a.pattern.example", "https://r.example", "https://p.example"):
        for scope in (actual(origin), preflight(origin)):
            assert run(is_readable(middleware, scope))
    assert not run(is_readable(middleware, actual(None)))
    assert asked == []
    assert middleware.stats()["allow_origin_func"]["asked"] == 0
    sent(middleware, actual(TENANT))
    assert asked == [TENANT]


@CLASSES
@pytest.mark.parametrize(
    "origin",
    ["", "null", "https://a.example ", "https://\xe9.example", "\x7f", "a\tb", "x" * 301],
    ids=ascii,
)
def test_it_is_never_asked_about_what_names_no_site(class_: Any, origin: str) -> None:
    def never(origin: str, scope: Scope) -> bool:
        raise AssertionError(origin)

    for enforce in (False, True):
        middleware = class_(
            responding(), [ORIGIN], allow_origin_func=never, enforce=enforce, allow_methods=["GET"]
        )
        for scope in (actual(origin), preflight(origin)):
            assert not run(is_readable(middleware, scope))
        assert middleware.stats()["allow_origin_func"]["asked"] == 0


def test_null_is_allowed_if_it_is_listed() -> None:
    with pytest.warns(UserWarning, match="origin-null"):
        middleware = CORSMiddleware(
            responding(), ["null"], allow_origin_func=plain, allow_credentials=True
        )
    assert run(is_readable(middleware, actual("null")))


@pytest.mark.parametrize("origin", ["https://a.example/path", "anything", "x" * 300])
def test_it_is_asked_about_whatever_may_name_a_site_as_it_was_sent(origin: str) -> None:
    asked: list[tuple[str, Any]] = []

    def noting(origin: str, scope: Scope) -> bool:
        asked.append((origin, scope))
        return True

    middleware = CORSMiddleware(responding(), allow_origin_func=noting)
    for scope in (actual(origin), preflight(origin)):
        assert run(is_readable(middleware, scope))
        ((text, given),) = asked
        assert (type(text), text) == (str, origin)
        assert given is scope
        asked.clear()


@pytest.mark.parametrize("options", [{}, {"allow_origin_regex": r"https://r\.example"}])
def test_its_verdicts_are_not_remembered(options: Any) -> None:
    verdicts = iter([True, False] * 3)
    middleware = CORSMiddleware(
        responding(), allow_origin_func=lambda origin, scope: next(verdicts), **options
    )
    assert [run(is_readable(middleware, actual(TENANT))) for _ in range(6)] == [True, False] * 3


@BOTH
@CLASSES
@pytest.mark.parametrize("kind", ["plain", "async"])
@pytest.mark.parametrize("value", [None, 1, 0, "true", [True], object, types.SimpleNamespace()])
def test_anything_but_a_bool_rejects(run: Run, class_: Any, kind: str, value: Any) -> None:
    async def later(origin: str, scope: Scope) -> Any:
        return value

    function: Any = later if kind == "async" else lambda origin, scope: value
    middleware = class_(responding(), allow_origin_func=function)

    async def main() -> None:
        assert not await is_readable(middleware, actual(TENANT))
        assert (await exchange(middleware, preflight(TENANT)))[0]["status"] == 400

    run(main)
    counted = middleware.stats()["allow_origin_func"]
    assert (counted["asked"], counted["not_bool"], sum(counted.values())) == (2, 2, 4)


class OwnError(Exception):
    """An exception whose text cannot be had."""

    def __str__(self) -> str:
        raise ValueError


@BOTH
@CLASSES
@pytest.mark.parametrize("kind", ["plain", "async", "cached plain", "cached async"])
@pytest.mark.parametrize(
    "error", [ValueError("no"), TimeoutError(), OwnError(), ExceptionGroup("all", [OSError()])]
)
def test_an_exception_rejects(run: Run, class_: Any, kind: str, error: Exception) -> None:
    middleware = class_(responding(), allow_origin_func=_raising(kind, error))

    async def main() -> None:
        assert not await is_readable(middleware, actual(TENANT))
        assert (await exchange(middleware, preflight(TENANT)))[0]["status"] == 400

    run(main)
    counted = middleware.stats()["allow_origin_func"]
    assert (counted["asked"], counted["raised"], sum(counted.values())) == (2, 2, 4)


def _raising(kind: str, error: BaseException) -> Any:
    def raising(origin: str, scope: Scope) -> bool:
        raise error

    async def raising_later(origin: str, scope: Scope) -> bool:
        await anyio.sleep(1)
        raise error

    function: Any = raising_later if kind.endswith("async") else raising
    return cached(function) if kind.startswith("cached") else function


@CLASSES
@pytest.mark.parametrize("kind", ["plain", "async", "cached plain"])
@pytest.mark.parametrize(
    "error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit]
)
def test_what_is_no_exception_passes_through(class_: Any, kind: str, error: Any) -> None:
    async def raising_later(origin: str, scope: Scope) -> bool:
        raise error

    function = raising_later if kind == "async" else _raising(kind, error())
    middleware = class_(responding(), allow_origin_func=function)
    for scope in (actual(TENANT), preflight(TENANT)):
        coroutine = exchange(middleware, scope)
        with pytest.raises(error):
            coroutine.send(None)
    counted = middleware.stats()["allow_origin_func"]
    assert (counted["asked"], sum(counted.values())) == (2, 2)


def test_without_an_event_loop_that_is_known_it_is_awaited_without_a_timeout() -> None:
    @types.coroutine
    def other_loop() -> Generator[str, bool, bool]:
        return (yield "waiting")

    async def asking(origin: str, scope: Scope) -> bool:
        return await other_loop()

    middleware = CORSMiddleware(responding(), allow_origin_func=asking)
    coroutine = is_readable(middleware, actual(TENANT))
    assert coroutine.send(None) == "waiting"
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(True)
    assert stopped.value.value is True


def test_what_an_async_function_raises_without_a_known_event_loop_rejects() -> None:
    async def failing(origin: str, scope: Scope) -> bool:
        raise ValueError(origin)

    middleware = CORSMiddleware(responding(), allow_origin_func=failing)
    assert not run(is_readable(middleware, actual(TENANT)))
    assert middleware.stats()["allow_origin_func"]["raised"] == 1


@pytest.mark.parametrize("function", [plain, lambda origin, scope: awaited(origin, scope)])
def test_a_plain_function_is_called_when_the_middleware_is(function: Any) -> None:
    called: list[str] = []

    def noting(origin: str, scope: Scope) -> Any:
        called.append(origin)
        return plain(origin, scope)

    middleware: Any = CORSMiddleware(responding(), allow_origin_func=noting)
    coroutine = middleware(actual(TENANT), None, None)
    assert called == [TENANT]
    coroutine.close()


def test_an_async_function_is_called_when_the_coroutine_runs_and_warns_of_nothing_if_not() -> None:
    called: list[str] = []

    async def noting(origin: str, scope: Scope) -> bool:
        called.append(origin)
        return True

    middleware = CORSMiddleware(responding(), allow_origin_func=noting)

    async def main() -> None:
        task = asyncio.create_task(exchange(middleware, actual(TENANT)))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert called == []


@BOTH
def test_many_requests_wait_at_the_same_time(run: Run) -> None:
    middleware = CORSMiddleware(responding(), allow_origin_func=awaited)
    found: list[bool] = []

    async def main() -> float:
        start = anyio.current_time()

        async def one(origin: str) -> None:
            found.append(await is_readable(middleware, actual(origin)))

        async with anyio.create_task_group() as group:
            for number in range(200):
                group.start_soon(one, TENANT if number % 2 else OTHER)
        return anyio.current_time() - start

    assert run(main) == pytest.approx(1)
    assert sorted(found) == [False] * 100 + [True] * 100


@BOTH
@CLASSES
def test_a_request_keeps_the_function_it_began_with(run: Run, class_: Any) -> None:
    middleware = class_(responding(), allow_origin_func=awaited)

    async def main() -> None:
        readable: list[bool] = []

        async def one() -> None:
            readable.append(await is_readable(middleware, preflight(TENANT)))

        async with anyio.create_task_group() as group:
            group.start_soon(one)
            await anyio.sleep(0.5)
            middleware.reconfigure(allow_origin_func=lambda origin, scope: origin == OTHER)
            assert await is_readable(middleware, actual(OTHER))
            assert not await is_readable(middleware, actual(TENANT))
        assert readable == [True]
        middleware.allow_origin_func = None
        assert not await is_readable(middleware, actual(OTHER))

    run(main)


def test_a_live_list_counts_beside_it() -> None:
    live: list[str] = []
    middleware = CORSMiddleware(
        responding(), live, allow_origin_func=plain, accept=["no-origins"], enforce=True
    )
    for origin, is_allowed in ((TENANT, True), (OTHER, False)):
        assert run(is_readable(middleware, actual(origin))) is is_allowed
    live.append(OTHER)
    for origin in (TENANT, OTHER):
        assert run(is_readable(middleware, actual(origin)))
    live.clear()
    assert not run(is_readable(middleware, actual(OTHER)))


@pytest.mark.parametrize("enforce", [False, True])
def test_an_origin_set_counts_beside_it(enforce: bool) -> None:
    origins = OriginSet()
    asked: list[str] = []

    def noting(origin: str, scope: Scope) -> bool:
        asked.append(origin)
        return origin == TENANT

    middleware = CORSMiddleware(
        responding(), origins, allow_origin_func=noting, enforce=enforce, accept=["no-origins"]
    )
    assert not run(is_readable(middleware, actual(OTHER)))
    origins.add(OTHER)
    assert run(is_readable(middleware, actual(OTHER)))
    assert run(is_readable(middleware, actual(TENANT)))
    origins.discard(OTHER)
    assert not run(is_readable(middleware, actual(OTHER)))
    assert asked == [OTHER, TENANT, OTHER]


def test_a_mock_is_called_as_a_function_is() -> None:
    from unittest.mock import AsyncMock, MagicMock

    for mock in (MagicMock(return_value=True), AsyncMock(return_value=True)):
        middleware = CORSMiddleware(responding(), allow_origin_func=mock)
        scope = actual(TENANT)
        assert run(is_readable(middleware, scope))
        mock.assert_called_once_with(TENANT, scope)


def test_it_is_an_option_of_install() -> None:
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    app = Starlette()
    middleware = install(app, allow_origin_func=awaited, origin_func_timeout=30)
    assert middleware.origin_func_timeout == 30
    with TestClient(app) as client:
        response = client.get("/", headers={"Origin": TENANT})
    assert response.headers["access-control-allow-origin"] == TENANT
    assert middleware.stats()["allow_origin_func"]["allowed"] == 1


def test_a_scope_that_can_be_read_only_once_is_copied_before_it_is_asked() -> None:
    seen: list[Any] = []

    def noting(origin: str, scope: Scope) -> bool:
        seen.append(list(scope["headers"]))
        return True

    for enforce in (False, True):
        middleware = CORSMiddleware(
            responding(), [ORIGIN], allow_origin_func=noting, enforce=enforce
        )
        scope = actual(TENANT)
        lines = scope["headers"]
        assert run(is_readable(middleware, {**scope, "headers": iter(lines)}))
        assert seen.pop() == lines
