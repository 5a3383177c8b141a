"""docs/recipes.md: each recipe runs, and does what it says when it gets requests."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from fastcors import ConfigError, CORSMiddleware, lint
from tests.documents import ROOT, Block, blocks_of, rows_below
from tests.exchange import ORIGIN, actual, receive, run

PAGE = "docs/recipes.md"
BLOCKS = blocks_of(PAGE)
OTHER = "https://evil.example"
# The sections whose blocks a test here runs.
tested: set[str] = set()


def recipe(section: str, number: int | None = None) -> pytest.MarkDecorator:
    """Parametrize a test with the blocks of a section, or with one of them, as `block`."""
    tested.add(section)
    blocks = [block for block in BLOCKS if block.section == section]
    assert blocks, section
    chosen = blocks if number is None else [blocks[number]]
    return pytest.mark.parametrize("block", chosen, ids=str)


def client(app: Any) -> TestClient:
    """Return a client that gets the response to an unhandled error, as a browser does."""
    return TestClient(app, base_url="https://api.example.com", raise_server_exceptions=False)


def readable(response: Any, origin: str = ORIGIN) -> bool:
    """Whether a page of this origin can read a response; no header may be there twice."""
    (*more, allowed) = response.headers.get_list("access-control-allow-origin") or [""]
    assert more == []
    assert response.headers.get_list("vary") == ["Origin"]
    return allowed in ("*", origin)


def can_read(app: Any, origin: str, path: str = "/", **headers: str) -> bool:
    return readable(client(app).get(path, headers={"Origin": origin, **headers}), origin)


def may_send(app: Any, method: str, *headers: str, origin: str = ORIGIN, path: str = "/") -> bool:
    """Whether a preflight succeeds."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = ",".join(headers)
    response = client(app).options(path, headers=asked)
    return response.status_code == 200 and allows(response, origin)


def allows(response: Any, origin: str) -> bool:
    return response.headers.get("access-control-allow-origin") in ("*", origin)


def test_each_recipe_has_a_test() -> None:
    assert {block.section for block in BLOCKS} == tested


@recipe("Environment variables")
def test_origins_are_read_from_an_environment_variable(
    block: Block, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://app.example.com, https://*.example.org,")
    app = block.names()["app"]
    assert can_read(app, ORIGIN)
    assert can_read(app, "https://a.example.org")
    assert not can_read(app, OTHER)
    monkeypatch.setenv("CORS_ORIGINS", "https://app.example.com/")
    with pytest.raises(ConfigError, match=r"write .https://app\.example\.com."):
        block.names()


@pytest.mark.parametrize(
    ("written", "said"),
    rows_below(PAGE, "| `allow_origins=` | problem |"),
    ids=lambda cell: cell.partition(":")[0],
)
def test_a_mistake_in_reading_a_variable_has_the_problem_that_is_named(
    written: str, said: str
) -> None:
    codes = {problem.code for problem in lint(allow_origins=eval(written))}
    assert codes == {said.partition(":")[0].rstrip("`")}


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (0, '["https://app.example.com", "https://*.example.org"]'),
        (1, "https://app.example.com, https://*.example.org"),
    ],
    ids=["json", "commas"],
)
def test_origins_are_read_by_pydantic_settings(
    number: int, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [block for block in BLOCKS if block.section == "pydantic-settings"]
    monkeypatch.setenv("CORS_ORIGINS", value)
    app = blocks[number].names()["app"]
    assert can_read(app, ORIGIN)
    assert can_read(app, "https://a.example.org")
    assert not can_read(app, OTHER)


@recipe("pydantic-settings", 2)
def test_a_url_of_pydantic_is_reported(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    block.names()
    assert capsys.readouterr().out == block.printed


@recipe("Cookies across sites")
def test_a_page_of_another_site_gets_a_cookie_and_sends_it_back(block: Block) -> None:
    browser = client(block.names()["app"])
    assert may_send(browser.app, "POST", "content-type", "x-csrf-token", path="/login")
    response = browser.post("/login", headers={"Origin": ORIGIN})
    assert readable(response)
    assert response.headers["access-control-allow-credentials"] == "true"
    assert {"HttpOnly", "Secure", "SameSite=none"} <= {
        *response.headers["set-cookie"].split("; "),
    }
    response = browser.get("/me", headers={"Origin": ORIGIN})
    assert (response.json(), readable(response)) == ("4711", True)
    assert not readable(browser.get("/me", headers={"Origin": OTHER}), OTHER)


@recipe("Bearer tokens")
def test_a_script_may_set_an_authorization_header_without_credentials(block: Block) -> None:
    app = block.names()["app"]
    assert may_send(app, "GET", "authorization", path="/me")
    response = client(app).get("/me", headers={"Origin": ORIGIN, "Authorization": "Bearer 4711"})
    assert (response.json(), readable(response)) == ("4711", True)
    assert "access-control-allow-credentials" not in response.headers
    assert not may_send(app, "GET", "authorization", origin=OTHER, path="/me")


@recipe("Preview deployments", 0)
def test_previews_below_an_own_domain_are_allowed(block: Block) -> None:
    app = block.names()["app"]
    for origin in (ORIGIN, "https://42.preview.example.com", "https://fix.my-project.pages.dev"):
        assert can_read(app, origin)
    for origin in ("https://preview.example.com", "https://evil.pages.dev", OTHER):
        assert not can_read(app, origin)


@recipe("Preview deployments", 1)
def test_previews_below_a_shared_domain_are_allowed_knowingly(block: Block) -> None:
    app = block.names()["app"]
    assert can_read(app, "https://my-app-git-fix-my-team.vercel.app")
    # That is what is accepted.
    assert can_read(app, "https://my-app-evil.vercel.app")
    assert not can_read(app, "https://evil.vercel.app")


@pytest.mark.parametrize(
    "options",
    [
        {"allow_origins": ["https://*.vercel.app"]},
        {"allow_origin_regex": r"https://my-app-[a-z0-9-]+\.vercel\.app"},
    ],
)
def test_a_pattern_for_the_previews_of_everyone_is_reported(options: dict[str, Any]) -> None:
    for credentials in (False, True):
        (problem,) = lint(**options, allow_credentials=credentials)
        error = credentials and "allow_origins" in options
        assert problem.severity == ("error" if error else "warning")


@recipe("localhost on any port")
def test_any_port_of_localhost_is_allowed_in_development(
    block: Block, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = ["http://localhost:5173", "http://127.0.0.1:8000", "http://[::1]:3000", "http://[::1]"]
    monkeypatch.setenv("ENVIRONMENT", "development")
    app = block.names()["app"]
    assert [can_read(app, origin) for origin in (*local, ORIGIN)] == [True] * 5
    monkeypatch.setenv("ENVIRONMENT", "production")
    app = block.names()["app"]
    assert [can_read(app, origin) for origin in (*local, ORIGIN)] == [False] * 4 + [True]


def lines_of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what fastcors has logged; a client writes a line for each request, too."""
    return [record for record in caplog.records if record.name == "fastcors"]


@recipe("Origins in a database")
def test_origins_are_looked_up_in_a_database(
    block: Block,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pytest.importorskip("sqlalchemy")
    file = tmp_path / "customers.db"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE customers (origin TEXT PRIMARY KEY)")
        database.execute("INSERT INTO customers VALUES ('https://one.example')")
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    app = block.names()["app"]
    with client(app) as api:

        def is_allowed(origin: str) -> bool:
            return readable(api.get("/docs", headers={"Origin": origin}), origin)

        assert is_allowed(ORIGIN)
        assert is_allowed("https://one.example")
        for origin in (OTHER, "https://two.example", "' OR ''='"):
            assert not is_allowed(origin)
        added = api.post("/customers", params={"origin": "https://two.example"})
        assert added.status_code == 200
        assert is_allowed("https://two.example")
        assert lines_of(caplog) == []
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("DROP TABLE customers")
        # What is remembered stays; nothing else is allowed.
        assert is_allowed("https://one.example")
        assert not is_allowed("https://three.example")
    (record,) = lines_of(caplog)
    assert "rejected https://three.example for /docs: allow_origin_func" in record.message
    assert "raised OperationalError" in record.message


class Tenants(BaseHTTPRequestHandler):
    """A service on loopback that knows one tenant."""

    def do_GET(self) -> None:
        origin = parse_qs(urlsplit(self.path).query)["origin"][0]
        said = {"https://one.example": b"true", "https://odd.example": b"1"}.get(origin, b"false")
        body = b'{"allowed": %s}' % said
        self.send_response(500 if origin == "https://broken.example" else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Print nothing."""


@recipe("Origins behind a service")
def test_a_service_is_asked_about_origins(
    block: Block, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Tenants) as service:
        thread = threading.Thread(target=service.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("TENANTS_URL", f"http://127.0.0.1:{service.server_port}")
        try:
            with client(block.names()["app"]) as api:
                allowed = {
                    origin
                    for origin in (ORIGIN, OTHER, *(f"https://{name}.example" for name in NAMED))
                    if readable(api.get("/docs", headers={"Origin": origin}), origin)
                }
        finally:
            service.shutdown()
            thread.join()
    assert allowed == {ORIGIN, "https://one.example"}
    causes = [record.message.partition(" documented.is_tenant ")[2] for record in lines_of(caplog)]
    assert [cause[:22] for cause in causes if cause] == [
        "returned 1, an int; on",
        "raised HTTPStatusError",
    ]


NAMED = ("one", "odd", "broken")


def add_cors(app: Any, **options: Any) -> None:
    app.add_middleware(CORSMiddleware, **options)


@recipe("Errors that pages can read")
@pytest.mark.parametrize("way", ["add_middleware", "install"])
def test_every_error_has_the_headers_if_the_middleware_is_installed(block: Block, way: str) -> None:
    code = block.code
    if way == "add_middleware":
        code = code.replace("fastcors.install(", "add_cors(")
        assert code != block.code
    names: dict[str, Any] = {"add_cors": add_cors}
    exec(compile(code, PAGE, "exec"), names)
    app = names["app"]
    token = {"Origin": ORIGIN, "Authorization": "Bearer 4711"}
    responses = {
        "401 of a middleware added later": client(app).get("/", headers={"Origin": ORIGIN}),
        "429 of a middleware added later": client(app).get(
            "/", headers={**token, "Authorization": "Bearer busy"}
        ),
        "413, the body is too large": client(app).post(
            "/upload", content=b"x" * 1_000_001, headers=token
        ),
        "500, an unhandled error": client(app).get("/broken", headers=token),
        "404, no such path": client(app).get("/nowhere", headers=token),
    }
    for name, response in responses.items():
        assert str(response.status_code) in name
    rows = rows_below(PAGE, "| response | headers with `add_middleware` | headers with `install` |")
    column = ["", "add_middleware", "install"].index(way)
    assert {row[0]: row[column] == "yes" for row in rows} == {
        name: allows(response, ORIGIN) for name, response in responses.items()
    }
    assert may_send(app, "GET", "authorization") == (way == "install")


@recipe("The order of middlewares")
def test_cors_that_is_added_last_responds_to_preflights_before_authentication(block: Block) -> None:
    app = block.names()["app"]
    assert may_send(app, "GET", "authorization")
    response = client(app).get("/", headers={"Origin": ORIGIN})
    assert (response.status_code, readable(response)) == (401, True)
    # The other way round.
    head, decorated, tail = block.code.partition("@app.middleware")
    function, added, options = tail.partition("app.add_middleware")
    names: dict[str, Any] = {}
    exec(compile(head + added + options + decorated + function, PAGE, "exec"), names)
    assert not may_send(names["app"], "GET", "authorization")


@recipe("Mounted applications")
def test_each_mounted_application_has_a_policy_of_its_own(block: Block) -> None:
    app = block.names()["app"]
    assert can_read(app, OTHER, "/public/news")
    assert can_read(app, ORIGIN, "/account/orders")
    assert not can_read(app, OTHER, "/account/orders")
    assert may_send(app, "GET", origin=OTHER, path="/public/news")
    assert not may_send(app, "GET", origin=OTHER, path="/account/orders")


def test_the_examples_that_are_linked_are_those_of_the_frameworks() -> None:
    rows = rows_below(PAGE, "| framework | what to write | a complete example |")
    linked = {row[2].partition("]")[0].lstrip("[") for row in rows}
    assert linked == {path.name for path in (ROOT / "examples").glob("outermost_*.py")}
    for name, written, example in rows:
        source = (ROOT / "docs" / example.partition("(")[2].rstrip(")")).read_text()
        call = "fastcors.install(" if "install" in written else " = CORSMiddleware("
        assert call in written or call.startswith("fastcors"), name
        assert call in source, name


@recipe("Applications that import Starlette's class")
def test_starlettes_class_is_replaced_for_a_process(block: Block) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", block.code], check=True)


@recipe("A public API beside an internal dashboard")
def test_each_part_of_an_application_has_its_own_policy(block: Block) -> None:
    app = block.names()["app"]
    assert can_read(app, OTHER, "/public/status")
    assert may_send(app, "GET", origin=OTHER, path="/public/status")
    assert not may_send(app, "DELETE", origin=OTHER, path="/public/status")
    assert may_send(app, "DELETE", path="/users/1")
    assert not may_send(app, "DELETE", origin=OTHER, path="/users/1")
    rejected = client(app).delete("/users/1", headers={"Origin": OTHER})
    assert rejected.status_code == 403
    allowed = client(app).delete("/users/1", headers={"Origin": ORIGIN})
    assert (allowed.json(), readable(allowed)) == (1, True)
    paid = client(app).post("/webhooks/payments", headers={"Origin": OTHER})
    assert paid.json() == "thank you"
    assert {"vary", "access-control-allow-origin"}.isdisjoint(paid.headers)
    for path in ("//public/status", "/PUBLIC/status", "/public/..%2fusers/1"):
        assert not may_send(app, "GET", origin=OTHER, path=path)


@recipe("WebSockets")
@pytest.mark.parametrize(
    ("origin", "accepted"),
    [
        (ORIGIN, True),
        (None, True),
        ("http://testserver", True),
        (OTHER, False),
        ("null", False),
        ("", False),
    ],
)
def test_a_handshake_from_an_untrusted_origin_is_rejected(
    block: Block, origin: str | None, accepted: bool
) -> None:
    app = block.names()["app"]
    headers = {} if origin is None else {"Origin": origin}
    if accepted:
        with client(app).websocket_connect("/updates", headers=headers) as session:
            assert session.receive_text() == "hello"
        return
    with (
        pytest.raises(WebSocketDisconnect) as raised,
        client(app).websocket_connect("/updates", headers=headers),
    ):
        pass
    assert getattr(raised.value, "status_code", None) == 403


@recipe("Server-sent events")
def test_each_event_passes_as_it_is_sent(block: Block) -> None:
    app = block.names()["app"]
    assert client(app).get("/events", headers={"Origin": ORIGIN}).text == (
        "data: 0\n\ndata: 1\n\ndata: 2\n\n"
    )
    assert can_read(app, ORIGIN, "/events")
    assert not can_read(app, OTHER, "/events")
    sent: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for event in (b"one", b"two"):
            await send({"type": "http.response.body", "body": event, "more_body": True})
            # It is out before the next one is made.
            assert sent[-1]["body"] == event

    async def send(message: Any) -> None:
        sent.append(message)

    run(CORSMiddleware(application, allow_origins=[ORIGIN])(actual(), receive, send))
    assert len(sent) == 3


@recipe("Static files")
def test_every_response_of_static_files_has_the_headers(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "font.woff2").write_bytes(b"0123456789")
    monkeypatch.chdir(tmp_path)
    browser = client(block.names()["app"])
    whole = browser.get("/static/font.woff2", headers={"Origin": OTHER})
    etag = whole.headers["etag"]
    part = browser.get("/static/font.woff2", headers={"Origin": OTHER, "Range": "bytes=0-3"})
    same = browser.get("/static/font.woff2", headers={"Origin": OTHER, "If-None-Match": etag})
    found = [(each.status_code, readable(each, OTHER)) for each in (whole, part, same)]
    assert found == [(200, True), (206, True), (304, True)]


@recipe("Tests")
def test_the_tests_pass(block: Block) -> None:
    tests: list[Callable[[], None]] = [
        value for name, value in block.names().items() if name.startswith("test_")
    ]
    assert len(tests) == 4
    for each in tests:
        each()


@recipe("Tests")
def test_every_response_varies_by_the_origin(block: Block) -> None:
    browser = client(block.names()["app"])
    for sent in ({}, {"Origin": ORIGIN}, {"Origin": OTHER}):
        for response in (browser.get("/nowhere", headers=sent), browser.put("/orders/1")):
            assert response.headers.get_list("vary") == ["Origin"]
