"""Chromium, and the servers that its pages send requests to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.pages import Pages
from tests.servers.running import CLIENT_SECONDS, Server, running

ARGUMENTS = [
    "--no-sandbox",
    # Every name that ends with .test is this machine.
    "--host-resolver-rules=MAP *.test 127.0.0.1",
    # A prompt that asks whether a page may reach this machine.
    "--disable-features=LocalNetworkAccessChecks",
]


def chromium_program() -> str:
    """Return the path of Chromium.

    Nothing is skipped where there is none: what was not tried is not known.
    """
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("there is no 'chromium': install it (Debian: apt install chromium)")
    return program


# For one module: as long as it is open, playwright keeps an event loop running in this thread, in which
# no other test can start its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Chromium, in which every name that ends with .test is this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Open an empty page, without what others left behind."""
    context = chromium.new_context()
    context.set_default_timeout(CLIENT_SECONDS * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    """Start a server without enforcement, with it, and with ``"isolate"``."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(running("uvicorn-httptools", f"tests.browser.site:{name}"))
            for name in ("plain", "enforced", "isolated")
        }


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Start Chromium with a profile, and the server of the drawn cases."""
    # As people have it: without a profile, or without this, it blocks cookies of other sites.
    profile = tmp_path_factory.mktemp("profile")
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps({"profile": {"cookie_controls_mode": 0}}))
    with (
        running("uvicorn-h11", "tests.browser.faults:app") as server,
        sync_playwright() as playwright,
        playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium_program(), args=ARGUMENTS
        ) as context,
    ):
        yield Pages(context, server)
