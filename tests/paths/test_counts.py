"""`stats()` and the log know the path."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from fastcors import CORSMiddleware, Policy
from fastcors.decision import RULES
from tests.exchange import responding, sent

from .scopes import ORIGIN, OTHER, at, handshake_at, preflight_at
from .test_middleware import status_of

NOTHING = dict.fromkeys(("origin", "method", "headers", "private-network"), 0)
NO_RULE = dict.fromkeys(RULES, 0)
OUTCOMES = ("asked", "allowed", "rejected", "raised", "timed_out", "not_bool")
PATHS: dict[str, Policy | None] = {
    "/public": Policy(allow_origins=["https://public.example"]),
    "/admin": Policy(allow_origins=[ORIGIN], enforce=True),
    "/internal": None,
}


def counts(requests: int = 0, cross: int = 0, preflights: int = 0, **rejected: int) -> Any:
    reasons = {name: count for name, count in rejected.items() if name in NOTHING}
    rules = {name.replace("_", "-"): count for name, count in rejected.items()}
    return {
        "requests": requests,
        "cross_origin": cross,
        "preflights": preflights,
        "rejected": {**NOTHING, **reasons},
        "enforcement": {**NO_RULE, **{k: v for k, v in rules.items() if k in NO_RULE}},
        "allow_origin_func": dict.fromkeys(OUTCOMES, 0),
    }


def test_each_path_has_its_counts_which_are_part_of_the_whole() -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN], paths=PATHS)
    assert middleware.stats() == {**counts(), "paths": {key: counts() for key in PATHS}}
    for scope in (
        at("/public/x"),
        at("/public", "https://public.example"),
        preflight_at("/public", method="PUT"),
        at("/admin", method="POST"),
        at("/admin", ORIGIN),
        at("/internal"),
        preflight_at("/internal"),
        at("/x"),
        at("/x", None),
        at("//public"),
    ):
        sent(middleware, scope)
    stats = middleware.stats()
    assert stats["paths"] == {
        "/public": counts(3, 3, 1, origin=2, method=1),
        "/admin": counts(2, 2, origin=1, origin_write=1),
        "/internal": counts(2),
    }
    total = {name: value for name, value in stats.items() if name != "paths"}
    assert total == counts(10, 7, 1, origin=5, method=1, origin_write=1)


def test_a_rejected_handshake_is_counted_below_its_path() -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN], paths=PATHS)
    assert status_of(middleware, handshake_at("/admin")) == 1008
    assert middleware.stats()["paths"]["/admin"]["enforcement"]["websocket"] == 1
    assert middleware.stats()["enforcement"]["websocket"] == 1


def test_counts_of_a_key_go_on_when_the_paths_are_replaced() -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN], paths=PATHS)
    sent(middleware, at("/public"))
    sent(middleware, at("/internal"))
    middleware.paths = {"/public": None, "/new": None}
    sent(middleware, at("/public"))
    stats = middleware.stats()
    assert stats["paths"]["/public"]["requests"] == 2
    assert stats["paths"]["/new"] == counts()
    # Of a key that is gone, what was counted stays.
    assert stats["paths"]["/internal"]["requests"] == 1
    assert stats["requests"] == 3


def test_two_middlewares_of_one_policy_count_for_themselves() -> None:
    policy = Policy(allow_origins=[ORIGIN], paths=PATHS)
    first, second = (CORSMiddleware(responding(), policy=policy) for _ in range(2))
    sent(first, at("/public"))
    assert first.stats()["paths"]["/public"]["requests"] == 1
    assert second.stats()["paths"]["/public"]["requests"] == 0


def test_what_stats_returns_is_new_each_time() -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN], paths=PATHS)
    middleware.stats()["paths"]["/public"]["rejected"]["origin"] = 7
    middleware.stats()["paths"].clear()
    assert middleware.stats()["paths"]["/public"] == counts()


def test_threads_count_together() -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN], paths=PATHS)
    rounds = 200

    def run() -> None:
        for _ in range(rounds):
            sent(middleware, at("/public"))
            middleware.stats()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = 4 * rounds
    assert middleware.stats()["paths"]["/public"]["requests"] == expected
    assert middleware.stats()["rejected"]["origin"] == expected


def test_the_log_names_the_key(caplog: pytest.LogCaptureFixture) -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN], paths=PATHS)
    with caplog.at_level(logging.DEBUG, "fastcors"):
        sent(middleware, at("/public/x"))
        sent(middleware, preflight_at("/public", method="PUT"))
        sent(middleware, at("/admin", method="POST"))
        sent(middleware, at("/x"))
        sent(middleware, at("/x//../public"))
    actual, preflight, enforced, outside, ambiguous = [
        record.getMessage() for record in caplog.records
    ]
    assert actual.startswith("rejected an actual request for /public/x (below paths['/public'])")
    assert "you allow https://public.example" in actual
    assert preflight.startswith("rejected a preflight for /public (below paths['/public'])")
    assert enforced.startswith(
        f"rejected POST from {OTHER} for /admin (below paths['/admin']) with status 403"
    )
    assert outside.startswith(f"rejected an actual request for /x from {OTHER}")
    assert "can be read as being below different keys of paths" in ambiguous
