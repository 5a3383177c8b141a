"""Links, forms and WebSockets: servers receive from Chromium what they receive from the simulated browser."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page

from fastcors.testing import Browser
from tests.browser.faults import Faults
from tests.browser.generated import HOSTS, PAGES, SAME_SITE, SEED, url
from tests.browser.pages import Pages

pytestmark = pytest.mark.servers

COUNT = 24
Case = tuple[str, str, str, str]
FORM = """([url, type]) => {
    document.body.innerHTML = `<form method="post" enctype="${type}" action="${url}">
        <input name="a" value="b c"><button>send</button></form>`;
}"""
LINK = """url => { document.body.innerHTML = `<a href="${url}">follow</a>`; }"""
SOCKET = """url => new Promise(resolve => {
    const socket = new WebSocket(url, ["chat"]);
    socket.onclose = resolve;
})"""


@pytest.fixture
def page(pages: Pages) -> Iterator[Page]:
    found = pages.new_page()
    yield found
    found.close()


def drawn(kind: str) -> list[Case]:
    """Return for each case its name, the page's host, the URL, and a cookie that is set before."""
    draw = random.Random(f"{SEED} {kind}")
    cases = []
    for each in range(COUNT):
        name = f"{kind}-{each}"
        html = [["content-type", "text/html"]]
        address = url("bare", name, draw.choice(HOSTS), actual={"status": 200, "headers": html})
        if kind != "socket" and draw.random() < 0.5:
            status = draw.choice([301, 302, 303, 307, 308])
            first = {"status": status, "headers": [["location", address]]}
            address = url("bare", name, draw.choice(HOSTS), "first", actual=first)
        cookie = f"a=1; Path=/bare/{name}{draw.choice(SAME_SITE)}"
        cases.append((name, draw.choice(PAGES), address, cookie))
    return cases


def misdirected(kind: str) -> Case:
    """Return a case in which the server responds with status 421, as to a Host that is not its own."""
    name = f"{kind}-misdirected"
    response = {"status": 421, "headers": [["content-type", "text/html"]]}
    return name, PAGES[0], url("bare", name, HOSTS[0], actual=response), f"a=1; Path=/bare/{name}"


def browser(pages: Pages, app: Faults, host: str) -> Browser:
    origin = f"http://{host}:{pages.port}"
    return Browser(app, origin, base_url=origin)


def login(
    pages: Pages, page: Page, simulated: Browser, name: str, target: str, cookie: str
) -> None:
    """Let the target's own page set a cookie, in both browsers."""
    origin = "/".join(target.split("/")[:3])
    asked = {"status": 200, "headers": [["set-cookie", cookie]]}
    setting = url("bare", name, "host", "login", actual=asked).partition("{port}")[2]
    page.goto(origin + setting)
    simulated.set_cookie(cookie, origin + setting)
    pages.received(name)


@contextmanager
def in_both(pages: Pages, page: Page, case: Case) -> Iterator[tuple[Browser, str]]:
    """Open a page in both browsers, and compare at the end what the servers received from them.

    Yields:
        The simulated browser, and the URL that the page leads to.
    """
    name, host, target, cookie = case
    target = target.replace("{port}", pages.port)
    app = Faults()
    with browser(pages, app, host) as simulated:
        login(pages, page, simulated, name, target, cookie)
        page.goto(f"http://{host}:{pages.port}/")
        yield simulated, target
        assert pages.received(name) == app.received[name]


@pytest.mark.parametrize("case", [*drawn("link"), misdirected("link")], ids=lambda case: case[0])
def test_a_link_is_followed_alike(pages: Pages, page: Page, case: Case) -> None:
    with in_both(pages, page, case) as (simulated, target):
        page.evaluate(LINK, target)
        with page.expect_navigation():
            page.click("a")
        simulated.navigate(target)


@pytest.mark.parametrize("case", [*drawn("form"), misdirected("form")], ids=lambda case: case[0])
def test_a_form_is_submitted_alike(pages: Pages, page: Page, case: Case) -> None:
    encodings: Any = ["application/x-www-form-urlencoded", "text/plain"]
    encoding = encodings[len(case[0]) % 2]
    with in_both(pages, page, case) as (simulated, target):
        page.evaluate(FORM, [target, encoding])
        with page.expect_navigation():
            page.click("button")
        simulated.submit(target, {"a": "b c"}, encoding=encoding)


@pytest.mark.parametrize("case", drawn("socket"), ids=lambda case: case[0])
def test_a_websocket_is_opened_alike(pages: Pages, page: Page, case: Case) -> None:
    with in_both(pages, page, case) as (simulated, target):
        address = target.partition("?")[0].replace("http", "ws", 1)
        page.evaluate(SOCKET, address)
        simulated.websocket(address, ["chat"])
