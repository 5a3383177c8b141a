"""What pages fetch ends in Chromium as `fastcors.testing.Browser` says: the same drawn cases in both."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from fastcors.testing import BlockedByCORS, Browser, FetchError
from tests.browser.conftest import ARGUMENTS, chromium_program
from tests.browser.faults import Faults
from tests.browser.generated import GROUPS, Case, Fetch, cases
from tests.servers.running import CLIENT_SECONDS, Server, running

pytestmark = pytest.mark.servers

# How many cases of each group there are, and how many `make test` runs.
WHOLE = 200
PART = 25
COUNT = WHOLE if os.environ.get("FASTCORS_FETCHES") == "all" else PART
BATCH = 5

# Servers add these.
OWN = {"date", "server", "content-length"}

FETCH = """async ([url, options]) => {
    try {
        const response = await fetch(url, options);
        const text = await response.text();
        return {
            type: response.type, status: response.status, redirected: response.redirected,
            url: response.url, text, names: [...response.headers.keys()],
        };
    } catch (error) { return {error: error.message}; }
}"""


class Pages:
    """Pages of Chromium, one for each origin, and what the DevTools protocol says of their failures."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self._context = context
        context.set_default_timeout(CLIENT_SECONDS * 1000)
        self._server = server
        self._pages: dict[str, tuple[Page, CDPSession, list[Any]]] = {}
        self.port = server.address.rpartition(":")[2]

    def fetch(self, host: str, fetch: Fetch, *, reported: bool) -> dict[str, Any]:
        page, _, failures = self._page(host)
        failures.clear()
        address = fetch.url.replace("{port}", self.port)
        found: dict[str, Any] = page.evaluate(FETCH, [address, fetch.options])
        if "error" not in found:
            return found
        if found["error"] != "Failed to fetch":
            return {"error": "TypeError"}
        for _ in range(2_000 if reported else 0):
            if any("corsErrorStatus" in each for each in failures):
                break
            page.wait_for_timeout(2)
        # Chromium may report a request twice, once without a reason.
        status = next(
            (each["corsErrorStatus"] for each in failures if "corsErrorStatus" in each), None
        )
        if status is None:
            return {"error": "FetchError", "why": [each.get("errorText") for each in failures]}
        return {"error": status["corsError"], "parameter": status["failedParameter"]}

    def new_page(self) -> Page:
        return self._context.new_page()

    def received(self, case: str) -> Any:
        return self._server.client.get("/received", params={"case": case}).json()

    def _page(self, host: str) -> tuple[Page, CDPSession, list[Any]]:
        if host not in self._pages:
            page = self._context.new_page()
            page.goto(f"http://{host}:{self.port}/")
            session = self._context.new_cdp_session(page)
            failures: list[Any] = []

            def note(event: Any) -> None:
                if event["type"] in {"Fetch", "Preflight"}:
                    failures.append(event)

            session.on("Network.loadingFailed", note)
            session.send("Network.enable")
            self._pages[host] = page, session, failures
        return self._pages[host]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with opened_pages(tmp_path_factory.mktemp("profile")) as found:
        yield found


@contextmanager
def opened_pages(profile: Path) -> Iterator[Pages]:
    # As people have it: without a profile, or without this, it blocks cookies of other sites.
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


def in_chromium(pages: Pages, case: Case, expected: list[Any]) -> list[Any]:
    found: list[Any] = []
    for fetch, simulated in zip(case.fetches, expected[::2], strict=True):
        reported = "parameter" in simulated
        outcome = pages.fetch(case.page, fetch, reported=reported)
        outcome.pop("why", None)
        # It names some of the values at fault.
        others = simulated.get("others", ())
        if "parameter" in simulated and outcome.get("parameter", "") in {"", *others}:
            outcome["parameter"] = simulated["parameter"]
        if "others" in simulated:
            outcome["others"] = others
        if "names" in outcome:
            outcome["names"] = sorted({*outcome["names"]} - OWN)
        found += [outcome, pages.received(case.name)]
    return found


def simulated(case: Case, port: str) -> list[Any]:
    app = Faults()
    found: list[Any] = []
    with Browser(
        app, f"http://{case.page}:{port}", base_url=f"http://{case.page}:{port}"
    ) as browser:
        for fetch in case.fetches:
            outcome = fetch_simulated(browser, fetch, port)
            found += [outcome, app.received.pop(case.name, [])]
    return found


def fetch_simulated(browser: Browser, fetch: Fetch, port: str) -> dict[str, Any]:
    try:
        response = browser.fetch(fetch.url.replace("{port}", port), **fetch.options)
    except BlockedByCORS as blocked:
        if blocked.kind in {"DisallowedByMode", "CorsDisabledScheme"}:
            # The page's own process stops it, without a word in the protocol.
            return {"error": "FetchError"}
        # Of several names, Chromium reports any.
        others = [
            name
            for name in map(str.lower, dict(fetch.options["headers"]))
            if blocked.kind.startswith("Header")
        ]
        return {"error": blocked.kind, "parameter": blocked.parameter, "others": others}
    except FetchError:
        return {"error": "FetchError"}
    except TypeError:
        return {"error": "TypeError"}
    return {
        "type": response.type,
        "status": response.status,
        "redirected": response.redirected,
        "url": response.url,
        "text": response.text,
        "names": sorted({*response.headers} - OWN),
    }


def shown(case: Case, found: list[Any]) -> str:
    return json.dumps(
        [[case.page, *([each.url, each.options] for each in case.fetches)], found], indent=1
    )


@pytest.mark.parametrize("start", range(0, COUNT, BATCH))
@pytest.mark.parametrize("group", GROUPS)
def test_a_fetch_ends_in_chromium_as_in_the_simulated_browser(
    pages: Pages, group: str, start: int
) -> None:
    for case in cases(group, WHOLE)[start : start + BATCH]:
        expected = simulated(case, pages.port)
        assert shown(case, in_chromium(pages, case, expected)) == shown(case, expected)


def test_all_cases_fetch_at_least_600_times() -> None:
    assert sum(len(case.fetches) for group in GROUPS for case in cases(group, WHOLE)) >= 600
