"""Each attack reaches the application without enforcement, and does not with it."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from tests.servers.running import Server

pytestmark = pytest.mark.servers

# Chromium sends Sec-Fetch-Site to `localhost`, which is trustworthy, and not to `own.test`.
each_host = pytest.mark.parametrize("host", ["localhost", "own.test"])
each_server = pytest.mark.parametrize("name", ["plain", "enforced", "isolated"])
_numbers = itertools.count()

Servers = dict[str, Server]

FETCH = """async ([url, options]) => {
    try { const response = await fetch(url, options); return await response.text(); }
    catch (error) { return "failed"; }
}"""
SOCKET = """url => new Promise(resolve => {
    const socket = new WebSocket(url);
    socket.onmessage = event => resolve(event.data);
    socket.onerror = () => resolve("failed");
})"""
IMAGE = """url => new Promise(resolve => {
    const image = new Image();
    image.onload = image.onerror = () => resolve("done");
    image.src = url;
})"""


def url(server: Server, host: str, path: str, **query: str) -> str:
    port = server.address.rpartition(":")[2]
    return f"http://{host}:{port}{path}" + (f"?{urlencode(query)}" if query else "")


def received(page: Page, server: Server, host: str, path: str) -> Any:
    """Return what the page receives from a WebSocket, or ``failed``."""
    return page.evaluate(SOCKET, url(server, host, path).replace("http", "ws", 1))


def unused() -> str:
    """Return a path that no other test asks for."""
    return f"/path-{next(_numbers)}"


def ran(server: Server, what: str) -> bool:
    """Whether the application ran for this method and path."""
    return what in server.client.get("/ran").json()


def open_page(page: Page, servers: Servers, origin: str, html: str = "", **query: str) -> None:
    """Open a page of another origin, which the server without enforcement serves."""
    page.goto(url(servers["plain"], origin, "/page", html=html or "hello", **query))


@each_host
@each_server
def test_another_origins_page_cannot_post_a_form(
    page: Page, servers: Servers, name: str, host: str
) -> None:
    path = unused()
    form = f'<form method="post" action="{url(servers[name], host, path)}"></form>'
    open_page(page, servers, "evil.test", form)
    with page.expect_navigation() as navigation:
        page.evaluate("document.forms[0].submit()")
    response = navigation.value
    assert response is not None
    assert response.status == (200 if name == "plain" else 403)
    assert ran(servers[name], f"POST {path}") == (name == "plain")


@each_host
@each_server
def test_another_origins_page_cannot_fetch_without_cors(
    page: Page, servers: Servers, name: str, host: str
) -> None:
    path = unused()
    open_page(page, servers, "evil.test")
    page.evaluate(FETCH, [url(servers[name], host, path), {"method": "POST", "mode": "no-cors"}])
    assert ran(servers[name], f"POST {path}") == (name == "plain")


@each_host
@each_server
def test_another_origins_page_cannot_open_a_websocket(
    page: Page, servers: Servers, name: str, host: str
) -> None:
    path = unused()
    open_page(page, servers, "evil.test")
    assert received(page, servers[name], host, path) == ("secret" if name == "plain" else "failed")
    assert ran(servers[name], f"WS {path}") == (name == "plain")


@each_host
def test_a_page_that_is_allowed_reads_writes_and_connects(
    page: Page, servers: Servers, host: str
) -> None:
    server, path = servers["isolated"], unused()
    open_page(page, servers, "friend.test")
    assert page.evaluate(FETCH, [url(server, host, path), {"method": "POST"}]) == "secret"
    assert page.evaluate(FETCH, [url(server, host, path), {}]) == "secret"
    assert received(page, server, host, path) == "secret"


@each_host
def test_an_own_page_reads_writes_and_connects(page: Page, servers: Servers, host: str) -> None:
    server, path = servers["isolated"], unused()
    page.goto(url(server, host, "/page", html="hello"))
    for method in ("GET", "POST", "DELETE"):
        assert page.evaluate(FETCH, [url(server, host, path), {"method": method}]) == "secret"
    assert received(page, server, host, path) == "secret"


@pytest.mark.parametrize(
    ("host", "status"),
    # Without Sec-Fetch-Site its `null` cannot be distinguished from another page's.
    [("localhost", 200), ("own.test", 403)],
)
def test_an_own_page_without_a_referrer_can_post_where_the_browser_says_that_it_is_one(
    page: Page, servers: Servers, host: str, status: int
) -> None:
    server, path = servers["enforced"], unused()
    form = f'<form method="post" action="{path}"></form>'
    page.goto(url(server, host, "/page", html=form, policy="no-referrer"))
    with page.expect_request(f"**{path}") as request, page.expect_navigation() as navigation:
        page.evaluate("document.forms[0].submit()")
    assert request.value.all_headers()["origin"] == "null"
    response = navigation.value
    assert response is not None
    assert response.status == status
    assert ran(server, f"POST {path}") == (status == 200)


@each_host
@pytest.mark.parametrize("name", ["enforced", "isolated"])
def test_a_link_from_elsewhere_can_be_followed(
    page: Page, servers: Servers, name: str, host: str
) -> None:
    path = unused()
    open_page(page, servers, "evil.test", f'<a href="{url(servers[name], host, path)}">follow</a>')
    page.click("a")
    page.wait_for_url(f"**{path}")
    assert page.inner_text("body") == "secret"
    assert ran(servers[name], f"GET {path}")


@pytest.mark.parametrize("name", ["enforced", "isolated"])
def test_only_isolation_keeps_another_origins_images_away(
    page: Page, servers: Servers, name: str
) -> None:
    path = unused()
    open_page(page, servers, "evil.test")
    page.evaluate(IMAGE, url(servers[name], "localhost", path))
    assert ran(servers[name], f"GET {path}") == (name == "enforced")


@pytest.mark.parametrize("name", ["plain", "enforced"])
def test_a_name_that_was_rebound_to_this_machine_reaches_nothing(
    page: Page, servers: Servers, name: str
) -> None:
    server, path = servers[name], unused()
    attacker = url(server, "rebound.test", "/attacker")
    # What the name pointed at before.
    page.route(attacker, lambda route: route.fulfill(body="hello", content_type="text/html"))
    page.goto(attacker)
    assert page.evaluate("location.origin") == url(server, "rebound.test", "")
    said = page.evaluate(FETCH, [path, {"method": "POST"}])
    from_socket = received(page, server, "rebound.test", path)
    if name == "plain":
        assert (said, from_socket) == ("secret", "secret")
    else:
        assert said == "Misdirected request: the Host is not one of this server's hosts"
        assert from_socket == "failed"
    assert ran(server, f"POST {path}") == ran(server, f"WS {path}") == (name == "plain")
