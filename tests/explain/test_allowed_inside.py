"""A layer inside that allows an origin which the policy rejects is reported, and changes no byte."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware as StarletteCORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fastcors import CORSMiddleware
from fastcors._log import rejections
from tests.exchange import (
    ORIGIN,
    App,
    Message,
    Scope,
    actual,
    preflight,
    receive,
    responding,
    run,
    sent,
    sent_in_a_loop,
)

PAGE = "https://fastcors.github.io/fastcors/configuration/#a-layer-inside-that-allows-more"
UNTRUSTED = "https://evil.example"
ALLOW_ORIGIN = b"access-control-allow-origin"
CREDENTIALS = (b"access-control-allow-credentials", b"true")
OPTIONS: dict[str, Any] = {"allow_origins": [ORIGIN]}


class Asking(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin)


class Sending(CORSMiddleware):
    async def send(self, message: Any, send: Any, request_headers: Any) -> None:
        await super().send(message, send, request_headers)


CLASSES = pytest.mark.parametrize("middleware_class", [CORSMiddleware, Asking, Sending])


@pytest.fixture(autouse=True)
def _nothing_reported() -> Iterator[None]:
    rejections._reported.clear()
    yield
    rejections._reported.clear()


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert {record.levelno for record in caplog.records} <= {logging.WARNING}
    return caplog.messages


def allowing(*values: str, more: tuple[tuple[bytes, bytes], ...] = ()) -> App:
    """Give an application whose responses allow these origins."""
    lines = [(ALLOW_ORIGIN, value.encode("latin-1")) for value in values]
    return responding([(b"content-type", b"text/plain"), *lines, *more])


def request_to(path: str, origin: str) -> Scope:
    return {**actual(origin), "path": path, "root_path": "", "query_string": b""}


INNER: dict[str, Mapping[str, Any]] = {
    "every origin": {"allow_origins": ["*"]},
    "every origin with credentials": {"allow_origins": ["*"], "allow_credentials": True},
    "a regex": {"allow_origin_regex": "https?://.*"},
}


def parent_of_a_demo(outer: Any, inner: Mapping[str, Any], **options: Any) -> FastAPI:
    """Give an application with a mounted one that has a CORS layer of its own, as Gradio's demos do."""

    async def config(request: Any) -> PlainTextResponse:
        return PlainTextResponse("a demo")

    demo = Starlette(
        routes=[Route("/config", config)],
        middleware=[Middleware(StarletteCORSMiddleware, **inner)],
    )
    parent = FastAPI()
    parent.add_middleware(outer, **OPTIONS, **options)
    parent.mount("/demo", demo)
    return parent


def starlettes(messages: list[Message]) -> list[Message]:
    """Return Starlette's messages but for difference 3: fastcors does not repeat Origin in Vary."""
    repeated, once = (b"vary", b"Origin, Origin"), (b"vary", b"Origin")
    start, *others = messages
    headers = [once if line == repeated else line for line in start["headers"]]
    return [{**start, "headers": headers}, *others]


@pytest.mark.parametrize("inner", INNER.values(), ids=INNER)
@CLASSES
def test_a_mounted_application_that_allows_every_site_is_reported_once(
    middleware_class: type[CORSMiddleware],
    inner: Mapping[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    ours = parent_of_a_demo(middleware_class, inner)
    theirs = parent_of_a_demo(StarletteCORSMiddleware, inner)
    for origin in (UNTRUSTED, ORIGIN, UNTRUSTED):
        scope = request_to("/demo/config", origin)
        messages = sent_in_a_loop(ours, {**scope})
        assert messages[1]["body"] == b"a demo"
        assert messages == starlettes(sent_in_a_loop(theirs, {**scope}))
    (line,) = warnings_of(caplog)
    value = "*" if inner == INNER["every origin"] else UNTRUSTED
    assert line.startswith(
        f"another layer inside handles CORS itself: the response for /demo/config has "
        f"access-control-allow-origin: {value}, so pages on {UNTRUSTED} can read it"
    )
    assert "remove the inner CORS layer or, if the origin is yours, allow it here: " in line


def test_the_line_says_what_to_write(caplog: pytest.LogCaptureFixture) -> None:
    app = allowing(UNTRUSTED)
    sent(CORSMiddleware(app, [ORIGIN]), actual(UNTRUSTED))
    sent(CORSMiddleware(app), actual(UNTRUSTED))
    rejections._reported.clear()
    sent(CORSMiddleware(app), actual(UNTRUSTED))
    rejections._reported.clear()
    sent(Asking(app), actual(UNTRUSTED))
    assert [line.partition("allow it here")[2] for line in warnings_of(caplog)] == [
        f': allow_origins=[..., "{UNTRUSTED}"] ({PAGE})',
        f': allow_origins=["{UNTRUSTED}"] ({PAGE})',
        f": return True for it in Asking.is_allowed_origin ({PAGE})",
    ]


@pytest.mark.parametrize(
    "origin", ["null", "", "https://*.evil.example", "https://evil\x1b[31m", "x" * 1000]
)
@CLASSES
def test_no_origin_is_suggested_that_nobody_should_allow(
    middleware_class: type[CORSMiddleware], origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent(middleware_class(allowing(origin), **OPTIONS), actual(origin))
    (line,) = warnings_of(caplog)
    assert "allow_origins" not in line
    assert line.isprintable()
    assert len(line) < 1000


@pytest.mark.parametrize(
    ("app", "options", "expected"),
    [
        (allowing(UNTRUSTED), {}, False),
        (allowing(UNTRUSTED, more=(CREDENTIALS,)), {}, True),
        # The policy's own line is on the response to a rejected origin, as with Starlette.
        (allowing(UNTRUSTED), {"allow_credentials": True}, True),
        (allowing("*", more=(CREDENTIALS,)), {"allow_credentials": True}, False),
    ],
)
@CLASSES
def test_the_line_says_whether_credentials_are_exposed(
    middleware_class: type[CORSMiddleware],
    app: App,
    options: dict[str, Any],
    expected: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent(middleware_class(app, **OPTIONS, **options), actual(UNTRUSTED))
    (line,) = warnings_of(caplog)
    assert ("can read it with the user's credentials," in line) == expected


@pytest.mark.parametrize(
    ("app", "scope"),
    [
        (responding(), actual(UNTRUSTED)),
        (allowing(), actual(UNTRUSTED)),
        (allowing("https://other.example"), actual(UNTRUSTED)),
        (allowing("null"), actual(UNTRUSTED)),
        (allowing(""), actual(UNTRUSTED)),
        # What a browser blocks.
        (allowing(UNTRUSTED, UNTRUSTED), actual(UNTRUSTED)),
        (allowing("*", UNTRUSTED), actual(UNTRUSTED)),
        (allowing(f"{UNTRUSTED}, *"), actual(UNTRUSTED)),
        (allowing("*"), actual(ORIGIN)),
        (allowing("*"), actual(None)),
        (allowing("*"), preflight(UNTRUSTED)),
        (allowing("*"), {**actual(UNTRUSTED), "type": "websocket"}),
        (responding([(b"access-control-allow-credentials", b"true")]), actual(UNTRUSTED)),
    ],
)
@CLASSES
def test_nothing_is_reported_unless_the_response_allows_a_rejected_origin(
    middleware_class: type[CORSMiddleware],
    app: App,
    scope: Scope,
    caplog: pytest.LogCaptureFixture,
) -> None:
    middleware = middleware_class(app, **OPTIONS)
    assert sent(middleware, scope) == sent(StarletteCORSMiddleware(app, **OPTIONS), scope)
    assert warnings_of(caplog) == []
    assert rejections._reported == {}


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize("credentials", [False, True])
@CLASSES
def test_where_every_origin_is_allowed_nothing_is_reported(
    middleware_class: type[CORSMiddleware], credentials: bool, caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(allowing("*"), ["*"], allow_credentials=credentials)
    sent(middleware, actual(UNTRUSTED))
    assert warnings_of(caplog) == []


@pytest.mark.parametrize(
    "headers",
    [
        lambda: ((ALLOW_ORIGIN, b"*"),),
        lambda: ([ALLOW_ORIGIN, b"*"],),
        lambda: (line for line in [(ALLOW_ORIGIN, b"*")]),
        lambda: [(b"vary", b"Accept"), (b"a", b"1"), (b"vary", b"Origin"), (ALLOW_ORIGIN, b"*")],
    ],
)
@CLASSES
def test_every_shape_of_headers_is_read(
    middleware_class: type[CORSMiddleware], headers: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = responding(headers)
    middleware = middleware_class(app, **OPTIONS)
    sent(middleware, actual(UNTRUSTED))
    assert len(warnings_of(caplog)) == 1


@CLASSES
def test_a_request_whose_headers_can_be_read_once_is_reported(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    scope = actual(UNTRUSTED)
    sent(
        middleware_class(allowing("*"), **OPTIONS),
        {**scope, "headers": iter(scope["headers"])},
    )
    assert len(warnings_of(caplog)) == 1


@CLASSES
def test_a_flood_of_made_up_origins_fills_neither_the_log_nor_the_memory(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(allowing("*"), **OPTIONS)
    for number in range(100):
        sent(middleware, actual(f"https://{number}.example/{'x' * 10_000}"))
    lines = warnings_of(caplog)
    assert len(lines) == 10
    ended = [line.endswith(" (no further origin is reported)") for line in lines]
    assert ended == [False] * 9 + [True]
    assert len(rejections._reported) == 10
    assert max(map(len, rejections._reported)) <= 200


@CLASSES
def test_what_nobody_heard_is_reported_later(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(allowing("*"), **OPTIONS)
    with caplog.at_level(logging.ERROR, logger="fastcors"):
        sent(middleware, actual(UNTRUSTED))
    assert warnings_of(caplog) == []
    sent(middleware, actual(UNTRUSTED))
    assert len(warnings_of(caplog)) == 1


@CLASSES
def test_another_fastcors_inside_is_reported_too(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    inner = CORSMiddleware(responding(), [UNTRUSTED])
    sent(middleware_class(inner, **OPTIONS), actual(UNTRUSTED))
    assert len(warnings_of(caplog)) == 1


@CLASSES
def test_the_policy_that_rejected_counts_and_not_a_later_one(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        middleware.reconfigure(allow_methods=["PUT"])
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(ALLOW_ORIGIN, b"*")]}
        )

    middleware = middleware_class(app, **OPTIONS)
    sent(middleware, actual(UNTRUSTED))
    assert len(warnings_of(caplog)) == 1


@pytest.mark.parametrize("headers", [None, [], 7])
@CLASSES
def test_headers_that_the_application_took_from_the_scope_do_not_matter(
    middleware_class: type[CORSMiddleware],
    headers: Any,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        scope["headers"] = headers
        await allowing("*")(scope, receive, send)

    messages = sent(middleware_class(app, **OPTIONS), actual(UNTRUSTED))
    assert [message["type"] for message in messages] == [
        "http.response.start",
        "http.response.body",
    ]
    assert warnings_of(caplog) == []
    assert ("TypeError" in capsys.readouterr().err) == (headers != [])


@pytest.mark.parametrize(("error", "ends"), [(ValueError, False), (KeyboardInterrupt, True)])
@CLASSES
def test_only_an_interrupt_while_a_line_is_written_reaches_the_application(
    middleware_class: type[CORSMiddleware],
    error: type[BaseException],
    ends: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(record: logging.LogRecord) -> bool:
        raise error("a filter fails")

    middleware = middleware_class(allowing("*"), **OPTIONS)
    logger = logging.getLogger("fastcors")
    logger.addFilter(fails)
    try:
        if ends:
            with pytest.raises(error):
                sent(middleware, actual(UNTRUSTED))
        else:
            assert sent(middleware, actual(UNTRUSTED))[0]["status"] == 200
            assert "ValueError: a filter fails" in capsys.readouterr().err
    finally:
        logger.removeFilter(fails)


class Watched(dict[str, Any]):
    __slots__ = ("__weakref__",)


@pytest.mark.parametrize("origin", [UNTRUSTED, ORIGIN])
@pytest.mark.parametrize("cycle", [False, True])
def test_a_scope_lives_no_longer_than_its_request(origin: str, cycle: bool) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if cycle:
            scope["send"] = send
        await responding()(scope, receive, send)

    async def discard(message: Any) -> None:
        pass

    scope = Watched(actual(origin))
    lives = weakref.ref(scope)
    middleware = CORSMiddleware(app, **OPTIONS)
    gc.disable()
    try:
        run(middleware(scope, receive, discard))
        del scope
        if cycle:
            gc.collect()
        assert lives() is None
    finally:
        gc.enable()
