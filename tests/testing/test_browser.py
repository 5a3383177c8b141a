"""Browsers with ASGI applications: what a script gets, what an error says, and what the server receives."""

from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import fastapi
import pytest
import trio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

import fastcors
from fastcors import CORSMiddleware, Policy
from fastcors.testing import (
    AsyncBrowser,
    BlockedByCORS,
    Browser,
    FetchError,
    assert_allowed,
    assert_blocked,
)

ORIGIN = "https://app.example.com"
OTHER = "https://other.example"
SECONDS = 120


async def echo(request: Request) -> JSONResponse:
    """Respond with the method, the headers and the body that were received."""
    body = (await request.body()).decode()
    return JSONResponse({"method": request.method, "body": body, **request.headers})


async def boom(request: Request) -> JSONResponse:
    raise LookupError("unhandled")


async def stream(request: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b"one ", b"two"):
            await asyncio.sleep(0)
            yield part

    return StreamingResponse(parts())


async def compressed(request: Request) -> PlainTextResponse:
    assert "gzip" in request.headers["accept-encoding"]
    return PlainTextResponse(gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"})


async def loop(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(id(asyncio.get_running_loop())))


async def login(request: Request) -> PlainTextResponse:
    return PlainTextResponse("", headers={"Set-Cookie": "session=1; Secure; SameSite=None"})


async def away(request: Request) -> RedirectResponse:
    return RedirectResponse(f"{OTHER}/", 307)


async def socket(websocket: WebSocket) -> None:
    await websocket.accept("chat" if "chat" in websocket.scope["subprotocols"] else None)
    while True:
        await websocket.send_text(await websocket.receive_text())


ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def application() -> Starlette:
    return Starlette(
        routes=[
            Route("/", echo, methods=ANY),
            Route("/boom", boom),
            Route("/stream", stream),
            Route("/compressed", compressed),
            Route("/loop", loop),
            Route("/login", login),
            Route("/away", away, methods=ANY),
            WebSocketRoute("/ws", socket),
        ]
    )


OPTIONS: Any = {
    "allow_origins": [ORIGIN],
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["X-Token"],
    "allow_credentials": True,
    "max_age": 600,
}


def behind_fastcors(**options: Any) -> Any:
    return CORSMiddleware(application(), **{**OPTIONS, **options})


def test_a_script_gets_a_response() -> None:
    response = Browser(behind_fastcors()).fetch("/", headers={"X-Token": "1"})
    assert (response.type, response.status, response.ok) == ("cors", 200, True)
    assert response.url == "https://testserver/"
    assert not response.redirected
    received = response.json()
    assert received["origin"] == ORIGIN
    assert received["referer"] == f"{ORIGIN}/"
    assert received["sec-fetch-site"] == "cross-site"
    assert received["x-token"] == "1"
    assert [exchange.step for exchange in response.exchanges] == ["preflight", "actual"]
    assert response.exchanges[0].request.header("access-control-request-headers") == "x-token"


def test_a_script_reads_a_header_without_the_space_around_its_value() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"x-padded", b" \ta b\t "), (b"access-control-allow-origin", b" * ")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    assert Browser(app, "https://testserver").fetch("/").headers["x-padded"] == "a b"
    assert Browser(app, ORIGIN).fetch("/").type == "cors"


def test_json_is_sent_as_json_and_a_string_as_text() -> None:
    browser = Browser(application(), "https://testserver")
    sent = browser.fetch("/", "post", json={"a": ["é"]}).json()
    assert (sent["method"], sent["body"]) == ("POST", '{"a":["é"]}')
    assert sent["content-type"] == "application/json"
    sent = browser.fetch("/", "PUT", body="text").json()
    assert (sent["body"], sent["content-type"]) == ("text", "text/plain;charset=UTF-8")
    sent = browser.fetch("/", "POST", {"Content-Type": "a/b"}, body=b"bytes").json()
    assert (sent["content-length"], sent["content-type"]) == ("5", "a/b")


def test_a_page_of_the_server_reads_everything() -> None:
    response = Browser(application(), "https://testserver").fetch("/")
    assert response.type == "basic"
    assert "origin" not in response.json()
    assert response.json()["sec-fetch-site"] == "same-origin"


def test_a_rejected_origin_is_explained_by_the_policy() -> None:
    blocked = assert_blocked(Browser(behind_fastcors(), OTHER), "/")
    assert (blocked.kind, blocked.step) == ("MissingAllowOriginHeader", "actual")
    assert blocked.firefox == "CORSMissingAllowOrigin"
    assert blocked.safari == blocked.kind
    assert f'allow_origins=[..., "{OTHER}"]' in blocked.hint
    assert "fastcors says: blocked" in blocked.hint
    text = str(blocked)
    assert text.startswith(
        "MissingAllowOriginHeader (Firefox: CORSMissingAllowOrigin), at the actual request\n"
    )
    for part in (blocked.console, blocked.hint, "GET https://testserver/ -> 200", OTHER):
        assert part in text


def test_a_rejected_preflight_has_other_first_kinds_in_other_engines() -> None:
    browser = Browser(behind_fastcors(), OTHER)
    blocked = assert_blocked(
        browser, "/", method="DELETE", kind="PreflightMissingAllowOriginHeader"
    )
    assert (blocked.step, blocked.safari) == ("preflight", "PreflightInvalidStatus")
    assert "method: DELETE is not in allow_methods (GET, PUT)" in blocked.hint
    assert [exchange.request.method for exchange in blocked.exchanges] == ["OPTIONS"]


@pytest.mark.parametrize("install", [True, False])
def test_the_middleware_is_found_inside_an_application(*, install: bool) -> None:
    app = fastapi.FastAPI()
    app.get("/")(lambda: "hello")
    if install:
        fastcors.install(app, **OPTIONS)
    else:
        app.add_middleware(CORSMiddleware, **OPTIONS)
    blocked = assert_blocked(Browser(app, OTHER), "/")
    assert "fastcors says" in blocked.hint


def test_the_policy_of_the_path_explains() -> None:
    public = Policy(allow_origins=["*"])
    app = CORSMiddleware(application(), **OPTIONS, paths={"/stream": public, "/login": None})
    page = Browser(app, OTHER)
    assert_allowed(page, "/stream")
    assert "allow_methods" in assert_blocked(page, "/stream", method="PUT").hint
    assert OTHER not in assert_blocked(page, "/stream", method="PUT").hint.partition("method:")[2]
    assert f"{OTHER} is not allowed" in assert_blocked(page, "/").hint


def test_the_hint_says_that_a_request_was_rejected_before_the_application_ran() -> None:
    app = CORSMiddleware(Starlette(), allow_origins=["https://ours.example"], enforce=True)
    with pytest.raises(BlockedByCORS) as caught:
        Browser(app, origin="https://evil.example").fetch("/", method="POST")
    assert "rejected with status 403" in caught.value.hint
    assert "still handles" not in caught.value.hint


def test_without_fastcors_the_hint_names_headers() -> None:
    blocked = assert_blocked(Browser(application()), "/", kind="MissingAllowOriginHeader")
    assert blocked.hint == f"send 'Access-Control-Allow-Origin: {ORIGIN}' with this response"


def test_a_layer_outside_that_responds_itself_is_suspected() -> None:
    inner = behind_fastcors()

    class Outer:
        app = inner

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await JSONResponse({}, 401)(scope, receive, send)

    blocked = assert_blocked(Browser(Outer()), "/")
    assert "responds before it" in blocked.hint


def test_the_case_of_a_method_is_explained() -> None:
    app = behind_fastcors(allow_methods=["PATCH"])
    blocked = assert_blocked(Browser(app), "/", method="patch")
    assert "patch" in blocked.hint
    assert "PATCH" in blocked.hint


def test_credentials_that_are_not_allowed_are_blocked() -> None:
    browser = Browser(behind_fastcors(allow_credentials=False))
    blocked = assert_blocked(browser, "/", credentials="include", kind="InvalidAllowCredentials")
    assert "allow_credentials=True" in blocked.hint
    assert_allowed(browser, "/")
    asked = behind_fastcors(allow_credentials=False, allow_origin_func=lambda origin, scope: True)
    blocked = assert_blocked(Browser(asked, OTHER), "/", credentials="include")
    assert "allow_credentials=True" in blocked.hint
    assert "fastcors says" not in blocked.hint


def test_cookies_are_kept_and_sent_with_credentials() -> None:
    browser = Browser(behind_fastcors())
    browser.fetch("/login")
    assert len(browser.cookies) == 0
    browser.fetch("/login", credentials="include")
    assert [cookie.name for cookie in browser.cookies] == ["session"]
    assert browser.fetch("/", credentials="include").json()["cookie"] == "session=1"
    assert "cookie" not in browser.fetch("/").json()


def test_a_test_can_set_a_cookie() -> None:
    browser = Browser(behind_fastcors())
    browser.set_cookie("lax=1")
    browser.set_cookie("none=2; Secure; SameSite=None")
    assert browser.fetch("/", credentials="include").json()["cookie"] == "none=2"
    near = Browser(behind_fastcors(), base_url="https://api.example.com")
    near.set_cookie("lax=1")
    assert near.fetch("/", credentials="include").json()["cookie"] == "lax=1"


def test_a_preflight_is_cached_until_it_expires() -> None:
    now = [0.0]
    browser = Browser(behind_fastcors(), clock=lambda: now[0])
    for later, preflights in ((0, 1), (599, 0), (1, 1), (0, 0)):
        now[0] += later
        assert browser.fetch("/", "PUT").preflights == preflights
    browser.clear_caches()
    assert browser.fetch("/", "PUT").preflights == 1


def test_an_exception_of_the_application_is_raised_or_is_status_500() -> None:
    with pytest.raises(LookupError):
        Browser(behind_fastcors()).fetch("/boom")
    quiet = Browser(behind_fastcors(), raise_app_exceptions=False)
    assert quiet.fetch("/boom").status == 500

    async def raising(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError

    blocked = assert_blocked(Browser(raising, raise_app_exceptions=False), "/")
    assert blocked.exchanges[0].response is not None
    assert blocked.exchanges[0].response.status == 500


def test_an_application_without_a_response_is_named() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None:
        pass

    with pytest.raises(RuntimeError, match="sent no response to GET https://testserver/"):
        Browser(silent).fetch("/")


def test_streamed_and_compressed_bodies_arrive_whole() -> None:
    browser = Browser(behind_fastcors())
    assert browser.fetch("/stream").text == "one two"
    assert browser.fetch("/compressed").text == "hello"


def test_all_requests_of_a_browser_run_in_one_event_loop() -> None:
    with Browser(behind_fastcors()) as browser:
        assert browser.fetch("/loop").text == browser.fetch("/loop").text


def test_with_runs_the_lifespan_of_the_application() -> None:
    said: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, str]]:
        said.append("started")
        yield {"kept": "for requests"}
        said.append("stopped")

    async def kept(request: Request) -> PlainTextResponse:
        return PlainTextResponse(getattr(request.state, "kept", "nothing"))

    app = Starlette(routes=[Route("/", kept)], lifespan=lifespan)
    with Browser(app, "https://testserver") as browser:
        assert said == ["started"]
        assert browser.fetch("/").text == "for requests"
    assert said == ["started", "stopped"]
    assert Browser(app, "https://testserver").fetch("/").text == "nothing"


@pytest.mark.parametrize("fails", ["start", "stop"])
def test_an_application_that_fails_to_start_or_to_stop_raises(fails: str) -> None:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        if fails == "start":
            raise LookupError("no database")
        yield
        raise LookupError("no database")

    app = Starlette(lifespan=lifespan)
    with pytest.raises(RuntimeError, match="no database"), Browser(app):
        assert fails == "stop"


def test_a_browser_works_inside_a_running_event_loop() -> None:
    async def inside() -> int:
        with Browser(behind_fastcors()) as browser:
            return browser.fetch("/").status

    assert asyncio.run(inside()) == 200


def in_asyncio(function: Callable[[], Any]) -> Any:
    return asyncio.run(function())


@pytest.mark.parametrize("run", [in_asyncio, trio.run])
def test_an_async_browser_does_the_same(run: Callable[[Callable[[], Any]], Any]) -> None:
    async def main() -> None:
        async with AsyncBrowser(behind_fastcors()) as browser:
            response = await browser.fetch("/", "PUT")
            assert (response.json()["method"], response.preflights) == ("PUT", 1)
            if run is in_asyncio:
                own = str(id(asyncio.get_running_loop()))
                assert (await browser.fetch("/loop")).text == own
            assert (await browser.navigate("/")).status == 200
            assert (await browser.submit("/", {"a": "b"})).json()["body"] == "a=b"
            assert (await browser.websocket("/ws")).accepted
            with pytest.raises(BlockedByCORS):
                await browser.fetch("/", "DELETE")

    run(main)


@pytest.mark.parametrize(
    "given",
    [
        {"method": "TRACE"},
        {"method": "a b"},
        {"method": ""},
        {"body": "x"},
        {"method": "HEAD", "json": {}},
        {"method": "POST", "body": "x", "json": {}},
        {"mode": "navigate"},
        {"mode": "no-cors", "method": "PUT"},
        {"credentials": "always"},
        {"redirect": "never"},
        {"cache": "only-if-cached"},
        {"headers": {"a b": "c"}},
    ],
    ids=str,
)
def test_what_a_browser_lets_no_script_ask_for_is_a_type_error(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Browser(application()).fetch("/", **given)


@pytest.mark.parametrize("url", ["http://[", "https://user:secret@testserver/"])
def test_a_url_that_no_script_can_fetch_is_a_type_error(url: str) -> None:
    with pytest.raises(TypeError):
        Browser(application()).fetch(url)


@pytest.mark.parametrize(
    "origin", ["https://app.example.com/", "app.example.com", "", "https://A.example"]
)
def test_what_is_no_origin_is_a_value_error(origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin as browsers send it"):
        Browser(application(), origin)


def test_a_base_url_needs_a_scheme() -> None:
    with pytest.raises(ValueError, match="is not an http or https URL"):
        Browser("localhost:8000")
    with pytest.raises(TypeError, match="follow is 'edge'"):
        Browser(application(), follow="edge")  # type: ignore[arg-type]


def test_mixed_content_is_not_fetched_but_this_machine_is() -> None:
    browser = Browser(behind_fastcors())
    with pytest.raises(FetchError, match="is encrypted") as caught:
        browser.fetch("http://api.example.com/")
    assert caught.value.kind == "MixedContent"
    assert browser.fetch("http://localhost:8000/").status == 200
    assert browser.navigate("http://api.example.com/").status == 200


def test_a_sandboxed_page_sends_null() -> None:
    browser = Browser(behind_fastcors(), "null")
    assert_blocked(browser, "/", kind="MissingAllowOriginHeader")
    assert_allowed(
        Browser(behind_fastcors(allow_origins=["*"], allow_credentials=False), "null"), "/"
    )


def test_an_opaque_response_shows_nothing() -> None:
    response = Browser(application()).fetch("/", mode="no-cors")
    assert (response.type, response.status, response.url, response.text) == ("opaque", 0, "", "")
    assert len(response.headers) == 0
    assert response.exchanges[0].response is not None
    assert response.exchanges[0].response.status == 200


def test_another_scheme_and_another_mode_are_blocked_before_a_request() -> None:
    browser = Browser(application())
    for kind, given in (
        ("CorsDisabledScheme", {"url": "ftp://files.example/"}),
        ("DisallowedByMode", {"url": "/", "mode": "same-origin"}),
    ):
        assert assert_blocked(browser, kind=kind, **given).exchanges == ()


def test_an_enforcing_server_rejects_a_form_and_lets_a_link_be_followed() -> None:
    app = behind_fastcors(enforce=True)
    evil = Browser(app, OTHER)
    assert evil.submit("/", {"a": "b c"}).status == 403
    followed = evil.navigate("/")
    assert followed.status == 200
    received = followed.json()
    assert received["sec-fetch-site"] == "cross-site"
    assert received["sec-fetch-mode"] == "navigate"
    assert received["sec-fetch-dest"] == "document"
    own = Browser(app).submit("/", {"a": "b c"}).json()
    assert (own["body"], own["origin"]) == ("a=b+c", ORIGIN)
    multipart = Browser(app).submit("/", {"a": "b"}, encoding="multipart/form-data").json()
    assert multipart["content-type"].startswith("multipart/form-data; boundary=")
    assert Browser(app).submit("/", {"a": "b"}, encoding="text/plain").json()["body"] == "a=b\r\n"


def test_forms_and_links_follow_chromium_or_the_standard_as_fetches_do() -> None:
    own, near = "https://testserver", "http://localhost:8000"
    for follow, origin, referer in (("chromium", "null", f"{near}/"), ("standard", own, None)):
        options: Any = {"follow": follow}
        assert Browser(application(), own, **options).submit("/away").json()["origin"] == origin
        followed = Browser(application(), near, **options).navigate("http://api.example.com/")
        assert followed.json().get("referer") == referer


def test_a_lax_cookie_goes_with_a_link_and_an_old_one_not_with_a_form() -> None:
    now = [0.0]
    browser = Browser(application(), OTHER, clock=lambda: now[0])
    browser.set_cookie("unsaid=1")
    browser.set_cookie("lax=2; SameSite=Lax")
    browser.set_cookie("strict=3; SameSite=Strict")
    assert browser.navigate("/").json()["cookie"] == "unsaid=1; lax=2"
    assert browser.submit("/").json()["cookie"] == "unsaid=1"
    now[0] += 121
    assert "cookie" not in browser.submit("/").json()


def test_the_handshake_of_a_websocket_has_an_origin() -> None:
    shaken = Browser(application(), OTHER).websocket("/ws", ["chat", "other"])
    assert (shaken.accepted, shaken.status, shaken.subprotocol) == (True, 101, "chat")
    assert shaken.request.header("origin") == OTHER
    assert shaken.request.header("sec-fetch-site") is None
    by_standard = Browser(application(), OTHER, "standard").websocket("/ws")
    assert by_standard.request.header("sec-fetch-site") == "cross-site"
    rejected = Browser(behind_fastcors(enforce=True), OTHER).websocket("wss://testserver/ws")
    assert (rejected.accepted, rejected.status) == (False, 403)
    assert Browser(behind_fastcors(enforce=True)).websocket("/ws").accepted
    with pytest.raises(TypeError):
        Browser(application()).websocket("ftp://testserver/")
    with pytest.raises(FetchError, match="encrypted"):
        Browser(application()).websocket("ws://api.example.com/")


def test_an_assertion_says_what_happened() -> None:
    browser = Browser(behind_fastcors(), OTHER)
    with pytest.raises(AssertionError, match=r"expected an allowed fetch(?s:.)*hint: "):
        assert_allowed(browser, "/")
    with pytest.raises(AssertionError, match="expected AllowOriginMismatch, but"):
        assert_blocked(browser, "/", kind="AllowOriginMismatch")
    with pytest.raises(
        AssertionError, match="can read the response:\nGET https://testserver/ -> 200"
    ):
        assert_blocked(Browser(behind_fastcors()), "/")


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=SECONDS
    )
    return set(done.stdout.split())


def test_fastcors_does_not_import_its_browser_and_the_plugin_only_when_it_is_used() -> None:
    assert "fastcors.testing" not in modules_after("import fastcors")
    assert "fastcors.testing.browser" not in modules_after("import fastcors.testing.plugin")
    loaded = modules_after("from fastcors.testing import Browser, BlockedByCORS; Browser(print)")
    assert not {"httpx", "httpx2", "starlette", "pytest"} & loaded


def test_each_public_name_is_there() -> None:
    import fastcors.testing

    for name in fastcors.testing.__all__:
        assert getattr(fastcors.testing, name).__name__ == name
    with pytest.raises(AttributeError):
        fastcors.testing.nothing  # noqa: B018


def test_a_base_url_needs_a_client_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    Browser("http://localhost:1").close()
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ImportError, match=r"pip install 'fastcors\[testing\]'"):
        Browser("http://localhost:1")
