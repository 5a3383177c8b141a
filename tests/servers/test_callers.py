"""Whatever else calls an application with the middleware: mounts, tasks, adapters and test tools."""

import asyncio
import types
import warnings
from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest
import quart
import trio
from asgiref.testing import ApplicationCommunicator
from asgiref.wsgi import WsgiToAsgi
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from fastcors import CORSMiddleware
from tests.exchange import (
    ORIGIN,
    Message,
    Scope,
    actual,
    headers_of,
    preflight,
    receive,
    responding,
)

ALLOW_ORIGIN = (b"access-control-allow-origin", ORIGIN.encode())
HEADERS = {"Origin": ORIGIN}
PREFLIGHT_HEADERS = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}


def with_cors(app: Any) -> CORSMiddleware:
    return CORSMiddleware(app, allow_origins=[ORIGIN])


def mounted_on(app: Any) -> Any:
    app.mount("/api", with_cors(responding()))
    return app


MOUNTS = {
    "starlette-mount": mounted_on(Starlette()),
    "fastapi-mount": mounted_on(FastAPI()),
    "mount-route": Starlette(routes=[Mount("/api", with_cors(responding()))]),
    "mount-middleware": Starlette(
        routes=[
            Mount(
                "/api",
                responding(),
                middleware=[Middleware(CORSMiddleware, allow_origins=[ORIGIN])],
            )
        ]
    ),
    "host": Starlette(routes=[Host("testserver", with_cors(responding()))]),
    "default-of-a-router": Router(default=with_cors(responding())),
    "around-a-mount": with_cors(Starlette(routes=[Mount("/api", responding())])),
}


@pytest.mark.parametrize("app", MOUNTS.values(), ids=MOUNTS)
def test_starlette_and_fastapi_mount_a_wrapped_application(app: Any) -> None:
    client = TestClient(app)
    response = client.get("/api/", headers=HEADERS)
    assert (response.status_code, response.text) == (200, "hello")
    assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]
    response = client.options("/api/", headers=PREFLIGHT_HEADERS)
    assert (response.status_code, response.text) == (200, "OK")
    assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]


class Awaited:
    """An awaitable that is no coroutine, as compiled servers and libraries give."""

    def __init__(self, function: Callable[..., Awaitable[Any]], *args: Any) -> None:
        self.function = function
        self.args = args

    def __await__(self) -> Generator[Any, Any, Any]:
        return self.function(*self.args).__await__()


class Responding:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await responding()(scope, receive, send)


@types.coroutine
def generator_application(scope: Any, receive: Any, send: Any) -> Generator[Any, Any, None]:
    yield from responding()(scope, receive, send).__await__()


async def task(app: Any, *args: Any) -> None:
    await asyncio.create_task(app(*args))


async def future(app: Any, *args: Any) -> None:
    await asyncio.ensure_future(app(*args))


async def gather(app: Any, *args: Any) -> None:
    await asyncio.gather(app(*args))


async def wait_for(app: Any, *args: Any) -> None:
    await asyncio.wait_for(app(*args), 10)


async def task_group(app: Any, *args: Any) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(app(*args))


async def from_a_thread(app: Any, *args: Any) -> None:
    loop = asyncio.get_running_loop()
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(app(*args), loop))


async def anyio_task_group(app: Any, *args: Any) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(app, *args)


async def nursery(app: Any, *args: Any) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(app, *args)


def in_asyncio(start: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: asyncio.run(start(*args))


STARTERS: dict[str, Callable[..., Any]] = {
    "asyncio-run": lambda app, *args: asyncio.run(app(*args)),
    "asyncio-create-task": in_asyncio(task),
    "asyncio-ensure-future": in_asyncio(future),
    "asyncio-gather": in_asyncio(gather),
    "asyncio-wait-for": in_asyncio(wait_for),
    "asyncio-task-group": in_asyncio(task_group),
    "asyncio-from-a-thread": in_asyncio(from_a_thread),
    "anyio-run": anyio.run,
    "anyio-on-asyncio": lambda *args: anyio.run(anyio_task_group, *args, backend="asyncio"),
    "anyio-on-trio": lambda *args: anyio.run(anyio_task_group, *args, backend="trio"),
    "trio-run": trio.run,
    "trio-nursery": lambda *args: trio.run(nursery, *args),
}
CALLED: dict[str, Any] = {
    "async-function": responding(),
    "object": Responding(),
    "wrapped": with_cors(responding()),
    "function-of-a-coroutine": lambda *args: responding()(*args),
    "function-of-an-awaitable": lambda *args: Awaited(responding(), *args),
    "generator": generator_application,
}
SCOPES = {
    "preflight": (preflight(), True),
    "actual": (actual(), True),
    "rejected": (actual("https://evil.example"), False),
    "without-origin": (actual(None), False),
}


@pytest.mark.parametrize(("scope", "allowed"), SCOPES.values(), ids=SCOPES)
@pytest.mark.parametrize("called", CALLED.values(), ids=CALLED)
@pytest.mark.parametrize("start", STARTERS.values(), ids=STARTERS)
def test_a_call_can_be_made_a_task(
    start: Callable[..., Any], called: Any, scope: Scope, allowed: bool
) -> None:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    start(with_cors(called), scope, receive, send)
    assert [message["type"] for message in messages] == [
        "http.response.start",
        "http.response.body",
    ]
    assert (ALLOW_ORIGIN in headers_of(messages)) is allowed


@pytest.mark.parametrize("start", STARTERS.values(), ids=STARTERS)
def test_an_application_that_raises_when_it_is_called_raises_in_the_task(
    start: Callable[..., Any],
) -> None:
    def app(scope: Scope, receive: Any, send: Any) -> Any:
        raise LookupError("at the call")

    made = []

    def middleware(*args: Any) -> Any:
        coroutine = with_cors(app)(*args)
        made.append(coroutine)
        return coroutine

    with pytest.raises((LookupError, ExceptionGroup)) as raised:
        start(middleware, actual(), receive, receive)
    error = raised.value
    assert isinstance(
        error.exceptions[0] if isinstance(error, ExceptionGroup) else error, LookupError
    )
    assert len(made) == 1


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", None])
@pytest.mark.parametrize(
    "start", [task, future, anyio_task_group], ids=lambda start: start.__name__
)
@pytest.mark.parametrize("of_a_coroutine", [True, False], ids=["coroutine", "other-awaitable"])
def test_an_application_can_send_in_a_task_whatever_awaitable_the_server_returns(
    of_a_coroutine: bool, start: Callable[..., Any], origin: str | None
) -> None:
    messages: list[Message] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        await start(send, {"type": "http.response.start", "status": 200, "headers": []})
        await start(send, {"type": "http.response.body", "body": b"hello"})

    async def send(message: Message) -> None:
        messages.append(message)

    def granian_send(message: Message) -> Awaited:
        return Awaited(send, message)

    server_send = send if of_a_coroutine else granian_send
    asyncio.run(with_cors(app)(actual(origin), receive, server_send))
    assert [message["type"] for message in messages] == [
        "http.response.start",
        "http.response.body",
    ]
    assert (ALLOW_ORIGIN in headers_of(messages)) is (origin == ORIGIN)


def test_the_test_client_of_starlette_sees_requests_sockets_and_lifespan_pass() -> None:
    events: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        events.append("startup")
        yield {"state": "kept"}
        events.append("shutdown")

    async def state(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.state.state)

    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())
        await websocket.close()

    routes = [Route("/state", state), WebSocketRoute("/socket", socket)]
    app = with_cors(Starlette(routes=routes, lifespan=lifespan))
    with TestClient(app) as client:
        assert events == ["startup"]
        response = client.get("/state", headers=HEADERS)
        assert response.text == "kept"
        assert response.headers["access-control-allow-origin"] == ORIGIN
        with client.websocket_connect("/socket", headers=HEADERS) as websocket:
            websocket.send_text("hello")
            assert websocket.receive_text() == "hello"
    assert events == ["startup", "shutdown"]


def test_httpx_calls_it_without_a_server() -> None:
    async def responses() -> list[httpx.Response]:
        transport = httpx.ASGITransport(with_cors(responding()))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return [
                await client.get("/", headers=HEADERS),
                await client.options("/", headers=PREFLIGHT_HEADERS),
            ]

    got, preflighted = asyncio.run(responses())
    assert (got.status_code, got.text, preflighted.text) == (200, "hello", "OK")
    for response in (got, preflighted):
        assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]


@pytest.mark.parametrize("scope", [preflight(), actual()], ids=["preflight", "actual"])
def test_the_communicator_of_asgiref_calls_it(scope: Scope) -> None:
    async def messages() -> list[Message]:
        communicator: Any = ApplicationCommunicator(with_cors(responding()), dict(scope))  # type: ignore[no-untyped-call]
        found = [await communicator.receive_output(), await communicator.receive_output()]
        await communicator.wait()
        return found

    assert ALLOW_ORIGIN in headers_of(asyncio.run(messages()))


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Vary", "Accept"), ("Content-Type", "text/plain")])
    return [b"one,", b"two"]


def test_a_wsgi_application_responds_through_asgiref_without_a_warning() -> None:
    # asgiref tests whether `send` is a coroutine function, and warns if not.
    app = with_cors(WsgiToAsgi(wsgi))  # type: ignore[no-untyped-call]

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.get("/", headers=HEADERS)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        response = asyncio.run(get())
    assert (response.status_code, response.text) == (200, "one,two")
    assert response.headers.get_list("access-control-allow-origin") == [ORIGIN]
    assert response.headers.get_list("vary") == ["Accept, Origin"]


def test_the_test_client_of_quart_passes_it() -> None:
    app = quart.Quart(__name__)
    app.add_url_rule("/", view_func=lambda: "hello")
    app.asgi_app = with_cors(app.asgi_app)  # type: ignore[method-assign,assignment]

    async def get() -> tuple[str, Any]:
        response = await app.test_client().get("/", headers=HEADERS)
        return await response.get_data(as_text=True), response.headers

    text, headers = asyncio.run(get())
    assert text == "hello"
    assert headers["access-control-allow-origin"] == ORIGIN
