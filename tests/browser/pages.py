"""Pages of Chromium that fetch the drawn cases."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.browser.generated import Fetch
from tests.servers.running import CLIENT_SECONDS, Server

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
            return {"error": "FetchError"}
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
