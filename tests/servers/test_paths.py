"""`paths` behind real servers, asked by a client that sends a path as it is: no client library does."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from .running import CLIENT_SECONDS, Server, running

pytestmark = pytest.mark.servers

SERVERS = ("uvicorn-httptools", "uvicorn-h11", "granian", "hypercorn-asyncio", "daphne")
KEYS = ("public", "internal", "outside")
# What is sent in the request line, and whose origin is allowed; None: nobody's. Below `/none` too nobody's.
TARGETS: dict[bytes, str | None] = {
    b"/public/x": "public",
    b"/public/x?path=/internal": "public",
    b"/public?/../internal": "public",
    b"/%70ublic/x": "public",
    b"/publi%63": "public",
    b"/public/": "public",
    b"/internal/x": "internal",
    b"/none/x": None,
    b"/publications": "outside",
    b"/x?/public": "outside",
    b"//public/x": None,
    b"/public/../internal/x": None,
    b"/public/%2e%2e/internal/x": None,
    b"/public/%2E./internal/x": None,
    b"/public/..%2finternal/x": None,
    b"/public/%2e%2e%2finternal/x": None,
    b"/public/..%5cinternal/x": None,
    b"/public/%252e%252e/internal": None,
    b"/public%2Fx": None,
    b"/public/x%2Fy": "public",
    b"/PUBLIC/x": None,
    b"/public;v=1/x": None,
    b"/public/x;v=1": "public",
    b"/public+x": "outside",
    b"/internal%00": None,
    b"/internal%20/x": None,
    b"/caf%C3%A9": "outside",
    b"/%FF/public": "outside",
}


class Response(NamedTuple):
    status: int
    allowed: str | None
    body: str


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running(request.param, "tests.servers.pathed:app") as server:
        yield server


def response_to(server: Server, target: bytes, origin: str) -> Response:
    """Send a request line as it is, and return the response."""
    address, port = server.address.split(":")
    with socket.create_connection((address, int(port)), CLIENT_SECONDS) as connection:
        lines = (
            b"GET " + target + b" HTTP/1.1",
            b"Host: 127.0.0.1",
            b"Origin: " + origin.encode(),
            b"Connection: close",
        )
        connection.sendall(b"\r\n".join((*lines, b"", b"")))
        received = b""
        while part := connection.recv(65536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    allowed = re.search(rb"(?im)^access-control-allow-origin: *(\S+)\r?$", head)
    return Response(
        int(head.split(b" ", 2)[1]),
        None if allowed is None else allowed[1].decode(),
        body.decode("latin-1"),
    )


@pytest.mark.parametrize("target", TARGETS, ids=bytes.decode)
def test_a_path_as_it_is_sent_gets_what_the_table_says(server: Server, target: bytes) -> None:
    key = TARGETS[target]
    for other in KEYS:
        origin = f"https://{other}.example"
        response = response_to(server, target, origin)
        # A server may reject what it cannot read, before the application runs.
        if response.status == 400:
            continue
        assert response.status == 200
        assert response.allowed == (origin if other == key else None), response.body


@pytest.mark.parametrize("name", ["uvicorn-httptools", "hypercorn-asyncio"])
def test_a_path_is_found_behind_the_root_path_of_a_server(name: str) -> None:
    """Uvicorn puts it before the path that a proxy has stripped; for Hypercorn the proxy leaves it there."""
    sent = b"/public/x" if name.startswith("uvicorn") else b"/api/public/x"
    with running(name, "tests.servers.pathed:app", options=("--root-path", "/api")) as server:
        for key in KEYS:
            origin = f"https://{key}.example"
            response = response_to(server, sent, origin)
            assert "'/api/public/x'" in response.body
            assert response.allowed == (origin if key == "public" else None)
