"""What a page can read with Starlette's responses it can read with minimal ones, and nothing else."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page

from tests.browser.styles import MIDDLEWARES, POLICIES, STYLES, Style
from tests.responses.browser import Browser, Fetch
from tests.servers.running import Server, running

pytestmark = pytest.mark.servers

SEED = 13
# `make browser` tries the whole table.
FETCHES = sys.maxsize if os.environ.get("FASTCORS_FETCHES") == "all" else 150
HOSTS = ["a.test", "b.test", "sub.a.test"]
METHODS = ["GET", "POST", "PUT", "PATCH", "PURGE", "DELETE"]
HEADERS: list[dict[str, str]] = [
    {},
    {"X-Token": "1"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/json"},
    {"Authorization": "Bearer x", "X-Token": "1"},
]

# Calls `fetch` with each of the arguments, one after the other.
FETCH_ALL = """async calls => {
    const results = [];
    for (const [url, options] of calls) {
        try {
            const response = await fetch(url, options);
            results.push([response.status, await response.text(), [...response.headers.keys()]]);
        } catch (error) {
            results.push(null);
        }
    }
    return results;
}"""


class Row(NamedTuple):
    """A fetch of the table."""

    policy: str
    host: str
    method: str
    headers: dict[str, str]
    credentials: bool

    def call(self, server: Server, style: Style, path: object) -> list[Any]:
        """Return the arguments of `fetch` in a page."""
        options = {
            "method": self.method,
            "headers": self.headers,
            "credentials": "include" if self.credentials else "omit",
        }
        return [url(server, "api.test", f"/{style}/{self.policy}/{path}"), options]

    def expected(self, server: Server, style: Style) -> list[Any] | None:
        """Return what a page gets, by the steps of the Fetch standard."""
        origin = url(server, self.host, "")
        fetch = Fetch(origin, self.method, self.headers, self.credentials)
        names = Browser(MIDDLEWARES[style, self.policy]).fetch(fetch)
        return None if names is None else [200, "secret", sorted(name.decode() for name in names)]


def table() -> list[Row]:
    """Return all combinations, in an order that is the same each time."""
    rows = [
        Row(*row) for row in itertools.product(POLICIES, HOSTS, METHODS, HEADERS, [False, True])
    ]
    Random(SEED).shuffle(rows)
    return rows


def url(server: Server, host: str, path: str) -> str:
    return f"http://{host}:{server.address.rpartition(':')[2]}{path}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("uvicorn-httptools", "tests.browser.styles:site") as server:
        yield server


def fetched(page: Page, server: Server, host: str, calls: list[list[Any]]) -> list[Any]:
    """Return what a page on this host gets from each call, None for one that is blocked."""
    page.goto(url(server, host, "/page"))
    results: list[Any] = page.evaluate(FETCH_ALL, calls)
    # Of the headers that a script can read, those of the application.
    for result in results:
        if result is not None:
            result[2] = sorted({"content-type", "x-page", "x-total"}.intersection(result[2]))
    return results


def test_what_worked_goes_on_working_and_what_was_blocked_stays_blocked(
    page: Page, server: Server
) -> None:
    rows = table()[:FETCHES]
    numbered = list(enumerate(rows))
    found: dict[int, dict[str, Any]] = {number: {} for number, _ in numbered}
    for host, style in itertools.product(HOSTS, STYLES):
        here = [(number, row) for number, row in numbered if row.host == host]
        # Each has a path of its own: what a preflight of another row allows is not remembered.
        calls = [row.call(server, style, number) for number, row in here]
        for (number, _), result in zip(here, fetched(page, server, host, calls), strict=True):
            found[number][style] = result
    differing = [
        (row, found[number])
        for number, row in numbered
        if found[number]["minimal"] != found[number]["starlette"]
    ]
    assert differing == []
    # The twin of the property tests says the same as Chromium.
    unexpected = [
        (row, found[number]["minimal"])
        for number, row in numbered
        if found[number]["minimal"] != row.expected(server, "minimal")
    ]
    assert unexpected == []
    allowed = {(row.policy, found[number]["minimal"] is not None) for number, row in numbered}
    assert allowed == set(itertools.product(POLICIES, [False, True]))


@pytest.mark.parametrize("policy", POLICIES)
def test_the_browsers_preflight_cache_saves_the_same_preflights(
    page: Page, server: Server, policy: str
) -> None:
    """Here all fetches of a page have one URL."""
    rows = [row for row in table() if row.policy == policy and row.host == "a.test"][:20]

    def preflights(style: Style) -> int:
        counts: dict[str, int] = server.client.get("/preflights").json()
        return counts[f"{style}/{policy}"]

    results = []
    for style in STYLES:
        before = preflights(style)
        calls = [row.call(server, style, "same") for row in rows]
        results.append((fetched(page, server, "a.test", calls), preflights(style) - before))
    assert results[0] == results[1]
