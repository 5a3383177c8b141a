"""One request of each kind, run by hand: what a server, an application and a client can do."""

from __future__ import annotations

import asyncio
from collections import UserDict
from typing import TYPE_CHECKING, Any

from fastcors import CORSMiddleware, cached
from tests.exchange import ORIGIN, actual, preflight, receive, responding, run, scope_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Generator

    from tests.exchange import App, Message, Scope

OPTIONS: dict[str, Any] = {
    "allow_origins": [ORIGIN, "https://*.example.org"],
    "allow_origin_regex": r"https://[a-z]+\.example\.net",
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["X-Token"],
    "allow_credentials": True,
    "expose_headers": ["X-Total"],
}


class _Waiting:
    """An awaitable that waits until it is thrown away."""

    def __await__(self) -> Generator[None]:
        yield


class _OwnAwaitable:
    """An awaitable that is no coroutine."""

    def __await__(self) -> Generator[None]:
        return
        yield


class _Connection:
    """A server's object for one request, whose bound method is the `send`, as uvicorn has it."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def send(self, message: Message) -> None:
        """Send nothing."""


class Failure(Exception):
    """What applications and servers raise here."""


async def application(scope: Scope, receive: Any, send: Any) -> None:
    """Respond with new header lines each time, as frameworks do."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1")]})
    await send({"type": "http.response.body", "body": b""})


async def _fail(scope: Scope, receive: Any, send: Any) -> None:
    raise Failure


async def _fail_after_start(scope: Scope, receive: Any, send: Any) -> None:
    await application(scope, receive, send)
    raise Failure


def _fail_at_once(scope: Scope, receive: Any, send: Any) -> Awaitable[None]:
    raise Failure


def _own_awaitable(scope: Scope, receive: Any, send: Any) -> Awaitable[None]:
    return _OwnAwaitable()


async def _wait(scope: Scope, receive: Any, send: Any) -> None:
    await _Waiting()


async def _send_nonsense(scope: Scope, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"vary", 1)]})


async def _send_without_type(scope: Scope, receive: Any, send: Any) -> None:
    await send({})


async def _send_too_much(scope: Scope, receive: Any, send: Any) -> None:
    await send({}, {})


async def _send_by_keyword(scope: Scope, receive: Any, send: Any) -> None:
    await send(message=UserDict({"type": "http.response.start", "headers": ((b"vary", b"a"),)}))


async def _keep_send(scope: Scope, receive: Any, send: Any) -> None:
    scope["send"] = send
    await application(scope, receive, send)


async def discard(message: Message) -> None:
    """Send nothing."""


async def _failing_send(message: Message) -> None:
    raise Failure


async def _waiting_send(message: Message) -> None:
    await _Waiting()


def _is_allowed(origin: str, scope: Scope) -> bool:
    return origin == ORIGIN


async def _is_allowed_later(origin: str, scope: Scope) -> bool:
    return origin == ORIGIN


def _is_canceled(origin: str, scope: Scope) -> bool:
    raise asyncio.CancelledError


async def _is_awaited(origin: str, scope: Scope) -> bool:
    await _Waiting()
    return True


def asking(function: Any, **options: Any) -> CORSMiddleware:
    """Return a middleware that asks a function about every origin."""
    return CORSMiddleware(application, allow_origin_func=function, **options)


class Overriding(CORSMiddleware):
    """One for which the methods of Starlette's shape run instead of the compiled code."""

    def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin)


def kinds() -> tuple[CORSMiddleware, dict[str, Callable[[], None]]]:
    """Return the middleware in front of `application`, and each kind of request by its name."""
    middleware = CORSMiddleware(application, **OPTIONS)

    def request_of(scope: Scope, app: App = middleware) -> Callable[[], None]:
        def request() -> None:
            run(app({**scope}, receive, discard))

        return request

    def behind(app: App) -> CORSMiddleware:
        return CORSMiddleware(app, **OPTIONS)

    def raising(
        error: type[BaseException], app: App, scope: Scope, send: Any = discard
    ) -> Callable[[], None]:
        def request() -> None:
            try:
                run(app({**scope}, receive, send))
            except error:
                return
            raise AssertionError(f"no {error.__name__}")

        return request

    def ended(
        end: Callable[[Coroutine[Any, Any, None]], object], app: App, scope: Scope, send: Any
    ) -> Callable[[], None]:
        def request() -> None:
            end(app({**scope}, receive, send))

        return request

    def cyclic() -> None:
        connection = _Connection(actual())
        run(keeping(connection.scope, receive, connection.send))

    def from_a_generator() -> None:
        run(middleware({**actual(), "headers": iter(actual()["headers"])}, receive, discard))

    keeping = behind(_keep_send)
    waiting = behind(_wait)
    return middleware, {
        "without origin": request_of(actual(None)),
        "allowed by the list": request_of(actual()),
        "allowed by a pattern": request_of(actual("https://a.b.example.org")),
        "allowed by an expression": request_of(actual("https://abc.example.net")),
        "rejected": request_of(actual("https://evil.example")),
        "preflight allowed": request_of(preflight(headers="x-token", method="PUT")),
        "preflight rejected": request_of(preflight("https://evil.example", "PURGE", "x-b", "true")),
        "preflight mirrored": request_of(
            preflight(headers="x-anything"),
            CORSMiddleware(application, allow_origins=["*"], allow_headers=["*"]),
        ),
        "websocket": request_of({"type": "websocket", "headers": []}, behind(_own_awaitable)),
        "headers as a tuple": request_of({**actual(), "headers": tuple(actual()["headers"])}),
        "headers as lists": request_of(scope_of(headers=[[b"origin", ORIGIN.encode()]])),
        "headers from a generator": from_a_generator,
        "a response without headers": request_of(actual(), behind(responding(None))),
        "a response with headers of ours": request_of(
            actual(),
            behind(responding([(b"vary", b"Accept"), [b"access-control-allow-origin", b"*"]])),
        ),
        "a response by keyword in another mapping": request_of(actual(), behind(_send_by_keyword)),
        "an overriding subclass": request_of(actual(), Overriding(application, **OPTIONS)),
        "an overriding subclass asked a preflight": request_of(
            preflight(), Overriding(application, **OPTIONS)
        ),
        "a function allows": request_of(actual(), asking(_is_allowed)),
        "a function rejects": request_of(actual("https://evil.example"), asking(_is_allowed)),
        "a function allows later": request_of(actual(), asking(_is_allowed_later)),
        "a function is asked about a preflight": request_of(preflight(), asking(_is_allowed_later)),
        "a function remembers": request_of(actual(), asking(cached(_is_allowed_later))),
        "a function and enforcement": request_of(actual(), asking(_is_allowed_later, enforce=True)),
        **{f"enforced: {name}": request_of(*parts) for name, parts in _enforced().items()},
        "a function raises what is no exception": raising(
            asyncio.CancelledError, asking(_is_canceled), actual()
        ),
        "a function is thrown away": ended(_close, asking(_is_awaited), actual(), discard),
        "a function is cancelled": ended(_cancel, asking(_is_awaited), actual(), discard),
        "the application fails": raising(Failure, behind(_fail), actual()),
        "the application fails after the start": raising(
            Failure, behind(_fail_after_start), actual()
        ),
        "the application fails when it is called": raising(
            Failure, behind(_fail_at_once), actual()
        ),
        "the server's send fails": raising(Failure, middleware, actual(), _failing_send),
        "the server's send fails in a preflight": raising(
            Failure, middleware, preflight(), _failing_send
        ),
        "the application's headers are nonsense": raising(
            TypeError, behind(_send_nonsense), actual()
        ),
        "the message has no type": raising(KeyError, behind(_send_without_type), actual()),
        "send is called with two messages": raising(TypeError, behind(_send_too_much), actual()),
        "the scope has no headers": raising(KeyError, middleware, {"type": "http"}),
        "a header line of three": raising(
            ValueError, middleware, scope_of(headers=[(b"a", b"b", b"c")])
        ),
        "closed before it began": ended(_close_at_once, middleware, actual(), discard),
        "a preflight closed before it began": ended(
            _close_at_once, middleware, preflight(), discard
        ),
        "closed in the application": ended(_close, waiting, actual(), discard),
        "closed in the server's send": ended(_close, middleware, actual(), _waiting_send),
        "cancelled in the application": ended(_cancel, waiting, actual(), discard),
        "cancelled in the server's send": ended(_cancel, middleware, actual(), _waiting_send),
        "a preflight cancelled": ended(_cancel, middleware, preflight(), _waiting_send),
        "a cycle of scope and send": cyclic,
    }


def _enforced() -> dict[str, tuple[Scope, CORSMiddleware]]:
    """Return the ways of a request that may be rejected before the application runs."""

    def behind(mode: Any, class_: type[CORSMiddleware] = CORSMiddleware) -> CORSMiddleware:
        return class_(application, enforce=mode, hosts=["api.example.com"], **OPTIONS)

    evil = "https://evil.example"
    handshake = {**actual(), "type": "websocket"}
    from_another_site = actual(None, "POST")
    from_another_site["headers"] += [(b"sec-fetch-site", b"cross-site")]
    several = actual()
    several["headers"] += [(b"Origin", evil.encode())]
    return {
        "without origin": (actual(None), behind(True)),
        "from another site": (from_another_site, behind("unsafe")),
        "allowed": (actual(), behind(True)),
        "rejected": (actual(evil, "POST"), behind("unsafe")),
        "several origins": (several, behind("unsafe")),
        "another host": (scope_of(headers=[(b"host", evil.encode())]), behind(True)),
        "reported": (actual(evil), behind("report")),
        "isolated": (actual(), behind("isolate")),
        "preflight": (preflight(method="PUT"), behind(True)),
        "headers as lists": (
            {**actual(), "headers": list(map(list, actual()["headers"]))},
            behind(True),
        ),
        "headers of another shape": (
            {**actual(), "headers": dict(actual()["headers"]).items()},
            behind(True),
        ),
        "handshake allowed": (handshake, behind(True)),
        "handshake rejected": ({**handshake, "headers": actual(evil)["headers"]}, behind(True)),
        "asked": (actual(), behind(True, Overriding)),
    }


def _close_at_once(coroutine: Coroutine[Any, Any, None]) -> None:
    coroutine.close()


def _close(coroutine: Coroutine[Any, Any, None]) -> None:
    coroutine.send(None)
    coroutine.close()


def _cancel(coroutine: Coroutine[Any, Any, None]) -> None:
    coroutine.send(None)
    try:
        coroutine.throw(asyncio.CancelledError())
    except asyncio.CancelledError:
        return
    raise AssertionError("the cancellation was swallowed")
