"""The demo's server, and Chromium as people have it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from examples.demo.process import HOST, running_server
from tests.browser.conftest import chromium_program
from tests.servers.running import CLIENT_SECONDS

expect.set_options(timeout=CLIENT_SECONDS * 1000)


@dataclass
class Demo:
    """A demo that runs."""

    port: int
    page_port: int
    client: httpx.Client

    def reset(self) -> None:
        """Put the policy of the start in place. A client that is no browser may do that."""
        text = self.client.get("/demo").json()["default"]
        assert self.client.post("/policy", json={"policy": text}).status_code == 200

    def policy(self) -> str:
        """Return the policy that is in place."""
        text: str = self.client.get("/demo").json()["policy"]
        return text

    @property
    def api(self) -> str:
        return f"http://{HOST}:{self.port}"

    def page(self, host: str = HOST) -> str:
        return f"http://{host}:{self.page_port}"


class Visitor:
    """Somebody who has the page open."""

    def __init__(self, page: Page, demo: Demo, host: str = HOST) -> None:
        self.page = page
        self.demo = demo
        self.page.goto(f"{demo.page(host)}/")
        self.editor = page.get_by_role("textbox", name="Options of CORSMiddleware")
        self.verdict = page.locator("#verdict")
        self.summary = page.locator("#summary")
        self.problems = page.get_by_role("list", name="What lint reports").get_by_role("listitem")
        self.last_run = "none"
        self.wait_for_the_run()

    def wait_for_the_run(self) -> None:
        """Wait until a run has ended that is not the last one."""
        another = re.compile(f"^(?!{self.last_run}$).+")
        expect(self.summary).to_have_attribute("data-run", another)
        self.last_run = self.summary.get_attribute("data-run") or ""

    def apply(self, policy: str) -> None:
        self.editor.fill(policy)
        self.page.get_by_role("button", name="Apply and run").click()
        self.wait_for_the_run()

    def row(self, name: str) -> Locator:
        return self.page.locator(f"[data-fetch={name}]")

    def shown(self) -> dict[str, tuple[bool, bool]]:
        """Return of each request whether it is allowed, and whether that was predicted."""
        rows: list[Any] = [
            each.element_handle() for each in self.page.locator("[data-fetch]").all()
        ]
        return {
            row.get_attribute("data-fetch"): (
                row.get_attribute("data-allowed") == "true",
                row.get_attribute("data-same") == "true",
            )
            for row in rows
        }


def free_ports() -> tuple[int, int]:
    """Return two ports that nobody listens on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


# For one module: as long as it is open, playwright keeps an event loop running in this thread, in which
# no other test can start its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_program(), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    port, page_port = free_ports()
    address = f"http://{HOST}:{page_port}"
    with (
        running_server(port, page_port),
        httpx.Client(base_url=address, trust_env=False, timeout=CLIENT_SECONDS) as client,
    ):
        yield Demo(port, page_port, client)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(CLIENT_SECONDS * 1000)
    yield context.new_page()
    context.close()


@pytest.fixture
def visitor(page: Page, demo: Demo) -> Visitor:
    """Return a visitor who finds the policy of the start."""
    demo.reset()
    return Visitor(page, demo)
