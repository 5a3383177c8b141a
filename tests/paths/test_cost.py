"""What a look-up costs: as much with a thousand keys as with ten, and no more than a path is long."""

from __future__ import annotations

from time import perf_counter

import pytest

from fastcors import CORSMiddleware, Policy
from tests.attacks.timing import best_times
from tests.exchange import App, Scope, responding

from .scopes import ORIGIN, at

INNER = Policy(allow_origins=[ORIGIN])


def middleware_of(count: int) -> App:
    return CORSMiddleware(
        responding([]), paths={f"/api/v{number}/users": INNER for number in range(count)}
    )


def repeated(app: App, times: int) -> App:
    """Return an application that takes each request that often: one is too short to be measured."""

    async def run(scope: Scope, receive: object, send: object) -> None:
        for _ in range(times):
            await app(scope, receive, send)

    return run


def test_a_thousand_paths_cost_what_ten_do() -> None:
    def scope() -> Scope:
        return at("/api/v5/users/1", ORIGIN)

    few, many = best_times(
        [(repeated(middleware_of(count), 200), scope) for count in (10, 1_000)], rounds=25
    )
    # Reading a thousand keys one by one takes ten times as long.
    assert many < 1.5 * few


@pytest.mark.parametrize(
    "part",
    ["/", "/a", "/.a", "/..", "/%2e", "%", "%25", "%2525", "/;", "\\", "é", "/É", "\0", ". "],
    ids=repr,
)
def test_the_time_for_a_path_is_linear_in_its_length(part: str) -> None:
    app = middleware_of(10)
    # Behind a key, at the keys, and before them.
    for prefix in ("/api/v5/users/", "/api/v5", ""):
        scopes = [
            at(prefix + part * count, root_path="/api", raw_path=(part * count).encode())
            for count in (4_000, 32_000)
        ]
        subjects = [(app, lambda scope=scope: scope) for scope in scopes]
        small, large = best_times(subjects, rounds=15)
        # Eight times as long; squared it would be 64.
        assert large < 30 * small + 0.001


def test_the_time_for_a_path_is_linear_in_the_length_of_root_path() -> None:
    app = middleware_of(10)
    scopes = [
        at("/" + "a" * count, root_path="a" * (count // 2) + "b") for count in (32_000, 256_000)
    ]
    subjects = [(app, lambda scope=scope: scope) for scope in scopes]
    small, large = best_times(subjects, rounds=5)
    assert large < 30 * small + 0.001


def test_the_time_for_a_policy_is_linear_in_its_number_of_keys() -> None:
    def seconds(count: int) -> float:
        # Keys that no policy has had: those are remembered for `stats`.
        paths = [{f"/{count}/{again}/{key}": None for key in range(count)} for again in range(3)]
        best = float("inf")
        for each in paths:
            start = perf_counter()
            Policy(allow_origins=[ORIGIN], paths=each)
            best = min(best, perf_counter() - start)
        return best

    # Eight times as many; squared it would be 64.
    assert seconds(4_000) < 30 * seconds(500)
