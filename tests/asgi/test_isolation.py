"""Nothing of the application's is changed, and no two responses share what somebody could change."""

from __future__ import annotations

import copy
import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import CORSMiddleware
from tests.exchange import (
    ORIGIN,
    App,
    Message,
    Scope,
    actual,
    headers_of,
    preflight,
    receive,
    responding,
    run,
    sent,
    values,
)
from tests.gil import without_gil
from tests.memory.requests import Overriding

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

# Odd configurations run here; tests/lint has what is reported about them.
pytestmark = pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")

OTHER = "https://other.example.com"
EVIL = "https://evil.example"
LISTED: dict[str, Any] = {"allow_origins": [ORIGIN, OTHER], "expose_headers": ["X-Total"]}
POLICIES: dict[str, dict[str, Any]] = {
    "listed origins": LISTED,
    "listed origins with credentials": {**LISTED, "allow_credentials": True},
    "every origin": {"allow_origins": ["*"]},
    "every origin with credentials": {"allow_origins": ["*"], "allow_credentials": True},
}
LINES: dict[str, list[tuple[bytes, bytes]]] = {
    "none": [],
    "none of ours": [(b"content-type", b"text/plain"), (b"x-a", b"1")],
    "one of each of ours": [
        (b"vary", b"Accept"),
        (b"access-control-allow-origin", b"https://old.example"),
        (b"access-control-allow-credentials", b"false"),
        (b"access-control-expose-headers", b"X-Old"),
    ],
    "several of ours": [(b"vary", b"Accept"), (b"x-a", b"1"), (b"vary", b"Cookie")],
}
SHAPES: dict[str, Callable[[Any], Any]] = {
    "a list of tuples": list,
    "a tuple of tuples": tuple,
    "a list of lists": lambda lines: [list(line) for line in lines],
    "a tuple of lists": lambda lines: tuple(list(line) for line in lines),
}


each_class = pytest.mark.parametrize("middleware_class", [CORSMiddleware, Overriding])
each_policy = pytest.mark.parametrize("options", POLICIES.values(), ids=POLICIES)


def repeating(*messages: Message) -> App:
    """Return an application that sends these very messages for every request."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    return app


class Server:
    """What sends and keeps the very messages."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self.messages.append(message)


def received(app: App, scope: Scope) -> list[Message]:
    """Return the messages that the server is sent: the very objects."""
    server = Server()
    run(app(scope, receive, server.send))
    return server.messages


def identities(something: Any) -> Any:
    """Return the identity of an object and of all that it holds."""
    if isinstance(something, dict):
        return id(something), [(key, identities(value)) for key, value in something.items()]
    if isinstance(something, list | tuple):
        return id(something), [identities(item) for item in something]
    return id(something)


class Waiting:
    """An awaitable that waits once, so a test can act in the middle of a request."""

    def __await__(self) -> Generator[str]:
        yield "waiting"


# The application's response


@each_class
@each_policy
@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_message_sent_for_every_request_stays_as_it_is_and_each_response_is_right(
    middleware_class: type[CORSMiddleware],
    options: dict[str, Any],
    lines: list[tuple[bytes, bytes]],
    shape: Callable[[Any], Any],
) -> None:
    start: Message = {"type": "http.response.start", "status": 200, "headers": shape(lines)}
    body: Message = {"type": "http.response.body", "body": b"hello"}
    before = copy.deepcopy(start), identities(start)
    middleware = middleware_class(repeating(start, body), **options)
    # Starlette's application makes new ones each time, because Starlette writes into them.
    starlette = Starlette(responding(shape(lines)), **options)
    for origin in (ORIGIN, None, EVIL, OTHER, ORIGIN, None):
        ours, theirs = sent(middleware, actual(origin)), sent(starlette, actual(origin))
        assert headers_of(ours) == headers_of(theirs)
        assert ours[1:] == theirs[1:]
        assert (start, identities(start)) == before


@each_class
def test_a_message_without_headers_stays_without(middleware_class: type[CORSMiddleware]) -> None:
    start: Message = {"type": "http.response.start", "status": 204}
    middleware = middleware_class(repeating(start), **LISTED)
    for origin in (ORIGIN, None, OTHER):
        ours = sent(middleware, actual(origin))
        assert values(ours, "access-control-allow-origin") == ([] if origin is None else [origin])
        assert start == {"type": "http.response.start", "status": 204}


@each_class
def test_other_messages_are_passed_on_themselves(middleware_class: type[CORSMiddleware]) -> None:
    start: Message = {"type": "http.response.start", "status": 200, "headers": []}
    others: list[Message] = [
        {"type": "http.response.body", "body": b"a", "more_body": True},
        {"type": "http.response.pathsend", "path": "/a"},
        {"type": "http.response.trailers", "headers": [(b"x-a", b"1")]},
    ]
    before = copy.deepcopy(others)
    messages = received(middleware_class(repeating(start, *others), **LISTED), actual())
    assert messages[0] is not start
    assert [id(message) for message in messages[1:]] == [id(message) for message in others]
    assert others == before


# The scope


@each_class
@pytest.mark.parametrize("kind", [list, tuple])
@pytest.mark.parametrize("make_scope", [actual, preflight])
def test_the_scope_is_passed_on_itself_and_stays_as_it_is(
    middleware_class: type[CORSMiddleware],
    kind: Callable[[Any], Any],
    make_scope: Callable[[str | None], Scope],
) -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        seen.append(scope)

    for origin in (ORIGIN, None, EVIL):
        scope = make_scope(origin)
        scope["headers"] = kind(scope["headers"])
        before = copy.deepcopy(scope), identities(scope)
        sent(middleware_class(app, **LISTED), scope)
        assert (scope, identities(scope)) == before
        # A preflight without Origin is none.
        reaches_the_app = make_scope is actual or origin is None
        assert [given is scope for given in seen] == [True] * reaches_the_app
        seen.clear()


@each_class
def test_the_application_sees_headers_that_can_be_read_only_once(
    middleware_class: type[CORSMiddleware],
) -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        seen.extend(scope["headers"])
        await responding()(scope, receive, send)

    whole = actual()
    lines = list(whole["headers"])
    generator = (line for line in lines)
    scope = {**whole, "headers": generator}
    ours = sent(middleware_class(app, **LISTED), scope)
    assert values(ours, "access-control-allow-origin") == [ORIGIN]
    assert seen == lines
    assert scope == {**whole, "headers": generator}


# One response and the next


def spoil(something: Any) -> None:
    """Change every list and dict in a message, as careless code behind us may."""
    for item in list(something.values() if isinstance(something, dict) else something):
        if isinstance(item, list | dict | tuple):
            spoil(item)
    if isinstance(something, dict):
        something.clear()
        something["spoilt"] = True
    elif isinstance(something, list):
        something[:] = [(b"spoilt", b"true")]


@each_class
@each_policy
@pytest.mark.parametrize(
    "scope",
    [
        pytest.param(actual(None), id="without origin"),
        pytest.param(actual(), id="allowed"),
        pytest.param(actual(EVIL), id="rejected"),
        pytest.param(preflight(headers="accept"), id="preflight"),
        pytest.param(preflight(EVIL, "PURGE", "x-b", "true"), id="preflight rejected"),
    ],
)
@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_a_response_that_is_spoilt_leaves_the_next_one_right(
    middleware_class: type[CORSMiddleware],
    options: dict[str, Any],
    scope: Scope,
    lines: list[tuple[bytes, bytes]],
) -> None:
    middleware = middleware_class(responding(lines), **options)
    expected = sent(Starlette(responding(lines), **options), scope)
    for _ in range(3):
        messages = received(middleware, scope)
        assert messages == expected
        for message in messages:
            spoil(message)


# Exceptions


class Failure(Exception):
    """What applications and servers raise here."""


@each_class
@pytest.mark.parametrize("origin", [None, ORIGIN, EVIL])
@pytest.mark.parametrize("messages_before", [0, 1, 2])
def test_the_applications_exception_goes_through_and_nothing_is_added(
    middleware_class: type[CORSMiddleware], origin: str | None, messages_before: int
) -> None:
    failure = Failure("the application's")

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if messages_before:
            await send({"type": "http.response.start", "status": 200})
        if messages_before > 1:
            await send({"type": "http.response.body", "body": b"", "more_body": True})
        raise failure

    server = Server()
    with pytest.raises(Failure) as raised:
        run(middleware_class(app, **LISTED)(actual(origin), receive, server.send))
    assert raised.value is failure
    assert (failure.args, failure.__cause__, failure.__context__) == (
        ("the application's",),
        None,
        None,
    )
    types = ["http.response.start", "http.response.body"][:messages_before]
    assert [message["type"] for message in server.messages] == types


@each_class
@pytest.mark.parametrize("failing", ["http.response.start", "http.response.body"])
@pytest.mark.parametrize("at_once", [False, True])
def test_a_failing_send_raises_in_the_application(
    middleware_class: type[CORSMiddleware], failing: str, at_once: bool
) -> None:
    failure = Failure("the server's")
    caught: list[BaseException] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        try:
            await responding()(scope, receive, send)
        except Failure as error:
            caught.append(error)
            raise

    async def fail_later(message: Message) -> None:
        if message["type"] == failing:
            raise failure

    def fail_at_once(message: Message) -> Any:
        if message["type"] == failing:
            raise failure
        return fail_later(message)

    send: Any = fail_at_once if at_once else fail_later
    with pytest.raises(Failure) as raised:
        run(middleware_class(app, **LISTED)(actual(), receive, send))
    assert raised.value is failure
    assert caught == [failure]


@each_class
def test_a_failing_send_raises_from_a_preflight(middleware_class: type[CORSMiddleware]) -> None:
    failure = Failure("the server's")

    async def send(message: Message) -> None:
        raise failure

    with pytest.raises(Failure) as raised:
        run(middleware_class(responding(), **LISTED)(preflight(), receive, send))
    assert raised.value is failure


@each_class
def test_after_a_failure_the_next_response_is_right(middleware_class: type[CORSMiddleware]) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if scope["path"] == "/fail":
            raise Failure
        await responding()(scope, receive, send)

    middleware = middleware_class(app, **LISTED)
    expected = sent(middleware, actual())
    with pytest.raises(Failure):
        sent(middleware, {**actual(), "path": "/fail"})
    assert sent(middleware, actual()) == expected


# Garbage collection


@each_class
def test_a_cycle_of_middleware_and_application_is_collected(
    middleware_class: type[CORSMiddleware],
) -> None:
    class Application:
        def __init__(self) -> None:
            self.middleware = middleware_class(self, **LISTED)

        async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
            await responding()(scope, receive, send)

    app = Application()
    sent(app.middleware, actual())
    gone: list[weakref.ref[Any]] = [weakref.ref(app), weakref.ref(app.middleware)]
    del app
    gc.collect()
    assert [reference() for reference in gone] == [None, None]


@each_class
@pytest.mark.parametrize("origin", [None, ORIGIN, EVIL])
def test_a_cycle_of_scope_and_send_is_collected(
    middleware_class: type[CORSMiddleware], origin: str | None
) -> None:
    class Connection:
        def __init__(self) -> None:
            self.scope = actual(origin)

        async def send(self, message: Message) -> None:
            pass

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        scope["send"] = send

    connection = Connection()
    run(middleware_class(app, **LISTED)(connection.scope, receive, connection.send))
    assert "send" in connection.scope
    gone = weakref.ref(connection)
    del connection
    gc.collect()
    assert gone() is None


def test_a_class_that_is_thrown_away_is_collected() -> None:
    class Local(CORSMiddleware):
        pass

    sent(Local(responding(), **LISTED), actual())
    gone = weakref.ref(Local)
    del Local
    gc.collect()
    assert gone() is None


def test_the_collector_sees_what_a_send_holds() -> None:
    sends: list[Any] = []

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        sends.append(send)

    async def server(message: Message) -> None:
        pass

    middleware = CORSMiddleware(app, **LISTED)
    scope = actual()
    run(middleware(scope, receive, server))
    (send,) = sends
    (origin,) = (value for name, value in scope["headers"] if name == b"origin")
    assert gc.is_tracked(send)
    type_, sent_to, policy, of_origin = gc.get_referents(send)
    assert (type_, sent_to, of_origin) == (type(send), server, origin)
    assert of_origin is origin
    if without_gil():
        # This thread's own.
        assert type(policy) is type(middleware._fastcors_policy._compiled)
    else:
        assert policy is middleware._fastcors_policy._compiled


# Changes in the middle of a request


@each_class
def test_a_request_that_has_begun_ends_under_the_policy_that_it_began_with(
    middleware_class: type[CORSMiddleware],
) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        await Waiting()
        await responding()(scope, receive, send)

    old: dict[str, Any] = {**LISTED, "allow_credentials": True}
    new: dict[str, Any] = {"allow_origins": [OTHER], "expose_headers": ["X-New"]}
    middleware = middleware_class(app, **old)
    server = Server()
    request = middleware(actual(), receive, server.send)
    assert request.send(None) == "waiting"
    middleware.reconfigure(allow_credentials=False, **new)
    run(request)
    assert server.messages == sent(Starlette(responding(), **old), actual())
    server = Server()
    request = middleware(actual(OTHER), receive, server.send)
    assert request.send(None) == "waiting"
    run(request)
    assert server.messages == sent(Starlette(responding(), **new), actual(OTHER))


@each_class
def test_a_preflight_that_has_begun_ends_under_the_policy_that_it_began_with(
    middleware_class: type[CORSMiddleware],
) -> None:
    middleware = middleware_class(responding(), **LISTED)
    server = Server()

    async def send(message: Message) -> None:
        await Waiting()
        await server.send(message)

    request = middleware(preflight(), receive, send)
    assert request.send(None) == "waiting"
    middleware.reconfigure(allow_origins=[OTHER], max_age=1)
    assert request.send(None) == "waiting"
    run(request)
    assert server.messages == sent(Starlette(responding(), **LISTED), preflight())


@each_class
def test_a_request_that_has_begun_stays_with_its_application(
    middleware_class: type[CORSMiddleware],
) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        await Waiting()
        await responding(body=b"old")(scope, receive, send)

    middleware = middleware_class(app, **LISTED)
    server = Server()
    request = middleware(actual(), receive, server.send)
    assert request.send(None) == "waiting"
    middleware.app = responding(body=b"new")
    run(request)
    assert server.messages[1]["body"] == b"old"
    assert values(server.messages, "access-control-allow-origin") == [ORIGIN]
    assert sent(middleware, actual())[1]["body"] == b"new"


def test_a_request_outlives_its_middleware() -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        await Waiting()
        await responding()(scope, receive, send)

    middleware = CORSMiddleware(app, **LISTED)
    gone = weakref.ref(middleware)
    server = Server()
    request = middleware(actual(), receive, server.send)
    assert request.send(None) == "waiting"
    del middleware
    if without_gil():
        # References to it are not counted.
        gc.collect()
    assert gone() is None
    run(request)
    assert server.messages == sent(Starlette(responding(), **LISTED), actual())
