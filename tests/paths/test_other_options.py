"""The policy of a path has its own function, live set and kind of responses."""

from __future__ import annotations

from typing import Any

import pytest

from fastcors import CORSMiddleware, OriginSet, Policy
from tests.exchange import responding, sent, sent_in_a_loop, values

from .scopes import ORIGIN, OTHER, at, handshake_at, preflight_at
from .test_middleware import application, status_of

ACAO = "access-control-allow-origin"


class Function:
    """Allows one origin, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, origin: str, scope: Any) -> bool:
        self.asked.append((origin, scope["path"]))
        return origin == OTHER


class AsyncFunction(Function):
    """The same with a coroutine."""

    async def __call__(self, origin: str, scope: Any) -> bool:  # type: ignore[override]
        return super().__call__(origin, scope)


@pytest.mark.parametrize("kind", [Function, AsyncFunction])
@pytest.mark.parametrize("enforce", [False, True])
def test_a_function_is_asked_below_its_path_alone(kind: type[Function], enforce: bool) -> None:
    function = kind()
    inner = Policy(allow_origins=[ORIGIN], allow_origin_func=function, enforce=enforce)
    middleware = CORSMiddleware(responding([]), [ORIGIN], paths={"/a": inner})
    assert values(sent_in_a_loop(middleware, at("/a/x")), ACAO) == [OTHER]
    assert values(sent_in_a_loop(middleware, preflight_at("/a/y")), ACAO) == [OTHER]
    assert function.asked == [(OTHER, "/a/x"), (OTHER, "/a/y")]
    for scope in (at("/x"), at("//a"), preflight_at("/A"), at("/a/x", ORIGIN), at("/a", None)):
        assert values(sent_in_a_loop(middleware, scope), ACAO) in ([], [ORIGIN])
    assert len(function.asked) == 2
    assert middleware.stats()["paths"]["/a"]["allow_origin_func"]["asked"] == 2
    assert middleware.stats()["allow_origin_func"]["allowed"] == 2


@pytest.mark.parametrize("kind", [Function, AsyncFunction])
def test_the_function_of_the_outer_options_is_not_asked_below_a_path(kind: type[Function]) -> None:
    function = kind()
    paths = {"/a": Policy(allow_origins=[ORIGIN]), "/b": None}
    middleware = CORSMiddleware(responding([]), allow_origin_func=function, paths=paths)
    for path in ("/a", "/b", "//a"):
        assert values(sent_in_a_loop(middleware, at(path)), ACAO) == []
    assert function.asked == []
    assert values(sent_in_a_loop(middleware, at("/x")), ACAO) == [OTHER]


def test_what_a_function_raises_below_a_path_is_counted_and_logged_there(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def function(origin: str, scope: Any) -> bool:
        raise ValueError(origin)

    inner = Policy(allow_origin_func=function)
    middleware = CORSMiddleware(responding([]), [ORIGIN], paths={"/a": inner})
    assert values(sent(middleware, at("/a", "https://raising.example")), ACAO) == []
    assert middleware.stats()["paths"]["/a"]["allow_origin_func"]["raised"] == 1
    assert "(below paths['/a'])" in caplog.text


def test_a_function_decides_on_the_handshakes_below_its_path() -> None:
    inner = Policy(allow_origin_func=Function(), enforce=True)
    middleware = CORSMiddleware(application, [ORIGIN], paths={"/a": inner})
    assert status_of(middleware, handshake_at("/a", OTHER)) is None
    assert status_of(middleware, handshake_at("/a", ORIGIN)) == 1008
    assert status_of(middleware, handshake_at("//a", OTHER)) == 1008


def test_an_origin_set_stays_live_below_a_path() -> None:
    origins = OriginSet([ORIGIN])
    paths = {"/a": Policy(allow_origins=origins), "/b": Policy(allow_origins=origins)}
    middleware = CORSMiddleware(responding([]), ["https://outer.example"], paths=paths)
    for path in paths:
        assert values(sent(middleware, at(path, ORIGIN)), ACAO) == [ORIGIN]
        assert values(sent(middleware, at(path, OTHER)), ACAO) == []
    origins.add(OTHER)
    origins.discard(ORIGIN)
    for path in paths:
        assert values(sent(middleware, at(path, OTHER)), ACAO) == [OTHER]
        assert values(sent(middleware, at(path, ORIGIN)), ACAO) == []
    assert values(sent(middleware, at("/x", OTHER)), ACAO) == []


def test_the_policy_of_a_path_has_its_own_kind_of_responses() -> None:
    paths = {"/a": Policy(allow_origins=[ORIGIN], responses="minimal")}
    middleware = CORSMiddleware(responding([]), [ORIGIN], paths=paths)
    assert sent(middleware, preflight_at("/a", ORIGIN))[0]["status"] == 204
    assert sent(middleware, preflight_at("/x", ORIGIN))[0]["status"] == 200
    # Where the path is ambiguous, the outer options say what a rejection looks like.
    assert sent(middleware, preflight_at("//a", ORIGIN))[0]["status"] == 400
    middleware.responses = "minimal"
    assert sent(middleware, preflight_at("//a", ORIGIN))[0]["status"] == 403
