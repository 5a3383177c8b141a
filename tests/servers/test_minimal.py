"""Each server takes a response with status 204, without `Content-Length`, and the connection stays open."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest

from .running import CLIENT_SECONDS, COMMANDS, Server, running

pytestmark = pytest.mark.servers

ORIGIN = "https://app.example.com"


@pytest.fixture(scope="module", params=list(COMMANDS))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running(request.param, "tests.servers.minimal:app") as server:
        yield server


@pytest.fixture
def connection(server: Server) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(server.address, timeout=CLIENT_SECONDS)
    yield connection
    connection.close()


def responded(
    connection: HTTPConnection, method: str, **headers: str
) -> tuple[HTTPResponse, bytes]:
    """Return the response to a request, and its body."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, "/", headers=names)
    response = connection.getresponse()
    return response, response.read()


def names(response: HTTPResponse) -> set[str]:
    return {name.lower() for name, _ in response.getheaders()}


def test_an_allowed_preflight_ends_with_its_head_and_the_connection_serves_the_next_request(
    connection: HTTPConnection,
) -> None:
    response, body = responded(
        connection, "OPTIONS", Origin=ORIGIN, Access_Control_Request_Method="PUT"
    )
    assert (response.status, body) == (204, b"")
    assert response.getheader("access-control-allow-origin") == ORIGIN
    assert names(response).isdisjoint({"content-length", "content-type", "transfer-encoding"})
    socket = connection.sock
    # Nothing of a body that should not be there is taken for its response.
    response, body = responded(connection, "GET", Origin=ORIGIN)
    assert response.getheader("access-control-allow-origin") == ORIGIN
    assert body
    assert connection.sock is socket


def test_a_rejected_preflight_has_the_reason_as_its_body(connection: HTTPConnection) -> None:
    response, body = responded(
        connection, "OPTIONS", Origin=ORIGIN, Access_Control_Request_Method="DELETE"
    )
    assert (response.status, body) == (403, b"Disallowed CORS method")
    assert not {name for name in names(response) if name.startswith("access-control-")}
