"""Remembered verdicts are the same as new ones."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import ConfigWarning, CORSMiddleware
from tests.exchange import actual, preflight, responding, sent, values

# More than are remembered, many of one length, some too long to be kept.
ORIGINS = [
    *(
        f"https://{a}{b}.{domain}"
        for a, b in itertools.product("abc", "abc")
        for domain in ("example.com", "example.net")
    ),
    *(
        "null",
        "",
        "https://example.com",
        f"https://{'a' * 200}.example.com",
        f"https://{'a' * 90}.example.com",
    ),
    "https://a\xe9.example.com",
]
EXPRESSIONS: list[tuple[str, bool]] = [
    (r"https://[a-z]+\.example\.com", False),
    # Only Python matches it.
    (r"https://(?!b)[a-z]+\.example\.com", True),
]


@pytest.mark.parametrize(("expression", "by_python"), EXPRESSIONS)
def test_a_repeated_origin_gets_the_same_verdict_whatever_came_between(
    expression: str, by_python: bool
) -> None:
    options: dict[str, Any] = {
        "allow_origin_regex": expression,
        "allow_origins": ["https://aa.example.net"],
    }
    theirs = Starlette(responding(), **options)
    if by_python:
        with pytest.warns(ConfigWarning):
            ours = CORSMiddleware(responding(), **options)
    else:
        ours = CORSMiddleware(responding(), **options)
    expected = {
        # An intended difference: outside visible ASCII all is rejected.
        origin: origin.isascii() and theirs.is_allowed_origin(origin)
        for origin in ORIGINS
    }
    assert set(expected.values()) == {True, False}
    drawn = random.Random(7)
    for origin in drawn.choices(ORIGINS, k=1000):
        reported = values(sent(ours, actual(origin)), "access-control-allow-origin")
        assert reported == ([origin] if expected[origin] else []), origin


def test_another_policy_does_not_know_the_verdicts_of_the_one_before() -> None:
    origin = "https://a.example.com"
    middleware = CORSMiddleware(responding(), allow_origin_regex=r"https://[a-z]\.example\.com")
    for expression, allowed in ((r"https://b", False), (r"https://[a-z]\.example\.com", True)) * 2:
        middleware.reconfigure(allow_origin_regex=expression)
        for _ in range(3):
            reported = values(sent(middleware, actual(origin)), "access-control-allow-origin")
            assert bool(reported) is allowed


def test_a_repeated_list_of_headers_gets_the_same_verdict_whatever_came_between() -> None:
    options: dict[str, Any] = {"allow_origins": ["*"], "allow_headers": ["X-Token", "X-Other"]}
    theirs, ours = Starlette(responding(), **options), CORSMiddleware(responding(), **options)
    names = ["x-token", "x-other", "x-tokem", "accept", "", " x-token "]
    lists = [
        ",".join(some) for count in range(4) for some in itertools.product(names, repeat=count)
    ]
    lists += ["x-token" + "," * 90, ",".join(["x-token"] * 30)]
    drawn = random.Random(7)
    for asked in drawn.choices(lists[:20], k=300) + lists:
        scope = preflight(headers=asked)
        assert sent(ours, scope) == sent(theirs, scope), asked
