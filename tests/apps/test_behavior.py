"""How published applications use Starlette's class, in the smallest form of each.

`python -m tests.apps` runs the applications themselves.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
import starlette.middleware.cors
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware as StarletteMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, request_response
from starlette.testclient import TestClient

from fastcors import ConfigWarning, CORSMiddleware
from tests.apps.requests import ALLOWED, around, preflight
from tests.apps.requests import Request as Asked
from tests.exchange import App, Message, Scope, responding, scope_of, sent
from tests.parity.twin import vary_once


def scope_for(request: Asked) -> Scope:
    """Return the scope of a request."""
    lines = [(name.encode(), value.encode("latin-1")) for name, value in request.headers]
    return scope_of(request.method, lines)


SCOPES = [
    scope_for(request)
    for origin in (ALLOWED, "http://localhost:3000", "http://[::1]")
    for request in around("/", allowed=origin, method="POST", header="x-token")
]


def assert_same(build: Callable[[Any], App], scopes: list[Scope] = SCOPES) -> list[list[Message]]:
    """Build an application with both classes, and return what it sends with fastcors'."""
    ours, theirs = build(CORSMiddleware), build(StarletteMiddleware)
    all_sent = []
    for scope in scopes:
        messages = sent(ours, {**scope})
        expected = [vary_once(message) for message in sent(theirs, {**scope})]
        assert [in_tuples(message) for message in messages] == expected
        all_sent.append(messages)
    return all_sent


def in_tuples(message: Message) -> Message:
    """Return a message with tuples as pairs, as `vary_once` makes them."""
    if message["type"] != "http.response.start":
        return message
    return {**message, "headers": [(name, value) for name, value in message["headers"]]}


def assert_same_response(ours: TestClient, theirs: TestClient, asked: Asked) -> list[str]:
    """Send a request to both applications, and return the names of the headers."""
    headers = list(asked.headers)
    response, expected = (
        client.request(asked.method, asked.path, headers=headers) for client in (ours, theirs)
    )
    assert response.headers.multi_items() == expected.headers.multi_items()
    assert (response.status_code, response.text) == (expected.status_code, expected.text)
    return list(response.headers)


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


def test_an_endpoint_that_is_wrapped_serves_the_routes_that_are_made_of_it() -> None:
    # The MCP SDK wraps each of its OAuth endpoints; FastMCP takes `route.endpoint` for other paths.
    def build(cls: Any) -> Starlette:
        endpoint = cls(request_response(hello), allow_origins=[ALLOWED], allow_methods=["GET"])
        first = Route("/first", endpoint=endpoint, methods=["GET", "OPTIONS"])
        second = Route("/second", endpoint=first.endpoint, methods=first.methods)
        assert first.name == "CORSMiddleware"
        return Starlette(routes=[first, second])

    ours, theirs = TestClient(build(CORSMiddleware)), TestClient(build(StarletteMiddleware))
    for path in ("/first", "/second"):
        for request in around(path):
            assert_same_response(ours, theirs, request)


def test_one_middleware_is_inside_another() -> None:
    # FastMCP's `http_app(middleware=...)` is around the endpoints of the MCP SDK.
    def build(cls: Any) -> App:
        inner = cls(responding(), allow_origins=["*"], allow_methods=["POST", "OPTIONS"])
        outer: App = cls(
            inner,
            allow_origins=[ALLOWED],
            allow_methods=["GET", "POST"],
            allow_headers=["x-token"],
            expose_headers=["mcp-session-id"],
        )
        return outer

    assert_same(build)


def test_a_parent_is_recognized_by_its_class_if_that_replaces_starlettes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Gradio adds no header of its own if its parent has the class that Gradio imports.
    def configures_cors(parent: Any) -> bool:
        from starlette.middleware.cors import CORSMiddleware

        return any(middleware.cls is CORSMiddleware for middleware in parent.user_middleware)

    parent = FastAPI()
    parent.add_middleware(CORSMiddleware, allow_origins=[ALLOWED])
    # Difference 9 of docs/differences.md.
    assert not configures_cors(parent)
    monkeypatch.setattr(starlette.middleware.cors, "CORSMiddleware", CORSMiddleware)
    assert configures_cors(parent)


def test_headers_in_lists_and_an_enumerated_status_pass() -> None:
    # MLflow rejects requests in a middleware of its own, inside this one.
    async def blocking(scope: Scope, receive: Any, send: Any) -> None:
        headers = [[b"content-type", b"text/plain"]]
        status = HTTPStatus.FORBIDDEN
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"Cross-origin request blocked"})

    def build(cls: Any) -> App:
        app: App = cls(blocking, allow_origins=[ALLOWED], allow_credentials=True)
        return app

    for messages in assert_same(build):
        assert type(messages[0]["headers"]) is list


def test_the_message_can_be_changed_outside_of_it() -> None:
    # MLflow changes a status from 200 to 204, and rebuilds the list of headers from a dict.
    def build(cls: Any) -> App:
        inner = cls(responding(), allow_origins=[ALLOWED], allow_methods=["POST"])

        async def app(scope: Scope, receive: Any, send: Any) -> None:
            async def changing(message: Message) -> None:
                if message["type"] == "http.response.start":
                    headers = dict(message.get("headers", []))
                    headers[b"x-content-type-options"] = b"nosniff"
                    if scope["method"] == "OPTIONS" and message.get("status") == 200:
                        message["status"] = HTTPStatus.NO_CONTENT
                    message["headers"] = list(headers.items())
                await send(message)

            await inner(scope, receive, changing)

        return app

    first = assert_same(build)
    # Nothing of one response is in the next one's.
    assert assert_same(build) == first


def test_a_regex_of_anchored_alternatives_matches_as_it_does_in_starlette() -> None:
    # MLflow's, for every port of this machine.
    patterns = [
        r"^http://localhost(:[0-9]+)?$",
        r"^http://127\.0\.0\.1(:[0-9]+)?$",
        r"^http://\[::1\](:[0-9]+)?$",
    ]

    def build(cls: Any) -> App:
        app: App = cls(
            responding(),
            allow_origins=[ALLOWED],
            allow_origin_regex="|".join(patterns),
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"],
            allow_headers=["*"],
            expose_headers=["*"],
        )
        return app

    # It runs in linear time: no warning says otherwise.
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConfigWarning)
        CORSMiddleware(responding(), allow_origin_regex="|".join(patterns))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConfigWarning)
        all_sent = assert_same(build)
    allowed = [scope for scope, messages in zip(SCOPES, all_sent, strict=True) if _names(messages)]
    assert len(allowed) > 30


def _names(messages: list[Message]) -> bool:
    return any(name == b"access-control-allow-origin" for name, _ in messages[0]["headers"])


def test_a_tuple_of_host_names_matches_nothing_and_causes_a_warning() -> None:
    # The default of marimo's server: host names, one of them twice.
    hosts = ("localhost", "127.0.0.1", "127.0.0.1")

    def build(cls: Any) -> App:
        app: App = cls(
            responding(),
            allow_origins=hosts,
            allow_credentials=True,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Content-Disposition"],
        )
        return app

    with pytest.warns(ConfigWarning) as caught:
        all_sent = assert_same(build)
    assert not any(_names(messages) for messages in all_sent)
    assert any("localhost" in str(warning.message) for warning in caught)


def test_a_star_instead_of_a_list_allows_every_origin_without_a_warning() -> None:
    # The MCP SDK's OAuth endpoints, and FastMCP's, which are made of them.
    def build(cls: Any) -> App:
        app: App = cls(
            app=responding(),
            allow_origins="*",
            allow_methods=["POST", "OPTIONS"],
            allow_headers=["mcp-protocol-version"],
        )
        return app

    with warnings.catch_warnings():
        warnings.simplefilter("error", ConfigWarning)
        all_sent = assert_same(build)
    assert any(_names(messages) for messages in all_sent)


def test_a_list_that_was_split_at_commas_may_have_white_space_and_empty_entries() -> None:
    # Prefect's settings, as an administrator may write them.
    settings = {
        "allow_origins": f"{ALLOWED}, https://second.example.com,",
        "allow_methods": "GET,POST, PATCH,",
        "allow_headers": "x-prefect-api-version, x-token,",
    }
    requests = (
        *around("/", method="POST", header="x-prefect-api-version"),
        preflight("/", "https://second.example.com", "POST"),
        preflight("/", "", "POST"),
        preflight("/", ALLOWED, "PATCH"),
        preflight("/", ALLOWED, " PATCH"),
        preflight("/", ALLOWED, ""),
        preflight("/", ALLOWED, "POST", "x-token"),
        preflight("/", ALLOWED, "POST", "x-prefect-api-version,,content-type"),
    )

    def build(cls: Any) -> App:
        options = {option: setting.split(",") for option, setting in settings.items()}
        app: App = cls(responding(), **options)
        return app

    with pytest.warns(ConfigWarning) as caught:
        assert_same(build, [scope_for(request) for request in requests])
    messages = [str(warning.message) for warning in caught]
    for value in ("' https://second.example.com'", "' PATCH'", "' x-token'", "''"):
        assert any(value in message for message in messages), value


def test_a_list_that_is_filled_at_start_up_is_live() -> None:
    # tiled adds the middleware with an empty list, and extends the list when its server starts.
    def build(cls: Any) -> Starlette:
        allow_origins: list[str] = []

        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            allow_origins.extend([ALLOWED])
            yield
            allow_origins.clear()

        app = Starlette(routes=[Route("/", hello)], lifespan=lifespan)
        app.add_middleware(
            cls,
            allow_origins=allow_origins,
            allow_credentials=True,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["X-Tiled-Request-ID"],
        )
        return app

    names = 0
    with (
        TestClient(build(CORSMiddleware)) as ours,
        TestClient(build(StarletteMiddleware)) as theirs,
    ):
        for request in around("/"):
            names += "access-control-allow-origin" in assert_same_response(ours, theirs, request)
    assert names > 8


@pytest.mark.parametrize("allow_credentials", [False, True])
@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
def test_a_setting_that_is_split_at_commas_may_be_a_star(allow_credentials: bool) -> None:
    # Prefect's and TiTiler's defaults. TiTiler and Chainlit allow credentials, too.
    setting = "*"

    def build(cls: Any) -> App:
        app: App = cls(
            responding(),
            allow_origins=setting.split(","),
            allow_credentials=allow_credentials,
            allow_methods=["GET"],
            allow_headers=["*"],
        )
        return app

    all_sent = assert_same(build)
    assert any(_names(messages) for messages in all_sent)


def test_a_middleware_is_inserted_into_the_list_of_the_application() -> None:
    # stac-fastapi.
    def build(cls: Any) -> App:
        app = FastAPI(openapi_url=None)
        app.add_route("/", hello, methods=["GET", "POST"])
        options: dict[str, Any] = {
            "allow_origins": ["*"],
            "allow_methods": ["OPTIONS", "POST", "GET"],
            "allow_headers": ["Content-Type"],
            "max_age": 600,
        }
        app.user_middleware.insert(0, Middleware(cls, **options))
        return app

    ours, theirs = (TestClient(build(cls)) for cls in (CORSMiddleware, StarletteMiddleware))
    for request in around("/", method="POST"):
        assert_same_response(ours, theirs, request)
