"""What docs/configuration.md says about servers is what they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents import blocks_of

from .running import running

pytestmark = pytest.mark.servers

PAGE = "docs/configuration.md"
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
