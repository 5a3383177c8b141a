"""Subclasses and wrappers found in the wild, each compared with Starlette."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware as Starlette
from starlette.responses import PlainTextResponse, Response

from fastcors import CORSMiddleware, _fastcors
from tests.exchange import ORIGIN, actual, never, preflight, receive, responding, sent, values

# Odd configurations run here; tests/lint has what is reported about them.
pytestmark = pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")

UNTRUSTED = "https://untrusted.example"
APP = responding([(b"content-type", b"text/plain"), (b"vary", b"Accept")])
Base = Any


def only_is_allowed_origin(base: Base) -> Any:
    class Tenants(base):  # type: ignore[misc]
        def is_allowed_origin(self, origin: str) -> bool:
            return origin.endswith(".example.com")

    return Tenants


def with_super(base: Base) -> Any:
    class Extended(base):  # type: ignore[misc]
        def is_allowed_origin(self, origin: str) -> bool:
            return super().is_allowed_origin(origin) or origin == UNTRUSTED

    return Extended


def reading_attributes(base: Base) -> Any:
    class Reading(base):  # type: ignore[misc]
        def __init__(self, app: Any, **options: Any) -> None:
            super().__init__(app, **options)
            self.suffixes = tuple(origin.removeprefix("https://") for origin in self.allow_origins)

        def is_allowed_origin(self, origin: str) -> bool:
            return not self.suffixes or origin.endswith(self.suffixes)

    return Reading


def asked(base: Base) -> Any:
    class Asked(base):  # type: ignore[misc]
        def __init__(self, app: Any, **options: Any) -> None:
            super().__init__(app, **options)
            self.questions: list[str] = []

        def is_allowed_origin(self, origin: str) -> bool:
            self.questions.append(origin)
            return False

    return Asked


def with_call_on_a_path(base: Base) -> Any:
    class Skipping(base):  # type: ignore[misc]
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope.get("path", "").startswith("/internal"):
                await self.app(scope, receive, send)
                return
            await super().__call__(scope, receive, send)

    return Skipping


def with_call_and_hook(base: Base) -> Any:
    class Both(with_call_on_a_path(base)):  # type: ignore[misc]
        def is_allowed_origin(self, origin: str) -> bool:
            return origin == UNTRUSTED

    return Both


def editing_the_preflight_response(base: Base) -> Any:
    class Editing(base):  # type: ignore[misc]
        def preflight_response(self, request_headers: Headers) -> Response:
            response: Response = super().preflight_response(request_headers)
            response.headers["x-edited"] = "yes"
            response.headers["Access-Control-Max-Age"] = "1"
            response.status_code = 204
            return response

    return Editing


def another_preflight_response(base: Base) -> Any:
    class Another(base):  # type: ignore[misc]
        def preflight_response(self, request_headers: Headers) -> Response:
            return PlainTextResponse(request_headers["origin"], 418)

    return Another


def with_send(base: Base) -> Any:
    class Sending(base):  # type: ignore[misc]
        async def send(self, message: Any, send: Any, request_headers: Headers) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "status": 299}
            await super().send(message, send=send, request_headers=request_headers)

    return Sending


def with_simple_response(base: Base) -> Any:
    class Simple(base):  # type: ignore[misc]
        async def simple_response(
            self, scope: Any, receive: Any, send: Any, request_headers: Headers
        ) -> None:
            if "x-skip" in request_headers:
                await self.app(scope, receive, send)
                return
            await super().simple_response(scope, receive, send, request_headers=request_headers)

    return Simple


def with_explicit_origin(base: Base) -> Any:
    class Explicit(base):  # type: ignore[misc]
        @staticmethod
        def allow_explicit_origin(headers: Any, origin: str) -> None:
            headers["X-Origin"] = origin
            base.allow_explicit_origin(headers, origin)

    return Explicit


def overriding_nothing(base: Base) -> Any:
    class Nothing(base):  # type: ignore[misc]
        extra = 1

        def another(self) -> int:
            return 1

    return Nothing


KINDS = [
    only_is_allowed_origin,
    with_super,
    reading_attributes,
    asked,
    with_call_on_a_path,
    with_call_and_hook,
    editing_the_preflight_response,
    another_preflight_response,
    with_send,
    with_simple_response,
    with_explicit_origin,
    overriding_nothing,
]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"allow_origins": [ORIGIN], "allow_headers": ["X-Token"]},
    {"allow_origins": [ORIGIN], "allow_credentials": True, "expose_headers": ["X-A"]},
    {"allow_origins": ["*"]},
    {"allow_origins": ["*"], "allow_credentials": True, "allow_headers": ["*"]},
    {"allow_origin_regex": "https://app.*"},
]
SCOPES = [
    actual(),
    actual(None),
    actual(UNTRUSTED),
    {**actual(), "path": "/internal/x"},
    {**preflight(), "path": "/internal/x"},
    preflight(),
    preflight(UNTRUSTED, "PUT", "x-token", "1"),
    preflight(method=None),
    {**actual(), "headers": [*actual()["headers"], (b"x-skip", b"1")]},
    {**actual(), "headers": tuple(actual()["headers"])},
    {"type": "lifespan"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_subclass_works_as_with_starlette(kind: Any, options: dict[str, Any]) -> None:
    ours, theirs = kind(CORSMiddleware)(APP, **options), kind(Starlette)(APP, **options)
    for scope in SCOPES:
        assert sent(ours, dict(scope)) == sent(theirs, dict(scope))
    assert getattr(ours, "questions", None) == getattr(theirs, "questions", None)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_subclass_sees_the_headers_of_an_iterator_and_so_does_its_application(kind: Any) -> None:
    saw: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        saw.append([*scope["headers"]])
        await APP(scope, receive, send)

    lines = actual()["headers"]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": iter(lines)}
    before = dict(scope)
    sent(kind(CORSMiddleware)(app, allow_origins=[ORIGIN]), scope)
    assert saw == [lines]
    assert scope == before


def test_a_subclass_leaves_the_applications_message_as_it_was() -> None:
    message = {"type": "http.response.start", "status": 200, "headers": [(b"a", b"1")]}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(message)

    middleware = only_is_allowed_origin(CORSMiddleware)(app)
    assert values(sent(middleware, actual()), "access-control-allow-origin") == [ORIGIN]
    assert message == {"type": "http.response.start", "status": 200, "headers": [(b"a", b"1")]}


def is_compiled(middleware: CORSMiddleware) -> bool:
    """Whether a call runs the compiled code, which hands the application a send of its own."""
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(type(send))

    middleware.app = app
    sent(middleware, actual())
    return str(seen[0].__module__) == "fastcors._fastcors"


@pytest.mark.parametrize(
    ("kind", "compiled"),
    [
        (overriding_nothing, True),
        (with_call_on_a_path, True),
        (only_is_allowed_origin, True),
        (with_super, True),
        (with_call_and_hook, True),
        (with_send, False),
        (with_explicit_origin, False),
    ],
)
def test_a_class_takes_the_compiled_path_unless_it_overrides_how_a_response_is_made(
    kind: Any, compiled: bool
) -> None:
    assert is_compiled(kind(CORSMiddleware)(APP)) is compiled


def test_a_call_of_a_class_that_overrides_nothing_makes_no_coroutine_of_its_own() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        pass

    for cls in (CORSMiddleware, overriding_nothing(CORSMiddleware)):
        coroutine: Any = cls(app)(actual(), receive, never)
        assert coroutine.cr_code is app.__code__
        coroutine.close()


def test_a_method_assigned_to_the_instance_counts_and_can_be_taken_away() -> None:
    middleware = CORSMiddleware(APP)
    assert is_compiled(middleware)
    middleware.app = APP
    middleware.is_allowed_origin = lambda origin: origin == UNTRUSTED  # type: ignore[method-assign]
    assert values(sent(middleware, actual(UNTRUSTED)), "access-control-allow-origin") == [UNTRUSTED]
    assert values(sent(middleware, actual()), "access-control-allow-origin") == []
    del middleware.is_allowed_origin
    assert values(sent(middleware, actual(UNTRUSTED)), "access-control-allow-origin") == []
    assert is_compiled(middleware)


@pytest.mark.parametrize("cls", [CORSMiddleware, overriding_nothing(CORSMiddleware)])
def test_a_method_assigned_to_the_class_counts_and_can_be_taken_away(cls: Any) -> None:
    middleware = cls(APP)
    for _ in range(2):
        assert values(sent(middleware, actual()), "access-control-allow-origin") == []
        with mock.patch.object(cls, "is_allowed_origin", lambda self, origin: True):
            assert values(sent(middleware, actual()), "access-control-allow-origin") == [ORIGIN]
    assert values(sent(middleware, actual()), "access-control-allow-origin") == []
    assert is_compiled(middleware)


def test_a_call_assigned_to_the_class_counts_and_can_be_taken_away() -> None:
    middleware = overriding_nothing(CORSMiddleware)(APP, allow_origins=[ORIGIN])
    cls = type(middleware)
    calls = []

    async def call(self: Any, scope: Any, receive: Any, send: Any) -> None:
        calls.append(scope)

    for _ in range(2):
        with mock.patch.object(cls, "__call__", call):
            assert sent(middleware, actual()) == []
        assert values(sent(middleware, actual()), "access-control-allow-origin") == [ORIGIN]
    assert len(calls) == 2


def test_a_class_assigned_to_the_instance_counts() -> None:
    middleware = overriding_nothing(CORSMiddleware)(APP)
    assert values(sent(middleware, actual()), "access-control-allow-origin") == []
    middleware.__class__ = with_super(CORSMiddleware)
    assert values(sent(middleware, actual(UNTRUSTED)), "access-control-allow-origin") == [UNTRUSTED]


def test_a_subclass_that_forgets_super_init_gets_an_error_that_says_so() -> None:
    class Forgetful(CORSMiddleware):
        def __init__(self, app: Any) -> None:
            pass

    with pytest.raises(RuntimeError, match=r"super\(\).__init__"):
        sent(Forgetful(APP), actual())


def test_the_wrapped_application_is_found_by_the_attribute_app() -> None:
    inner = responding()
    middleware: Any = CORSMiddleware(CORSMiddleware(inner))
    assert middleware.app.app is inner
    middleware.app = APP
    assert middleware.app is APP


def test_the_compiled_base_rejects_a_class_that_is_not_its_own() -> None:
    with pytest.raises(TypeError, match="subclass"):
        _fastcors.claim_call(dict)  # type: ignore[arg-type]


@pytest.mark.parametrize("outer", [CORSMiddleware, Starlette])
@pytest.mark.parametrize("inner", [CORSMiddleware, Starlette])
def test_one_inside_the_other_works_as_two_of_starlettes(outer: Any, inner: Any) -> None:
    def nested(outer: Any, inner: Any) -> Any:
        return outer(inner(APP, [UNTRUSTED]), [ORIGIN], allow_credentials=True)

    def once(messages: list[Any]) -> list[Any]:
        # Intended difference 3.
        for message in messages:
            lines = message.get("headers", [])
            message["headers"] = [
                (name, value.replace(b", Origin, Origin", b", Origin")) for name, value in lines
            ]
        return messages

    for scope in (actual(), actual(UNTRUSTED), actual(None), preflight(), preflight(UNTRUSTED)):
        expected = once(sent(nested(Starlette, Starlette), dict(scope)))
        assert once(sent(nested(outer, inner), dict(scope))) == expected
