"""docs/enforcement.md: its programs reject what they say, and its table is that of the core."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from fastcors import Policy, lint
from tests.documents import blocks_of, rows_below

PAGE = "docs/enforcement.md"
BLOCKS = {block.section: block for block in blocks_of(PAGE)}
EVIL = "https://evil.example"


def client(section: str, host: str) -> TestClient:
    """Return a client of the application of a section, which is reached by this host."""
    return TestClient(BLOCKS[section].names()["app"], base_url=f"http://{host}")


def test_a_local_tool_is_safe_from_other_pages_and_from_rebinding_by_three_lines() -> None:
    tool = client("A local tool", "localhost:8000")
    own = "http://localhost:8000"
    assert tool.post("/run").status_code == 200
    assert tool.post("/run", headers={"Origin": own}).status_code == 200
    assert tool.post("/run", headers={"Origin": EVIL}).status_code == 403
    rebound = {"Host": "rebound.evil.example:8000", "Origin": "http://rebound.evil.example:8000"}
    assert tool.post("/run", headers=rebound).status_code == 421
    with tool.websocket_connect("ws://localhost:8000/events", headers={"Origin": own}) as socket:
        assert socket.receive_text() == "ready"
    for headers in ({"Origin": EVIL}, rebound):
        with (
            pytest.raises(WebSocketDisconnect),
            tool.websocket_connect("ws://localhost:8000/events", headers=headers),
        ):
            pass
    lines = BLOCKS["A local tool"].code.partition("# The three lines.\n")[2].split("\n")
    assert len([line for line in lines if line]) == 3


def test_the_other_programs_reject_what_they_should() -> None:
    for section, host, origin, method, status in (
        ("A public API", "api.example.com", "https://app.example.com", "POST", 404),
        ("A public API", "api.example.com", EVIL, "POST", 403),
        ("A public API", "api.example.com", EVIL, "GET", 404),
        (
            "A private dashboard",
            "dashboard.example.com",
            "http://dashboard.example.com",
            "GET",
            404,
        ),
        ("A private dashboard", "dashboard.example.com", EVIL, "GET", 403),
        ("A private dashboard", "x.example", None, "GET", 421),
        ("An MCP server", "localhost", "http://localhost:6274", "POST", 202),
        ("An MCP server", "localhost", None, "POST", 202),
        ("An MCP server", "localhost", EVIL, "POST", 403),
        ("An MCP server", "evil.example", None, "POST", 421),
    ):
        headers = {} if origin is None else {"Origin": origin}
        response = client(section, host).request(method, "/", headers=headers)
        assert response.status_code == status, (section, host, origin, method)


def test_what_the_page_advises_has_no_problem() -> None:
    advised = [row[1] for row in rows_below(PAGE, "| you have | write |")]
    given = [options for options in advised if options.startswith(("allow_", "enforce"))]
    assert len(given) == 3
    for options in given:
        written = options.replace("[...]", '["https://app.example.com"]', 1)
        if "hosts=" in options:
            written = options.replace("[...]", '["app.example.com"]')
        assert lint(**eval(f"dict({written})")) == []


SITES: dict[str, list[str | None]] = {
    "absent": [None, ""],
    "same-origin, none": ["same-origin", "none"],
    "any other": ["same-site", "cross-site", "x"],
}
ORIGINS: dict[str, list[str | None]] = {
    "none": [None],
    "allowed": ["https://app.example.com"],
    "own": ["https://api.example.com"],
    "any other": [EVIL, "null"],
}
METHODS: dict[str, list[str | None]] = {
    "WebSocket": [None],
    "navigation by GET or HEAD": ["GET", "HEAD"],
    "GET, HEAD, OPTIONS": ["GET", "HEAD", "OPTIONS"],
    "any other method": ["POST", "DELETE", "QUERY"],
}
HOST = "api.example.com"
TABLE = [
    row
    for row in rows_below(
        PAGE, '| request | Sec-Fetch-Site | Origin | `True` | `"unsafe"` | rule |'
    )
    if row[-1] != "preflight"
]


def fits(row: list[str], method: str | None, site: str | None, origin: str | None) -> bool:
    """Whether a request fits a row as it is written."""
    what, sites, origins = row[:3]
    methods = METHODS.get(what)
    if methods is None:
        # Any HTTP request; the first row of all is about another Host.
        if what.startswith("Host") or (method is None and origins != "allowed"):
            return False
    elif method not in methods:
        return False
    own_site = site in SITES.get(sites, [site]) or (
        sites == "any other" and site not in [*SITES["absent"], *SITES["same-origin, none"]]
    )
    return own_site and origin in ORIGINS.get(origins, [origin])


@pytest.mark.parametrize("mode", [True, "unsafe", "isolate"])
@pytest.mark.parametrize("navigates", [False, True])
@pytest.mark.parametrize("origin", [each for group in ORIGINS.values() for each in group])
@pytest.mark.parametrize("site", [each for group in SITES.values() for each in group])
def test_the_table_says_what_is_decided(
    site: str | None, origin: str | None, navigates: bool, mode: Any
) -> None:
    policy = Policy(allow_origins=["https://app.example.com"], enforce=mode)
    for method in (None, "GET", "HEAD", "OPTIONS", "POST", "DELETE", "QUERY"):
        row = next(
            row
            for row in TABLE
            if fits(row, method, site, origin) and (navigates or "navigation" not in row[0])
        )
        if method is None:
            decision = policy.websocket(origin=origin, host=HOST)
        else:
            decision = policy.request(
                method=method,
                origin=origin,
                host=HOST,
                sec_fetch_site=site,
                sec_fetch_mode="navigate" if navigates else "cors",
            )
        cell = row[4] if mode == "unsafe" else row[3]
        isolated = re.search('"isolate"`: ([0-9]+)', cell)
        expected = cell[:3]
        if mode == "isolate" and isolated:
            expected = isolated[1]
        assert decision.status == (None if expected == "pas" else int(expected)), (method, row)
        if decision.status is not None:
            assert decision.denials[0].kind == row[-1]


def test_the_rows_of_the_host_are_as_they_are_written() -> None:
    policy = Policy(allow_origins=["https://app.example.com"], enforce=True, hosts=["x.example"])
    first = TABLE[0]
    assert first[3:] == ["421", "421", "host"]
    assert policy.request(method="GET", host=HOST).status == 421


def test_the_summary_of_the_modes_is_true() -> None:
    table = rows_below(PAGE, "| | reading | forms, no-cors fetches | WebSockets | DNS rebinding |")
    hosts = ("localhost", "127.0.0.1")
    for row in table:
        options: dict[str, Any] = {}
        if row[0] != "CORS alone":
            written = row[0].replace("[...]", str(list(hosts)))
            options = eval(f"dict({written})")
        policy = Policy(**options)
        for cell, decision in zip(
            row[1:],
            (
                policy.request(method="GET", origin=EVIL, host="localhost"),
                policy.request(method="POST", origin=EVIL, host="localhost"),
                policy.websocket(origin=EVIL, host="localhost"),
                policy.request(method="GET", host="rebound.evil.example"),
            ),
            strict=True,
        ):
            status = int(cell) if cell.isdigit() else None
            assert decision.status == status, row
            assert not (cell == "rejected" and decision.allowed)
