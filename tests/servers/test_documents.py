"""The documents are right about the servers."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.documents import blocks_of

from .running import START_SECONDS, running, stop

pytestmark = pytest.mark.servers

PAGE = "docs/configuration.md"
RECIPES = "docs/recipes.md"
OTHER = "https://evil.example"
ORIGIN = {"Origin": "https://app.example.com"}


def test_uvicorn_shows_what_is_documented_if_a_configuration_raises(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "from fastapi import FastAPI\n"
        "from fastcors import CORSMiddleware\n"
        "app = FastAPI()\n"
        'app.add_middleware(CORSMiddleware, allow_origins="https://app.example.com")\n'
    )
    (shown,) = [block.code for block in blocks_of(PAGE, "text") if "lifespan" in block.code]
    with running("uvicorn-h11", "main:app", tmp_path) as server:
        assert shown in server.said()
        assert server.client.get("/").status_code == 500


@pytest.mark.parametrize(("way", "readable"), [("wrapped", False), ("installed", True)])
def test_fastapis_command_serves_the_application_inside_a_wrapper(
    way: str, readable: bool, tmp_path: Path
) -> None:
    source = "from fastapi import FastAPI\nimport fastcors\n"
    if way == "wrapped":
        source += "api = FastAPI()\n"
        source += 'app = fastcors.CORSMiddleware(api, allow_origins=["https://app.example.com"])\n'
    else:
        source += "app = FastAPI()\n"
        source += 'fastcors.install(app, allow_origins=["https://app.example.com"])\n'
    (tmp_path / "main.py").write_text(source)
    with running("fastapi-run", "main.py", tmp_path) as server:
        response = server.client.get("/", headers=ORIGIN)
        assert ("access-control-allow-origin" in response.headers) is readable


def test_a_rejected_handshake_gets_a_403_from_a_server(tmp_path: Path) -> None:
    (block,) = [block for block in blocks_of(RECIPES) if block.section == "WebSockets"]
    (tmp_path / "main.py").write_text(block.code)
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Origin": OTHER,
    }
    with running("uvicorn-httptools", "main:app", tmp_path) as server:
        assert server.client.get("/updates", headers=handshake).status_code == 403


@contextmanager
def nginx(folder: Path, server: str, upstream: str) -> Iterator[httpx.Client]:
    """Run nginx with a configuration of the document in front of a server."""
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{reservation.getsockname()[1]}"
        for documented, used in (("127.0.0.1:8080", address), ("127.0.0.1:8000", upstream)):
            assert documented in server
            server = server.replace(documented, used)
        configuration = folder / "nginx.conf"
        configuration.write_text(
            f"daemon off; master_process off; pid {folder}/pid; error_log stderr;\n"
            f"events {{}}\nhttp {{ access_log off; client_body_temp_path {folder};\n{server}}}\n"
        )
        process = subprocess.Popen(
            ["nginx", "-c", configuration, "-p", folder, "-e", "stderr"], start_new_session=True
        )
        try:
            base = f"http://{address}"
            with httpx.Client(base_url=base, trust_env=False, timeout=120) as browser:
                for _ in range(20 * START_SECONDS):
                    assert process.poll() is None
                    try:
                        browser.get("/")
                    except httpx.TransportError:
                        time.sleep(0.05)
                    else:
                        break
                yield browser
        finally:
            stop(process)


def test_behind_nginx_the_application_handles_cors_and_nginx_its_own_errors(tmp_path: Path) -> None:
    assert shutil.which("nginx"), "install nginx (Debian: apt install nginx-light)"
    (block,) = blocks_of(RECIPES, "nginx")
    body = b"x" * 1_100_000

    def status(response: httpx.Response) -> tuple[int, list[str], list[str]]:
        allowed, vary = map(response.headers.get_list, ("access-control-allow-origin", "vary"))
        return response.status_code, allowed, vary

    with running("uvicorn-httptools", "tests.servers.behind_nginx:app") as server:
        address = server.address
        with nginx(tmp_path, block.code, address) as browser:
            for sent, allowed in ((ORIGIN, [ORIGIN["Origin"]]), ({"Origin": OTHER}, [])):
                assert status(browser.get("/items/1", headers=sent)) == (200, allowed, ["Origin"])
                assert status(browser.get("/none", headers=sent)) == (404, allowed, ["Origin"])
                response = browser.put("/items/1", content=body, headers=sent)
                assert status(response) == (413, allowed, ["Origin"])
            response = browser.options(
                "/items/1", headers={**ORIGIN, "Access-Control-Request-Method": "PUT"}
            )
            assert (response.status_code, response.text) == (200, "OK")
    # Nobody listens there now.
    with nginx(tmp_path, block.code, address) as browser:
        assert status(browser.get("/", headers=ORIGIN)) == (502, [ORIGIN["Origin"]], ["Origin"])
        assert status(browser.get("/", headers={"Origin": OTHER})) == (502, [], ["Origin"])
