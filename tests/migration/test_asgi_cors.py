"""What behaves differently from asgi-cors: docs/migration/asgi-cors.md, by its numbers."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import pytest
from asgi_cors import asgi_cors as middleware  # type: ignore[import-untyped]
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fastcors import CORSMiddleware, lint
from tests.exchange import ORIGIN, preflight, sent
from tests.migration.common import WILDCARDS, a_wildcard_stands_for_any_characters
from tests.migration.decisions import EVIL, can, first_response, header
from tests.migration.libraries import asgi_cors, fastcors


@WILDCARDS
def test_1_a_wildcard_stands_for_any_characters(entry: str, evil: str) -> None:
    with asgi_cors(host_wildcards=[entry]) as app:
        a_wildcard_stands_for_any_characters(app, entry, evil)


def test_2_anything_that_is_true_allows(caplog: pytest.LogCaptureFixture) -> None:
    def yes(*args: Any) -> str:
        return "no"

    def fails(*args: Any) -> bool:
        raise LookupError

    with asgi_cors(callback=yes) as app:
        assert can(app, EVIL)
    with asgi_cors(callback=fails) as app:
        assert first_response(app, EVIL).status == 500
    for function in (yes, fails):
        ours: Any = {"allow_origins": [ORIGIN], "allow_origin_func": function}
        with caplog.at_level(logging.WARNING, "fastcors"):
            assert first_response(fastcors(**ours), EVIL).status == 200
        assert not can(fastcors(**ours), EVIL)
        assert can(fastcors(**ours))
        assert "allow_origin_func" in caplog.text


def test_3_the_age_of_a_preflight_response_is_a_str() -> None:
    with asgi_cors(hosts=[ORIGIN], max_age=600) as app:
        start, _ = sent(app, preflight())
    assert [b"access-control-max-age", "600"] in start["headers"]
    start, _ = sent(fastcors(allow_origins=[ORIGIN], max_age=600), preflight())
    assert (b"access-control-max-age", b"600") in start["headers"]


def test_4_a_preflight_is_left_to_the_application() -> None:
    async def orders(request: Any) -> PlainTextResponse:
        return PlainTextResponse("3")

    app = Starlette(routes=[Route("/orders", orders, methods=["GET", "PUT"])])
    assert not can(middleware(app, hosts=[ORIGIN], methods=["PUT"]), method="PUT")
    assert can(CORSMiddleware(app, allow_origins=[ORIGIN], allow_methods=["PUT"]), method="PUT")


def test_5_vary_is_missing() -> None:
    for origin in (ORIGIN, EVIL):
        with asgi_cors(hosts=[ORIGIN]) as app:
            assert header(app, "vary", origin) is None
        assert header(fastcors(allow_origins=[ORIGIN]), "vary", origin) == "Origin"


def test_6_there_are_no_credentials() -> None:
    with asgi_cors(hosts=[ORIGIN]) as app:
        assert not can(app, credentials="include")
    with pytest.raises(TypeError), asgi_cors(hosts=[ORIGIN], credentials=True):
        pass
    assert can(fastcors(allow_origins=[ORIGIN], allow_credentials=True), credentials="include")


def test_7_a_rejected_preflight_has_no_reason() -> None:
    with asgi_cors(hosts=[ORIGIN]) as app:
        assert first_response(app, method="PUT").status == 200
    rejected = first_response(fastcors(allow_origins=[ORIGIN]), method="PUT")
    assert (rejected.status, rejected.body) == (400, b"Disallowed CORS method")


def test_8_post_need_not_be_listed() -> None:
    with asgi_cors(hosts=[ORIGIN], headers=["Content-Type"], methods=["PUT"]) as app:
        assert can(app, method="POST", json={})
    ours = fastcors(allow_origins=[ORIGIN], allow_methods=["PUT"])
    assert not can(ours, method="POST", json={})


def test_9_most_mistakes_are_silent() -> None:
    with pytest.raises(AssertionError, match="/"), asgi_cors(hosts=[f"{ORIGIN}/"]):
        pass
    with warnings.catch_warnings(), asgi_cors(hosts=["app.example.com"]) as app:
        warnings.simplefilter("error")
        assert not can(app)
    assert [problem.code for problem in lint(allow_origins=["app.example.com"])] == [
        "origin-no-scheme"
    ]
