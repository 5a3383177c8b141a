"""Generates configurations, requests and applications, and runs both middlewares on them."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Sequence
from random import Random
from typing import Any

from fastcors import CORSMiddleware
from tests.exchange import Message, Scope, receive, run
from tests.parity.twin import Twin, is_preflight, vary_once

# Small pools, so what a request asks for is often what is allowed.
ORIGINS = [
    "https://a.example",
    "https://b.a.example",
    "https://c.b.a.example:8443",
    "http://localhost:3000",
    "http://localhost",
    "null",
    "",
    "https://A.example",
    "https://a.example/",
    "https://a.example,https://b.example",
    "https://\xe4.example",
    "https://a.example\x7f",
    " https://a.example",
    "https://a.example\r\nx: y",
    "https://a.example\n",
    "\0",
]
PATTERNS = [
    "https://*.a.example",
    "http://localhost:*",
    "https://*.a.example:*",
    "https://*.b.a.example:8443",
]
EXPRESSIONS = [
    r"https://(a|b\.a)\.example",
    r"https?://[a-z.]+(:\d+)?",
    r"(?i)https://A\.EXAMPLE",
    r".*",
    r"",
    r"https://(?!b).*",
    r"(null|http://localhost)$",
]
# What no method and no header is called, and every header can carry.
MALFORMED = ["", " ", " POST", "PUT ", "\tX-B", "x y", "A,B", "\xa0PUT", "T\xd6KEN", "t\xf6ken\xd7"]
METHODS = ["GET", "POST", "PUT", "PATCH", "QUERY", "PURGE", "get", "OPTIONS", "*"]
HEADERS = ["X-Token", "x-token", "X-B", "Accept", "content-type", "Authorization", "*"]

NAMES = [
    b"origin",
    b"access-control-request-method",
    b"access-control-request-headers",
    b"access-control-request-private-network",
    b"Origin",
    b"Access-Control-Request-Method",
    b"originx",
    b"host",
    b"",
]
REQUESTED = [
    "",
    "x-token",
    "X-Token, x-b",
    "x-token,accept,content-type",
    "x-token,",
    "x-c",
    " x-token\t,\x0bx-b ",
    "\xa0x-token\x85",
    "x-t\xd6ken",
    "authorization",
    "*",
    "X Y",
    "a,b",
    "t\xf6ken",
    "T\xd6ken\xd7,",
    " ",
    "x-token\r\n",
    "\naccept, x-b",
    "accept\0",
]
RESPONSE_NAMES = [
    b"content-type",
    b"vary",
    b"Vary",
    b"access-control-allow-origin",
    b"access-control-allow-credentials",
    b"access-control-expose-headers",
    b"Access-Control-Allow-Origin",
    b"access-control-allow-methods",
    b"set-cookie",
    b"",
]
RESPONSE_VALUES = [
    b"",
    b"Origin",
    b"accept, ORIGIN",
    b"*",
    b"Accept",
    b"Accept, Cookie",
    b"x",
    b"true",
    b"\xff\xe9",
]


OTHER_MESSAGES: list[dict[str, Any]] = [
    {"type": "http.response.body", "body": b"x", "more_body": True},
    {"type": "http.response.body"},
    {"type": "http.response.trailers", "headers": [(b"vary", b"x")]},
    {"type": "websocket.http.response.start", "status": 403, "headers": [(b"vary", b"x")]},
    {"type": "http.response.debug"},
]
CONTAINERS = ["list", "list", "list", "tuple", "iterator", "lists"]


@dataclasses.dataclass(frozen=True)
class Application:
    """What an application sends, and where it fails."""

    messages: tuple[dict[str, Any], ...]
    container: str
    fails_after: int | None


@dataclasses.dataclass(frozen=True)
class Exchange:
    """A request, and the application that it reaches."""

    scope: dict[str, Any]
    container: str
    application: Application


def _some(random: Random, pool: Sequence[Any], most: int) -> list[Any]:
    return [random.choice(pool) for _ in range(random.randint(0, most))]


def _collection(random: Random, pool: Sequence[str]) -> Any:
    if not random.randint(0, 15):
        return "*"
    return random.choice([list, tuple, set])(_some(random, pool, 4))


def _names(random: Random, pool: Sequence[str]) -> Any:
    """Draw names, in one case out of three with malformed ones among them."""
    return _collection(random, pool if random.randint(0, 2) else [*pool, *MALFORMED])


def configuration(random: Random) -> dict[str, Any]:
    """Return options, each of them in one case out of three left out."""
    expressions: list[Any] = [None, *EXPRESSIONS, _some(random, EXPRESSIONS, 3)]
    origins = random.choice(
        [
            ["*"],
            _collection(random, [*ORIGINS, "*"]),
            *[_collection(random, ORIGINS + PATTERNS)] * 3,
        ]
    )
    options = {
        "allow_origins": origins,
        "allow_methods": _names(random, METHODS),
        "allow_headers": _names(random, HEADERS),
        "allow_credentials": random.choice([True, False, True, False, "true", ""]),
        "allow_origin_regex": random.choice(expressions),
        "allow_private_network": random.choice([True, False]),
        "expose_headers": _names(random, ["X-Total", "x-b", "*"])
        if random.randint(0, 15)
        else None,
        "max_age": random.choice([600, 0, -1, 10**20, True, None, 1.5, "60", "6\xe9\t"]),
    }
    return {name: value for name, value in options.items() if random.randint(0, 2)}


def _text(random: Random) -> str:
    return "".join(chr(random.randint(0, 255)) for _ in range(random.randint(0, 6)))


def _line(random: Random, name: bytes) -> tuple[bytes, bytes]:
    pool = {
        b"origin": [*ORIGINS, *ORIGINS, _text(random)],
        b"access-control-request-method": [*METHODS, *METHODS, *MALFORMED, _text(random)],
        b"access-control-request-headers": [
            *REQUESTED,
            ",".join(_some(random, REQUESTED, 4)),
            ",".join(_some(random, [*HEADERS, *MALFORMED], 3)),
            _text(random),
        ],
    }.get(name.lower())
    value = random.choice(pool) if pool else _text(random)
    return name, value.encode("latin-1")


def _request_lines(random: Random) -> list[tuple[bytes, bytes]]:
    kind = random.randint(0, 2)
    lines = []
    if kind > 0:
        lines.append(_line(random, b"origin"))
    if kind == 2:
        lines.append(_line(random, b"access-control-request-method"))
        lines += [_line(random, name) for name in NAMES[2:4] if random.randint(0, 1)]
    others = [_line(random, name) for name in _some(random, NAMES, 3)]
    return lines + others if random.randint(0, 3) else others + lines


def _start(random: Random) -> dict[str, Any]:
    message: dict[str, Any] = {
        "type": "http.response.start",
        "status": random.choice([200, 204, 500]),
    }
    if random.randint(0, 7):
        message["headers"] = [
            (random.choice(RESPONSE_NAMES), random.choice(RESPONSE_VALUES))
            for _ in range(random.randint(0, 6))
        ]
    if not random.randint(0, 7):
        message["trailers"] = True
    return message


def _application(random: Random) -> Application:
    messages = [_start(random), {"type": "http.response.body", "body": b""}]
    if not random.randint(0, 2):
        messages = [random.choice([_start(random), *OTHER_MESSAGES]) for _ in range(4)]
    fails_after = random.choice([None, None, 0, 1, 2])
    return Application(tuple(messages), random.choice(CONTAINERS), fails_after)


def exchange(random: Random) -> Exchange:
    """Return a request, and the response of the application if it is reached."""
    scope = {
        "type": random.choice(["http"] * 8 + ["websocket", "lifespan"]),
        "method": random.choice(["OPTIONS", "OPTIONS", "GET", "POST", "options"]),
        "headers": _request_lines(random),
    }
    return Exchange(scope, random.choice(CONTAINERS), _application(random))


def contained(lines: Any, container: str) -> Any:
    """Return header lines in another shape that Starlette accepts."""
    if container == "tuple":
        return tuple(lines)
    if container == "iterator":
        return iter(lines)
    if container == "lists":
        return [list(line) for line in lines]
    return list(lines)


class Failure(Exception):
    """What a generated application raises."""


class Generated:
    """An application that plays an `Application`, with new objects for each request."""

    def __init__(self) -> None:
        self.played: Application | None = None
        self.saw: list[Any] = []

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        assert self.played is not None
        self.saw.append((scope["type"], [tuple(line) for line in scope["headers"]]))
        for place, message in enumerate(self.played.messages):
            if place == self.played.fails_after:
                raise Failure(place)
            copied = copy.deepcopy(message)
            if "headers" in copied:
                copied["headers"] = contained(copied["headers"], self.played.container)
            await send(copied)


def response(
    middleware: Any, app: Generated, exchange: Exchange
) -> tuple[list[Message], str, list[Any]]:
    """Return the messages sent, the exception raised, and what the application saw."""
    app.played, app.saw = exchange.application, []
    scope = {**exchange.scope, "headers": contained(exchange.scope["headers"], exchange.container)}
    messages: list[Message] = []

    async def send(message: Message) -> None:
        copied = dict(message)
        if "headers" in copied:
            copied["headers"] = [tuple(line) for line in copied["headers"]]
        messages.append(copied)

    try:
        run(middleware(scope, receive, send))
    except Failure as failure:
        return messages, repr(failure), app.saw
    return messages, "", app.saw


def difference(options: dict[str, Any], several: list[Exchange]) -> str | None:
    """Run both middlewares; return how the responses differ, or None."""
    ours_app, theirs_app = Generated(), Generated()
    ours = CORSMiddleware(ours_app, **options)
    theirs = Twin(theirs_app, **options)
    for each in several:
        messages, failure, saw = response(theirs, theirs_app, each)
        if not is_preflight(each.scope, each.scope["headers"]) and each.scope["type"] == "http":
            messages = [vary_once(message) for message in messages]
        found = response(ours, ours_app, each)
        if found != (messages, failure, saw):
            return f"{options}\n{each}\nfastcors:  {found}\nStarlette: {messages, failure, saw}"
    return None
