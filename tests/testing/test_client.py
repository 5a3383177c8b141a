"""Browsers with servers at a base URL, by either client."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest

from fastcors.testing import AsyncBrowser, Browser, FetchError, assert_blocked
from tests.servers.running import Server, running

pytestmark = pytest.mark.servers

FRIEND, EVIL = "http://friend.test:8000", "http://evil.test"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("uvicorn-httptools", "tests.browser.site:enforced") as started:
        yield started


@pytest.fixture(params=["httpx2", "httpx"])
def base(request: pytest.FixtureRequest, server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "httpx":
        monkeypatch.setitem(sys.modules, "httpx2", None)
    return f"http://{server.address}"


def test_a_page_is_allowed_or_rejected_by_a_real_server(base: str) -> None:
    with Browser(base, FRIEND) as friend, Browser(base, EVIL) as evil:
        response = friend.fetch("/items", "POST", headers={"Accept": "text/html"})
        assert (response.type, response.text) == ("cors", "secret")
        sent = response.exchanges[0].request
        assert sent.header("accept") == "text/html"
        blocked = assert_blocked(evil, "/items", kind="MissingAllowOriginHeader")
        assert blocked.exchanges[0].response is not None
        assert blocked.exchanges[0].response.status == 403
        assert friend.submit("/items").status == 200
        assert evil.submit("/items").status == 403


def test_a_websocket_opens_or_is_rejected_by_its_origin(base: str) -> None:
    with Browser(base, FRIEND) as friend, Browser(base, EVIL) as evil:
        assert friend.websocket("/ws").accepted
        assert evil.websocket(base.replace("http", "ws") + "/ws").status == 403


def test_an_async_browser_does_the_same(base: str) -> None:
    async def main() -> None:
        async with AsyncBrowser(base, FRIEND) as friend:
            assert (await friend.fetch("/items")).text == "secret"
            assert (await friend.websocket("/ws")).accepted

    asyncio.run(main())


def test_the_path_and_the_query_arrive_as_they_are_written(base: str) -> None:
    with Browser(base, base) as own:
        path = "/a%2Fb;c=d/%C3%A9?x=%20+&y"
        response = own.fetch(path)
        assert response.url == base + path
        assert "GET /a/b;c=d/é" in own.fetch("/ran").json()


def test_a_server_that_is_not_there_is_a_network_error(base: str) -> None:
    with Browser("http://127.0.0.1:9", FRIEND) as browser:
        with pytest.raises(
            FetchError, match=r"no response to GET http://127\.0\.0\.1:9/"
        ) as caught:
            browser.fetch("/")
        assert caught.value.kind == "NetworkError"
        with pytest.raises(FetchError):
            browser.websocket("/")
