"""The application stays what it is, whatever builds, reads or replaces its middleware stack."""

from __future__ import annotations

import asyncio
import copy
import functools
import gc
import threading
import weakref
from contextlib import asynccontextmanager
from typing import Any

import asgi_lifespan
import fastapi
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

import fastcors
from tests.exchange import ORIGIN

from .applications import FRAMEWORKS, HEADERS, PREFLIGHT, Gate, Make, client, cors_of, routes

each_framework = pytest.mark.parametrize("make", FRAMEWORKS.values(), ids=FRAMEWORKS)


class Around:
    """A layer that adds a header, under whatever name it holds the next one."""

    def __init__(self, app: ASGIApp, name: str = "app") -> None:
        self.name = name
        setattr(self, name, app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-around", b"1")]}
            await send(message)

        await getattr(self, self.name)(scope, receive, send_with_header)


def function_around(app: ASGIApp) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        await Around(app)(scope, receive, send)

    return call


class Slotted:
    """Holds the next layer in a slot."""

    __slots__ = ("next",)

    def __init__(self, app: ASGIApp) -> None:
        self.next = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Around(self.next)(scope, receive, send)


class Listed:
    """Holds the next layer in a list."""

    def __init__(self, app: ASGIApp) -> None:
        self.layers = [app]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Around(self.layers[0])(scope, receive, send)


async def call_another(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await Around(app)(scope, receive, send)


def by_default(app: ASGIApp) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send, app: ASGIApp = app) -> None:
        await Around(app)(scope, receive, send)

    return call


# What stays


@each_framework
def test_the_application_stays_the_same_object_of_a_class_that_looks_the_same(make: Make) -> None:
    app, other = make(), make()
    before = repr(app), type(app).__module__, type(app).__doc__
    fastcors.install(app, allow_origins=[ORIGIN])
    assert isinstance(app, type(other))
    assert (repr(app), type(app).__module__, type(app).__doc__) == before
    assert client(app).get("/").text == "home"
    # Only this application is another.
    other.middleware_stack = Gate(other.build_middleware_stack())
    assert isinstance(other.middleware_stack, Gate)


@each_framework
def test_the_middleware_is_the_stack_and_its_app_is_what_starlette_built(make: Make) -> None:
    app = make()
    middleware = fastcors.install(app, allow_origins=[ORIGIN])
    assert client(app).get("/", headers=HEADERS).status_code == 200
    assert app.middleware_stack is middleware
    assert isinstance(middleware.app, ServerErrorMiddleware)


@each_framework
def test_the_middleware_counts_explains_and_is_reconfigured(make: Make) -> None:
    app = make()
    policy = fastcors.Policy(allow_origins=[ORIGIN])
    middleware = fastcors.install(app, policy=policy)
    assert type(middleware) is fastcors.CORSMiddleware
    assert middleware.policy is policy
    middleware.reconfigure(max_age=5)
    calling = client(app)
    assert calling.options("/", headers=PREFLIGHT).headers["access-control-max-age"] == "5"
    middleware.reconfigure(allow_origins=["https://other.example"])
    assert cors_of(calling.get("/", headers=HEADERS)) == []
    assert middleware.stats()["requests"] == 2
    assert middleware.stats()["rejected"]["origin"] == 1


@each_framework
def test_another_scope_than_http_passes(make: Make) -> None:
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        events.append("start")
        yield {"kept": "state"}
        events.append("stop")

    app = make(lifespan=lifespan)

    async def state(request: Request) -> Response:
        return PlainTextResponse(request.state.kept)

    app.add_route("/state", state)
    middleware = fastcors.install(app, allow_origins=[ORIGIN])
    # The same application, started twice.
    for _ in range(2):
        with TestClient(app) as calling:
            assert events.pop() == "start"
            assert cors_of(calling.get("/state", headers=HEADERS)) == [ORIGIN]
            assert calling.get("/state").text == "state"
            with calling.websocket_connect("/echo", headers=HEADERS) as websocket:
                websocket.send_text("hello")
                assert websocket.receive_text() == "hello"
        assert events.pop() == "stop"
    assert middleware.stats()["requests"] == 4


@each_framework
def test_a_lifespan_manager_starts_it(make: Make) -> None:
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        events.append("start")
        yield
        events.append("stop")

    app = make(lifespan=lifespan)
    fastcors.install(app, allow_origins=[ORIGIN])

    async def ask() -> httpx.Response:
        async with asgi_lifespan.LifespanManager(app) as manager:
            assert events == ["start"]
            transport = httpx.ASGITransport(manager.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as calling:
                return await calling.get("/boom", headers=HEADERS)

    assert cors_of(asyncio.run(ask())) == [ORIGIN]
    assert events == ["start", "stop"]


def test_fastapi_goes_on_as_before() -> None:
    app = fastapi.FastAPI()
    fastcors.install(app, allow_origins=[ORIGIN])
    app.include_router(fastapi.APIRouter(routes=routes()))

    def number() -> int:
        return 1

    @app.get("/number")
    def double(value: int = fastapi.Depends(number)) -> int:
        return 2 * value

    app.dependency_overrides[number] = lambda: 21
    calling = client(app)
    assert calling.get("/number", headers=HEADERS).json() == 42
    assert app.openapi()["paths"].keys() == {"/number"}
    assert str(app.url_path_for("double")) == "/number"


@each_framework
def test_an_application_that_is_dropped_is_freed(make: Make) -> None:
    app = make()
    middleware = fastcors.install(app, allow_origins=[ORIGIN])
    assert client(app).get("/").status_code == 200
    references = weakref.ref(app), weakref.ref(type(app)), weakref.ref(middleware.app)
    del app, middleware
    gc.collect()
    assert [reference() for reference in references] == [None, None, None]


# What others do with the stack


@each_framework
def test_a_stack_that_is_built_again_is_wrapped_again(make: Make) -> None:
    app = make()
    middleware = fastcors.install(app, allow_origins=[ORIGIN])
    calling = client(app)
    assert calling.get("/login", headers=HEADERS).status_code == 404
    app.middleware_stack = None
    app.add_middleware(Gate)
    assert cors_of(calling.get("/login", headers=HEADERS)) == [ORIGIN]
    app.user_middleware.clear()
    app.middleware_stack = app.build_middleware_stack()
    response = calling.get("/login", headers=HEADERS)
    assert (response.status_code, cors_of(response)) == (404, [ORIGIN])
    assert app.middleware_stack is middleware


@each_framework
@pytest.mark.parametrize(
    "wrap",
    [
        Around,
        lambda app: Around(app, "inner"),
        lambda app: Around(Around(app)),
        function_around,
        lambda app: function_around(Around(app)),
        lambda app: app,
        Slotted,
        lambda app: Slotted(app).__call__,
        lambda app: functools.partial(call_another, app),
        lambda app: function_around(function_around(app)),
        by_default,
        Listed,
    ],
    ids=[
        *("app", "attribute", "twice", "function", "function-and-app", "itself"),
        *("slots", "method", "partial", "two-functions", "default", "list"),
    ],
)
def test_a_stack_that_is_read_wrapped_and_stored_does_not_call_itself(
    make: Make, wrap: Any
) -> None:
    app = make()
    middleware = fastcors.install(app, allow_origins=[ORIGIN])
    calling = client(app)
    for expected in (1, 2):
        calling.get("/")
        app.middleware_stack = wrap(app.middleware_stack)
        response = calling.get("/boom", headers=HEADERS)
        assert (response.status_code, cors_of(response)) == (500, [ORIGIN])
        assert middleware.stats()["requests"] == 2 * expected
    # Stored away, and put back.
    stack, app.middleware_stack = app.middleware_stack, None
    app.middleware_stack = stack
    assert cors_of(calling.get("/boom", headers=HEADERS)) == [ORIGIN]
    # Built again, the middleware is the outermost layer again.
    app.middleware_stack = None
    assert calling.get("/").status_code == 200
    assert app.middleware_stack is middleware


@each_framework
def test_a_layer_that_holds_the_middleware_does_not_hide_it(make: Make) -> None:
    app = make()
    middleware = fastcors.install(app, allow_origins=[ORIGIN])

    def counting(inner: ASGIApp) -> ASGIApp:
        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            assert middleware.stats()
            await inner(scope, receive, send)

        return call

    app.add_middleware(counting)
    calling = client(app)
    assert cors_of(calling.get("/", headers=HEADERS)) == [ORIGIN]
    app.middleware_stack = app.build_middleware_stack()
    assert cors_of(calling.get("/", headers=HEADERS)) == [ORIGIN]
    assert app.middleware_stack is middleware


@each_framework
def test_a_replaced_build_is_wrapped_too(make: Make) -> None:
    app = make()
    middleware = fastcors.install(app, allow_origins=[ORIGIN])
    build: Any = app.build_middleware_stack
    app.build_middleware_stack = lambda: Gate(build())
    assert cors_of(client(app).get("/login", headers=HEADERS)) == [ORIGIN]
    assert isinstance(middleware.app, Gate)


@each_framework
def test_stacks_that_threads_build_at_once_are_each_whole(make: Make) -> None:
    for _ in range(20):
        app = make()
        middleware = fastcors.install(app, allow_origins=[ORIGIN])
        build, barrier = app.build_middleware_stack, threading.Barrier(4)

        def build_together(build: Any = build, barrier: threading.Barrier = barrier) -> Any:
            barrier.wait()
            return build()

        app.build_middleware_stack = build_together
        responses: list[Any] = []

        def ask(app: Starlette = app, responses: list[Any] = responses) -> None:
            responses.append(client(app).get("/boom", headers=HEADERS))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [cors_of(response) for response in responses] == [[ORIGIN]] * 4
        assert middleware.stats()["requests"] == 4
        assert isinstance(middleware.app, ServerErrorMiddleware)


def test_one_of_many_threads_installs() -> None:
    app = Starlette()
    made: list[object] = []
    barrier = threading.Barrier(8)

    def install() -> None:
        barrier.wait()
        try:
            made.append(fastcors.install(app, allow_origins=[ORIGIN]))
        except RuntimeError as error:
            made.append(str(error))

    threads = [threading.Thread(target=install) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(each) for each in made].count(fastcors.CORSMiddleware) == 1
    assert len(app.user_middleware) == 1


# The list of middleware


@each_framework
def test_the_list_of_middleware_shows_it_and_its_options(make: Make) -> None:
    app = make()
    app.add_middleware(Gate)
    fastcors.install(app, allow_origins=[ORIGIN], max_age=5)
    app.add_middleware(Around)
    assert [entry.cls for entry in app.user_middleware] == [Around, fastcors.CORSMiddleware, Gate]
    entry = app.user_middleware[1]
    assert (entry.args, entry.kwargs) == ((), {"allow_origins": [ORIGIN], "max_age": 5})
    assert repr(entry) == f"Installed(CORSMiddleware, allow_origins=['{ORIGIN}'], max_age=5)"
    assert client(app).get("/").status_code == 200
    # There is one in the stack, and not one more for the entry.
    layers: list[Any] = [app.middleware_stack]
    while hasattr(layers[-1], "app"):
        layers.append(layers[-1].app)
    assert [type(layer) for layer in layers].count(fastcors.CORSMiddleware) == 1


def test_the_list_of_middleware_shows_a_policy() -> None:
    app, policy = Starlette(), fastcors.Policy(allow_origins=[ORIGIN])
    fastcors.install(app, policy=policy)
    assert app.user_middleware[0].kwargs == {"policy": policy}


def test_the_list_of_middleware_can_be_used_for_another_application() -> None:
    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("home"))])
    fastcors.install(app, allow_origins=[ORIGIN])
    other = Starlette(routes=app.routes, middleware=copy.copy(app.user_middleware))
    response = client(other).get("/", headers=HEADERS)
    assert (response.text, cors_of(response)) == ("home", [])


@each_framework
def test_a_copy_of_an_application_has_a_middleware_of_its_own(make: Make) -> None:
    app = make()
    fastcors.install(app, allow_origins=[ORIGIN])
    assert client(app).get("/", headers=HEADERS).status_code == 200
    copied = copy.copy(app)
    copied.middleware_stack = None
    copied.router = Starlette(routes=[Route("/copied", lambda request: Response("copied"))]).router
    for _ in range(2):
        found = client(copied).get("/copied", headers=HEADERS)
        assert (found.text, cors_of(found)) == ("copied", [ORIGIN])
        assert client(app).get("/copied", headers=HEADERS).status_code == 404
        assert client(app).get("/", headers=HEADERS).status_code == 200
