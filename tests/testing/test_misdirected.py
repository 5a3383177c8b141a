"""What got status 421 is sent once more, as Chromium does and as the Fetch standard says."""

from __future__ import annotations

from typing import Any

import pytest

from fastcors import CORSMiddleware
from fastcors.testing import Browser, Response, assert_allowed, assert_blocked

ORIGIN, SERVER = "https://app.example.com", "https://testserver"
FOLLOW = ["chromium", "standard"]


class Server:
    """Responds with status 421 as often as it should, then with 200, and notes what it receives."""

    def __init__(self, misdirected: int) -> None:
        self.misdirected = misdirected
        self.received: list[tuple[str, bytes, str | None]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = (await receive())["body"]
        self.received.append((scope["method"], body, headers.get("cookie")))
        count = len(self.received)
        lines = {
            "access-control-allow-origin": headers.get("origin", "*"),
            "access-control-allow-methods": "PUT",
            "set-cookie": f"count={count}",
        }
        await send(
            {
                "type": "http.response.start",
                "status": 421 if count <= self.misdirected else 200,
                "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
            }
        )
        await send({"type": "http.response.body", "body": str(count).encode()})


def steps(response: Response) -> list[tuple[str, int]]:
    return [
        (exchange.request.method, exchange.response.status)
        for exchange in response.exchanges
        if exchange.response is not None
    ]


@pytest.mark.parametrize("follow", FOLLOW)
def test_a_request_that_got_421_is_sent_once_more_with_its_body(follow: Any) -> None:
    server = Server(misdirected=1)
    response = Browser(server, ORIGIN, follow).fetch("/", "POST", body="a")
    assert (response.status, response.text) == (200, "2")
    assert steps(response) == [("POST", 421), ("POST", 200)]
    assert server.received == [("POST", b"a", None)] * 2


@pytest.mark.parametrize("follow", FOLLOW)
def test_a_request_that_gets_421_again_is_sent_no_third_time(follow: Any) -> None:
    response = Browser(Server(misdirected=9), ORIGIN, follow).fetch("/")
    assert (response.status, response.text) == (421, "2")
    assert steps(response) == [("GET", 421), ("GET", 421)]


@pytest.mark.parametrize("follow", FOLLOW)
def test_a_preflight_that_got_421_is_sent_once_more(follow: Any) -> None:
    browser = Browser(Server(misdirected=1), ORIGIN, follow)
    response = assert_allowed(browser, "/", method="PUT")
    assert steps(response) == [("OPTIONS", 421), ("OPTIONS", 200), ("PUT", 200)]
    blocked = assert_blocked(Browser(Server(misdirected=2), ORIGIN, follow), "/", method="PUT")
    assert (blocked.kind, len(blocked.exchanges)) == ("PreflightInvalidStatus", 2)


@pytest.mark.parametrize("follow", FOLLOW)
def test_a_link_and_a_form_that_got_421_are_sent_once_more(follow: Any) -> None:
    assert steps(Browser(Server(1), ORIGIN, follow).navigate("/")) == [("GET", 421), ("GET", 200)]
    assert steps(Browser(Server(1), ORIGIN, follow).submit("/")) == [("POST", 421), ("POST", 200)]


@pytest.mark.parametrize(("follow", "cookie"), [("chromium", None), ("standard", "count=1")])
def test_only_the_standard_takes_the_cookies_of_the_first_response(
    follow: Any, cookie: str | None
) -> None:
    server = Server(misdirected=1)
    browser = Browser(server, SERVER, follow)
    browser.fetch("/")
    assert [sent for _, _, sent in server.received] == [None, cookie]
    assert [each.value for each in browser.cookies] == ["2"]


def test_what_hosts_rejects_is_sent_twice_and_a_websocket_once() -> None:
    ran: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        ran.append(scope["type"])

    browser = Browser(CORSMiddleware(app, hosts=["api.example.com"]), SERVER)
    assert steps(browser.fetch("/")) == [("GET", 421), ("GET", 421)]
    assert browser.websocket("/").status == 421
    assert ran == []
