"""The example in FastAPI's documentation of CORS, with nothing but its import changed."""

from pathlib import Path

import pytest

from .running import running

pytestmark = pytest.mark.servers

STARLETTE = "from fastapi.middleware.cors import CORSMiddleware"
FASTCORS = "from fastcors import CORSMiddleware"
EXAMPLE = f"""\
from fastapi import FastAPI
{STARLETTE}

app = FastAPI()

origins = [
    "http://localhost.tiangolo.com",
    "https://localhost.tiangolo.com",
    "http://localhost",
    "http://localhost:8080",
]

app.add_middleware(
    CORSMiddleware,
    allow_origins=origins,
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)


@app.get("/")
async def main():
    return {{"message": "Hello World"}}
"""

ORIGINS = [
    None,
    "http://localhost.tiangolo.com",
    "https://localhost.tiangolo.com",
    "http://localhost",
    "http://localhost:8080",
    "http://localhost:8081",
    "https://localhost",
    "https://evil.example",
    "null",
]
PREFLIGHTS = [
    {},
    {"Access-Control-Request-Method": "DELETE"},
    {"Access-Control-Request-Method": "PURGE"},
    {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,x-a"},
    {"Access-Control-Request-Method": "GET", "Access-Control-Request-Private-Network": "true"},
]

Response = tuple[int, bytes, list[tuple[bytes, bytes]]]


def responses(folder: Path, source: str) -> list[Response]:
    """Return the responses of the example to requests of all kinds; any warning ends it."""
    (folder / "main.py").write_text(source)
    with running("uvicorn-h11", "main:app", folder, flags=("-W", "error")) as server:
        requests = [
            *(("GET", origin, {}) for origin in ORIGINS),
            *(("OPTIONS", origin, headers) for origin in ORIGINS for headers in PREFLIGHTS),
        ]
        found: list[Response] = []
        for method, origin, headers in requests:
            given = headers if origin is None else {"Origin": origin, **headers}
            response = server.client.request(method, "/", headers=given)
            lines = [line for line in response.headers.raw if line[0] != b"date"]
            found.append((response.status_code, response.content, lines))
        assert "warning" not in server.said().lower()
    return found


def test_it_runs_without_a_warning_and_responds_as_with_the_import_of_fastapi(
    tmp_path: Path,
) -> None:
    changed = EXAMPLE.replace(STARLETTE, FASTCORS)
    assert changed.count("\n") == EXAMPLE.count("\n")
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    mine.mkdir()
    theirs.mkdir()
    found = responses(mine, changed)
    assert found == responses(theirs, EXAMPLE)
    assert {status for status, _, _ in found} == {200, 400, 405}
