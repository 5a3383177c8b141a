"""`allow_origin_func` and a subclass that decides on origins: what `super()` says, and when."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from starlette.datastructures import Headers

from fastcors import CORSMiddleware
from tests.exchange import ORIGIN, Scope, actual, preflight, responding, run
from tests.origins.loops import BOTH, Run, exchange, is_readable
from tests.origins.test_function import OTHER, TENANT, awaited, plain

EXTRA = "https://extra.example"


class Alone(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return origin == EXTRA


class Plain(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return origin == EXTRA or super().is_allowed_origin(origin)


class Returning(CORSMiddleware):
    """It hands on what is to be awaited."""

    def is_allowed_origin(self, origin: str) -> Any:
        return super().is_allowed_origin(origin)


class Awaiting(CORSMiddleware):
    async def is_allowed_origin(self, origin: str) -> bool:
        verdict: Any = super().is_allowed_origin(origin)
        return origin == EXTRA or await verdict


class Branching(CORSMiddleware):
    """It tests what is to be awaited, which is always true of a coroutine."""

    def is_allowed_origin(self, origin: str) -> bool:
        return bool(super().is_allowed_origin(origin))


class Hooked(Awaiting):
    """The same on the path in Python."""

    async def send(self, message: Any, send: Any, request_headers: Any) -> None:
        await super().send(message, send, request_headers)


class HookedPlain(Plain):
    async def send(self, message: Any, send: Any, request_headers: Any) -> None:
        await super().send(message, send, request_headers)


REQUESTS = (actual, preflight)


def allowed(run: Run, middleware: CORSMiddleware, origins: tuple[str, ...]) -> list[str]:
    """Return the origins that are allowed, on preflights and on actual requests alike."""

    async def main() -> list[str]:
        found = []
        for origin in origins:
            verdicts = {await is_readable(middleware, scope(origin)) for scope in REQUESTS}
            assert len(verdicts) == 1, origin
            found += [origin] * verdicts.pop()
        return found

    names: list[str] = run(main)
    return names


ALL = (ORIGIN, TENANT, OTHER, EXTRA, "null")


@BOTH
@pytest.mark.parametrize("enforce", [False, "report"])
@pytest.mark.parametrize(
    ("class_", "function", "expected"),
    [
        (Alone, plain, [EXTRA]),
        (Alone, awaited, [EXTRA]),
        (Plain, plain, [ORIGIN, TENANT, EXTRA]),
        (HookedPlain, plain, [ORIGIN, TENANT, EXTRA]),
        (Branching, plain, [ORIGIN, TENANT]),
        (Returning, plain, [ORIGIN, TENANT]),
        (Returning, awaited, [ORIGIN, TENANT]),
    ],
)
def test_super_asks_the_rules_and_then_the_function(
    run: Run, class_: Any, function: Any, expected: list[str], enforce: Any
) -> None:
    middleware = class_(responding(), [ORIGIN], allow_origin_func=function, enforce=enforce)
    assert allowed(run, middleware, ALL) == expected
    counted = middleware.stats()["allow_origin_func"]
    assert counted["asked"] == (0 if class_ is Alone else 4 if EXTRA in expected else 6)


@BOTH
@pytest.mark.parametrize("class_", [Awaiting, Hooked])
def test_an_async_override_awaits_super(run: Run, class_: Any) -> None:
    middleware = class_(responding(), allow_origin_func=awaited)
    assert allowed(run, middleware, (TENANT, OTHER, EXTRA)) == [TENANT, EXTRA]


@BOTH
def test_a_test_of_what_is_to_be_awaited_raises_and_lets_nothing_in(run: Run) -> None:
    middleware = Branching(responding(), allow_origin_func=awaited)

    async def main() -> None:
        for origin in (TENANT, OTHER):
            for scope in REQUESTS:
                with pytest.raises(TypeError, match=r"write: await super\(\)\.is_allowed_origin"):
                    await exchange(middleware, scope(origin))

    run(main)


def test_it_is_not_asked_outside_a_request() -> None:
    def never(origin: str, scope: Scope) -> bool:
        raise AssertionError(origin)

    for class_ in (CORSMiddleware, Plain, HookedPlain):
        middleware = class_(responding(), [ORIGIN], allow_origin_func=never)
        assert middleware.is_allowed_origin(ORIGIN)
        assert not middleware.is_allowed_origin(TENANT)
        asked = {"origin": TENANT, "access-control-request-method": "GET"}
        assert middleware.preflight_response(Headers(asked)).status_code == 400


def test_the_override_keeps_the_function_that_the_request_began_with() -> None:
    middleware = Plain(responding(), allow_origin_func=plain)
    readable: list[bool] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        middleware.reconfigure(allow_origin_func=lambda origin, scope: origin == OTHER)
        await responding()(scope, receive, send)

    middleware.app = app
    readable = [run(is_readable(middleware, actual(TENANT))) for _ in range(2)]
    assert readable == [True, False]


def test_the_scope_of_its_own_request_is_given_to_each_of_many() -> None:
    seen: dict[str, Any] = {}

    async def noting(origin: str, scope: Scope) -> bool:
        await anyio.sleep(0.001)
        seen[origin] = scope["path"]
        return True

    middleware = Awaiting(responding(), allow_origin_func=noting)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for number in range(50):
                scope = {**actual(f"https://{number}.example"), "path": f"/{number}"}
                group.start_soon(exchange, middleware, scope)

    anyio.run(main)
    assert seen == {f"https://{number}.example": f"/{number}" for number in range(50)}
