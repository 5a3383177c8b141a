"""Every response of an application carries the headers, and nothing comes before a preflight."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.testclient import TestClient

import fastcors
from tests.exchange import ORIGIN

from .applications import (
    BODY_LIMIT,
    FRAMEWORKS,
    HEADERS,
    PREFLIGHT,
    Broken,
    Gate,
    Make,
    client,
    cors_of,
    starlette_app,
)

OTHER = "https://other.example"

each_framework = pytest.mark.parametrize("make", FRAMEWORKS.values(), ids=FRAMEWORKS)
each_order = pytest.mark.parametrize("first", [True, False], ids=["installed-first", "last"])


@dataclass
class Case:
    """A request, and the status of its response."""

    path: str
    status: int
    method: str = "GET"
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    # Whether the response has the headers with `app.add_middleware(CORSMiddleware)`, called first.
    added: bool = False


CASES = {
    "success": Case("/", 200, added=True),
    "not found": Case("/nowhere", 404, added=True),
    "wrong method": Case("/", 405, method="DELETE", added=True),
    "HTTPException": Case("/forbidden", 403, added=True),
    "unhandled error": Case("/boom", 500),
    "error in a middleware": Case("/broken", 500),
    "body limit": Case("/upload", 413, method="POST", content=b"x" * (BODY_LIMIT + 1)),
    "unauthorized": Case("/login", 401),
    "too many requests": Case("/fast", 429),
    "redirect": Case("/moved", 307),
    "redirected slash": Case("/upload/", 307, method="POST", added=True),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def add_layers(app: Starlette) -> None:
    app.add_middleware(Broken)
    app.add_middleware(Gate)


def response_to(app: Any, case: Case, origin: str = ORIGIN) -> Any:
    response = client(app).request(
        case.method,
        case.path,
        content=case.content,
        headers={"Origin": origin, "Accept": "text/html", **case.headers},
    )
    assert response.status_code == case.status
    return response


@each_case
@each_order
@each_framework
@pytest.mark.parametrize("debug", [False, True])
def test_every_response_carries_the_headers(
    make: Make, first: bool, case: Case, debug: bool
) -> None:
    app = make(debug=debug)
    if not first:
        add_layers(app)
    fastcors.install(app, allow_origins=[ORIGIN], allow_credentials=True)
    if first:
        add_layers(app)
    response = response_to(app, case)
    assert cors_of(response) == [ORIGIN]
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers.get_list("vary") == ["Origin"]
    response = response_to(app, case, OTHER)
    assert cors_of(response) == []
    assert response.headers.get_list("vary") == ["Origin"]


@each_case
@each_framework
def test_added_as_a_middleware_it_misses_what_is_outside(make: Make, case: Case) -> None:
    app = make()
    app.add_middleware(fastcors.CORSMiddleware, allow_origins=[ORIGIN])
    add_layers(app)
    assert cors_of(response_to(app, case)) == ([ORIGIN] if case.added else [])


@each_framework
def test_the_debug_page_is_the_same_with_the_headers(make: Make) -> None:
    app = make(debug=True)
    fastcors.install(app, allow_origins=[ORIGIN])
    response = response_to(app, CASES["unhandled error"])
    assert "<title>Starlette Debugger</title>" in response.text
    assert cors_of(response) == [ORIGIN]


def test_an_invalid_request_of_fastapi_carries_the_headers() -> None:
    app = FRAMEWORKS["fastapi"]()
    fastcors.install(app, allow_origins=[ORIGIN])
    assert cors_of(response_to(app, Case("/items/none", 422))) == [ORIGIN]


@each_order
@each_framework
def test_a_handler_of_unhandled_errors_runs_once_and_its_response_carries_the_headers(
    make: Make, first: bool
) -> None:
    handled: list[Exception] = []

    async def handle(request: Request, error: Exception) -> Response:
        handled.append(error)
        return PlainTextResponse("sorry", 500)

    app = make() if first else make(exception_handlers={Exception: handle})
    fastcors.install(app, allow_origins=[ORIGIN])
    if first:
        app.add_exception_handler(500, handle)
    response = response_to(app, CASES["unhandled error"])
    assert (response.text, cors_of(response)) == ("sorry", [ORIGIN])
    assert len(handled) == 1


@each_framework
def test_an_unhandled_error_reaches_the_server_as_before(make: Make) -> None:
    app = make()
    fastcors.install(app, allow_origins=[ORIGIN])
    with pytest.raises(LookupError, match="unhandled"):
        TestClient(app).get("/boom", headers=HEADERS)


@each_order
@each_framework
@pytest.mark.parametrize("path", ["/", "/login", "/moved", "/nowhere", "/boom"])
def test_a_preflight_gets_its_response_before_any_other_middleware(
    make: Make, first: bool, path: str
) -> None:
    seen: list[str] = []
    app = make()
    if not first:
        app.add_middleware(Gate, seen=seen)
    middleware = fastcors.install(app, allow_origins=[ORIGIN])
    if first:
        app.add_middleware(Gate, seen=seen)
    response = client(app).options(path, headers=PREFLIGHT)
    assert (response.status_code, response.text) == (200, "OK")
    assert cors_of(response) == [ORIGIN]
    assert seen == []
    assert middleware.stats()["preflights"] == 1
    # An OPTIONS that is no preflight is the application's.
    client(app).options(path, headers=HEADERS)
    assert seen == ["OPTIONS"]


@each_framework
def test_a_decorated_middleware_and_one_that_was_passed_are_inside(make: Make) -> None:
    async def reject(request: Request, call_next: Any) -> Response:
        return PlainTextResponse("rejected", 401)

    app = make()
    fastcors.install(app, allow_origins=[ORIGIN])
    app.add_middleware(BaseHTTPMiddleware, dispatch=reject)
    assert cors_of(response_to(app, Case("/", 401))) == [ORIGIN]
    assert client(app).options("/", headers=PREFLIGHT).status_code == 200


@each_framework
def test_a_mounted_application_has_its_own_policy_below_its_path(make: Make) -> None:
    api = make()
    fastcors.install(api, allow_origins=[ORIGIN])
    parent = Starlette(routes=[Mount("/api", api), *starlette_app().routes])
    assert cors_of(response_to(parent, Case("/api/boom", 500))) == [ORIGIN]
    assert client(parent).options("/api/", headers=PREFLIGHT).text == "OK"
    assert cors_of(response_to(parent, Case("/", 200))) == []
    assert client(parent).options("/", headers=PREFLIGHT).status_code == 405


@each_framework
def test_the_parent_of_mounted_applications_covers_them(make: Make) -> None:
    parent = make()
    fastcors.install(parent, allow_origins=[ORIGIN])
    child = make()
    child.add_middleware(Gate)
    parent.mount("/api", child)
    for case in (Case("/api/", 200), Case("/api/boom", 500), Case("/api/login", 401)):
        assert cors_of(response_to(parent, case)) == [ORIGIN]


@each_framework
def test_a_mounted_application_can_allow_more_than_its_parent(make: Make) -> None:
    parent, child = make(), make()
    middleware = fastcors.install(parent, allow_origins=[ORIGIN])
    fastcors.install(child, allow_origins=[OTHER])
    parent.mount("/api", child)
    for origin in (ORIGIN, OTHER):
        response = response_to(parent, Case("/api/boom", 500), origin)
        assert cors_of(response) == [origin]
        assert response.headers.get_list("vary") == ["Origin"]
    assert middleware.stats()["rejected"]["origin"] == 1


@each_framework
def test_two_applications_have_a_policy_each(make: Make) -> None:
    one, other = make(), make()
    first = fastcors.install(one, allow_origins=[ORIGIN])
    second = fastcors.install(other, allow_origins=[OTHER])
    third = make()
    for _ in range(2):
        assert cors_of(response_to(one, CASES["unhandled error"])) == [ORIGIN]
        assert cors_of(response_to(other, CASES["unhandled error"])) == []
        assert cors_of(response_to(third, CASES["unhandled error"])) == []
    assert (first.stats()["requests"], second.stats()["requests"]) == (2, 2)


@pytest.mark.filterwarnings("ignore:The `root_path` parameter is deprecated")
def test_the_root_path_of_an_application_is_kept() -> None:
    app = FRAMEWORKS["fastapi"](root_path="/behind/a/proxy")
    fastcors.install(app, allow_origins=[ORIGIN])
    response = client(app).get("/openapi.json", headers=HEADERS)
    assert response.json()["servers"] == [{"url": "/behind/a/proxy"}]
    assert cors_of(response) == [ORIGIN]
    assert cors_of(client(app).get("/docs", headers=HEADERS)) == [ORIGIN]


def test_a_subclass_of_an_application_keeps_what_it_overrides() -> None:
    class Application(Starlette):
        __slots__ = ("calls",)

        def build_middleware_stack(self) -> Any:
            self.calls = 1
            return Gate(super().build_middleware_stack())

        def __setattr__(self, name: str, value: object) -> None:
            if name != "ignored":
                super().__setattr__(name, value)

    app: Any = Application(routes=[*starlette_app().routes])
    fastcors.install(app, allow_origins=[ORIGIN])
    app.ignored = 1
    assert cors_of(response_to(app, Case("/login", 401))) == [ORIGIN]
    assert app.calls == 1
    assert not hasattr(app, "ignored")
