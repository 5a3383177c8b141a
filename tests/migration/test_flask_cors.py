"""What behaves differently from Flask-CORS: docs/migration/flask-cors.md, by its numbers."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import pytest
from flask import Flask, request
from flask_cors import CORS

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
)
from tests.migration.libraries import fastcors, flask_cors, from_wsgi


def test_1_a_regex_matches_the_beginning_of_an_origin() -> None:
    regex = r"https://.*\.example\.com"
    with flask_cors(origins=[regex]) as app:
        assert can(app)
        assert can(app, f"{ORIGIN}.evil.com")
    assert can(fastcors(allow_origin_regex=regex))
    assert not can(fastcors(allow_origin_regex=regex), f"{ORIGIN}.evil.com")
    foreign = r"https://.*example\.com"
    assert [problem.code for problem in lint(allow_origin_regex=foreign)] == [
        "regex-untrusted-origins"
    ]


@pytest.mark.parametrize(
    ("entry", "meant", "evil", "meant_is_allowed"),
    [
        ("http://localhost:*", "http://localhost:5173", "http://localhost.evil.com", True),
        ("https://*.example.com", ORIGIN, "https://xexample.com.evil.com", False),
    ],
)
def test_2_a_string_with_a_wildcard_is_a_regex(
    entry: str, meant: str, evil: str, meant_is_allowed: bool
) -> None:
    with flask_cors(origins=[entry]) as app:
        assert can(app, meant) is meant_is_allowed
        assert can(app, evil)
    ours = fastcors(allow_origins=[entry])
    assert can(ours, meant)
    assert not can(ours, evil)


def test_3_everything_is_allowed_by_default() -> None:
    with flask_cors() as app:
        assert can(app, EVIL, method="PUT", headers={"X-Token": "1"})
    assert not can(fastcors(), EVIL)
    assert not can(fastcors(allow_origins=[ORIGIN], allow_methods=["PUT"]), headers={"X-A": "1"})


def test_4_a_regex_takes_exponential_time() -> None:
    with flask_cors(origins=[CATASTROPHIC]) as app:
        assert growth(app) > 10
    assert growth(fastcors(allow_origin_regex=CATASTROPHIC)) < 5


def test_5_every_site_can_read_with_credentials_unless_someone_notices() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with flask_cors(supports_credentials=True) as app:
            assert can(app, EVIL, credentials="include")
    with (
        pytest.raises(ValueError, match="supports_credentials"),
        flask_cors(supports_credentials=True, send_wildcard=True),
    ):
        pass
    given: dict[str, Any] = {"allow_origins": ["*"], "allow_credentials": True}
    with pytest.raises(ConfigError):
        CORSMiddleware(print, strict=True, **given)  # type: ignore[arg-type]
    assert can(fastcors(**given), EVIL, credentials="include")


def test_6_the_case_of_origins_and_methods_is_ignored() -> None:
    upper = "https://App.example.com"
    with flask_cors(origins=[upper], methods=["put"]) as app:
        assert can(app, method="PUT")
    assert not can(fastcors(allow_origins=[upper], allow_methods=["PUT"]), method="PUT")
    assert [problem.code for problem in lint(allow_origins=[upper])] == ["origin-upper-case"]
    assert not can(fastcors(allow_origins=[ORIGIN], allow_methods=["put"]), method="PUT")
    assert lint(allow_origins=[ORIGIN], allow_methods=["put"]) != []


def test_7_a_preflight_reaches_the_application() -> None:
    token = {"Authorization": "Bearer 1"}
    options: dict[str, Any] = {"allow_origins": [ORIGIN], "allow_headers": ["Authorization"]}
    ours = CORSMiddleware(from_wsgi(guarded()), **options)
    assert can(ours, headers=token)
    assert can(ours, path="/none", headers=token)
    app = guarded()
    CORS(app, origins=[ORIGIN])
    assert not can(from_wsgi(app), headers=token)
    with flask_cors(origins=[ORIGIN]) as plain:
        assert can(plain, headers=token)
        assert not can(plain, path="/", headers=token)
        rejected = first_response(plain, EVIL, method="PUT")
    assert rejected.status == 200
    assert rejected.header("access-control-allow-methods") is None
    assert first_response(fastcors(allow_origins=[ORIGIN]), method="PUT").status == 400
    allowing = fastcors(allow_origins=[ORIGIN], allow_methods=["PUT"])
    assert first_response(allowing, method="PUT").status == 200


def guarded() -> Flask:
    """Return an application that asks every request for a token."""
    app = Flask("guarded")

    @app.before_request
    def authenticate() -> Any:
        return None if "Authorization" in request.headers else ("who are you?", 401)

    @app.get("/orders")
    def orders() -> str:
        return "3"

    return app


def test_8_vary_is_missing_if_one_origin_is_listed_or_an_origin_is_rejected() -> None:
    two = [ORIGIN, "https://shop.example.com"]
    for origins, origin, vary in (
        ([ORIGIN], ORIGIN, None),
        (two, ORIGIN, "Origin"),
        (two, EVIL, None),
    ):
        with flask_cors(origins=origins) as app:
            assert header(app, "vary", origin) == vary
        assert header(fastcors(allow_origins=origins), "vary", origin) == "Origin"


def test_9_a_request_without_origin_gets_a_permission() -> None:
    name = "access-control-allow-origin"
    with flask_cors(origins=[ORIGIN]) as app:
        assert header(app, name, SERVER) is not None
    # A page of the server's own sends no Origin with a GET.
    assert header(fastcors(allow_origins=[ORIGIN]), name, SERVER) is None


def test_10_content_type_has_to_be_listed() -> None:
    with flask_cors(origins=[ORIGIN], allow_headers=["X-Token"]) as app:
        content_type_has_to_be_listed(app)


def test_11_a_preflight_response_says_nothing_about_its_age() -> None:
    with flask_cors(origins=[ORIGIN]) as app:
        a_preflight_response_says_nothing_about_its_age(app)


def test_12_a_mistake_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.WARNING),
        warnings.catch_warnings(),
        flask_cors(origins=[f"{ORIGIN}/"]) as app,
    ):
        warnings.simplefilter("error")
        assert not can(app)
    assert caplog.records == []
    assert [problem.code for problem in lint(allow_origins=[f"{ORIGIN}/"])] == [
        "origin-trailing-slash"
    ]
