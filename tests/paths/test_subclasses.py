"""What a subclass overrides below paths: the path's policy is what its `super()` decides by."""

from __future__ import annotations

from typing import Any

import pytest

from fastcors import CORSMiddleware, Policy
from tests.exchange import responding, sent, sent_in_a_loop, values

from .scopes import ORIGIN, OTHER, at, handshake_at, preflight_at
from .test_middleware import ENFORCED, OPTIONS, application, status_of

ACAO = "access-control-allow-origin"
INNER = "https://inner.example"
OWN = "https://own.example"
PATHS: dict[str, Policy | None] = {
    "/inner": Policy(allow_origins=[INNER], max_age=5),
    "/internal": None,
}


class Asking(CORSMiddleware):
    """Allows an origin of its own beside those of the policy."""

    asked: list[str]

    def is_allowed_origin(self, origin: str) -> bool:
        vars(self).setdefault("asked", []).append(origin)
        return origin == OWN or bool(super().is_allowed_origin(origin=origin))


class Awaiting(CORSMiddleware):
    """The same with a coroutine."""

    async def is_allowed_origin(self, origin: str) -> bool:
        return origin == OWN or bool(super().is_allowed_origin(origin=origin))


class Hooked(CORSMiddleware):
    """Overrides how responses are made, so that Python code serves it."""

    def preflight_response(self, request_headers: Any) -> Any:
        response = super().preflight_response(request_headers=request_headers)
        response.headers["x-hook"] = "1"
        return response

    async def send(self, message: Any, send: Any, request_headers: Any) -> None:
        await super().send(message, send, request_headers)


class HookedAndAsking(Hooked, Asking):
    """Both."""


CLASSES = pytest.mark.parametrize("kind", [Asking, Awaiting, Hooked, HookedAndAsking])
ASKING = pytest.mark.parametrize("kind", [Asking, Awaiting, HookedAndAsking])


def allows(middleware: CORSMiddleware, path: str, origin: str) -> bool:
    """Whether an actual request and a preflight are allowed, which must agree."""
    found = [
        values(sent_in_a_loop(middleware, scope), ACAO) == [origin]
        for scope in (at(path, origin), preflight_at(path, origin))
    ]
    assert found[0] is found[1]
    return found[0]


@CLASSES
def test_super_decides_by_the_policy_of_the_path(kind: type[CORSMiddleware]) -> None:
    middleware = kind(responding([]), [ORIGIN], paths=PATHS)
    assert allows(middleware, "/inner/x", INNER)
    assert not allows(middleware, "/inner/x", ORIGIN)
    assert allows(middleware, "/x", ORIGIN)
    assert not allows(middleware, "/x", INNER)
    for message in sent_in_a_loop(middleware, preflight_at("/inner", INNER))[:1]:
        assert (b"access-control-max-age", b"5") in message["headers"]


@ASKING
def test_an_override_is_asked_below_paths_but_not_below_one_with_none(
    kind: type[CORSMiddleware],
) -> None:
    middleware = kind(responding([]), [ORIGIN], paths=PATHS)
    assert allows(middleware, "/inner", OWN)
    assert allows(middleware, "/x", OWN)
    assert not allows(middleware, "/internal", OWN)
    response = sent_in_a_loop(middleware, preflight_at("/internal", OWN))
    assert response == sent(responding([]), preflight_at("/internal", OWN))


@CLASSES
def test_an_ambiguous_path_allows_no_origin_whatever_an_override_says(
    kind: type[CORSMiddleware],
) -> None:
    middleware = kind(responding([]), [ORIGIN], paths=PATHS)
    for origin in (OWN, ORIGIN, INNER):
        assert not allows(middleware, "//inner", origin)
        assert not allows(middleware, "/inner/../x", origin)
    assert not hasattr(middleware, "asked")


@CLASSES
def test_each_class_sends_what_the_compiled_code_sends(kind: type[CORSMiddleware]) -> None:
    middleware, plain = kind(responding([]), **OPTIONS), CORSMiddleware(responding([]), **OPTIONS)
    for path in ("/public/x", "/internal", "/x", "//public"):
        for scope in (at(path), at(path, ORIGIN), at(path, None)):
            assert sent_in_a_loop(middleware, scope) == sent(plain, scope)


@CLASSES
def test_enforcement_is_that_of_the_path(kind: type[CORSMiddleware]) -> None:
    middleware = kind(application, **ENFORCED)
    for path, get, post in (
        ("/admin/x", 403, 403),
        ("/forms/x", None, 403),
        ("/public/x", None, None),
        ("/internal/x", None, None),
        ("/x", None, None),
        ("//admin", 403, 403),
    ):
        assert status_of(middleware, at(path)) == get
        assert status_of(middleware, at(path, method="POST")) == post
    assert status_of(middleware, handshake_at("/admin")) == 1008
    assert status_of(middleware, handshake_at("/x")) is None


@CLASSES
def test_hosts_are_for_the_whole_server(kind: type[CORSMiddleware]) -> None:
    middleware = kind(application, **ENFORCED, hosts=["other.example"])
    for path in ("/admin", "/internal", "/public", "/x", "//x"):
        assert status_of(middleware, at(path, ORIGIN)) == 421
    assert status_of(middleware, preflight_at("/internal", ORIGIN)) == 421


@CLASSES
def test_each_class_counts_the_same(kind: type[CORSMiddleware]) -> None:
    middleware, plain = kind(responding([]), **OPTIONS), CORSMiddleware(responding([]), **OPTIONS)
    for path in ("/public/x", "/internal", "/x", "//public"):
        for scope in (at(path, OTHER), preflight_at(path, OTHER), at(path, None)):
            sent_in_a_loop(middleware, scope)
            sent(plain, scope)
    assert middleware.stats() == plain.stats()
