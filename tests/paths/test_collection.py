"""The garbage collector frees what a middleware with `paths` holds, and nothing that is in use."""

from __future__ import annotations

import gc
import re
import weakref
from typing import Any

from fastcors import CORSMiddleware, Policy
from tests.exchange import responding, sent, values

from .scopes import ORIGIN, OTHER, at


class Application:
    """An application that is part of a cycle: it holds its middleware."""

    def __init__(self) -> None:
        self.middleware: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await responding([])(scope, receive, send)


class Pattern:
    """Holds what an inner policy may keep alive."""

    def __init__(self, held: object) -> None:
        self.held = held


def test_a_cycle_through_a_middleware_with_paths_is_freed() -> None:
    app = Application()
    inner = Policy(
        allow_origins=[OTHER],
        allow_origin_regex=re.compile(r"https://(a)\1\.example"),
        accept=["regex-python-only"],
    )
    app.middleware = CORSMiddleware(app, [ORIGIN], paths={"/a": inner, "/b": None})
    for path in ("/a", "/b", "/c", "//a"):
        sent(app.middleware, at(path))
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None


def test_a_cycle_through_the_policy_of_a_path_is_freed() -> None:
    class Own(Policy):
        """A policy with attributes of its own."""

    inner: Any = Own(allow_origins=[OTHER])
    middleware = CORSMiddleware(responding([]), [ORIGIN], paths={"/a": inner})
    object.__setattr__(inner, "middleware", middleware)
    object.__setattr__(inner, "mark", mark := Pattern(middleware))
    sent(middleware, at("/a"))
    gone = weakref.ref(mark)
    del inner, middleware, mark
    gc.collect()
    assert gone() is None


def test_a_request_keeps_the_policy_of_its_path_while_the_paths_are_replaced() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        middleware.paths = {}
        gc.collect()
        await responding([])(scope, receive, send)

    middleware = CORSMiddleware(app, [ORIGIN], paths={"/a": Policy(allow_origins=[OTHER])})
    assert values(sent(middleware, at("/a")), "access-control-allow-origin") == [OTHER]
    assert values(sent(middleware, at("/a")), "access-control-allow-origin") == []


def test_replacing_the_paths_again_and_again_leaves_nothing() -> None:
    middleware = CORSMiddleware(responding([]), [ORIGIN], paths={})
    paths = {f"/{number}": Policy(allow_origins=[OTHER]) for number in range(20)}

    def round_trip() -> int:
        middleware.paths = paths
        sent(middleware, at("/1"))
        middleware.paths = None
        gc.collect()
        return len(gc.get_objects())

    round_trip()
    before = round_trip()
    assert all(round_trip() <= before + 5 for _ in range(5))
