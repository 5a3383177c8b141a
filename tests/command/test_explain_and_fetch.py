"""`fastcors explain` shows what the policy decides, and `fastcors fetch` what browsers do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fastcors._command.explain import below
from tests.command.running import Ran, run_with

ORIGIN = "https://app.example.com"


def explain(application: str, *arguments: str, origin: str = ORIGIN) -> Ran:
    return run_with(application, "explain", "--origin", origin, *arguments)


def fetch(application: str, *arguments: str, origin: str = ORIGIN) -> Ran:
    return run_with(application, "fetch", "--origin", origin, *arguments)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 0),
        (("--method", "PUT"), 0),
        (("--method", "put"), 0),
        (("--method", "PATCH"), 1),
        (("--header", "X-Token"), 0),
        (("--header", "X-Other: 1"), 1),
        (("--header", "Content-Type: text/plain"), 0),
        (("--header", "Content-Type: application/json"), 0),
        (("--credentials",), 1),
    ],
)
def test_both_agree_about_a_request(arguments: tuple[str, ...], status: int) -> None:
    assert explain("sound:app", *arguments).status == status
    assert fetch("sound:app", "--path", "/items", *arguments).status == status


@pytest.mark.parametrize("origin", ["https://evil.example", "http://app.example.com", "null"])
def test_both_agree_about_an_origin(origin: str) -> None:
    assert explain("sound:app", origin=origin).status == 1
    assert fetch("sound:app", "--path", "/items", origin=origin).status == 1


def test_a_preflight_is_explained_only_where_a_browser_sends_one() -> None:
    assert "preflight" not in explain("sound:app").printed
    printed = explain("sound:app", "--method", "PUT").printed
    assert "preflight: allowed" in printed
    assert "actual request: allowed" in printed


def test_what_is_wrong_is_explained_with_what_to_write() -> None:
    printed = explain("sound:app", "--method", "PATCH").printed
    assert 'allow_methods=[..., "PATCH"]' in printed


def test_credentials_need_more_than_a_policy_that_allows() -> None:
    printed = explain("sound:app", "--credentials").printed
    assert "actual request: blocked" in printed
    assert "InvalidAllowCredentials" in printed
    assert "allow_credentials=True" in printed


def test_the_path_chooses_the_middleware_that_decides() -> None:
    assert explain("layers:in_mount", "--path", "/v1/items").printed.startswith(
        "CORSMiddleware (fastcors) of the application mounted at /v1\n"
    )
    ran = explain("layers:in_mount", "--path", "/v2")
    assert ran.status == 2
    assert ran.complained == (
        "fastcors: layers:in_mount has no CORS middleware around /v2, only around other paths\n"
    )


@pytest.mark.parametrize(
    ("path", "mount", "rest"),
    [
        ("/", "", "/"),
        ("/a/b", "", "/a/b"),
        ("/a", "/a", "/"),
        ("/a/", "/a", "/"),
        ("/a/b/c", "/a", "/b/c"),
        ("/ab", "/a", None),
        ("/a", "/a/b", None),
        ("/t1/x/y", "/{tenant}/x", "/y"),
        ("/t1/z/y", "/{tenant}/x", None),
    ],
)
def test_a_mount_takes_whole_segments(path: str, mount: str, rest: str | None) -> None:
    assert below(path, mount) == rest


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
def test_the_policy_below_a_path_decides_there() -> None:
    assert explain("layers:below_paths").status == 0
    assert explain("layers:below_paths", "--path", "/public/x").status == 1
    assert explain("layers:below_paths", "--path", "/internal").status == 1


def test_starlette_does_not_match_a_pattern() -> None:
    inner = "https://shop.example.com"
    assert explain("shop:admin", origin=inner).status == 0  # by the regex
    printed = explain("shop:admin", origin="https://a.b.example.org").printed
    assert "*.example" not in printed.partition("allow_origin_regex")[0]


def test_what_a_subclass_overrides_is_not_known() -> None:
    printed = " ".join(explain("layers:own").printed.split())
    assert "its class overrides is_allowed_origin" in printed


def test_the_handshake_of_a_websocket_is_explained_and_tried() -> None:
    assert explain("sound:app", "--websocket").status == 0
    ran = fetch("sound:app", "--path", "/live", "--websocket", origin="https://evil.example")
    assert ran.status == 0
    assert "any page can open one" in " ".join(ran.printed.split())
    assert fetch("sound:app", "--path", "/nowhere", "--websocket").status == 1


def test_each_engine_has_its_verdict() -> None:
    lines = fetch("sound:app", "--path", "/items", "--method", "PATCH").printed.splitlines()
    assert "Chromium  blocked PreflightInvalidStatus" in lines
    assert "Firefox   blocked CORSPreflightDidNotSucceed3" in lines
    assert "Safari    blocked PreflightInvalidStatus" in lines


def test_an_allowed_fetch_shows_what_a_script_can_read() -> None:
    printed = fetch("sound:app", "--path", "/items").printed
    assert "Chromium  allowed" in printed
    assert "readable  content-length, content-type" in printed


def test_the_server_cannot_write_to_the_terminal() -> None:
    ran = fetch("hostile:app", "--path", "/")
    assert ran.status == 1
    assert "\x1b" not in ran.printed
    assert "\x9b" not in ran.printed
    assert r"\x9b31m" in ran.printed


def test_a_warning_of_the_application_is_not_between_the_lines() -> None:
    assert fetch("shop:app", "--path", "/items").complained == ""


def test_an_application_is_started_before_it_is_called() -> None:
    ran = fetch("starting:app", "--path", "/items")
    assert ran.status == 0
    assert "GET https://testserver/items -> 200" in ran.printed


@pytest.fixture
def server() -> Iterator[str]:
    """Return the URL of a server that allows one origin to read, and nothing that needs a preflight."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "http://app.example.com")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_OPTIONS(self) -> None:
            self.send_response(302)
            self.send_header("Location", "/login")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever).start()
        yield f"http://127.0.0.1:{serving.server_port}/items?page=1"
        serving.shutdown()


@pytest.mark.parametrize(
    ("origin", "arguments", "status", "said"),
    [
        ("http://app.example.com", (), 0, "Chromium  allowed"),
        ("http://other.example.com", (), 1, "Firefox   blocked CORSAllowOriginNotMatchingOrigin"),
        (
            "http://app.example.com",
            ("-X", "PUT"),
            1,
            "Chromium  blocked PreflightDisallowedRedirect",
        ),
    ],
)
def test_a_server_is_asked_by_its_url(
    server: str, origin: str, arguments: tuple[str, ...], status: int, said: str
) -> None:
    ran = fetch(server, *arguments, origin=origin)
    assert (ran.status, ran.complained) == (status, "")
    assert f" {server} -> " in " ".join(ran.printed.split())
    assert said in ran.printed


def test_a_websocket_of_a_server_that_has_none_is_blocked(server: str) -> None:
    ran = fetch(server.replace("http", "ws", 1), origin="http://app.example.com")
    assert ran.status == 1
    assert "Safari    blocked" in ran.printed
