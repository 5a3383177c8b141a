"""A short form of `make stress-threads`, with any Python."""

from __future__ import annotations

import pytest

from .stress import LISTED, UNTRUSTED, Stress, Wrong, scope, stress


def test_threads_that_share_a_middleware_get_right_responses_while_others_change_it() -> None:
    requests, problems = stress(3, threads=2, seed=1)
    assert problems == []
    assert requests > 0


def test_a_response_that_allows_an_untrusted_origin_is_wrong() -> None:
    shared = Stress()
    allowed = shared.response(scope(LISTED))
    shared.judge(allowed, LISTED, allowed=True)
    with pytest.raises(Wrong):
        shared.judge(allowed, UNTRUSTED[0], allowed=False)
    rejected = shared.response(scope(UNTRUSTED[0]))
    shared.judge(rejected, UNTRUSTED[0], allowed=False)
    with pytest.raises(Wrong):
        shared.judge(rejected[:1], UNTRUSTED[0], allowed=False)
