"""Generates policies, and fetches that a page may make: small pools, so what is asked for is often allowed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from tests.responses.browser import Fetch

ORIGINS = [
    "https://a.example",
    "https://b.a.example",
    "http://localhost:3000",
    "null",
    "https://evil.example",
]
ENTRIES = [*ORIGINS[:4], "https://*.a.example", "http://localhost:*"]
REGEXES = [None, None, None, r"https://b\..*", r"(?!null).*example"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "PURGE", "patch", "get", "OPTIONS"]
# Such as Starlette sends too, with which browsers reject every preflight.
MALFORMED = ["", " POST", "x y", "A,B", "T\xd6KEN"]
HEADERS = ["X-Token", "x-b", "Accept", "content-type", "Authorization"]
EXPOSED = ["X-Total", "content-type", "Cache-Control", "*", "x-page"]
REQUEST_HEADERS = [
    ("X-Token", "1"),
    ("x-b", "2"),
    ("Authorization", "Bearer x"),
    ("Accept", "*/*"),
    ("Accept", '"unsafe"'),
    ("Content-Type", "text/plain"),
    ("content-type", "application/json"),
    ("Content-Language", "de"),
]
MAX_AGES = [0, 5, 600, 86_400, -1]
RESPONSE_HEADERS = [
    (b"content-type", b"text/plain"),
    (b"x-total", b"1"),
    (b"x-page", b"2"),
    (b"cache-control", b"no-cache"),
    (b"vary", b"Accept"),
    (b"vary", b"Cookie, Origin"),
    (b"set-cookie", b"a=b"),
]


def _some(random: Random, pool: Sequence[Any], most: int) -> list[Any]:
    return [random.choice(pool) for _ in range(random.randint(0, most))]


def _names(random: Random, pool: Sequence[str]) -> list[str]:
    if not random.randint(0, 5):
        return ["*"]
    names = _some(random, pool, 4)
    return names if random.randint(0, 7) else [*names, random.choice(MALFORMED)]


def policy(random: Random) -> dict[str, Any]:
    """Draw the options of a policy."""
    origins = ["*"] if not random.randint(0, 3) else _some(random, ENTRIES, 3)
    return {
        "allow_origins": origins,
        "allow_origin_regex": random.choice(REGEXES),
        "allow_methods": _names(random, METHODS),
        "allow_headers": _names(random, HEADERS),
        "allow_credentials": random.choice([True, False]),
        "allow_private_network": random.choice([True, False]),
        "expose_headers": _some(random, EXPOSED, 3),
        "max_age": random.choice(MAX_AGES),
    }


def response_headers(random: Random) -> list[tuple[bytes, bytes]]:
    """Draw what the application's response has, each line once.

    Two of the name `vary` are one in Starlette's response and stay two in a minimal one without `Vary`.
    """
    lines = _some(random, RESPONSE_HEADERS, 4)
    return list(dict(lines).items())


def fetch(random: Random) -> Fetch:
    """Draw a fetch."""
    return Fetch(
        random.choice(ORIGINS),
        random.choice(METHODS),
        dict(_some(random, REQUEST_HEADERS, 3)),
        random.choice([True, False]),
    )
