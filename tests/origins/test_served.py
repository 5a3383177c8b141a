"""`allow_origin_func` behind real servers, on asyncio and on trio."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.servers.running import CLIENT_SECONDS, Server, running

pytestmark = pytest.mark.servers

TENANT = "https://tenant.example"
OTHER = "https://other.example"


@pytest.fixture(scope="module", params=["uvicorn-httptools", "hypercorn-trio"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Start a server."""
    with running(request.param, "tests.origins.served:app") as server:
        yield server


def test_a_function_decides_on_requests_preflights_and_handshakes(server: Server) -> None:
    def get(origin: str) -> tuple[int, str | None]:
        response = server.client.get("/", headers={"Origin": origin})
        return response.status_code, response.headers.get("access-control-allow-origin")

    origins = [TENANT, OTHER, "https://app.example.com", "null"] * 5
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(get, origins))
    expected = [(200, TENANT), (403, None), (200, "https://app.example.com"), (403, None)]
    assert found == expected * 5
    for origin, status in ((TENANT, 200), (OTHER, 400)):
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        assert server.client.options("/", headers=headers).status_code == status
    address = f"ws://{server.address}/"
    with connect(address, origin=Origin(TENANT), open_timeout=CLIENT_SECONDS):
        pass
    with pytest.raises(InvalidStatus) as rejected:
        connect(address, origin=Origin(OTHER), open_timeout=CLIENT_SECONDS)
    assert rejected.value.response.status_code == 403
    counted = server.client.get("/").json()
    # Two calls in all: the others were shared or remembered.
    assert counted["cache"]["misses"] == 2
    assert counted["stats"]["allow_origin_func"]["asked"] == 14


def test_a_function_that_hangs_is_ended_and_the_server_goes_on(server: Server) -> None:
    server.client.get("/short")
    response = server.client.get("/", headers={"Origin": "https://hangs.example"})
    assert response.status_code == 403
    counted = server.client.get("/").json()
    assert counted["stats"]["allow_origin_func"]["timed_out"] == 1
    assert counted["cache"]["in_flight"] == 0
    assert "took longer than 0.01 seconds" in server.said()
