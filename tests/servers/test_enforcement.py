"""Requests and handshakes that enforcement rejects behind each server, in front of each framework."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from .running import CLIENT_SECONDS, Server, running

pytestmark = pytest.mark.servers

ALLOWED = "https://app.example.com"
EVIL = "https://evil.example"
HANDSHAKE = "/starlette/socket"
# A server, and more options of it: each of uvicorn's implementations of HTTP and of WebSockets.
SERVERS: dict[str, tuple[str, ...]] = {
    "uvicorn-httptools": ("--ws", "websockets"),
    "uvicorn-h11": ("--ws", "wsproto"),
    "uvicorn-httptools-sansio": ("--ws", "websockets-sansio"),
    "granian": (),
    "hypercorn-asyncio": (),
    "hypercorn-trio": (),
    "daphne": (),
}
# It has no extension for a response to a handshake: a close becomes 403 there, whatever the reason.
CLOSES = {"daphne"}
FRAMEWORKS = ("channels", "fastapi", "litestar", "quart", "starlette")
# Quart and Channels run on asyncio alone. Quart reads the scheme, which Daphne leaves out.
LEFT_OUT = {("hypercorn-trio", "quart"), ("hypercorn-trio", "channels"), ("daphne", "quart")}


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[[str], Server]]:
    """Return a function that starts a server, once for all tests."""
    with ExitStack() as stack:

        @cache
        def start(name: str) -> Server:
            command = name.removesuffix("-sansio")
            target = "tests.servers.enforced:app"
            return stack.enter_context(running(command, target, options=SERVERS[name]))

        yield start


@pytest.fixture
def server(start: Callable[[str], Server], name: str) -> Server:
    return start(name)


each_server = pytest.mark.parametrize("name", SERVERS)


def handshake(
    server: Server, path: str = HANDSHAKE, origin: str | None = None, host: str | None = None
) -> ClientConnection:
    """Open a WebSocket to the server, for another host if one is named."""
    address, port = server.address.split(":")
    # The socket goes to the server, whatever the URL names.
    connected = socket.create_connection((address, int(port)), CLIENT_SECONDS)
    try:
        return connect(
            f"ws://{host or server.address}{path}",
            sock=connected,
            origin=None if origin is None else Origin(origin),
            open_timeout=CLIENT_SECONDS,
            proxy=None,
        )
    except BaseException:
        connected.close()
        raise


def rejected(server: Server, name: str, status: int, body: str, **request: Any) -> None:
    """Expect a handshake to be rejected, with this response where the server can send it."""
    with pytest.raises(InvalidStatus) as raised:
        handshake(server, **request)
    response = raised.value.response
    if name in CLOSES:
        assert response.status_code == 403
        return
    assert response.status_code == status
    assert response.body == body.encode()
    assert response.headers["vary"] == "Origin"
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


@each_server
def test_a_request_of_another_origin_is_rejected(server: Server) -> None:
    own = f"http://{server.address}"
    for headers, status in (
        ({}, 200),
        ({"Origin": ALLOWED}, 200),
        ({"Origin": own}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null"}, 403),
        ({"Origin": EVIL}, 403),
        ({"Origin": own, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "rebound.evil.example", "Origin": "http://rebound.evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 200),
    ):
        response = server.client.post("/starlette/echo", content=b"x", headers=headers)
        assert response.status_code == status, headers
        if status != 200:
            assert "access-control-allow-origin" not in response.headers
            assert "origin" in response.headers["vary"].lower()
            assert "evil" not in response.text


@each_server
def test_a_host_that_is_missing_or_doubled_is_rejected(server: Server) -> None:
    address, port = server.address.split(":")
    for lines in (
        [],
        ["Host:"],
        [f"Host: {server.address}", "Host: evil.example"],
        [f"Host: {server.address}"] * 2,
    ):
        request = "\r\n".join(["GET / HTTP/1.1", *lines, "Connection: close", "", ""])
        with socket.create_connection((address, int(port)), CLIENT_SECONDS) as connection:
            connection.sendall(request.encode())
            status = connection.makefile("rb").readline().split()[1]
        # Some servers reject it themselves.
        assert status in (b"400", b"421"), lines


@each_server
def test_cors_responds_to_a_preflight(server: Server) -> None:
    for headers, status in (
        ({"Origin": ALLOWED}, 200),
        ({"Origin": EVIL}, 400),
        ({"Origin": ALLOWED, "Host": "evil.example"}, 421),
    ):
        asked = {**headers, "Access-Control-Request-Method": "GET"}
        assert server.client.options("/", headers=asked).status_code == status


@each_server
def test_a_handshake_of_another_origin_or_for_another_host_is_rejected(
    server: Server, name: str
) -> None:
    own = f"http://{server.address}"
    for origin in (None, ALLOWED, own):
        with handshake(server, origin=origin) as connection:
            connection.send("hello")
            assert connection.recv(CLIENT_SECONDS) == "hello"
    forbidden = "Forbidden: the Origin is not allowed to open a WebSocket"
    for origin in (EVIL, "null", "http://127.0.0.1:1"):
        rejected(server, name, 403, forbidden, origin=origin)
    misdirected = "Misdirected request: the Host is not one of this server's hosts"
    rebound = {"host": "rebound.evil.example", "origin": "http://rebound.evil.example"}
    rejected(server, name, 421, misdirected, **rebound)


@pytest.mark.parametrize(
    ("name", "framework"),
    [each for each in itertools.product(SERVERS, FRAMEWORKS) if each not in LEFT_OUT],
)
def test_each_framework_gets_what_is_not_rejected(server: Server, framework: str) -> None:
    path = f"/{framework}/socket"
    with handshake(server, path, ALLOWED) as connection:
        connection.send("hello")
        assert connection.recv(CLIENT_SECONDS) == "hello"
    with pytest.raises(InvalidStatus):
        handshake(server, path, EVIL)
    # Channels hands HTTP to Django, which is beside it.
    for origin, status in ((ALLOWED, 200), (EVIL, 403)):
        echo = f"/{framework.replace('channels', 'django')}/echo"
        response = server.client.post(echo, content=b"x", headers={"Origin": origin})
        assert response.status_code == status
