"""The facts of web-platform-tests hold in the simulated browser, each in both of its modes.

A row of wpt.toml is a fetch and what becomes of it:

- `at`: the origin and the handler; `query`, `location` and `location_query` are its query
- `method`, `headers`, `body_sent`, `credentials`, `mode`, `redirect`: the fetch
- `before`: fetches that come first; `seconds` pass after them
- `allowed`: whether the script gets a response; else nothing of the rest but `preflights` is looked at
- `type`, `status`, `redirected`, `body`: the response; `readable` and `hidden`: names of its headers
- `preflights`: how many there are; `requested`: the Access-Control-Request-Headers of the first
- `origin`, `cookie`, `sent_method`, `has_content_headers`, `not_sent`: the last request
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from fastcors.testing import Browser, FetchError, Response
from tests.testing.wpt_handlers import HANDLERS, handlers

TABLE = tomllib.loads((Path(__file__).parent / "wpt.toml").read_text("utf-8"))["group"]
ORIGIN = "http://web-platform.test:8000"
ORIGINS = {
    "origin": ORIGIN,
    "local": ORIGIN,
    "port": "http://web-platform.test:8001",
    "https": "https://web-platform.test:8443",
    "remote": "http://www1.web-platform.test:8000",
    "remote2": "http://www2.web-platform.test:8000",
    "www": "http://www.web-platform.test:8000",
    "remote-port": "http://www1.web-platform.test:8001",
    "remote-https": "https://www1.web-platform.test:8443",
}
ROWS = [(group["source"], row) for group in TABLE for row in group["row"]]


def filled(value: Any) -> str:
    text = str(value)
    for name, origin in ORIGINS.items():
        text = text.replace(f"{{{name}}}", origin)
    return text


def address(at: str, query: dict[str, Any], row: dict[str, Any]) -> str:
    """Return the URL of a handler, and of what its redirect leads to."""
    if "://" in at:
        return at
    where, _, handler = at.partition(" ")
    userinfo, separator, name = where.rpartition("@")
    assert f"/{handler}" in HANDLERS
    asked = {key: filled(value) for key, value in query.items()}
    if "location" in row:
        asked["location"] = address(row["location"], row.get("location_query", {}), {})
    scheme, _, host = ORIGINS[name].partition("://")
    text = f"{scheme}://{userinfo}{separator}{host}/{handler}"
    return f"{text}?{urlencode(asked, quote_via=quote)}" if asked else text


def fetched(browser: Browser, row: dict[str, Any]) -> Response:
    return browser.fetch(
        address(row["at"], row.get("query", {}), row),
        method=row.get("method", "GET"),
        headers=[(name, value) for name, value in row.get("headers", [])],
        body=row.get("body_sent"),
        **{name: row[name] for name in ("credentials", "mode", "redirect") if name in row},
    )


def wrong(row: dict[str, Any], follow: Any) -> Iterator[str]:
    """Yield what of a row does not hold."""
    now = [0.0]
    browser = Browser(handlers, ORIGIN, follow, clock=lambda: now[0])
    with browser:
        for before in row.get("before", ()):
            fetched(browser, before)
        now[0] += row.get("seconds", 0)
        allowed, response = True, None
        try:
            response = fetched(browser, row)
            exchanges = response.exchanges
        except FetchError as error:
            allowed, exchanges = False, error.exchanges
    preflights = [each.request for each in exchanges if each.step == "preflight"]
    if allowed != row.get("allowed", True):
        yield "allowed"
    if len(preflights) != row.get("preflights", len(preflights)):
        yield "preflights"
    if response is None:
        return
    for name in ("type", "status", "redirected"):
        if getattr(response, name) != row.get(name, getattr(response, name)):
            yield name
    if response.text != row.get("body", response.text):
        yield "body"
    yield from (name for name in row.get("readable", ()) if name not in response.headers)
    yield from (name for name in row.get("hidden", ()) if name in response.headers)
    if "requested" in row:
        asked = preflights[0].header("access-control-request-headers") or ""
        if asked != row["requested"]:
            yield "requested"
    last = exchanges[-1].request
    if "origin" in row and (last.header("origin") or "") != filled(row["origin"]):
        yield "origin"
    if "cookie" in row and (last.header("cookie") or "") != row["cookie"]:
        yield "cookie"
    if last.method != row.get("sent_method", last.method):
        yield "sent_method"
    if row.get("has_content_headers") is False:
        yield from (name for name, _ in last.lines if name.startswith("content-"))
    if "not_sent" in row and last.header(row["not_sent"][0]) == row["not_sent"][1]:
        yield "not_sent"


@pytest.mark.parametrize("follow", ["chromium", "standard"])
@pytest.mark.parametrize("group", TABLE, ids=lambda group: group["source"])
def test_a_fetch_ends_as_web_platform_tests_expect(group: dict[str, Any], follow: str) -> None:
    failed = []
    for row in group["row"]:
        reason = row.get("differs") or (follow == "standard" and row.get("differs_in_standard"))
        found = list(wrong(row, follow))
        if bool(found) != bool(reason):
            failed.append((row, found))
    assert failed == []


def test_the_table_has_the_files_that_jsdom_says_it_fails() -> None:
    # Those of the folder cors, except for pages and for conditional requests.
    files = {
        "client-hint-request-headers.htm",
        "cors-safelisted-request-header.any.js",
        "origin.htm",
        "preflight-cache.htm",
        "preflight-failure.htm",
        "redirect-preflight-2.htm",
        "request-headers.htm",
        "response-headers.htm",
        "simple-requests.htm",
    }
    assert {f"cors/{file}" for file in files} <= {source for source, _ in ROWS}


def test_the_table_has_at_least_300_rows_each_with_its_source() -> None:
    assert len(ROWS) >= 300
    assert all(source.endswith((".js", ".htm")) for source, _ in ROWS)
