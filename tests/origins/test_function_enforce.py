"""`allow_origin_func` beside `enforce` and `hosts`: it is asked before the application runs."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from fastcors import CORSMiddleware, Policy
from tests.exchange import ORIGIN, Scope, responding
from tests.origins.loops import BOTH, Run, exchange
from tests.origins.test_function import EACH, FUNCTIONS, OTHER, TENANT, Sending, awaited, plain

HOST = b"api.example.com"


class Deciding(CORSMiddleware):
    """A subclass whose own decision is that of the base class."""

    async def is_allowed_origin(self, origin: str) -> bool:
        verdict: Any = super().is_allowed_origin(origin)
        return verdict if isinstance(verdict, bool) else await verdict


CLASSES = pytest.mark.parametrize("class_", [CORSMiddleware, Sending, Deciding])


def scope_of(kind: str, origin: str | None, method: str = "POST", **more: Any) -> Scope:
    """Return the scope of a request, or of the handshake of a WebSocket."""
    lines = [(b"host", HOST)]
    if origin is not None:
        lines.append((b"origin", origin.encode()))
    scope: Scope = {"type": kind, "path": "/", "scheme": "https", "headers": lines, **more}
    if kind == "http":
        scope["method"] = method
    else:
        scope["extensions"] = {"websocket.http.response": {}}
    return scope


class Application:
    """It notes the requests that reach it."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            await responding()(scope, receive, send)
        else:
            await send({"type": "websocket.accept"})


@BOTH
@CLASSES
@EACH
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_what_it_rejects_does_not_reach_the_application(
    run: Run, class_: Any, name: str, kind: str
) -> None:
    application, twin = Application(), Application()
    function = FUNCTIONS[name]()
    asking = class_(application, [ORIGIN], allow_origin_func=function, enforce=True)
    listing = CORSMiddleware(twin, [ORIGIN, TENANT], enforce=True)

    async def main() -> None:
        for origin in (ORIGIN, TENANT, OTHER, "null", None):
            messages = await exchange(asking, scope_of(kind, origin))
            assert messages == await exchange(listing, scope_of(kind, origin))

    run(main)
    assert len(application.scopes) == len(twin.scopes) == 3
    stats, expected = asking.stats(), listing.stats()
    counted = stats["allow_origin_func"]
    assert {**stats, "allow_origin_func": {}} == {**expected, "allow_origin_func": {}}
    assert (counted["asked"], counted["allowed"], counted["rejected"]) == (2, 1, 1)


@BOTH
@CLASSES
@pytest.mark.parametrize("function", [plain, awaited])
def test_a_preflight_is_asked_about_once(run: Run, class_: Any, function: Any) -> None:
    middleware = class_(Application(), [ORIGIN], allow_origin_func=function, enforce=True)

    async def main() -> list[int]:
        found = []
        for origin in (TENANT, OTHER):
            scope = scope_of("http", origin, "OPTIONS")
            scope["headers"].append((b"access-control-request-method", b"GET"))
            found.append((await exchange(middleware, scope))[0]["status"])
        return found

    assert run(main) == [200, 400]
    assert middleware.stats()["allow_origin_func"]["asked"] == 2


@CLASSES
def test_it_is_not_asked_about_a_request_for_another_host(class_: Any) -> None:
    def never(origin: str, scope: Scope) -> bool:
        raise AssertionError(origin)

    application = Application()
    middleware = class_(
        application, [ORIGIN], allow_origin_func=never, hosts=["other.example"], enforce=True
    )

    async def main() -> None:
        for kind in ("http", "websocket"):
            messages = await exchange(middleware, scope_of(kind, TENANT))
            assert messages[0]["status"] == 421

    anyio.run(main)
    assert application.scopes == []


@BOTH
@CLASSES
@pytest.mark.parametrize("function", [plain, awaited])
def test_it_is_asked_with_hosts_alone(run: Run, class_: Any, function: Any) -> None:
    application = Application()
    middleware = class_(application, [ORIGIN], allow_origin_func=function, hosts=["*.example.com"])

    async def main() -> None:
        for origin, is_allowed in ((TENANT, True), (OTHER, False)):
            messages = await exchange(middleware, scope_of("http", origin))
            assert (b"access-control-allow-origin" in dict(messages[0]["headers"])) is is_allowed

    run(main)
    assert len(application.scopes) == 2


@BOTH
@CLASSES
@pytest.mark.parametrize("function", [plain, awaited])
@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"enforce": "report", "hosts": ["other.example"]}, None),
        ({"enforce": "unsafe"}, (b"origin", OTHER.encode())),
    ],
    ids=["another host is reported", "several origins"],
)
def test_what_passes_though_enforcement_has_not_asked_it_has_the_headers_that_it_says(
    run: Run, class_: Any, function: Any, options: Any, line: Any
) -> None:
    application = Application()
    middleware = class_(application, [ORIGIN], allow_origin_func=function, **options)
    scope = scope_of("http", TENANT, "GET")
    scope["headers"] += [] if line is None else [line]

    async def main() -> None:
        messages = await exchange(middleware, scope)
        allowed = dict(messages[0]["headers"])[b"access-control-allow-origin"]
        assert allowed.decode() == TENANT

    run(main)
    assert len(application.scopes) == 1
    assert middleware.stats()["allow_origin_func"]["asked"] == 1


@BOTH
@CLASSES
@pytest.mark.parametrize("function", [plain, awaited])
def test_what_would_be_rejected_is_reported(
    run: Run, class_: Any, function: Any, caplog: pytest.LogCaptureFixture
) -> None:
    application = Application()
    middleware = class_(application, [ORIGIN], allow_origin_func=function, enforce="report")
    # Another for each test: an origin is reported once a minute.
    origin = f"https://{class_.__name__}-{function.__name__}-{run.__name__}.example".lower()

    async def main() -> None:
        for each in (TENANT, origin):
            await exchange(middleware, scope_of("http", each))

    run(main)
    assert len(application.scopes) == 2
    assert middleware.stats()["enforcement"]["origin-write"] == 1
    (line,) = [record.message for record in caplog.records]
    decider = "Deciding.is_allowed_origin"
    if class_ is not Deciding:
        decider = f"allow_origin_func {function.__module__}.{function.__name__}"
    assert f"origin-write: {origin} is not allowed by {decider}" in line


@pytest.mark.parametrize("function", [plain, awaited])
def test_the_servers_own_origin_passes_whatever_it_says(function: Any) -> None:
    application = Application()
    middleware = CORSMiddleware(application, [ORIGIN], allow_origin_func=function, enforce=True)

    async def main() -> None:
        await exchange(middleware, scope_of("http", f"https://{HOST.decode()}"))

    anyio.run(main)
    assert len(application.scopes) == 1


def test_a_policy_says_that_it_is_asked_at_run_time() -> None:
    policy = Policy(allow_origins=[ORIGIN], allow_origin_func=plain, enforce=True)
    decision = policy.websocket(origin=TENANT, host="api.example.com")
    assert not decision
    assert f"only allow_origin_func {plain.__module__}.plain can allow {TENANT}" in str(decision)


@CLASSES
def test_it_is_not_asked_about_a_request_with_several_origins(class_: Any) -> None:
    def never(origin: str, scope: Scope) -> bool:
        raise AssertionError(origin)

    application = Application()
    middleware = class_(application, [ORIGIN], allow_origin_func=never, enforce=True)

    async def main() -> None:
        for kind in ("http", "websocket"):
            scope = scope_of(kind, TENANT)
            scope["headers"].append((b"origin", OTHER.encode()))
            assert (await exchange(middleware, scope))[0]["status"] == 403

    anyio.run(main)
    assert application.scopes == []
