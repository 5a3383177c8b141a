"""The demo of a fleet, run as `make demo-fleet ONCE=1` runs it; and its application."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

if TYPE_CHECKING:
    from tests.feeds.redis_server import RedisServer

pytestmark = pytest.mark.servers

EXAMPLES = Path(__file__).parents[2] / "examples"
# A safety net, far beyond what a busy machine needs.
SECONDS = 600


def test_the_demo_shows_that_each_worker_follows_and_ends() -> None:
    finished = subprocess.run(
        [sys.executable, str(EXAMPLES / "fleet.py"), "--once"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert finished.stderr == ""
    shown = re.sub(r"\d+\.\d\d s|port \d+|\([\d, ]+\)", "…", finished.stdout)
    assert shown.splitlines() == [
        "3 workers on … follow the set 'origins' of a Redis on ….",
        "After … all workers … allow https://app.example.com",
        "After … all workers … reject https://shop.customer.example",
        "",
        "> SADD origins https://shop.customer.example",
        "After … all workers … allow https://shop.customer.example",
        "",
        "> SREM origins https://shop.customer.example",
        "After … all workers … reject https://shop.customer.example",
    ]


def test_no_server_outlives_a_demo_that_is_terminated() -> None:
    with subprocess.Popen(
        [sys.executable, str(EXAMPLES / "fleet.py")], stdout=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        ports = [int(port) for port in re.findall(r"port (\d+)", demo.stdout.readline())]
        demo.terminate()
        assert demo.wait(SECONDS) == 130
    assert len(ports) == 2
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()


def test_without_redis_the_demo_names_what_is_missing() -> None:
    finished = subprocess.run(
        [sys.executable, str(EXAMPLES / "fleet.py"), "--once"],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert finished.returncode == 1
    assert finished.stderr == ("The demo needs redis-server (Debian: apt install redis-server).\n")


def test_the_health_of_the_application_is_that_of_its_feed(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.start()
    server.add("https://shop.customer.example")
    monkeypatch.setenv("REDIS_URL", server.url)
    from examples import fleet_app

    with TestClient(fleet_app.app) as client:
        health = client.get("/health").json()
        assert health.pop("last_success")
        assert health == {
            "connected": True,
            "entries": 2,
            "bad_entries": 0,
            "errors": 0,
            "last_error": None,
        }
