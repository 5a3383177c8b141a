"""The lines of the logger `fastcors` are in a server's output with examples/log_config.json, once."""

import pytest

from .running import ROOT, running

pytestmark = pytest.mark.servers

CONFIG = str(ROOT / "examples" / "log_config.json")
PATH = {
    "uvicorn-h11": CONFIG,
    "uvicorn-httptools": CONFIG,
    "granian": CONFIG,
    "hypercorn-asyncio": f"json:{CONFIG}",
    "hypercorn-trio": f"json:{CONFIG}",
}
REJECTED = "rejected an actual request for /orders from https://evil.example | origin: "


def output(name: str, *options: str) -> list[str]:
    """Return the lines that a server has written once it has rejected a request."""
    with running(name, "examples.wrapped:app", options=options) as server:
        response = server.client.get("/orders", headers={"Origin": "https://evil.example"})
        assert response.text == "3 orders"
        return server.said().splitlines()


@pytest.mark.parametrize("name", PATH)
def test_a_rejection_is_in_the_output_once_and_the_servers_own_lines_are_too(name: str) -> None:
    lines = output(name, "--log-config", PATH[name])
    assert len([line for line in lines if f" DEBUG fastcors: {REJECTED}" in line]) == 1
    started = [line for line in lines if "unning on" in line or "Listening at" in line]
    assert len(started) == 1
    assert " INFO " in started[0]


@pytest.mark.parametrize("name", ["uvicorn-h11", "granian", "hypercorn-asyncio"])
def test_the_servers_own_log_level_is_not_that_of_fastcors(name: str) -> None:
    assert not any("rejected" in line for line in output(name, "--log-level", "debug"))
