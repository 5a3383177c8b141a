"""What pages can do with an application, as their browser decides: what to compare two of them by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from benches.frameworks import response_of
from fastcors.testing import BlockedByCORS, Browser
from tests.exchange import ORIGIN, preflight

OTHER = "https://other.example"
EVIL = "https://evil.example"
SERVER = "https://api.example.com"
ORIGINS = (ORIGIN, "https://shop.example.com", OTHER, "null")
FETCHES: tuple[dict[str, Any], ...] = (
    {"method": "GET"},
    {"method": "GET", "credentials": "include"},
    {"method": "GET", "headers": {"Authorization": "Bearer 1"}},
    {"method": "POST", "json": {}},
    {"method": "PUT", "headers": {"X-Token": "1"}},
    {"method": "PUT", "credentials": "include"},
    {"method": "PATCH", "headers": {"X-Other": "1"}},
    {"method": "DELETE"},
    {"url": "/api/orders"},
)
# Takes twice the time for each further letter, in an engine that goes back.
CATASTROPHIC = r"https://(a+)+b\.example"
# A browser caches a preflight response without Access-Control-Max-Age for as long.
UNSAID = "5"


def page(app: Any, origin: str = ORIGIN) -> Browser:
    """Return a page of an origin, whose server responds to exceptions with status 500."""
    return Browser(app, origin, base_url=SERVER, raise_app_exceptions=False)


def can(app: Any, origin: str = ORIGIN, path: str = "/orders", **fetch: Any) -> bool:
    """Whether a page can read the response to a fetch."""
    browser = page(app, origin)
    try:
        browser.fetch(path, **fetch)
    except BlockedByCORS:
        return False
    else:
        return True
    finally:
        browser.close()


def first_response(app: Any, origin: str = ORIGIN, **fetch: Any) -> Any:
    """Return the first response to a fetch: that to the preflight, if there is one."""
    browser = page(app, origin)
    try:
        exchanges = browser.fetch(**{"url": "/orders", **fetch}).exchanges
    except BlockedByCORS as blocked:
        exchanges = blocked.exchanges
    finally:
        browser.close()
    return exchanges[0].response


def header(app: Any, name: str, origin: str = ORIGIN, **fetch: Any) -> str | None:
    """Return a header of the first response to a fetch."""
    value: str | None = first_response(app, origin, **fetch).header(name)
    return value


def growth(app: Any) -> float:
    """Return how many times as long a request takes with fourteen letters more in its Origin."""
    times = []
    for letters in (10, 24):
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            assert not can(app, "https://" + "a" * letters)
            best = min(best, time.process_time() - start)
        times.append(best)
    return times[1] / times[0]


def decisions(app: Any) -> Mapping[str, object]:
    """Return what pages of each origin can do, and how long a browser remembers it."""
    found: dict[str, object] = {}
    for origin in ORIGINS:
        browser = page(app, origin)
        for fetch in FETCHES:
            browser.clear_caches()
            try:
                response = browser.fetch(**{"url": "/orders", **fetch})
            except BlockedByCORS:
                outcome = "blocked"
            else:
                readable = "x-total" in response.headers
                outcome = f"read {response.text}{', X-Total too' if readable else ''}"
            found[f"{origin}: {fetch}"] = outcome
        browser.close()
    scope = dict(preflight(private_network="true"))
    _, lines, _ = asyncio.run(response_of(app, scope))
    found["private network"] = lines.get(b"access-control-allow-private-network") == b"true"
    response = first_response(app, method="PUT")
    allowed = response.header("access-control-allow-origin") is not None
    found["seconds"] = (allowed and response.header("access-control-max-age")) or UNSAID
    return found
