"""Preflights are recognized, and messages are sent, as by Starlette 1.10.0."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import CORSMiddleware
from tests.exchange import (
    BROWSER,
    ORIGIN,
    actual,
    headers_of,
    never,
    preflight,
    receive,
    responding,
    run,
    scope_of,
    sent,
    sent_in_a_loop,
    values,
)

# Odd configurations run here; tests/lint has what is reported about them.
pytestmark = pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")

UNTRUSTED = "https://untrusted.example"
OPTIONS: dict[str, dict[str, Any]] = {
    "list": {"allow_origins": [ORIGIN], "allow_headers": ["X-Token"], "expose_headers": ["X-A"]},
    "credentials": {
        "allow_origins": [ORIGIN],
        "allow_credentials": True,
        "expose_headers": ["X-A"],
    },
    "any": {"allow_origins": ["*"], "allow_methods": ["*"], "expose_headers": ["X-A"]},
    "any with credentials": {
        "allow_origins": ["*"],
        "allow_credentials": True,
        "allow_headers": ["*"],
        "expose_headers": ["X-A"],
    },
    "regex": {"allow_origin_regex": "https://app.*", "allow_private_network": True},
    "none": {},
}


def assert_same(options: dict[str, Any], scope: Any, app: Any = None) -> list[Any]:
    """Compare both middlewares and return what was sent."""
    app = app or responding()
    ours = sent(CORSMiddleware(app, **options), {**scope})
    assert ours == sent(Starlette(app, **options), {**scope})
    return ours


@pytest.mark.parametrize("policy", OPTIONS)
@pytest.mark.parametrize("kind", ["websocket", "lifespan", "other"])
def test_only_http_is_touched(policy: str, kind: str) -> None:
    saw = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        saw.append((scope, receive, send))

    async def send(message: Any) -> None:
        raise AssertionError(message)

    scope = {"type": kind, "headers": preflight()["headers"], "method": "OPTIONS"}
    run(CORSMiddleware(app, **OPTIONS[policy])(scope, receive, send))
    assert saw == [(scope, receive, send)]
    assert saw[0][0] is scope


REQUESTS = {
    "a preflight": (preflight(), True),
    "a preflight with an empty Origin": (preflight(""), True),
    "a preflight with an empty method": (preflight(method=""), True),
    "OPTIONS without Origin": (preflight(None), False),
    "OPTIONS without a requested method": (preflight(method=None, headers="x"), False),
    "GET with a requested method": ({**preflight(), "method": "GET"}, False),
    "options in lower case": ({**preflight(), "method": "options"}, False),
    "names in upper case": (
        scope_of("OPTIONS", [(b"Origin", b"x"), (b"Access-Control-Request-Method", b"GET")]),
        False,
    ),
    "an Origin in upper case": (
        scope_of("OPTIONS", [(b"ORIGIN", b"x"), (b"access-control-request-method", b"GET")]),
        False,
    ),
}


@pytest.mark.parametrize("policy", OPTIONS)
@pytest.mark.parametrize("name", REQUESTS)
def test_a_preflight_is_recognized_as_by_starlette_and_never_reaches_the_app(
    policy: str, name: str
) -> None:
    scope, is_preflight = REQUESTS[name]
    reached = []
    inner = responding()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope)
        await inner(scope, receive, send)

    sent(CORSMiddleware(app, **OPTIONS[policy]), scope)
    assert bool(reached) is not is_preflight
    assert_same(OPTIONS[policy], scope)


@pytest.mark.parametrize("policy", OPTIONS)
@pytest.mark.parametrize("origin", [None, "", ORIGIN, UNTRUSTED, "null", ORIGIN.upper()])
def test_an_actual_response_equals_starlettes(policy: str, origin: str | None) -> None:
    assert_same(OPTIONS[policy], actual(origin))


@pytest.mark.parametrize("private_network", [None, "", "true", "false"])
@pytest.mark.parametrize(
    "headers", [None, "", "x-token", "X-TOKEN , accept", "x-token,", ",", "x-other", "x-tok\xe9n"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "get", " GET", "", "PURGE", "G\xcaT"])
@pytest.mark.parametrize("origin", [ORIGIN, UNTRUSTED, ""])
@pytest.mark.parametrize("policy", OPTIONS)
def test_a_preflight_response_equals_starlettes(
    policy: str, origin: str, method: str, headers: str | None, private_network: str | None
) -> None:
    assert_same(OPTIONS[policy], preflight(origin, method, headers, private_network))


def test_a_successful_preflight_byte_for_byte() -> None:
    messages = sent(
        CORSMiddleware(
            responding(),
            [ORIGIN],
            ["GET", "PUT"],
            ["X-Token"],
            allow_credentials=True,
            allow_private_network=True,
        ),
        preflight(method="PUT", headers="x-token", private_network="true"),
    )
    assert messages == [
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (
                    b"vary",
                    b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
                    b"Access-Control-Request-Private-Network",
                ),
                (b"access-control-allow-methods", b"GET, PUT"),
                (b"access-control-max-age", b"600"),
                (
                    b"access-control-allow-headers",
                    b"Accept, Accept-Language, Content-Language, Content-Type, X-Token",
                ),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-allow-origin", ORIGIN.encode()),
                (b"access-control-allow-private-network", b"true"),
                (b"content-length", b"2"),
                (b"content-type", b"text/plain; charset=utf-8"),
            ],
        },
        {"type": "http.response.body", "body": b"OK"},
    ]


@pytest.mark.parametrize(
    ("scope", "body"),
    [
        (preflight(UNTRUSTED), b"Disallowed CORS origin"),
        (preflight(method="PURGE"), b"Disallowed CORS method"),
        (preflight(headers="x-no"), b"Disallowed CORS headers"),
        (preflight(private_network="x"), b"Disallowed CORS private-network"),
        (
            preflight(UNTRUSTED, "PURGE", "x-no", "x"),
            b"Disallowed CORS origin, method, headers, private-network",
        ),
    ],
)
def test_a_rejected_preflight_names_the_failing(scope: Any, body: bytes) -> None:
    messages = sent(CORSMiddleware(responding(), [ORIGIN]), scope)
    assert (messages[0]["status"], messages[1]["body"]) == (400, body)
    assert values(messages, "content-length") == [str(len(body))]


def test_an_allowed_response_byte_for_byte() -> None:
    middleware = CORSMiddleware(
        responding([(b"content-type", b"text/plain"), (b"vary", b"Accept"), (b"x-last", b"1")]),
        [ORIGIN],
        allow_credentials=True,
        expose_headers=["X-A", "X-B"],
    )
    assert headers_of(sent(middleware, actual())) == [
        (b"content-type", b"text/plain"),
        (b"vary", b"Accept, Origin"),
        (b"x-last", b"1"),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"X-A, X-B"),
        (b"access-control-allow-origin", ORIGIN.encode()),
    ]


@pytest.mark.parametrize("name", ["origin", "access-control-request-method"])
@pytest.mark.parametrize("policy", OPTIONS)
def test_the_first_of_two_lines_counts(policy: str, name: str) -> None:
    lines = preflight(headers="x-token", private_network="1")["headers"]
    for first, second in ((b"GET", b"PURGE"), (b"PURGE", b"GET")):
        doubled = [
            *[(each, first) for each, _ in lines if each == name.encode()],
            *lines,
            (name.encode(), second),
        ]
        assert_same(OPTIONS[policy], scope_of("OPTIONS", doubled))
    assert_same(
        OPTIONS[policy], scope_of("OPTIONS", [*lines, (b"access-control-request-headers", b"x-no")])
    )


@pytest.mark.parametrize("value", ["x-t\xf6ken", "\xff", "a\x80,b", "x\x0by", ""])
def test_any_header_and_any_origin_are_echoed_as_they_came(value: str) -> None:
    messages = assert_same(OPTIONS["any with credentials"], preflight(value, headers=value))
    assert values(messages, "access-control-allow-origin") == [value]
    assert values(messages, "access-control-allow-headers") == [value]


def test_the_star_stands_for_eight_methods_and_no_other() -> None:
    for method, status in (("QUERY", 200), ("PURGE", 400)):
        assert assert_same(OPTIONS["any"], preflight(method=method))[0]["status"] == status


APP_HEADERS: dict[str, Any] = {
    "none": [],
    "missing": None,
    "tuple": ((b"a", b"1"), (b"vary", b"Accept")),
    "generator": lambda: ((name, b"1") for name in (b"a", b"vary")),
    "map": lambda: map(tuple, [[b"a", b"1"]]),
    "dict items": lambda: {b"a": b"1", b"vary": b"x"}.items(),
    "pairs as lists": [[b"a", b"1"], [b"vary", b"Accept"], [b"b", b"2"]],
    "pairs as lists without vary": [[b"a", b"1"]],
    "mixed pairs": [[b"a", b"1"], (b"b", b"2")],
    "two vary lines": [(b"vary", b"Accept"), (b"a", b"1"), (b"vary", b"Cookie")],
    "an empty vary": [(b"vary", b"")],
    "Vary in upper case": [(b"Vary", b"Accept")],
    "its own allow-origin": [(b"access-control-allow-origin", b"x"), (b"a", b"1")],
    "two of its own": [
        (b"access-control-allow-origin", b"x"),
        (b"a", b"1"),
        (b"access-control-allow-origin", b"y"),
        (b"access-control-allow-credentials", b"z"),
        (b"access-control-expose-headers", b"w"),
        (b"vary", b"v"),
    ],
    "its own in upper case": [(b"Access-Control-Allow-Origin", b"x")],
    "its own of another name": [(b"access-control-allow-methods", b"x")],
    "values that are no text": [(b"a", 1), (b"b", None)],
    "names that are no bytes": [("vary", b"x"), (None, b"y")],
    "bytearrays": [(bytearray(b"vary"), bytearray(b"Accept")), (bytearray(b"a"), b"1")],
}


@pytest.mark.parametrize("policy", OPTIONS)
@pytest.mark.parametrize("origin", [None, ORIGIN, UNTRUSTED])
@pytest.mark.parametrize("shape", APP_HEADERS)
def test_headers_of_every_shape_that_starlette_accepts(
    policy: str, origin: str | None, shape: str
) -> None:
    assert_same(OPTIONS[policy], actual(origin), responding(APP_HEADERS[shape]))


@pytest.mark.parametrize(
    "lines",
    [
        [[b"origin", ORIGIN.encode()], [b"a", b"b"]],
        ((b"origin", ORIGIN.encode()),),
        ([b"origin", ORIGIN.encode()],),
        [(b"origin", bytearray(ORIGIN.encode()))],
        [(bytearray(b"origin"), ORIGIN.encode())],
        [("origin", b"x"), (b"origin", ORIGIN.encode())],
        {b"origin": ORIGIN.encode()}.items(),
    ],
    ids=repr,
)
def test_request_headers_of_every_shape_that_starlette_accepts(lines: Any) -> None:
    for method in ("GET", "OPTIONS"):
        assert_same(OPTIONS["credentials"], {"type": "http", "method": method, "headers": lines})


def test_messages_other_than_the_start_go_through_as_they_are() -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.response.start", "status": 103, "headers": []},
        {"type": "http.response.body", "body": b"x", "more_body": True},
        {"type": "http.response.trailers", "headers": [(b"vary", b"x")], "more_trailers": False},
        {"type": "http.response.pathsend", "path": "/x"},
        {"type": "http.response.start", "status": 200, "headers": [], "trailers": True},
    ]
    objects: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    async def send(message: Any) -> None:
        objects.append(message)

    run(CORSMiddleware(app, [ORIGIN])(actual(), receive, send))
    for ours, theirs in zip(objects, messages, strict=True):
        assert (ours is theirs) is (theirs["type"] != "http.response.start")
    assert objects[-1]["trailers"] is True


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_of_the_application_goes_through(
    kind: type[BaseException], after: int
) -> None:
    error = kind("x")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if after:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    for middleware in (CORSMiddleware(app, [ORIGIN]), Starlette(app, [ORIGIN])):
        messages: list[Any] = []

        async def send(message: Any, messages: list[Any] = messages) -> None:
            messages.append(message)

        with pytest.raises(type(error)) as raised:
            run(middleware(actual(), receive, send))
        assert raised.value is error
        assert len(messages) == after


@pytest.mark.parametrize("scope", [actual(), actual(None), preflight(), scope_of("GET")])
def test_in_an_event_loop_it_is_the_same(scope: Any) -> None:
    ours = sent_in_a_loop(CORSMiddleware(responding(), [ORIGIN]), scope)
    assert ours == sent_in_a_loop(Starlette(responding(), [ORIGIN]), scope)


def test_it_is_called_by_keyword_too() -> None:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    middleware = CORSMiddleware(responding(), [ORIGIN])
    run(middleware(scope=actual(), receive=receive, send=send))
    run(middleware(actual(), send=send, receive=receive))
    assert messages[:2] == messages[2:] == sent(middleware, actual())


@pytest.mark.parametrize(
    "call",
    [
        lambda middleware: middleware(),
        lambda middleware: middleware({}, None),
        lambda middleware: middleware({}, None, None, None),
        lambda middleware: middleware({}, None, sned=None),
        lambda middleware: middleware({}, None, scope=None),
    ],
)
def test_a_call_with_other_arguments_is_a_type_error_at_once(call: Any) -> None:
    for middleware in (CORSMiddleware(responding()), Starlette(responding())):
        with pytest.raises(TypeError):
            call(middleware)


def test_nothing_is_raised_before_the_coroutine_is_awaited() -> None:
    def app(scope: Any, receive: Any, send: Any) -> Any:
        raise ValueError(scope)

    scopes: list[Any] = [actual(), {}, {"type": "http"}, {"type": "http", "headers": 3}, 7]
    for scope in scopes:
        coroutine = CORSMiddleware(app)(scope, receive, never)
        with pytest.raises((ValueError, KeyError, TypeError)):
            run(coroutine)


def test_the_application_keeps_the_servers_receive_and_scope() -> None:
    saw: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        saw.extend((scope, receive))

    scope = scope_of("GET", BROWSER)
    run(CORSMiddleware(app)(scope, receive, never))
    assert saw[0] is scope
    assert saw[1] is receive
