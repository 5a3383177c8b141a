"""The attacks: each a configuration, and a request or a response that grows with a size."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import ConfigWarning, CORSMiddleware
from tests.attacks.timing import loop_over_bytes, loop_over_lines
from tests.exchange import ORIGIN, App, Scope, actual, preflight, scope_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# One attack is timed at a size and at so many times that size.
GROWTH = 8
# The larger sizes are then 1 MB of text and 10,000 header lines.
BYTES = 125_000
LINES = 1_250


@dataclass(frozen=True)
class Attack:
    """One hostile request."""

    name: str
    options: Mapping[str, Any]
    scope: Callable[[int], Scope]
    # Whether the response allows what is requested.
    allowed: bool
    # The header lines of the application's response.
    response: Callable[[int], Sequence[Any]] = lambda size: ()
    # The smaller of the two sizes.
    size: int = BYTES
    # A loop in Python over as many bytes or lines, with which the cost is compared.
    loop: Callable[[int], None] = loop_over_bytes
    # The options with the same meaning for Starlette, if they differ.
    starlette_options: Mapping[str, Any] | None = None
    # The largest size at which Starlette is run, and why not above.
    starlette_limit: int = sys.maxsize
    starlette_fails: str = ""

    @property
    def sizes(self) -> tuple[int, int]:
        """The two sizes to compare."""
        return self.size, GROWTH * self.size

    def fastcors(self, size: int) -> App:
        """Return fastcors in front of the application."""
        with warnings.catch_warnings():
            # Some attack what nobody should configure.
            warnings.simplefilter("ignore", ConfigWarning)
            return CORSMiddleware(_application(self.response(size)), **self.options)

    def starlette(self, size: int) -> App:
        """Return Starlette's middleware in front of the application."""
        options = self.options if self.starlette_options is None else self.starlette_options
        return Starlette(_application(self.response(size)), **options)


def _application(lines: Sequence[Any]) -> App:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        # A new message each time: Starlette writes into it.
        await send({"type": "http.response.start", "status": 200, "headers": lines})
        await send({"type": "http.response.body", "body": b""})

    return app


LISTED = {"allow_origins": [ORIGIN], "allow_headers": ["X-Token"]}
ANY_HEADER = {"allow_origins": [ORIGIN], "allow_headers": ["*"]}
ANY_ORIGIN = {"allow_origins": ["*"], "allow_credentials": True}
MANY_PATTERNS = {
    "allow_origins": ["https://*.example.com", *(f"https://*.t{n}.example" for n in range(9_999))]
}
MANY_PATTERNS_AS_EXPRESSION = {
    "allow_origin_regex": r"https://([a-z0-9_-]+\.)+(example\.com|t[0-9]{1,4}\.example)"
}
MANY_ALTERNATIVES = {
    "allow_origin_regex": "|".join(
        rf"https://tenant-{n}\.([a-z]+\.)*example\.com" for n in range(2_000)
    )
}

# Each with whether a policy that lists it allows it.
REQUESTED_HEADERS: dict[str, tuple[Callable[[int], str], bool]] = {
    "commas": (lambda size: "," * size, False),
    "one allowed name": (lambda size: ",".join(["x-token"] * (size // 8)), True),
    "one allowed name in capitals": (lambda size: ",".join(["X-TOKEN"] * (size // 8)), True),
    "one long name": (lambda size: "a" * size, False),
    "white space": (lambda size: " " * size, False),
}

LONG_ORIGINS: dict[str, tuple[Mapping[str, Any], Callable[[int], str], bool]] = {
    "listed origins": (LISTED, lambda size: "https://" + "a" * size, False),
    "a pattern of subdomains": (
        {"allow_origins": ["https://*.example.com"]},
        # Longer than a host can be.
        lambda size: "https://" + "a." * (size // 2) + "example.com",
        False,
    ),
    "a pattern of ports": (
        {"allow_origins": ["http://localhost:*"]},
        lambda size: "http://localhost:" + "1" * size,
        False,
    ),
    "an expression": (
        {"allow_origin_regex": r"https://[a-z]+\.example\.com"},
        lambda size: "https://" + "a" * size,
        False,
    ),
    "* with credentials": (ANY_ORIGIN, lambda size: "https://" + "a" * size, True),
}

CATASTROPHIC = {
    "labels with an optional dot": r"https://([a-z0-9-]+\.?)+example\.com",
    "nested repetition": r"https://(a+)+b\.example",
    "alternatives that overlap": r"https://(a|[a-z]|aa)*\.example",
    "twenty wild cards": r"https://(.*a){20}b",
}


def hostile_to_expressions(size: int) -> Scope:
    """Return an origin on which an engine that goes back never ends."""
    return actual("https://" + "a" * size + "!")


def _asking_for(names: Callable[[int], str]) -> Callable[[int], Scope]:
    return lambda size: preflight(headers=names(size))


def _from(origin: Callable[[int], str]) -> Callable[[int], Scope]:
    return lambda size: actual(origin(size))


def _lines(size: int) -> list[tuple[bytes, bytes]]:
    # As long as Access-Control-Request-Method and -Expose-Headers, so each must be compared.
    return [(b"x" * len(b"access-control-request-method"), b"value") for _ in range(size)]


def _origin_lines(size: int) -> list[tuple[bytes, bytes]]:
    return [(b"origin", ORIGIN.encode())] * size


REQUESTS = [
    *(
        Attack(
            f"Access-Control-Request-Headers: {what}{where}",
            options,
            _asking_for(text),
            allowed=options is ANY_HEADER or allowed,
        )
        for options, where in ((LISTED, ""), (ANY_HEADER, ", all allowed"))
        for what, (text, allowed) in REQUESTED_HEADERS.items()
    ),
    Attack(
        "Access-Control-Request-Method: one long name",
        LISTED,
        lambda size: preflight(method="A" * size),
        allowed=False,
    ),
    *(
        Attack(f"a long Origin against {what}", options, _from(text), allowed=allowed)
        for what, (options, text, allowed) in LONG_ORIGINS.items()
    ),
    Attack(
        "many labels against 10,000 patterns: rejected",
        MANY_PATTERNS,
        lambda size: actual("https://" + "a." * (size // 2) + "b"),
        allowed=False,
        size=31,
        starlette_options=MANY_PATTERNS_AS_EXPRESSION,
    ),
    Attack(
        "many labels against 10,000 patterns: allowed",
        MANY_PATTERNS,
        lambda size: actual("https://" + "a." * (size // 2) + "example.com"),
        allowed=True,
        size=30,
        starlette_options=MANY_PATTERNS_AS_EXPRESSION,
    ),
    Attack(
        "many labels behind a long scheme against 10,000 patterns",
        MANY_PATTERNS,
        lambda size: actual("a" * size + "://" + "a." * 126 + "b"),
        allowed=False,
        starlette_options=MANY_PATTERNS_AS_EXPRESSION,
    ),
    *(
        Attack(
            f"an expression of 2,000 alternatives: {what}",
            MANY_ALTERNATIVES,
            _from(text),
            allowed=allowed,
            starlette_limit=1_000,
            starlette_fails="32 KB of memory for each byte",
        )
        for what, text, allowed in (
            (
                "allowed by the last",
                lambda size: "https://tenant-1999." + "a." * (size // 2) + "example.com",
                True,
            ),
            (
                "rejected at the end",
                lambda size: "https://tenant-1999." + "a." * (size // 2) + "example.net",
                False,
            ),
        )
    ),
    Attack(
        "an expression of 2,000 alternatives: rejected at once",
        MANY_ALTERNATIVES,
        lambda size: actual("https://tenant-" + "1" * size),
        allowed=False,
    ),
    *(
        Attack(
            f"a catastrophic expression: {what}",
            {"allow_origin_regex": expression},
            hostile_to_expressions,
            allowed=False,
            starlette_limit=16,
            starlette_fails="exponential time",
        )
        for what, expression in CATASTROPHIC.items()
    ),
    *(
        Attack(
            f"request header lines: {what}",
            LISTED,
            scope,
            allowed=True,
            size=LINES,
            loop=loop_over_lines,
        )
        for what, scope in {
            "none of interest": lambda size: scope_of(headers=_lines(size) + _origin_lines(1)),
            "all Origin": lambda size: scope_of(headers=_origin_lines(size)),
            "each a list": lambda size: scope_of(headers=map(list, _origin_lines(size))),
            "from a generator": lambda size: {**scope_of(), "headers": iter(_origin_lines(size))},
        }.items()
    ),
]

RESPONSE_LINES: dict[str, Callable[[int], Sequence[Any]]] = {
    "none of interest": _lines,
    "each a list": lambda size: list(map(list, _lines(size))),
    "all Vary": lambda size: [(b"vary", b"Accept")] * size,
    "all Access-Control-Allow-Origin": lambda size: [(b"access-control-allow-origin", b"*")] * size,
}

RESPONSES = [
    *(
        Attack(
            f"response header lines: {what}",
            LISTED,
            lambda size: actual(),
            allowed=True,
            response=lines,
            size=LINES,
            loop=loop_over_lines,
        )
        for what, lines in RESPONSE_LINES.items()
    ),
    Attack(
        "a response with one long Vary",
        LISTED,
        lambda size: actual(),
        allowed=True,
        response=lambda size: [(b"vary", b"," * size)],
    ),
]

ATTACKS = [*REQUESTS, *RESPONSES]
