"""The page's server: only its own pages reach it, and what it gets is bounded and checked."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from examples.demo.policy import MOST, default_policy
from examples.demo.server import make_demo
from fastcors.testing import BlockedByCORS, Browser

PORT, PAGE_PORT = 8000, 8001
OWN = [f"http://127.0.0.1:{PAGE_PORT}", f"http://localhost:{PAGE_PORT}"]
# The API's own origin, other ports, other sites, no origin.
FOREIGN = [
    f"http://127.0.0.1:{PORT}",
    "http://localhost:3000",
    f"https://127.0.0.1:{PAGE_PORT}",
    "https://app.example.com",
    "https://evil.example",
    "null",
]
POLICY = "allow_origins=['https://evil.example']"

Demo = Callable[[Any, Any, Any], Awaitable[None]]


def at_page_port(demo: Demo) -> Demo:
    """Return the demo as the server calls it for the page's port."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await demo({**scope, "server": ("127.0.0.1", PAGE_PORT)}, receive, send)

    return app


@pytest.fixture
def page() -> Demo:
    return at_page_port(make_demo(PORT, PAGE_PORT))


def browser(page: Demo, origin: str, host: str = OWN[0]) -> Browser:
    return Browser(page, origin, base_url=host)


@pytest.fixture(params=OWN)
def own(request: pytest.FixtureRequest, page: Demo) -> Browser:
    """Return a script of the page itself."""
    return browser(page, request.param, request.param)


def policy_now(page: Demo) -> str:
    text: str = browser(page, OWN[0]).fetch("/demo").json()["policy"]
    return text


def test_the_page_itself_reads_and_replaces_the_policy(page: Demo, own: Browser) -> None:
    assert own.fetch("/demo").json()["policy"] == default_policy(PAGE_PORT)
    assert own.fetch("/lint", method="POST", json={"policy": POLICY}).json()["problems"] == []
    assert own.fetch("/policy", method="POST", json={"policy": POLICY}).json() == {"version": 1}
    assert policy_now(page) == POLICY
    found = own.fetch("/predictions").json()
    assert found["version"] == 1
    assert found["fetches"]["read"]["allowed"] is False


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("path", ["/policy", "/lint", "/demo", "/predictions", "/received"])
def test_a_page_of_another_origin_reads_nothing_and_changes_nothing(
    page: Demo, origin: str, path: str
) -> None:
    post = {"method": "POST", "body": json.dumps({"policy": POLICY})}
    ways: tuple[dict[str, Any], ...] = (
        {},
        {"method": "POST", "json": {"policy": POLICY}},
        post,
        {**post, "headers": {"Content-Type": "text/plain"}},
    )
    for options in ways:
        with pytest.raises(BlockedByCORS) as blocked:
            browser(page, origin).fetch(path, **options)
        # A preflight is rejected, and anything else before the application runs.
        response = blocked.value.exchanges[-1].response
        assert response is not None
        assert response.status in {400, 403}
    assert policy_now(page) == default_policy(PAGE_PORT)


@pytest.mark.parametrize("origin", FOREIGN)
def test_another_site_cannot_send_a_form_or_load_what_is_read_without_an_origin(
    page: Demo, origin: str
) -> None:
    foreign = browser(page, origin)
    assert foreign.submit("/policy", {"policy": POLICY}).status == 403
    assert foreign.submit("/policy", {"policy": POLICY}, encoding="text/plain").status == 403
    if origin != "null":
        response = foreign.fetch("/demo", mode="no-cors")
        assert (response.type, response.exchanges[0].response.status) == ("opaque", 403)  # type: ignore[union-attr]
    assert policy_now(page) == default_policy(PAGE_PORT)


@pytest.mark.parametrize("origin", [*FOREIGN, *OWN])
@pytest.mark.parametrize("path", ["/", "/policy", "/events"])
def test_no_websocket_opens(page: Demo, origin: str, path: str) -> None:
    assert not browser(page, origin).websocket(path).accepted


@pytest.mark.parametrize("host", ["rebound.evil.example:8001", "0.0.0.0:8001", "[::1]:8001"])
@pytest.mark.parametrize("path", ["/", "/demo", "/policy", "/main.js"])
def test_another_host_reaches_nothing(page: Demo, host: str, path: str) -> None:
    rebound = browser(page, f"http://{host}", f"http://{host}")
    ways: tuple[dict[str, Any], ...] = ({}, {"method": "POST", "json": {"policy": POLICY}})
    for options in ways:
        assert rebound.fetch(path, **options).status == 421
    assert policy_now(page) == default_policy(PAGE_PORT)


def test_a_bad_policy_changes_nothing_and_is_answered_with_the_reason(
    page: Demo, own: Browser
) -> None:
    for text, words in (
        ("allow_origins=[", "Line 1: the '[' is not closed"),
        ('allow_origins="https://a.example"', "[not-a-collection]"),
        ("hosts=open('/etc/passwd')", "no literal"),
    ):
        response = own.fetch("/policy", method="POST", json={"policy": text})
        assert response.status == 422
        assert words in response.json()["error"]
    assert policy_now(page) == default_policy(PAGE_PORT)


# The body, the Content-Type, the status.
BODIES = [
    (b"policy=a", "application/x-www-form-urlencoded", 415),
    (b'{"policy": ""}', "text/plain", 415),
    (b"", "application/json", 400),
    (b"{", "application/json", 400),
    (b"[]", "application/json", 400),
    (b'{"policy": 1}', "application/json", 400),
    (b'{"policy": "\xff"}', "application/json", 400),
    (b"[" * 40_000, "application/json", 400),
    (b'"' + b"a" * 100_000 + b'"', "application/json", 413),
    (json.dumps({"policy": "#" * (MOST + 1)}).encode(), "application/json", 422),
    (json.dumps({"policy": "#" + "é" * (MOST - 1)}).encode(), "application/json; charset=x", 200),
    (json.dumps({"policy": "#" + "😀" * (MOST - 1)}).encode(), "application/json", 200),
]


@pytest.mark.parametrize("path", ["/lint", "/policy"])
@pytest.mark.parametrize(("body", "kind", "status"), BODIES, ids=lambda value: repr(value)[:20])
def test_only_json_with_a_policy_is_read_and_no_more_than_the_longest(
    own: Browser, path: str, body: bytes, kind: str, status: int
) -> None:
    response = own.fetch(path, method="POST", body=body, headers={"Content-Type": kind})
    assert response.status == status
    if status != 200:
        # What is wrong, and what to send instead.
        sentence = response.json()["error"]
        assert "send " in sentence or "write " in sentence


def test_the_page_may_run_only_its_own_scripts_and_reach_only_the_api(own: Browser) -> None:
    other = next(origin for origin in OWN if origin != own.origin)
    for path, framed_by in (("/", "'none'"), ("/other.html", other)):
        response = own.fetch(path)
        policy = dict(
            part.split(" ", 1) for part in response.headers["content-security-policy"].split("; ")
        )
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["img-src"] == "'self'"
        assert policy["connect-src"] == "'self' http://127.0.0.1:8000 ws://127.0.0.1:8000"
        assert policy["frame-src"] == ("'none'" if path == "/other.html" else other)
        assert policy["frame-ancestors"] == framed_by
        assert response.headers["x-content-type-options"] == "nosniff"
        # Nothing inline, and nothing from elsewhere.
        for forbidden in ("<style", "style=", "onclick", "onload", "//cdn", 'src="http'):
            assert forbidden not in response.text


def test_the_scripts_put_nothing_in_as_html(own: Browser) -> None:
    for name in ("main", "table", "editor", "elements", "frame", "other"):
        script = own.fetch(f"/{name}.js").text
        assert "innerHTML" not in script
        assert "insertAdjacentHTML" not in script
        assert "eval(" not in script


def test_a_regex_that_is_hard_to_judge_is_reported(own: Browser) -> None:
    text = f'allow_origin_regex=r"{"(a{1,999}){1,999}" * 200}"'
    response = own.fetch("/lint", method="POST", json={"policy": text})
    assert response.status == 200
    assert response.json()["problems"]


@pytest.mark.parametrize("option", ["allow_origins", "hosts", "expose_headers", "max_age", "paths"])
@pytest.mark.parametrize("value", [r"['\ud800']", r"'\ud800'", r"{'/a': {'\ud800': 1}}"])
def test_half_of_a_surrogate_pair_is_read_or_rejected(
    own: Browser, option: str, value: str
) -> None:
    text = {"policy": f"{option}={value}"}
    assert own.fetch("/lint", method="POST", json=text).json()["problems"]
    applied = own.fetch("/policy", method="POST", json=text)
    assert "version" in applied.json() or "does not run with this policy" in applied.json()["error"]


def test_another_path_is_not_found_and_no_file_of_elsewhere_is_served(own: Browser) -> None:
    for path in ("/control.py", "/../control.py", "/%2e%2e/control.py", "/page/index.html"):
        assert own.fetch(path).status == 404
