"""Each server's output shows a configuration that cannot run, and one that warns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from .running import COMMANDS, running

pytestmark = pytest.mark.servers

# Frameworks create the middleware inside the server's lifespan event, and again at each request.
MODULE = """\
from {framework} import {class_}
from fastcors import CORSMiddleware

app = {class_}()
app.add_middleware(CORSMiddleware, {options})
"""
FRAMEWORKS = {"fastapi": "FastAPI", "starlette.applications": "Starlette"}
SLASH = "allow_origins: 'https://app.example.com/' ends with a slash"


@dataclass
class Case:
    """Options, how each line that reports them begins after its prefix, and the status of a request."""

    options: str
    lines: list[str]
    status: int = 500


def fails(raised: str) -> str:
    return f"CORSMiddleware raised {raised}: "


CASES = {
    "a string for a list": Case(
        'allow_origins="https://app.example.com"',
        ["allow_origins: 'https://app.example.com' is a str", fails("ConfigError")],
    ),
    "strict": Case(
        'allow_origins=["https://app.example.com/"], strict=True', [SLASH, fails("ConfigError")]
    ),
    "a regular expression": Case(
        'allow_origin_regex=r"https://(app|www\\.example\\.com"',
        ["allow_origin_regex: r'https://(app|www", fails(f"re.{re.error.__name__}")],
    ),
    "a warning": Case('allow_origins=["https://app.example.com/"]', [SLASH], 404),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_configuration_is_reported_in_the_output(name: str, case: str, tmp_path: Path) -> None:
    options, lines, status = CASES[case].options, CASES[case].lines, CASES[case].status
    # The other server of the same kind has the other framework.
    framework = "fastapi" if name in ("uvicorn-httptools", "daphne") else "starlette.applications"
    source = MODULE.format(framework=framework, class_=FRAMEWORKS[framework], options=options)
    (tmp_path / "main.py").write_text(source)
    # The first request got its response, and these are more.
    with running(name, "main:app", tmp_path) as server:
        for _ in range(2):
            assert server.client.get("/").status_code == status
        for line in lines:
            server.wait_for(line)
        said = server.said()
    for line in lines:
        assert line in said, said
    # The server's own reports of each request repeat the error, but not that it was raised.
    assert said.count(lines[-1]) == 1, said
    if name != "daphne":
        # It has no lifespan event, and creates the middleware at the first request.
        assert said.index(lines[0]) < said.index(shown_at_start(name)), said


def shown_at_start(name: str) -> str:
    """Return what a server writes when it has sent the lifespan event."""
    if name.startswith("uvicorn"):
        return "Application startup complete"
    return "Started worker-1" if name == "granian" else "Running on http://"
