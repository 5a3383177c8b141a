"""What behaves differently from Quart-CORS: docs/migration/quart-cors.md, by its numbers."""

from __future__ import annotations

import asyncio
import re
import warnings
from typing import Any

import pytest
from quart import Quart, request
from quart_cors import cors

from benches.requests import SERVER as SCOPE
from fastcors import ConfigError, CORSMiddleware, lint
from tests.exchange import ORIGIN
from tests.migration.common import (
    a_preflight_response_says_nothing_about_its_age,
    content_type_has_to_be_listed,
)
from tests.migration.decisions import (
    CATASTROPHIC,
    EVIL,
    SERVER,
    can,
    first_response,
    growth,
    header,
    page,
)
from tests.migration.libraries import fastcors, quart_cors


def sockets(app: Any) -> dict[str, int | None]:
    """Return the status of each handshake that is rejected, and None for one that is accepted."""
    statuses: dict[str, int | None] = {"no Origin": without_origin(app)}
    for name, origin in (("allowed", ORIGIN), ("own", SERVER), ("evil", EVIL)):
        browser = page(app, origin)
        shaken = browser.websocket("/ws")
        statuses[name] = None if shaken.accepted else shaken.status
        browser.close()
    return statuses


def without_origin(app: Any) -> int | None:
    sent: list[Any] = []

    messages = iter(("connect", "disconnect"))

    async def receive() -> dict[str, Any]:
        return {"type": f"websocket.{next(messages)}", "code": 1000}

    async def send(message: Any) -> None:
        sent.append(message)

    lines = [(b"host", b"api.example.com")]
    scope = {**SCOPE, "type": "websocket", "path": "/ws", "headers": lines, "subprotocols": []}
    scope["extensions"] = {"websocket.http.response": {}}
    asyncio.run(app(scope, receive, send))
    status: int | None = sent[0].get("status")
    return status


def test_1_a_handshake_of_another_origin_is_rejected() -> None:
    with quart_cors(allow_origin=[ORIGIN]) as app:
        assert sockets(app) == {"no Origin": 400, "allowed": None, "own": 400, "evil": 400}
    with quart_cors(allow_origin=["*"]) as app:
        assert sockets(app)["evil"] is None
    options: dict[str, Any] = {"allow_origins": [ORIGIN]}
    assert sockets(CORSMiddleware(accepting, **options))["evil"] is None
    for mode in (True, "unsafe"):
        enforcing = CORSMiddleware(accepting, enforce=mode, **options)
        assert sockets(enforcing) == {"no Origin": None, "allowed": None, "own": None, "evil": 403}


async def accepting(scope: Any, receive: Any, send: Any) -> None:
    """Accept a WebSocket."""
    await receive()
    await send({"type": "websocket.accept"})


def test_2_a_regex_matches_the_beginning_of_an_origin() -> None:
    regex = re.compile(r"https://.*\.example\.com")
    with quart_cors(allow_origin=[regex]) as app:
        assert can(app)
        assert can(app, f"{ORIGIN}.evil.com")
    assert can(fastcors(allow_origin_regex=regex))
    assert not can(fastcors(allow_origin_regex=regex), f"{ORIGIN}.evil.com")
    problems = lint(allow_origin_regex=re.compile(r"https://.*example\.com"))
    assert [problem.code for problem in problems] == ["regex-untrusted-origins"]


def test_2_a_regex_takes_exponential_time() -> None:
    with quart_cors(allow_origin=[re.compile(CATASTROPHIC)]) as app:
        assert growth(app) > 10
    assert growth(fastcors(allow_origin_regex=CATASTROPHIC)) < 5


def test_3_everything_is_allowed_by_default() -> None:
    with quart_cors() as app:
        assert can(app, EVIL, method="PUT", headers={"X-Token": "1"})
    assert not can(fastcors(), EVIL)
    assert not can(fastcors(allow_origins=[ORIGIN], allow_methods=["PUT"]), headers={"X-A": "1"})


def test_4_a_wildcard_with_credentials_fails_at_each_request() -> None:
    with quart_cors(allow_credentials=True) as app:
        for origin in (ORIGIN, SERVER):
            assert first_response(app, origin).status == 500
    given: dict[str, Any] = {"allow_origins": ["*"], "allow_credentials": True}
    with pytest.raises(ConfigError):
        CORSMiddleware(print, strict=True, **given)  # type: ignore[arg-type]
    assert can(fastcors(**given), EVIL, credentials="include")


def test_5_a_preflight_reaches_the_application() -> None:
    token = {"Authorization": "Bearer 1"}
    options: dict[str, Any] = {"allow_origins": [ORIGIN], "allow_headers": ["Authorization"]}
    ours = CORSMiddleware(guarded(), **options)
    assert can(ours, headers=token)
    assert can(ours, path="/none", headers=token)
    assert not can(cors(guarded(), allow_origin=[ORIGIN]), headers=token)
    with quart_cors(allow_origin=[ORIGIN]) as plain:
        assert can(plain, headers=token)
        assert not can(plain, path="/", headers=token)
        assert first_response(plain, EVIL, method="PUT").status == 200
    assert first_response(fastcors(allow_origins=[ORIGIN]), method="PUT").status == 400
    allowing = fastcors(allow_origins=[ORIGIN], allow_methods=["PUT"])
    assert first_response(allowing, method="PUT").status == 200


def guarded() -> Any:
    """Return an application that asks every request for a token."""
    app = Quart("guarded")

    @app.before_request
    async def authenticate() -> Any:
        return None if "Authorization" in request.headers else ("who are you?", 401)

    @app.get("/orders")
    async def orders() -> str:
        return "3"

    return app


def test_6_vary_is_missing_in_a_response_with_a_wildcard() -> None:
    with quart_cors() as app:
        assert header(app, "vary") is None
    with quart_cors(allow_origin=[ORIGIN]) as app:
        assert header(app, "vary", EVIL) == "Origin"
    assert header(fastcors(allow_origins=["*"]), "vary") == "Origin"


def test_7_content_type_has_to_be_listed() -> None:
    with quart_cors(allow_origin=[ORIGIN], allow_headers=["X-Token"]) as app:
        content_type_has_to_be_listed(app)


def test_8_a_preflight_response_says_nothing_about_its_age() -> None:
    with quart_cors(allow_origin=[ORIGIN]) as app:
        a_preflight_response_says_nothing_about_its_age(app)


def test_9_a_mistake_is_silent() -> None:
    entry = "https://*.example.com"
    with warnings.catch_warnings(), quart_cors(allow_origin=[entry]) as app:
        warnings.simplefilter("error")
        assert not can(app)
    assert can(fastcors(allow_origins=[entry]))
