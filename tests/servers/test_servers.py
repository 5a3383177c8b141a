"""Each server with each framework behind it, over a socket, the middleware around or inside."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from .contract import CHUNKS, COOKIES, HEADERS
from .dispatcher import FRAMEWORKS
from .running import CLIENT_SECONDS, COMMANDS, Server, running

pytestmark = pytest.mark.servers

# With the middleware around all applications, and added to each as its framework does it.
APPLICATIONS = ["wrapped", "added"]
PLACES = [(server, app) for server in COMMANDS for app in APPLICATIONS]

# Django and Quart run on asyncio alone; so do Falcon's WebSockets. Quart reads the scheme, which
# Daphne leaves out of a WebSocket's scope. Django has no WebSockets of its own.
NO_HTTP = {("hypercorn-trio", "django"), ("hypercorn-trio", "quart")}
NO_SOCKET = {("hypercorn-trio", "falcon"), ("hypercorn-trio", "quart"), ("daphne", "quart")}


def combinations(places: Iterable[tuple[str, str, str]]) -> list[Any]:
    """Return a server, the application that it runs, and the framework in there, to parametrize by."""
    return [
        pytest.param((server, app), framework, id=f"{server}-{app}-{framework}")
        for server, app, framework in places
    ]


EVERYWHERE = [(server, app, framework) for server, app in PLACES for framework in FRAMEWORKS]
HTTP = combinations(place for place in EVERYWHERE if place[::2] not in NO_HTTP)
SOCKET = combinations(
    place for place in EVERYWHERE if place[2] != "django" and place[::2] not in NO_SOCKET
)
LEFT_OUT_HTTP = combinations((server, "plain", name) for server, name in sorted(NO_HTTP))
LEFT_OUT_SOCKET = combinations((server, "plain", name) for server, name in sorted(NO_SOCKET))

ALLOWED = "https://app.example.com"
REJECTED = "https://app.example.com.evil.example"

PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,x-token",
}
PREFLIGHT_VARY = (
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
    "Access-Control-Request-Private-Network"
)
PREFLIGHT_RESPONSE = [
    ("access-control-allow-credentials", "true"),
    (
        "access-control-allow-headers",
        "Accept, Accept-Language, Content-Language, Content-Type, X-Token",
    ),
    ("access-control-allow-methods", "GET, POST"),
    ("access-control-max-age", "3600"),
    ("vary", PREFLIGHT_VARY),
]
ACTUAL_RESPONSE = [
    ("access-control-allow-credentials", "true"),
    ("access-control-expose-headers", "X-Application"),
]
ALLOW_ORIGIN = ("access-control-allow-origin", ALLOWED)
VARY = ("vary", "Accept-Encoding, Origin")
# Django names its headers in capitals, which ASGI does not: to the middleware, as to Starlette's, its
# Vary is another name than `vary`, and gets a line of its own.
VARY_ON_TWO_LINES = {"django"}


@pytest.fixture(scope="module")
def start() -> Iterator[Callable[[str, str], Server | RuntimeError]]:
    """Return a function that starts a server with an application, once for all tests."""
    started: list[Server] = []
    with ExitStack() as stack:

        @cache
        def start(name: str, app: str) -> Server | RuntimeError:
            try:
                server = stack.enter_context(running(name, f"tests.servers.{app}:app"))
            except RuntimeError as error:
                # Each test with this server fails, but only one waits for it.
                return error
            started.append(server)
            return server

        yield start
        # The stack waits for one after the other.
        for server in started:
            server.process.terminate()


@pytest.fixture
def server(
    start: Callable[[str, str], Server | RuntimeError], request: pytest.FixtureRequest
) -> Server:
    """Return the server that the test's parameter names, with the application that it names."""
    server = start(*request.param)
    if isinstance(server, RuntimeError):
        raise server
    return server


@dataclass
class Case:
    """A request, and the response's lines named Vary or Access-Control-*, sorted."""

    origin: str | None
    lines: list[tuple[str, str]]
    status: int = 200
    body: bytes = b"hello"
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lines.sort()
        if self.origin is not None:
            self.headers = {**self.headers, "Origin": self.origin}


PREFLIGHTS = {
    "allowed": Case(ALLOWED, [*PREFLIGHT_RESPONSE, ALLOW_ORIGIN], 200, b"OK", PREFLIGHT),
    "rejected": Case(REJECTED, PREFLIGHT_RESPONSE, 400, b"Disallowed CORS origin", PREFLIGHT),
}
ACTUALS = {
    "allowed": Case(ALLOWED, [*ACTUAL_RESPONSE, ALLOW_ORIGIN, VARY]),
    "rejected": Case(REJECTED, [*ACTUAL_RESPONSE, VARY]),
    "without-origin": Case(None, [VARY]),
}


def lines_of(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Return the lines of a response as they came, repeated ones too, with lower-case names."""
    return [(name.decode().lower(), value.decode()) for name, value in headers]


def values_of(lines: list[tuple[str, str]], name: str) -> list[str]:
    return [value for other, value in lines if other == name]


def cors_of(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the lines that are about CORS, sorted, with those of Vary joined to one."""
    cors = [line for line in lines if line[0].startswith("access-control-")]
    vary = values_of(lines, "vary")
    return sorted([*cors, ("vary", ", ".join(vary))] if vary else cors)


@pytest.mark.parametrize("case", PREFLIGHTS.values(), ids=PREFLIGHTS)
@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("server", PLACES, indirect=True, ids="-".join)
def test_a_preflight_gets_its_response_in_front_of_the_application(
    server: Server, framework: str, case: Case
) -> None:
    response = server.client.options(f"/{framework}/echo", headers=case.headers)
    assert (response.status_code, response.content) == (case.status, case.body)
    lines = lines_of(response.headers.raw)
    assert cors_of(lines) == case.lines
    assert len(values_of(lines, "vary")) == 1
    assert values_of(lines, "content-length") == [str(len(case.body))]
    assert values_of(lines, "content-type") == ["text/plain; charset=utf-8"]


@pytest.mark.parametrize("case", ACTUALS.values(), ids=ACTUALS)
@pytest.mark.parametrize(("server", "framework"), HTTP, indirect=["server"])
def test_an_actual_request_reaches_the_application_and_gets_cors_headers(
    server: Server, framework: str, case: Case
) -> None:
    response = server.client.post(f"/{framework}/echo", content=b"hello", headers=case.headers)
    assert (response.status_code, response.content) == (case.status, case.body)
    lines = lines_of(response.headers.raw)
    assert cors_of(lines) == case.lines
    assert len(values_of(lines, "vary")) == 1 + (framework in VARY_ON_TWO_LINES)
    assert values_of(lines, "x-application") == [HEADERS["X-Application"]]
    cookies = [value.partition(";")[0] for value in values_of(lines, "set-cookie")]
    assert sorted(cookies) == [f"{name}={value}" for name, value in COOKIES.items()]


@pytest.mark.parametrize(("server", "framework"), HTTP, indirect=["server"])
def test_a_streamed_response_arrives_chunk_by_chunk(server: Server, framework: str) -> None:
    headers = {"Origin": ALLOWED}
    with server.client.stream("GET", f"/{framework}/stream", headers=headers) as response:
        assert response.status_code == 200
        assert ALLOW_ORIGIN in lines_of(response.headers.raw)
        chunks = response.iter_raw()
        # The application waits with the others until the first has arrived here.
        assert next(chunks) == CHUNKS[0]
        server.client.post(f"/release/{framework}")
        assert b"".join(chunks) == b"".join(CHUNKS[1:])


@pytest.mark.parametrize(
    "origin", [Origin(ALLOWED), Origin(REJECTED), None], ids=["allowed", "rejected", "none"]
)
@pytest.mark.parametrize(("server", "framework"), SOCKET, indirect=["server"])
def test_a_websocket_passes_whatever_its_origin(
    server: Server, framework: str, origin: Origin | None
) -> None:
    url = f"ws://{server.address}/{framework}/socket"
    with connect(url, origin=origin, proxy=None, open_timeout=CLIENT_SECONDS) as websocket:
        assert websocket.response is not None
        handshake = [name.lower() for name in websocket.response.headers]
        assert not [name for name in handshake if name == "vary" or "access-control" in name]
        for text in ("hello", "grüße"):
            websocket.send(text)
            assert websocket.recv(timeout=CLIENT_SECONDS) == text


@pytest.mark.parametrize("server", PLACES, indirect=True, ids="-".join)
def test_lifespan_events_reach_the_application(server: Server) -> None:
    # Daphne has none.
    expected = "never started" if server.name == "daphne" else "started"
    assert server.client.get("/").text == expected


@pytest.mark.parametrize(("server", "framework"), LEFT_OUT_HTTP, indirect=["server"])
def test_a_framework_left_out_does_not_respond_there_without_the_middleware_either(
    server: Server, framework: str
) -> None:
    response = server.client.post(f"/{framework}/echo", content=b"hello")
    assert response.status_code == 500


@pytest.mark.parametrize(("server", "framework"), LEFT_OUT_SOCKET, indirect=["server"])
def test_a_framework_left_out_has_no_websocket_there_without_the_middleware_either(
    server: Server, framework: str
) -> None:
    with (
        pytest.raises(InvalidStatus),
        connect(
            f"ws://{server.address}/{framework}/socket", proxy=None, open_timeout=CLIENT_SECONDS
        ),
    ):
        pass
