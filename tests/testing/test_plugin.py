"""The plugin of pytest, in a run of its own."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 300

TESTS = """
from fastcors import CORSMiddleware
from fastcors.testing import assert_allowed, assert_blocked


async def respond(scope, receive, send):
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"hello"})


app = CORSMiddleware(respond, allow_origins=["https://app.example.com"])


def test_a_page_of_ours_reads(browser):
    assert assert_allowed(browser(app), "/").text == "hello"


def test_another_does_not(cors_browser):
    page = cors_browser(app, origin="https://other.example")
    assert_blocked(page, "/", kind="MissingAllowOriginHeader")


def test_that_fails(browser):
    assert_allowed(browser(app, origin="https://other.example"), "/")
"""


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "fastcors.testing.plugin", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    return done.stdout + done.stderr


def test_the_fixture_makes_browsers_and_a_failure_says_what_to_change(tmp_path: Path) -> None:
    (tmp_path / "test_pages.py").write_text(TESTS)
    said = run(tmp_path, "-W", "error")
    assert "1 failed, 2 passed" in said, said
    assert "expected an allowed fetch, but it is blocked: MissingAllowOriginHeader" in said
    assert 'allow_origins=[..., "https://other.example"]' in said


def test_another_plugin_keeps_its_fixture_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "playwright.py").write_text("")
    said = run(tmp_path, "-p", "playwright", "--fixtures")
    assert "\ncors_browser" in said, said
    assert "\nbrowser" not in said
    assert "\nbrowser" in run(tmp_path, "--fixtures")


def test_the_plugin_is_an_entry_point_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {
        "fastcors.testing.plugin": "fastcors.testing.plugin"
    }
