"""What a middleware does below each path: CORS, none, enforcement, WebSockets."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from fastcors import CORSMiddleware, Policy, install
from tests.exchange import headers_of, responding, run, sent, values
from tests.exchange import receive as receive_nothing

from .scopes import ORIGIN, OTHER, at, handshake_at, preflight_at

ACAO = "access-control-allow-origin"
PUBLIC = Policy(allow_origins=["*"], allow_methods=["PUT"], max_age=5)
OPTIONS: dict[str, Any] = {
    "allow_origins": [ORIGIN],
    "allow_credentials": True,
    "paths": {"/public": PUBLIC, "/internal": None},
}
ALONE: dict[str, Any] = {name: value for name, value in OPTIONS.items() if name != "paths"}
APP = responding([(b"vary", b"Accept"), (b"x-own", b"1")])


def test_below_a_key_its_policy_responds_as_if_it_were_alone() -> None:
    middleware, alone = CORSMiddleware(APP, **OPTIONS), CORSMiddleware(APP, policy=PUBLIC)
    for scope in (
        at("/public/x"),
        at("/public", None),
        preflight_at("/public/x", method="PUT"),
        preflight_at("/public/x", method="PATCH"),
    ):
        assert sent(middleware, scope) == sent(alone, scope)


def test_elsewhere_the_other_options_decide_as_if_they_were_alone() -> None:
    middleware, alone = CORSMiddleware(APP, **OPTIONS), CORSMiddleware(APP, **ALONE)
    for origin in (ORIGIN, OTHER):
        for scope in (
            at("/x", origin),
            preflight_at("/x", origin),
            at("/publications", origin),
            at("/x", None),
        ):
            assert sent(middleware, scope) == sent(alone, scope)


def test_below_a_key_with_none_everything_reaches_the_application_untouched() -> None:
    middleware = CORSMiddleware(APP, **OPTIONS)
    for scope in (at("/internal/x"), at("/internal", ORIGIN), preflight_at("/internal/x")):
        assert sent(middleware, scope) == sent(APP, scope)


def test_below_a_key_with_none_the_application_gets_the_very_objects_of_the_server() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend((scope, receive, send))

    scope: Any = at("/internal", ORIGIN)

    async def send(message: Any) -> None: ...

    run(CORSMiddleware(app, **OPTIONS)(scope, receive_nothing, send))
    assert seen[0] is scope
    assert seen[1:] == [receive_nothing, send]


def test_an_ambiguous_path_allows_no_origin_and_its_preflights_are_rejected() -> None:
    middleware = CORSMiddleware(APP, **OPTIONS)
    for path in ("//public", "/public/../internal", "/INTERNAL"):
        for origin in (ORIGIN, OTHER):
            response = sent(middleware, at(path, origin))
            assert values(response, ACAO) == []
            assert values(response, "access-control-allow-credentials") == []
            start, body = sent(middleware, preflight_at(path, origin))
            assert (start["status"], body["body"]) == (400, b"Disallowed CORS origin")


def test_an_ambiguous_path_varies_by_origin() -> None:
    """A cache must not give one caller's response to another."""
    response = sent(CORSMiddleware(APP, **OPTIONS), at("//public"))
    assert (b"vary", b"Accept, Origin") in headers_of(response)


def test_other_scopes_pass() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    middleware = CORSMiddleware(app, **OPTIONS)
    for scope in ({"type": "lifespan"}, {"type": "custom", "path": "/public"}):
        run(middleware(scope, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan", "custom"]


def test_a_scope_without_a_path_raises_as_routers_do() -> None:
    scope = at("/public")
    del scope["path"]
    coroutine = CORSMiddleware(APP, **OPTIONS)(scope, None, None)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="path"):
        run(coroutine)


@pytest.mark.parametrize("root", [None, ""])
def test_a_root_path_that_is_none_is_none(root: Any) -> None:
    middleware = CORSMiddleware(APP, **OPTIONS)
    assert values(sent(middleware, at("/public/x", root_path=root)), ACAO) == ["*"]


def test_a_path_that_is_a_str_of_another_class_or_no_unicode_is_read() -> None:
    class Text(str):
        __slots__ = ()

    middleware = CORSMiddleware(APP, **OPTIONS)
    assert values(sent(middleware, at(Text("/public/x"))), ACAO) == ["*"]
    assert values(sent(middleware, at("/public/\udcff")), ACAO) == ["*"]
    assert values(sent(middleware, at("/\udcff", ORIGIN)), ACAO) == [ORIGIN]


ENFORCED: dict[str, Any] = {
    "allow_origins": [ORIGIN],
    "paths": {
        "/admin": Policy(allow_origins=[ORIGIN], enforce=True),
        "/forms": Policy(allow_origins=[ORIGIN], enforce="unsafe"),
        "/public": PUBLIC,
        "/internal": None,
    },
}


def status_of(middleware: Any, scope: Any) -> Any:
    """Return the status of a response, or of the close of a handshake; None if the application ran."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect" if scope["type"] == "websocket" else "http.request"}

    run(middleware(scope, receive, send))
    if not messages or "x-application" in str(messages[0].get("headers")):
        return None
    return messages[0].get("status") or messages[0]["code"]


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"x-application", b"1")]}
        )
        await send({"type": "http.response.body"})


@pytest.mark.parametrize(
    ("path", "get", "post", "handshake"),
    [
        ("/admin/x", 403, 403, 1008),
        ("/forms/x", None, 403, 1008),
        ("/public/x", None, None, None),
        ("/internal/x", None, None, None),
        ("/x", None, None, None),
        # By the strictest of the policies in question.
        ("//admin", 403, 403, 1008),
        ("/FORMS", None, 403, 1008),
        ("//public", None, None, None),
        ("/x/../public", 403, 403, 1008),
    ],
)
def test_the_policy_of_a_path_carries_its_own_enforcement(
    path: str, get: int | None, post: int | None, handshake: int | None
) -> None:
    middleware = CORSMiddleware(application, **ENFORCED)
    assert status_of(middleware, at(path)) == get
    assert status_of(middleware, at(path, method="POST")) == post
    assert status_of(middleware, handshake_at(path)) == handshake


def test_an_allowed_origin_passes_the_enforcement_of_a_path() -> None:
    middleware = CORSMiddleware(application, **ENFORCED)
    assert status_of(middleware, at("/admin", ORIGIN, "POST")) is None
    assert status_of(middleware, handshake_at("/admin", ORIGIN)) is None
    # Nobody is allowed where the path is ambiguous.
    assert status_of(middleware, handshake_at("//admin", ORIGIN)) == 1008


def test_outer_enforcement_is_not_that_of_a_path() -> None:
    middleware = CORSMiddleware(application, [ORIGIN], enforce=True, paths={"/public": PUBLIC})
    assert status_of(middleware, at("/x", method="POST")) == 403
    assert status_of(middleware, handshake_at("/x")) == 1008
    assert status_of(middleware, at("/public", method="POST")) is None
    assert status_of(middleware, at("//public", method="POST")) == 403


@pytest.mark.parametrize("path", ["/admin/x", "/public/x", "/internal/x", "/x", "//public"])
def test_hosts_are_for_the_whole_server(path: str) -> None:
    middleware = CORSMiddleware(application, **ENFORCED, hosts=["other.example"])
    for scope in (at(path, ORIGIN), preflight_at(path, ORIGIN), at(path, None)):
        assert status_of(middleware, scope) == 421
    assert status_of(middleware, handshake_at(path, ORIGIN)) == 1008
    middleware = CORSMiddleware(application, **ENFORCED, hosts=["api.example.com"])
    assert status_of(middleware, at(path, None)) is None


@pytest.mark.parametrize("outer", [False, True, "report"])
@pytest.mark.parametrize("inner", [False, True, "report"])
def test_whether_another_host_is_rejected_depends_on_the_outer_enforce_alone(
    outer: Any, inner: Any
) -> None:
    below = Policy(allow_origins=[ORIGIN], enforce=inner)
    middleware = CORSMiddleware(
        application,
        [ORIGIN],
        enforce=outer,
        hosts=["other.example"],
        paths={"/admin": below, "/internal": None},
    )
    for path in ("/admin", "/internal", "/x", "//admin", "//x"):
        expected = None if outer == "report" else 421
        assert status_of(middleware, at(path, None)) == expected, path


def test_below_a_key_with_none_a_preflight_to_an_own_host_reaches_the_application() -> None:
    middleware = CORSMiddleware(application, **ENFORCED, hosts=["api.example.com"])
    assert status_of(middleware, preflight_at("/internal")) is None
    assert sent(middleware, at("/internal")) == sent(application, at("/internal"))
    assert status_of(middleware, handshake_at("/internal")) is None


def test_report_rejects_nothing_below_a_path() -> None:
    inner = Policy(allow_origins=[ORIGIN], enforce="report")
    middleware = CORSMiddleware(application, [ORIGIN], paths={"/admin": inner})
    assert status_of(middleware, at("/admin", method="POST")) is None
    assert middleware.stats()["paths"]["/admin"]["enforcement"]["origin-write"] == 1


def test_a_live_list_belongs_to_the_outer_options_alone() -> None:
    outer, inner = [ORIGIN], ["https://inner.example"]
    middleware = CORSMiddleware(APP, outer, paths={"/inner": Policy(allow_origins=inner)})

    def allowed(path: str, origin: str) -> bool:
        return values(sent(middleware, at(path, origin)), ACAO) == [origin]

    outer.append(OTHER)
    inner.append(OTHER)
    for _ in range(2):
        assert allowed("/x", OTHER)
        assert not allowed("/inner", OTHER)
        assert allowed("/inner", "https://inner.example")
        assert not allowed("/x", "https://inner.example")
    outer.clear()
    assert not allowed("/x", OTHER)
    assert allowed("/inner", "https://inner.example")


def test_paths_can_be_read_assigned_and_reconfigured() -> None:
    middleware = CORSMiddleware(APP, **OPTIONS)
    assert middleware.paths == {"/public": PUBLIC, "/internal": None}
    with pytest.raises(TypeError):
        middleware.paths["/x"] = None  # type: ignore[index]
    middleware.paths = {"/x": PUBLIC}
    assert values(sent(middleware, at("/x")), ACAO) == ["*"]
    assert values(sent(middleware, at("/public")), ACAO) == []
    middleware.reconfigure(allow_origins=[OTHER])
    assert middleware.paths == {"/x": PUBLIC}
    middleware.reconfigure(paths=None)
    assert middleware.paths == {}
    assert values(sent(middleware, at("/x")), ACAO) == [OTHER]


def test_the_dict_that_was_given_is_copied() -> None:
    given: dict[str, Policy | None] = {"/public": PUBLIC}
    middleware = CORSMiddleware(APP, [ORIGIN], paths=given)
    given["/x"] = None
    del given["/public"]
    assert middleware.paths == {"/public": PUBLIC}


def test_a_middleware_of_a_policy_with_paths_decides_by_them() -> None:
    policy = Policy(**OPTIONS)
    for middleware in (CORSMiddleware(APP, policy=policy), CORSMiddleware(APP)):
        middleware.policy = policy
        assert values(sent(middleware, at("/public")), ACAO) == ["*"]


def test_installed_it_decides_by_the_path_below_fastapis_root_path() -> None:
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    app = FastAPI()
    # As its deprecated parameter does.
    app.root_path = "/api"
    app.get("/public/x")(lambda: 1)
    app.get("/internal/x")(lambda: 2)
    install(app, **OPTIONS)
    with TestClient(app, root_path="") as client:
        for path in ("/public/x", "/api/public/x"):
            assert client.get(path, headers={"origin": OTHER}).headers.get(ACAO) == "*"
        assert "vary" not in client.get("/api/internal/x", headers={"origin": OTHER}).headers


def test_policies_with_the_same_paths_are_equal_in_any_order() -> None:
    policy = Policy(**OPTIONS)
    other = Policy(**{**OPTIONS, "paths": {"/internal": None, "/public": PUBLIC}})
    assert policy == other
    assert hash(policy) == hash(other)
    assert policy != Policy(**ALONE)
    assert policy != policy.replace(paths={"/public": None, "/internal": None})
    assert policy != policy.replace(paths={"/public": PUBLIC.replace(max_age=6), "/internal": None})


def test_a_policy_without_paths_is_that_with_none() -> None:
    assert Policy(**ALONE) == Policy(**ALONE, paths={}) == Policy(**ALONE, paths=None)
    assert Policy(**OPTIONS).replace(paths={}) == Policy(**ALONE)


def test_a_policy_shows_its_paths() -> None:
    text = repr(Policy(**OPTIONS))
    inner = "Policy(allow_origins=['*'], allow_methods=['PUT'], max_age=5)"
    assert f"paths={{'/public': {inner}, '/internal': None}}" in text
    many = Policy(allow_origins=[ORIGIN], paths={f"/{number}": None for number in range(1_000)})
    assert repr(many).endswith("paths={'/0': None, '/1': None, '/2': None, … 997 more})")


def test_a_policy_with_paths_survives_a_pickle_and_a_copy() -> None:
    policy = Policy(**OPTIONS)
    for other in (pickle.loads(pickle.dumps(policy)), copy.deepcopy(policy), policy.replace()):
        assert other == policy
        assert dict(other.paths) == {"/public": PUBLIC, "/internal": None}
        assert other.actual(origin=OTHER, path="/public").allowed
        assert not other.actual(origin=OTHER, path="/x").allowed


def test_a_decision_with_a_path_survives_a_pickle_and_differs_by_its_path() -> None:
    policy = Policy(**OPTIONS)
    for decision in (
        policy.actual(origin=OTHER, path="/public"),
        policy.preflight(origin=OTHER, method="PUT", path="/public"),
        policy.request(origin=OTHER, method="GET", path="/public"),
        policy.websocket(origin=OTHER, path="/public"),
    ):
        again = pickle.loads(pickle.dumps(decision))
        assert again == decision
        assert str(again) == str(decision)
        assert "path='/public'" in repr(decision)
    assert policy.actual(origin=ORIGIN, path="/x") != policy.actual(origin=ORIGIN)


def test_a_middleware_with_paths_survives_a_pickle() -> None:
    middleware = pickle.loads(pickle.dumps(CORSMiddleware(pickled, **OPTIONS)))
    assert values(sent(middleware, at("/public")), ACAO) == ["*"]


pickled = APP
pickled.__qualname__, pickled.__module__ = "pickled", __name__


def test_a_thousand_keys_are_found() -> None:
    paths = {
        f"/api/v{number}/x": Policy(allow_origins=[f"https://{number}.example"])
        for number in range(1_000)
    }
    middleware = CORSMiddleware(APP, [ORIGIN], paths=paths)
    for number in (0, 1, 500, 999):
        origin = f"https://{number}.example"
        assert values(sent(middleware, at(f"/api/v{number}/x/y", origin)), ACAO) == [origin]
        assert values(sent(middleware, at(f"/api/v{number}", origin)), ACAO) == []


def test_inside_a_mounted_application_keys_are_below_the_mount() -> None:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount, Route
    from starlette.testclient import TestClient

    async def respond(request: Any) -> PlainTextResponse:
        return PlainTextResponse("hello")

    inner = Starlette(
        routes=[Route("/{rest:path}", respond)],
        middleware=[Middleware(CORSMiddleware, **OPTIONS)],
    )
    app = Starlette(routes=[Mount("/v1", inner)])
    # A server has `root_path` in the paths that it sends.
    for root in ("", "/api"):
        with TestClient(app, root_path=root) as client:
            for path, expected in (
                ("/v1/public/x", "*"),
                ("/v1/public", "*"),
                ("/v1/publications", None),
                ("/v1/v1/public", None),
                ("/v1//public", None),
            ):
                response = client.get(root + path, headers={"origin": OTHER})
                assert response.status_code == 200
                assert response.headers.get(ACAO) == expected
            response = client.get(f"{root}/v1/internal", headers={"origin": OTHER})
            assert "vary" not in response.headers
