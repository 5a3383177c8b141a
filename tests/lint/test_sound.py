"""Configurations that work as their authors mean: none gets an error, and all start in silence."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest

from fastcors import ALL_METHODS, SAFELISTED_HEADERS, CORSMiddleware, lint
from tests.exchange import responding

APP = responding()
ORIGIN = "https://app.example.com"
LOCAL = [
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:5173",
    "http://127.0.0.1:3000",
    "http://[::1]:8080",
    "http://0.0.0.0:8000",
]
ANY: dict[str, Any] = {"allow_methods": ["*"], "allow_headers": ["*"]}
# The example in FastAPI's documentation.
FASTAPI: dict[str, Any] = {
    "allow_origins": [
        "http://localhost.tiangolo.com",
        "https://localhost.tiangolo.com",
        "http://localhost",
        "http://localhost:8080",
    ],
    "allow_credentials": True,
    **ANY,
}

SOUND: list[dict[str, Any]] = [
    # As frameworks document it.
    {},
    FASTAPI,
    {"allow_origins": ["*"]},
    {"allow_origins": ["*"], **ANY},
    {"allow_origins": ["*"], "allow_methods": ["GET"], "max_age": 86_400},
    {"allow_origins": ("*",)},
    {"allow_origins": {"*"}},
    {"allow_origins": [ORIGIN]},
    {"allow_origins": [ORIGIN], **ANY},
    {"allow_origins": [ORIGIN], "allow_credentials": True},
    {"allow_origins": [ORIGIN], "allow_credentials": True, **ANY},
    {"allow_origins": (ORIGIN, "https://www.example.com")},
    {"allow_origins": {ORIGIN, "https://www.example.com"}},
    {"allow_origins": frozenset([ORIGIN])},
    {"allow_origins": [ORIGIN], "allow_methods": ALL_METHODS},
    {"allow_origins": [ORIGIN], "allow_headers": SAFELISTED_HEADERS},
    # Development.
    {"allow_origins": LOCAL},
    {"allow_origins": LOCAL, "allow_credentials": True, **ANY},
    {"allow_origins": ["http://localhost:*"]},
    {"allow_origins": ["http://localhost:*", "http://127.0.0.1:*"], "allow_credentials": True},
    {"allow_origins": ["http://*.localhost:*"], "allow_credentials": True},
    {"allow_origins": ["http://192.168.1.20:3000"]},
    {"allow_origins": ["http://10.0.2.2:8000"]},
    {"allow_origins": ["http://host.docker.internal:3000"]},
    {"allow_origins": ["http://web:8080"]},
    {"allow_origins": ["http://raspberrypi.local"]},
    {"allow_origins": ["http://intranet"]},
    {"allow_origin_regex": r"http://localhost:\d+"},
    {"allow_origin_regex": r"https?://(localhost|127\.0\.0\.1)(:\d+)?", "allow_credentials": True},
    {"allow_origins": [ORIGIN], "allow_origin_regex": r"http://localhost(:[0-9]+)?"},
    # Production.
    {"allow_origins": ["https://example.com", "https://www.example.com"]},
    {"allow_origins": ["https://example.co.uk"]},
    {"allow_origins": ["https://app.example.com:8443"]},
    {"allow_origins": ["http://example.com"]},
    {"allow_origins": ["http://example.com", "https://example.com"]},
    {"allow_origins": ["https://xn--bcher-kva.example"]},
    {"allow_origins": ["https://my_tenant.example.com"]},
    {"allow_origins": ["https://a-b--c.example.com"]},
    {"allow_origins": ["https://203.0.113.7"]},
    {"allow_origins": ["https://[2001:db8::1]"]},
    {"allow_origins": ["https://someone.github.io"]},
    {"allow_origins": ["https://myapp.vercel.app", "https://myapp.netlify.app"]},
    {"allow_origins": ["https://myapp.pages.dev"], "allow_credentials": True},
    {"allow_origins": ["https://d111111abcdef8.cloudfront.net"]},
    {"allow_origins": ["https://bucket.s3.amazonaws.com"]},
    {"allow_origins": ["https://preview-123.fly.dev"]},
    {"allow_origins": ["https://swagger.io", "https://editor.swagger.io"]},
    {"allow_origins": [f"https://tenant-{number}.example.com" for number in range(500)]},
    # Subdomains.
    {"allow_origins": ["https://*.example.com"]},
    {"allow_origins": ["https://example.com", "https://*.example.com"]},
    {"allow_origins": ["https://*.example.com"], "allow_credentials": True, **ANY},
    {"allow_origins": ["https://*.example.com:8443"]},
    {"allow_origins": ["https://*.example.com:*"]},
    {"allow_origins": ["https://*.staging.example.com"]},
    {"allow_origins": ["https://*.example.co.uk"]},
    {"allow_origin_regex": r"https://.*\.example\.com"},
    {"allow_origin_regex": r"^https://.*\.example\.com$"},
    {"allow_origin_regex": r"https://(.+\.)?example\.com"},
    {"allow_origin_regex": r"https://([a-z0-9-]+\.)*example\.com"},
    {"allow_origin_regex": r"https://(www|app|admin)\.example\.com", "allow_credentials": True},
    {"allow_origin_regex": r"https://[\w-]+\.example\.com(:\d+)?"},
    {"allow_origin_regex": r"https://myapp-[a-z0-9]+-myteam\.vercel\.app"},
    {"allow_origin_regex": r"https://deploy-preview-\d+--myapp\.netlify\.app"},
    {"allow_origin_regex": r"https://pr-[0-9]+\.preview\.example\.com"},
    {"allow_origin_regex": re.compile(r"https://[a-z]+\.example\.com")},
    {"allow_origin_regex": re.compile(r"HTTPS://[A-Z]+\.EXAMPLE\.COM", re.IGNORECASE)},
    {"allow_origin_regex": [r"https://a\.example\.com", re.compile(r"https://b\.example\.com")]},
    {"allow_origin_regex": (r"https://[a-z]+\.example\.(com|org)",)},
    {"allow_origin_regex": None},
    {"allow_origin_regex": []},
    # Applications that are no web site.
    {"allow_origins": ["chrome-extension://abcdefghijklmnopabcdefghijklmnop"]},
    {"allow_origins": ["moz-extension://a1b2c3d4-e5f6-4a1b-8c2d-1234567890ab"]},
    {"allow_origins": ["capacitor://localhost", "ionic://localhost", "http://localhost"]},
    {"allow_origins": ["tauri://localhost", "https://tauri.localhost"]},
    {"allow_origins": ["app://obsidian.md"]},
    {"allow_origins": ["vscode-webview://a1b2c3"]},
    # Methods.
    {"allow_origins": [ORIGIN], "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
    {"allow_origins": [ORIGIN], "allow_methods": ["GET", "HEAD", "OPTIONS"]},
    {"allow_origins": [ORIGIN], "allow_methods": ["PURGE", "QUERY", "PROPFIND", "MKCOL"]},
    {"allow_origins": [ORIGIN], "allow_methods": {"GET", "POST"}},
    {"allow_origins": [ORIGIN], "allow_methods": ("M-SEARCH", "BAN")},
    {"allow_methods": ()},
    # Headers.
    {"allow_origins": [ORIGIN], "allow_headers": ["Authorization", "Content-Type"]},
    {"allow_origins": [ORIGIN], "allow_headers": ["authorization", "x-csrf-token"]},
    {"allow_origins": [ORIGIN], "allow_headers": ["X-Requested-With", "X-CSRFToken", "Accept"]},
    {"allow_origins": [ORIGIN], "allow_headers": ["traceparent", "tracestate", "baggage"]},
    {"allow_origins": [ORIGIN], "allow_headers": ["sentry-trace", "X-Api-Key", "Range"]},
    {"allow_origins": [ORIGIN], "allow_headers": ["If-Match", "If-None-Match", "Cache-Control"]},
    {"allow_origins": [ORIGIN], "allow_headers": ["X_Token", "x.y", "Last-Event-ID"]},
    {"allow_origins": [ORIGIN], "expose_headers": ["X-Total-Count", "Link", "Location"]},
    {"allow_origins": [ORIGIN], "expose_headers": ["Content-Disposition", "ETag"]},
    {"allow_origins": [ORIGIN], "expose_headers": ["Content-Length", "Content-Range"]},
    {"allow_origins": ["*"], "expose_headers": ["*"]},
    # Ages.
    {"allow_origins": [ORIGIN], "max_age": 0},
    {"allow_origins": [ORIGIN], "max_age": 5},
    {"allow_origins": [ORIGIN], "max_age": 7200},
    {"allow_origins": [ORIGIN], "max_age": 86_400},
    {"allow_origins": [ORIGIN], "max_age": 60 * 60 * 24 * 365},
    # Odd, and meant so.
    {"allow_credentials": True},
    {"allow_origins": [], "allow_methods": [], "allow_headers": [], "expose_headers": []},
    {"allow_origins": iter([ORIGIN])},
    {"allow_origins": (origin for origin in [ORIGIN])},
    {"allow_origins": {ORIGIN: "a tenant"}},
    {"allow_origins": [ORIGIN], "allow_private_network": True},
    {"allow_origins": [ORIGIN], "allow_credentials": 1, "allow_private_network": 0},
    {"allow_origins": [ORIGIN], "max_age": "600"},
    {"allow_origins": [ORIGIN], "strict": True},
]


@pytest.mark.parametrize("options", [pytest.param(each, id=repr(each)[:80]) for each in SOUND])
def test_a_sound_configuration_has_no_error_and_starts_in_silence(options: dict[str, Any]) -> None:
    # Before they are read: what can be read once is.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CORSMiddleware(APP, **options)
    if not any(hasattr(value, "__next__") for value in options.values()):
        assert [str(problem) for problem in lint(**options) if problem.severity == "error"] == []


def test_there_are_many() -> None:
    assert len(SOUND) > 100
