"""Real servers, FastAPI's command, and the equivalents for the other frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.exchange import ORIGIN
from tests.servers.running import Server, running

from .applications import cors_of

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[2]
FASTAPI = "examples.outermost_fastapi:app"
# Each with the application that it serves, by the name of the example.
SERVED = {
    "fastapi-run": ("fastapi-run", "examples/outermost_fastapi.py"),
    "fastapi-dev": ("fastapi-dev", "examples/outermost_fastapi.py"),
    "uvicorn": ("uvicorn-httptools", FASTAPI),
    "granian": ("granian", FASTAPI),
    "hypercorn": ("hypercorn-asyncio", FASTAPI),
    "daphne": ("daphne", FASTAPI),
    "litestar": ("uvicorn-httptools", "examples.outermost_litestar:app"),
    "quart": ("uvicorn-httptools", "examples.outermost_quart:app"),
    "django": ("uvicorn-httptools", "examples.outermost_django:application"),
    "blacksheep": ("uvicorn-httptools", "examples.outermost_blacksheep:app"),
    "falcon": ("uvicorn-httptools", "examples.outermost_falcon:app"),
}
# After an unhandled error uvicorn closes the connection, which a client may be using again already.
HEADERS = {"Origin": ORIGIN, "Connection": "close"}
TOKEN = {**HEADERS, "Authorization": "Bearer secret"}
PREFLIGHT = {
    **HEADERS,
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "authorization",
}


@pytest.fixture(scope="module", params=SERVED)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Yield a server with one of the applications."""
    with ExitStack() as stack:
        yield stack.enter_context(running(*SERVED[request.param]))


def test_every_response_has_the_headers_and_a_preflight_needs_no_token(server: Server) -> None:
    response = server.client.get("/orders", headers=TOKEN)
    assert (response.status_code, response.text, cors_of(response)) == (200, "3", [ORIGIN])
    for headers, path, status in (
        (HEADERS, "/orders", 401),
        (TOKEN, "/broken", 500),
        (TOKEN, "/nowhere", 404),
    ):
        response = server.client.get(path, headers=headers)
        assert (response.status_code, cors_of(response)) == (status, [ORIGIN])
    response = server.client.options("/orders", headers=PREFLIGHT)
    assert (response.status_code, response.text, cors_of(response)) == (200, "OK", [ORIGIN])


def test_a_server_that_is_given_what_install_returns_does_not_start() -> None:
    with (
        pytest.raises(RuntimeError, match="serve or mount the application itself"),
        running("uvicorn-h11", "examples.outermost_fastapi:cors"),
    ):
        pass
