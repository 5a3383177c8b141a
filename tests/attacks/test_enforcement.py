"""Hostile Host and fetch-metadata headers take linear time, explained in the log too."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import pytest

from fastcors import CORSMiddleware
from tests.attacks.attacks import BYTES, GROWTH, LINES
from tests.attacks.test_attacks import NOISE
from tests.attacks.timing import best_times
from tests.exchange import Scope, responding, scope_of, sent

HOST = (b"host", b"api.example.com")
ORIGIN = (b"origin", b"https://evil.example")

# The header lines of a request by its size, and how it is rejected.
ATTACKS: dict[str, tuple[Callable[[int], list[tuple[bytes, bytes]]], int, int]] = {
    "a long host": (lambda size: [(b"host", b"a" * size)], BYTES, 421),
    "many labels": (lambda size: [(b"host", b"a." * (size // 2) + b"example.com")], BYTES, 421),
    "many dots": (lambda size: [(b"host", b"." * size)], BYTES, 421),
    "many colons": (lambda size: [(b"host", b":" * size)], BYTES, 421),
    "many digits": (lambda size: [(b"host", b"api.example.com:" + b"8" * size)], BYTES, 421),
    "an address without an end": (lambda size: [(b"host", b"[" + b":" * size)], BYTES, 421),
    "a long address": (lambda size: [(b"host", b"[" + b"1:" * (size // 2) + b"]")], BYTES, 421),
    "many hosts": (lambda size: [HOST] * size, LINES, 421),
    "a long Sec-Fetch-Site": (lambda size: [HOST, (b"sec-fetch-site", b"x" * size)], BYTES, 403),
    "many Sec-Fetch-Site": (lambda size: [HOST, *[(b"sec-fetch-site", b"x")] * size], LINES, 403),
    "a long Sec-Fetch-Mode": (
        lambda size: [HOST, ORIGIN, (b"sec-fetch-mode", b"navigate" * (size // 8))],
        BYTES,
        403,
    ),
    "an origin with a long port": (
        lambda size: [HOST, (b"origin", b"https://api.example.com:" + b"4" * size)],
        BYTES,
        403,
    ),
}


@pytest.mark.parametrize("logged", [False, True], ids=["silent", "logged"])
@pytest.mark.parametrize("name", ATTACKS)
def test_the_time_grows_no_faster_than_the_request(
    name: str, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if logged:
        caplog.set_level(logging.DEBUG, "fastcors")
    lines, size, status = ATTACKS[name]
    middleware = CORSMiddleware(
        responding(),
        allow_origins=["https://app.example.com"],
        enforce=True,
        hosts=["api.example.com", "*.example.com", "[::1]"],
    )

    def scope(size: int) -> Scope:
        return scope_of("POST", lines(size))

    assert sent(middleware, scope(size))[0]["status"] == status
    assert len(caplog.records) == logged
    assert all(len(record.getMessage()) < 2_000 for record in caplog.records)
    subjects = [(middleware, partial(scope, each)) for each in (size, GROWTH * size)]
    for _ in range(5):
        small, large = best_times(subjects)
        if large / small < GROWTH * NOISE:
            return
    pytest.fail(f"{GROWTH} times the size takes {large / small:.1f} times as long")
