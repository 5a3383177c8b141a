"""The HTTP cache: what is used again, and what it does to CORS."""

from __future__ import annotations

from typing import Any

import pytest

from fastcors.testing import Browser, FetchError, assert_allowed, assert_blocked
from fastcors.testing.exchange import WireResponse
from fastcors.testing.http_cache import lifetime, updated, validators

ORIGIN = "https://app.example.com"
DATE = ("date", "Sun, 09 Sep 2001 01:46:40 GMT")
FRESH = [("cache-control", "max-age=60")]


class Server:
    """Responds with its headers, and counts its requests."""

    def __init__(self, lines: list[tuple[str, str]], status: int = 200) -> None:
        self.lines = lines
        self.status = status
        self.requests: list[dict[str, str]] = []
        self.reflects = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append(headers)
        lines = list(self.lines)
        if self.reflects and "origin" in headers:
            lines.append(("access-control-allow-origin", headers["origin"]))
        status = 304 if self.status == 304 and "if-none-match" in headers else 200
        encoded = [(name.encode(), value.encode()) for name, value in lines]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        body = str(len(self.requests)).encode() if status == 200 else b""
        await send({"type": "http.response.body", "body": body})


ANY = [("access-control-allow-origin", "*")]


def test_a_fresh_response_is_used_again_until_it_is_stale() -> None:
    now = [0.0]
    browser = Browser(Server([*ANY, *FRESH]), ORIGIN, clock=lambda: now[0])
    texts = []
    for later in (0, 59, 1):
        now[0] += later
        texts.append(browser.fetch("/").text)
    assert texts == ["1", "1", "2"]
    assert browser.fetch("/", cache="reload").text == "3"
    assert browser.fetch("/", cache="no-store").text == "4"
    assert browser.fetch("/").text == "3"
    browser.clear_caches()
    assert browser.fetch("/").text == "5"


@pytest.mark.parametrize("vary", [True, False])
def test_a_response_without_vary_is_blocked_when_it_comes_from_the_cache(*, vary: bool) -> None:
    server = Server([*FRESH, ("vary", "Origin")] if vary else FRESH)
    server.reflects = True
    browser = Browser(server, ORIGIN)
    # As an <img> does, without an Origin.
    browser.fetch("/", mode="no-cors")
    if vary:
        assert assert_allowed(browser, "/").text == "2"
    else:
        blocked = assert_blocked(browser, "/", kind="MissingAllowOriginHeader")
        assert "send 'Vary: Origin'" in blocked.hint
        assert blocked.exchanges == ()


def test_a_stale_response_is_checked_with_the_server() -> None:
    server = Server([*ANY, ("cache-control", "no-cache"), ("etag", '"1"')], status=304)
    browser = Browser(server, ORIGIN)
    assert [browser.fetch("/").text for _ in range(2)] == ["1", "1"]
    assert server.requests[1]["if-none-match"] == '"1"'


def test_a_write_makes_what_is_cached_invalid() -> None:
    browser = Browser(Server([*ANY, *FRESH]), ORIGIN)
    assert [browser.fetch("/", method).text for method in ("GET", "POST", "GET")] == ["1", "2", "3"]


def test_only_if_cached_sends_nothing() -> None:
    browser = Browser(Server(FRESH), "https://testserver")
    with pytest.raises(FetchError, match="is cached"):
        browser.fetch("/", mode="same-origin", cache="only-if-cached")
    browser.fetch("/")
    assert browser.fetch("/", mode="same-origin", cache="only-if-cached").text == "1"


def test_force_cache_uses_what_is_stale() -> None:
    browser = Browser(Server([*ANY, ("cache-control", "max-age=0")]), ORIGIN)
    assert [browser.fetch("/").text, browser.fetch("/", cache="force-cache").text] == ["1", "1"]


@pytest.mark.parametrize(
    ("status", "lines", "seconds"),
    [
        (200, [], 0),
        (200, [("cache-control", "public, max-age=60"), ("age", "20")], 40),
        (200, [("cache-control", "no-cache, max-age=60")], 0),
        (200, [("pragma", "no-cache"), ("expires", "Sun, 09 Sep 2001 01:47:40 GMT")], 0),
        (200, [DATE, ("expires", "Sun, 09 Sep 2001 01:47:40 GMT")], 60),
        (200, [("expires", "0")], 0),
        (200, [DATE, ("last-modified", "Sun, 09 Sep 2001 01:45:00 GMT")], 10),
        (404, [DATE, ("last-modified", "Sun, 09 Sep 2001 01:45:00 GMT")], 0),
        (301, [], float("inf")),
        (308, [("cache-control", "must-revalidate")], 0),
    ],
)
def test_freshness_is_said_or_guessed(
    status: int, lines: list[tuple[str, str]], seconds: float
) -> None:
    assert lifetime(status, tuple(lines), 1_000_000_000) == seconds


def test_a_304_renews_headers() -> None:
    stored = WireResponse(200, (("etag", "1"), ("x-a", "1"), ("content-length", "5")), b"hello")
    new = WireResponse(304, (("x-a", "2"), ("content-length", "0")))
    assert updated(stored, new) == WireResponse(
        200, (("etag", "1"), ("content-length", "5"), ("x-a", "2")), b"hello"
    )
    assert validators(stored.lines) == (("if-none-match", "1"),)
