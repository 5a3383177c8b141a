"""Generates patterns, and origins that they barely cover or barely do not cover."""

from __future__ import annotations

import warnings
from random import Random
from typing import Any

from fastcors import CORSMiddleware
from tests.cors.patterns.twin import covers
from tests.exchange import actual, responding, sent, values

SCHEMES = ["https", "https", "http", "app", "a+b.c-1"]
LABELS = ["a", "b", "ab", "example", "com", "x-1", "_", "a_b", "1", "0", "0x1", "0xg", "xn--a"]
HOSTS = ["localhost", "127.0.0.1", "[::1]", "[fe80::1]", "127.1", "[::01]", "a"]
PORTS = ["", "", ":*", ":*", ":1", ":8", ":80", ":443", ":8080", ":65535"]
WRONG_PORTS = [":", ":0", ":08", ":65536", ":80:80", ":*0", ":+8", ":8a", ": 8", ":00", ":99999"]
# What is put in, put in the place of something, or repeated; each a character or a few bytes of UTF-8.
ODD: list[str] = [
    *".:/-_@#?%*,; \\!{}`~[]|A0189ax",
    *("\t", "\n", "\r", "\0", "\x7f", "\x85", "\xa0", "\xb7", "\xe9", "\xff"),
    *("\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1", "\xc0\xae", "%2e", "%00", "://", "https://"),
    *(
        ".example",
        "example.",
        ".com",
        ".evil.example",
        "evil.example/",
        "user@",
        ":80",
        ":443",
        "a.",
    ),
]
LENGTHS = [240, 250, 251, 252, 253, 254, 255, 260, 300]


def pattern(random: Random) -> str:
    """Return an entry that is usually a pattern."""
    kind = random.random()
    star = "*." if kind < 0.7 else ""
    host = random.choice(HOSTS) if kind > 0.85 else _name(random)
    if random.random() < 0.03:
        host = _long(random, host)
    text = f"{random.choice(SCHEMES)}://{star}{host}{random.choice(PORTS)}"
    return mutated(random, text) if random.random() < 0.1 else text


def _name(random: Random) -> str:
    return ".".join(random.choice(LABELS) for _ in range(random.choice([1, 2, 2, 3, 4])))


def _long(random: Random, tail: str) -> str:
    """Return a host that ends so and is about as long as one may be, of many labels or of few."""
    length = random.choice(LENGTHS) - len(tail) - 1
    label = random.choice(["a.", "a" * 63 + ".", "ab.", "a" * 300])
    return f"{(label * length)[: max(length, 1)].rstrip('.')}.{tail}"


def covered(random: Random, entry: str) -> str:
    """Return an origin that a pattern covers, if the entry is one."""
    scheme, _, authority = entry.partition("://")
    host, port = authority, ""
    if authority.endswith(":*"):
        host = authority.removesuffix(":*")
        port = random.choice(
            ["", ":1", ":80", ":443", ":3000", ":65535", f":{random.randint(1, 65535)}"]
        )
    if host.startswith("*."):
        below = host.removeprefix("*.")
        host = f"{_name(random)}.{below}" if random.random() < 0.95 else _long(random, below)
    return f"{scheme}://{host}{port}"


def mutated(random: Random, text: str) -> str:
    """Change a text in one place."""
    place = random.randint(0, len(text))
    behind = min(len(text), place + random.choice([0, 0, 1, 1, 2, 5]))
    kind = random.randint(0, 7)
    if kind == 0:
        return text[:place] + text[behind:]
    if kind == 1:
        return text[:place] + text[place:behind] * 2 + text[behind:]
    if kind == 2:
        # Of ASCII alone: what comes out must still be latin-1.
        swapped = text[place:behind].encode("latin-1").swapcase().decode("latin-1")
        return text[:place] + swapped + text[behind:]
    if kind == 3:
        return text + random.choice([*ODD, *WRONG_PORTS])
    if kind == 4:
        return random.choice(ODD) + text
    return text[:place] + random.choice(ODD) + text[behind:]


def origin(random: Random, entries: list[str]) -> str:
    """Return an origin that one of the entries covers, perhaps with a few changes."""
    entry = random.choice(entries)
    text = covered(random, entry) if random.random() < 0.9 else entry
    if random.random() < 0.1:
        text = text.rsplit(":", 1)[0] + random.choice(WRONG_PORTS)
    for _ in range(random.choice([0, 0, 0, 1, 1, 1, 2, 3])):
        text = mutated(random, text)
    return text


def case(random: Random) -> tuple[list[str], list[str]]:
    """Return entries with a `*` in them, and origins."""
    count = random.choice([1, 1, 2, 3, 5, 50])
    entries = [pattern(random) for _ in range(count)]
    # What has no star is listed and compared, which is not the question here.
    entries = [entry for entry in entries if "*" in entry and entry != "*"] or ["https://*.a.b"]
    return entries, [origin(random, entries) for _ in range(20)]


def disagreement(entries: list[str], origins: list[str]) -> tuple[str | None, int]:
    """Return on which origin the middleware and the twin disagree, if they do, and how many are allowed."""
    with warnings.catch_warnings():
        # Some entries are no patterns.
        warnings.simplefilter("ignore")
        middleware = CORSMiddleware(responding(), allow_origins=entries)
    allowed = 0
    for each in origins:
        expected = any(covers(entry, each) for entry in entries)
        allowed += expected
        for found, who in (
            (middleware.is_allowed_origin(each), "is_allowed_origin"),
            (_is_named(middleware, each), "the response"),
            # The second time it is remembered.
            (_is_named(middleware, each), "the second response"),
        ):
            if found is not expected:
                return f"{entries!r}\n{each!r}\n{who} says {found}, the twin {expected}", allowed
    return None, allowed


def _is_named(middleware: Any, origin: str) -> bool:
    return values(sent(middleware, actual(origin)), "access-control-allow-origin") == [origin]
