"""What behaves differently from Litestar's CORSConfig: docs/migration/litestar.md, by its numbers."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from litestar import Litestar, route
from litestar.config.cors import CORSConfig

from fastcors import ConfigError, CORSMiddleware, lint
from tests.exchange import ORIGIN
from tests.migration.common import WILDCARDS, a_wildcard_stands_for_any_characters
from tests.migration.decisions import CATASTROPHIC, EVIL, can, first_response, growth, header, page
from tests.migration.libraries import fastcors, litestar


def test_1_a_regex_alone_allows_every_origin() -> None:
    regex = r"https://[a-z]+\.example\.com"
    with litestar(allow_origin_regex=regex) as app:
        assert can(app, EVIL)
    assert can(fastcors(allow_origin_regex=regex))
    assert not can(fastcors(allow_origin_regex=regex), EVIL)


@WILDCARDS
def test_2_a_wildcard_stands_for_any_characters(entry: str, evil: str) -> None:
    with litestar(allow_origins=[entry]) as app:
        a_wildcard_stands_for_any_characters(app, entry, evil)


def test_3_a_regex_takes_exponential_time() -> None:
    with litestar(allow_origins=[], allow_origin_regex=CATASTROPHIC) as app:
        assert growth(app) > 10
    assert growth(fastcors(allow_origin_regex=CATASTROPHIC)) < 5


def test_4_every_site_can_read_some_with_credentials() -> None:
    given: dict[str, Any] = {"allow_origins": ["*"], "allow_credentials": True}

    def reads(app: Any, method: str) -> bool:
        browser = page(app, EVIL)
        browser.set_cookie("session=1; Secure; SameSite=None")
        with warnings.catch_warnings():
            try:
                browser.fetch("/orders", method=method, credentials="include")
            except Exception:
                return False
            finally:
                browser.close()
        return True

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with litestar(**given) as app:
            assert reads(app, "GET")
            assert not reads(app, "PUT")
    ours = fastcors(**given, allow_methods=["PUT"])
    assert reads(ours, "GET")
    assert reads(ours, "PUT")
    with pytest.raises(ConfigError):
        CORSMiddleware(print, strict=True, **given)  # type: ignore[arg-type]


def test_5_a_route_for_options_does_not_run() -> None:
    @route("/orders", http_method=["OPTIONS"], status_code=200)
    async def describe() -> str:
        return "GET, PUT"

    kept: dict[str, Any] = {"openapi_config": None, "logging_config": None}
    options: dict[str, Any] = {"allow_origins": [ORIGIN], "allow_methods": ["*"]}
    # Its type knows only Litestar's own scopes.
    plain: Any = Litestar([describe], **kept)
    for app, text in (
        (Litestar([describe], cors_config=CORSConfig(**options), **kept), ""),
        (CORSMiddleware(plain, **options), "GET, PUT"),
    ):
        browser = page(app)
        assert browser.fetch("/orders", method="OPTIONS").text == text
        browser.close()


def test_6_vary_is_missing_if_an_origin_is_rejected() -> None:
    with litestar(allow_origins=[ORIGIN]) as app:
        assert header(app, "vary") == "Origin"
        assert header(app, "vary", EVIL) is None
    assert header(fastcors(allow_origins=[ORIGIN]), "vary", EVIL) == "Origin"


def test_7_a_preflight_response_has_status_204() -> None:
    with litestar(allow_origins=[ORIGIN]) as app:
        assert first_response(app, method="PUT").status == 204
    options: dict[str, Any] = {"allow_origins": [ORIGIN], "allow_methods": ["PUT"]}
    assert first_response(fastcors(**options), method="PUT").status == 200
    minimal = fastcors(**options, responses="minimal")
    assert first_response(minimal, method="PUT").status == 204


def test_8_a_mistake_is_silent() -> None:
    with warnings.catch_warnings(), litestar(allow_origins=[f"{ORIGIN}/"]) as app:
        warnings.simplefilter("error")
        assert not can(app)
    assert [problem.code for problem in lint(allow_origins=[f"{ORIGIN}/"])] == [
        "origin-trailing-slash"
    ]
