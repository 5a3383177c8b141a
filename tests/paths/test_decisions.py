"""`Policy.preflight`, `actual`, `request` and `websocket` with a path, against the middleware."""

from __future__ import annotations

from typing import Any

import pytest

from fastcors import CORSMiddleware, Policy
from tests.exchange import headers_of, responding, sent

from .scopes import ORIGIN, OTHER, at, preflight_at

POLICY = Policy(
    allow_origins=[ORIGIN],
    enforce="unsafe",
    paths={
        "/public": Policy(allow_origins=["*"], expose_headers=["X-Total"]),
        "/admin": Policy(allow_origins=[ORIGIN], enforce=True),
        "/internal": None,
    },
)
PATHS = ("/public/x", "/admin", "/internal", "/x", "//public", "/public/../admin", "/ADMIN")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", [ORIGIN, OTHER])
def test_a_decision_on_a_preflight_is_the_response_of_the_middleware(
    path: str, origin: str
) -> None:
    decision = POLICY.preflight(origin=origin, method="GET", path=path)
    messages = sent(CORSMiddleware(responding(), policy=POLICY), preflight_at(path, origin))
    if path == "/internal":
        assert (decision.status, decision.body, decision.headers) == (None, None, [])
        assert messages == sent(responding(), preflight_at(path, origin))
        return
    assert decision.status == messages[0]["status"]
    assert decision.body == messages[1]["body"]
    assert decision.headers == headers_of(messages)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", [ORIGIN, OTHER, None])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_decision_on_a_request_is_what_the_middleware_does(
    path: str, origin: str | None, method: str
) -> None:
    decision = POLICY.request(origin=origin, method=method, path=path, host="api.example.com")
    app = responding([])
    messages = sent(CORSMiddleware(app, policy=POLICY), at(path, origin, method))
    if decision.status is None:
        assert messages[0]["status"] == 200
        assert headers_of(messages) == decision.headers
    else:
        assert messages[0]["status"] == decision.status
        assert headers_of(messages) == decision.headers


def test_below_a_key_with_none_an_origin_is_not_allowed_by_the_policy() -> None:
    for decision in (
        POLICY.actual(origin=ORIGIN, path="/internal"),
        POLICY.preflight(origin=ORIGIN, method="GET", path="/internal"),
        POLICY.request(origin=ORIGIN, method="POST", path="/internal/x"),
    ):
        assert not decision
        (denial,) = decision.denials
        assert (denial.kind, denial.value) == ("path", "/internal")
        assert "paths has None for '/internal'" in denial.message
        assert "paths['/internal'] decides" in str(decision)
    assert POLICY.actual(origin=None, path="/internal").allowed
    assert POLICY.request(method="POST", path="/internal").allowed
    assert POLICY.websocket(origin=OTHER, path="/internal").allowed


def test_a_handshake_is_decided_by_its_path() -> None:
    assert POLICY.websocket(origin=OTHER, path="/admin").status == 403
    assert POLICY.websocket(origin=ORIGIN, path="/admin").allowed
    assert POLICY.websocket(origin=OTHER, path="/public").allowed
    assert "paths['/admin'] decides" in str(POLICY.websocket(origin=OTHER, path="/admin"))


def test_below_a_key_with_none_the_hosts_of_the_server_count() -> None:
    policy = POLICY.replace(hosts=["api.example.com"])
    decision = policy.request(method="GET", host="evil.example", path="/internal")
    assert decision.status == 421
    assert [denial.kind for denial in decision.denials] == ["host"]
    assert "paths['/internal'] decides" in str(decision)
    assert policy.request(method="GET", host="api.example.com", path="/internal").status is None


def test_an_ambiguous_path_is_explained() -> None:
    decision = POLICY.actual(origin=ORIGIN, path="//public")
    (denial,) = decision.denials
    assert denial.kind == "origin"
    assert "can be read as being below different keys" in denial.message
    assert "no key of paths decides on //public: it has an empty segment" in str(decision)


def test_without_a_path_the_outer_options_decide_and_nothing_is_said_of_paths() -> None:
    decision = POLICY.actual(origin=OTHER)
    assert not decision
    assert "paths" not in str(decision)
    alone = POLICY.replace(paths=None)
    assert str(decision) == str(alone.actual(origin=OTHER))


def test_a_policy_without_paths_ignores_the_path() -> None:
    policy = Policy(allow_origins=[ORIGIN])
    assert policy.actual(origin=ORIGIN, path="//x").allowed
    assert str(policy.actual(origin=ORIGIN, path="/x")) == str(policy.actual(origin=ORIGIN))


def test_a_path_is_a_str() -> None:
    for path in (b"/x", 1, ["/x"]):
        wrong: Any = path
        with pytest.raises(TypeError, match="path is "):
            POLICY.actual(origin=ORIGIN, path=wrong)
