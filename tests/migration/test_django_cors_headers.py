"""What behaves differently from django-cors-headers: docs/migration/django-cors-headers.md, by its numbers."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from corsheaders.checks import check_settings
from corsheaders.signals import check_request_enabled
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]

from fastcors import ConfigError, CORSMiddleware, lint
from tests.documents import blocks_of
from tests.exchange import ORIGIN
from tests.migration.decisions import CATASTROPHIC, EVIL, can, decisions, first_response, growth
from tests.migration.libraries import django, django_cors_headers, fastcors

PAGE = "docs/migration/django-cors-headers.md"


def test_the_programs_before_and_after_allow_the_same() -> None:
    before, after = blocks_of(PAGE)
    settings = {name: value for name, value in before.names().items() if name.startswith("CORS_")}
    with django_cors_headers(**settings) as app:
        theirs = decisions(app)
    with django():
        assert decisions(after.names()["application"]) == theirs


def test_1_a_regex_matches_the_beginning_of_an_origin() -> None:
    regex = r"^https://\w+\.example\.com"
    with django_cors_headers(CORS_ALLOWED_ORIGIN_REGEXES=[regex]) as app:
        assert can(app)
        assert can(app, f"{ORIGIN}.evil.com")
    assert can(fastcors(allow_origin_regex=regex))
    assert not can(fastcors(allow_origin_regex=regex), f"{ORIGIN}.evil.com")
    foreign = r"^https://.*example\.com"
    assert [problem.code for problem in lint(allow_origin_regex=foreign)] == [
        "regex-untrusted-origins"
    ]


def test_2_a_regex_takes_exponential_time() -> None:
    with django_cors_headers(CORS_ALLOWED_ORIGIN_REGEXES=[CATASTROPHIC]) as app:
        assert growth(app) > 10
    assert growth(fastcors(allow_origin_regex=CATASTROPHIC)) < 5


def test_3_every_site_can_read_with_credentials_and_nothing_says_so() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settings = {"CORS_ALLOW_ALL_ORIGINS": True, "CORS_ALLOW_CREDENTIALS": True}
        with django_cors_headers(**settings) as app:
            assert can(app, EVIL, credentials="include")
            assert check_settings() == []
    given: dict[str, Any] = {"allow_origins": ["*"], "allow_credentials": True}
    assert can(fastcors(**given), EVIL, credentials="include")
    with pytest.raises(ConfigError):
        CORSMiddleware(print, strict=True, **given)  # type: ignore[arg-type]


@contextmanager
def receiving(receiver: Any) -> Iterator[None]:
    """Connect a receiver to the signal."""
    check_request_enabled.connect(receiver)
    try:
        yield
    finally:
        check_request_enabled.disconnect(receiver)


def test_4_anything_that_is_true_allows(caplog: pytest.LogCaptureFixture) -> None:
    def yes(*args: object, **kwargs: object) -> str:
        return "no"

    def fails(*args: object, **kwargs: object) -> bool:
        raise LookupError

    with receiving(yes), django_cors_headers() as app:
        assert can(app, EVIL)
    with receiving(fails), django_cors_headers(CORS_URLS_REGEX="^/$") as app:
        assert first_response(app, EVIL).status == 500
    for function in (yes, fails):
        ours = fastcors(allow_origins=[ORIGIN], allow_origin_func=function)
        with caplog.at_level(logging.WARNING, "fastcors"):
            assert not can(ours, EVIL)
        assert "allow_origin_func" in caplog.text


def refuse(get_response: Any) -> Any:
    """Respond to each request before the next middleware does."""

    def respond(request: HttpRequest) -> HttpResponse:
        return HttpResponse("who are you?", status=401)

    return respond


def test_5_a_middleware_before_it_sees_preflights_and_responds_without_headers() -> None:
    names = [f"{__name__}.refuse", "corsheaders.middleware.CorsMiddleware"]
    settings: dict[str, Any] = {"CORS_ALLOWED_ORIGINS": [ORIGIN]}
    with django(MIDDLEWARE=names, **settings) as app:
        assert not can(app)
        assert first_response(app, method="PUT").status == 401
        ours = CORSMiddleware(app, allow_origins=[ORIGIN], allow_methods=["PUT"])
        assert can(ours)
        assert first_response(ours, method="PUT").status == 200


def test_6_a_rejected_preflight_has_no_reason() -> None:
    with django_cors_headers(CORS_ALLOWED_ORIGINS=[ORIGIN], CORS_ALLOW_METHODS=["GET"]) as app:
        assert first_response(app, method="PUT").status == 200
        rejected = first_response(app, EVIL, method="PUT")
    assert (rejected.status, rejected.header("access-control-allow-methods")) == (200, None)
    rejected = first_response(fastcors(allow_origins=[ORIGIN]), EVIL)
    assert rejected.header("access-control-allow-origin") is None
    rejected = first_response(fastcors(allow_origins=[ORIGIN]), method="PUT")
    assert (rejected.status, rejected.body) == (400, b"Disallowed CORS method")


def test_7_a_mistake_is_silent_under_a_server() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with django_cors_headers(CORS_ALLOWED_ORIGINS=["app.example.com"]) as app:
            assert not can(app)
            assert [error.id for error in check_settings()] == ["corsheaders.E013"]
    for entry, code in (
        ("https://App.example.com", "origin-upper-case"),
        ("https://app.example.com:443", "origin-default-port"),
    ):
        with django_cors_headers(CORS_ALLOWED_ORIGINS=[entry]) as app:
            assert not can(app)
            assert check_settings() == []
        assert [problem.code for problem in lint(allow_origins=[entry])] == [code]


def test_8_a_path_in_an_entry_is_ignored() -> None:
    entry = f"{ORIGIN}/login"
    with django_cors_headers(CORS_ALLOWED_ORIGINS=[entry]) as app:
        assert can(app)
    assert not can(fastcors(allow_origins=[entry]))
    assert [problem.code for problem in lint(allow_origins=[entry])] == ["origin-path"]
