"""The table of enforcement, written down once more by header lines: repeated, in any case and of any shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fastcors import CORSMiddleware, Policy
from tests.asgi.test_enforcement import CLASSES, RESPONSE, Application, exchange
from tests.exchange import Message, Scope
from tests.policy.test_enforcement import MODES

APP = b"https://app.example"
LATER = b"https://later.example"
OTHER = b"https://evil.example"
NULL = b"null"
HOST = b"api.example"
SAFE = ("GET", "HEAD", "OPTIONS")

ISOLATED = (b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest")
# What a rejection depends on beside the Origin, if that is not Sec-Fetch-Site.
DEPENDS_ON: dict[str, tuple[bytes, ...]] = {
    "host": (),
    "websocket": (),
    "cross-site-read": ISOLATED,
}

Line = tuple[bytes, bytes]


class Bytes(bytes):
    """Not exactly bytes."""


class Text(str):
    """Not exactly a str."""

    __slots__ = ()


class Headers(list[Any]):
    """Not exactly a list."""


class Mapping(dict[str, Any]):
    """A scope that is not exactly a dict."""

    def __getitem__(self, key: str) -> Any:
        return super().__getitem__(key)


SCOPES: list[Any] = [dict, dict, Mapping]
# Each makes headers that a server may hand on from a list of pairs.
SHAPES: dict[str, Callable[[list[Line]], Any]] = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "generator": lambda lines: (line for line in lines),
    "lists": lambda lines: [list(line) for line in lines],
    "subclass": Headers,
    "names of a subclass": lambda lines: [(Bytes(name), value) for name, value in lines],
    "values of a subclass": lambda lines: [(name, Bytes(value)) for name, value in lines],
    "byte arrays": lambda lines: [(bytearray(name), bytearray(value)) for name, value in lines],
    "one line of another kind": lambda lines: [*lines[:-1], *map(Headers, lines[-1:])],
}

VALUES: dict[bytes, list[bytes]] = {
    b"origin": [
        *(APP, APP, LATER, OTHER, NULL, b"", b"http://api.example", b"https://api.example"),
        *(b"https://API.example:443", b"http://api.example:8000", APP + b"," + APP, APP + b"\0"),
    ],
    b"host": [
        *(HOST, HOST, HOST, b"evil.example", b"api.example:8000", b"API.Example"),
        *(b"", b"api.example:", b"api.example\r", b"api.example, evil.example"),
    ],
    b"sec-fetch-site": [b"same-origin", b"none", b"same-site", b"cross-site", b"", b"None", b"x"],
    b"sec-fetch-mode": [b"navigate", b"cors", b"no-cors", b""],
    b"sec-fetch-dest": [b"document", b"object", b"embed", b""],
    b"access-control-request-method": [b"GET", b"PUT", b""],
    b"accept": [b"*/*"],
    b"date": [b"evil.example"],
    b"x-forwarded-fo": [b"cross-site"],
}


def in_other_case(name: bytes, places: int) -> bytes:
    return b"".join(
        (name[i : i + 1].upper() if places >> i & 1 else name[i : i + 1]) for i in range(len(name))
    )


def other_names(name: bytes) -> list[bytes]:
    """Return names that differ from this one in what does not distinguish letters, or a little."""
    flipped = [name[:i] + bytes([name[i] ^ 0x20]) + name[i + 1 :] for i in range(len(name))]
    flipped = [each for each in flipped if each.lower() != name]
    return [
        *flipped,
        name.replace(b"-", b"\r"),
        name + b"\0",
        name[:-1] + b"\0",
        name[1:],
        b" " + name,
    ]


NAME = st.sampled_from([*VALUES, b"origin", b"host", b"sec-fetch-site"])
LINE = NAME.flatmap(
    lambda name: st.tuples(
        st.one_of(
            st.just(name),
            st.just(name),
            st.integers(0, (1 << len(name)) - 1).map(lambda places: in_other_case(name, places)),
            st.sampled_from(other_names(name)),
        ),
        st.sampled_from(VALUES[name]),
    )
)
# Mostly with a sound Host and Origin, and sometimes with a line twice, somewhere.
LIKELY = st.sampled_from([[], [(b"host", HOST)], [(b"host", HOST), (b"origin", APP)]])
LINES = st.tuples(LIKELY, st.lists(LINE, max_size=6), st.lists(LINE, max_size=1)).flatmap(
    lambda parts: st.permutations([*parts[0], *parts[1], *parts[2], *parts[2]])
)
OPTIONS = st.fixed_dictionaries(
    {
        "enforce": st.sampled_from(MODES),
        "hosts": st.sampled_from([(), (HOST.decode(),), ("x.example", HOST.decode())]),
        "allow_origins": st.sampled_from([(), (APP.decode(),), (APP.decode(), "null"), ("*",)]),
        "allow_credentials": st.booleans(),
        "allow_origin_func": st.sampled_from([None, lambda origin, _: origin == LATER.decode()]),
    }
)


class Twin:
    """What is to be done with a request, by the table in docs/enforcement.md."""

    def __init__(self, policy: Policy, scope: Scope, lines: list[Line]) -> None:
        self.policy, self.scope = policy, scope
        # Without either option names are in lower case, as ASGI requires.
        enforces = policy.enforce or policy.hosts
        self.lines = [(name.lower(), value) if enforces else (name, value) for name, value in lines]
        origins = self.values(b"origin")
        self.first_origin = origins[0] if origins else None
        self.is_preflight = bool(
            scope["type"] == "http"
            and origins
            and self.values(b"access-control-request-method")
            and scope["method"] == "OPTIONS"
        )

    def values(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.lines if key == name]

    def value(self, name: bytes) -> bytes | None:
        """Return the value of all lines of this name; one that matches nothing if they disagree."""
        values = self.values(name)
        return None if not values else values[0] if len(set(values)) == 1 else b"a,b"

    def is_for_this_server(self) -> bool:
        hosts = self.values(b"host")
        name = re.fullmatch(rb"([a-z.]+)(:\d{1,5})?", hosts[0].lower()) if len(hosts) == 1 else None
        entries = [entry.encode() for entry in self.policy.hosts]
        return not entries or bool(name and name[1] in entries)

    def is_allowed(self, origin: bytes) -> bool:
        options = self.policy
        listed = origin.decode("latin-1") in options.allow_origins
        asked = options.allow_origin_func is not None and origin == LATER
        # A response cannot repeat what would end its line.
        by_star = options.allow_all_origins and not re.search(rb"[\0\r\n]", origin)
        return by_star or listed or asked

    def is_own(self, origin: bytes) -> bool:
        (host,) = self.values(b"host") if len(self.values(b"host")) == 1 else (b"",)
        own = re.fullmatch(rb"([a-z.]+)(?::(\d{1,5}))?", host.lower())
        its = re.fullmatch(rb"(https?)://([a-z.]+)(?::(\d{1,5}))?", origin.lower())
        if (
            not own
            or not its
            or (self.scope.get("scheme") in ("https", "wss") and its[1] == b"http")
        ):
            return False
        default = {b"http": b"80", b"https": b"443"}[its[1]]
        return own[1] == its[2] and (own[2] or default) == (its[3] or default)

    def rule(self) -> str:
        origin, site = self.value(b"origin"), self.value(b"sec-fetch-site")
        method = self.scope["method"] if self.scope["type"] == "http" else None
        if not self.is_for_this_server():
            return "host"
        if self.is_preflight:
            return "preflight"
        if origin is not None and origin != b"a,b" and self.is_allowed(origin):
            return "allowed-origin"
        if method is None:
            passes = "without-origin" if origin is None else "own-host"
            return passes if origin is None or self.is_own(origin) else "websocket"
        if origin is None and not site:
            return "without-origin"
        if site in (b"same-origin", b"none"):
            return "same-origin"
        if origin is None:
            mode, destination = self.value(b"sec-fetch-mode"), self.value(b"sec-fetch-dest")
            plugins = (b"object", b"embed", b"a,b")
            if method in ("GET", "HEAD") and mode == b"navigate" and destination not in plugins:
                return "navigation"
            return "cross-site-read" if method in SAFE else "cross-site-write"
        if not site and self.is_own(origin):
            return "own-host"
        return "origin-read" if method in SAFE else "origin-write"

    def modes(self) -> tuple[Any, ...]:
        """Return the modes that reject the request; `report` reports what `True` would reject."""
        return {
            "host": (False, "unsafe", True, "isolate"),
            "cross-site-write": ("unsafe", True, "isolate"),
            "origin-write": ("unsafe", True, "isolate"),
            "websocket": ("unsafe", True, "isolate"),
            "origin-read": (True, "isolate"),
            "cross-site-read": ("isolate",),
        }.get(self.rule(), ())


def without_enforcement(class_: Any, twin: Twin) -> tuple[list[Message], dict[str, Any]]:
    """Return what the same policy without enforcement sends, and what it counts."""
    policy = twin.policy.replace(enforce=False, hosts=())
    middleware = class_(Application(), policy=policy)
    messages = exchange(middleware, {**twin.scope, "headers": twin.lines})
    return messages, middleware.stats()


def vary_of(messages: list[Message]) -> set[bytes]:
    lines = [value for name, value in messages[0].get("headers", ()) if name == b"vary"]
    return {part.strip().lower() for value in lines for part in value.split(b",")}


def other_lines(messages: list[Message]) -> list[Line]:
    return sorted(tuple(line) for line in messages[0].get("headers", ()) if line[0] != b"vary")


@given(
    class_=st.sampled_from([CORSMiddleware, *CLASSES]),
    kind=st.sampled_from(["http", "http", "websocket"]),
    method=st.sampled_from(
        [*SAFE, "OPTIONS", "POST", "POST", "get", "", Text("POST"), Text("GET")]
    ),
    scheme=st.sampled_from([None, "http", "https"]),
    lines=LINES,
    shape=st.sampled_from(["list", *SHAPES]),
    scope_class=st.sampled_from(SCOPES),
    options=OPTIONS,
)
@example(  # CR differs from `-` in the bit in which lower-case letters differ from upper-case ones.
    class_=CORSMiddleware,
    kind="http",
    method="POST",
    scheme=None,
    lines=[(b"host", HOST), (b"origin", OTHER), (b"sec\rfetch\rsite", b"none")],
    shape="list",
    scope_class=dict,
    options={"allow_origins": (APP.decode(),), "enforce": True},
)
@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
def test_any_lines_are_decided_on_by_the_table(
    class_: Any,
    kind: str,
    method: str,
    scheme: str | None,
    lines: list[Line],
    shape: str,
    scope_class: Any,
    options: dict[str, Any],
) -> None:
    policy = Policy(**options)
    scope: Scope = scope_class(type=kind, path="/", extensions={RESPONSE: {}})
    if kind == "http":
        scope["method"] = method
    if scheme is not None:
        scope["scheme"] = scheme if kind == "http" else scheme.replace("http", "ws")
    twin = Twin(policy, scope, lines)
    rule, is_rejected = twin.rule(), policy.enforce in twin.modes()
    is_reported = policy.enforce == "report" and bool({True, "host"} & {*twin.modes(), rule})
    application = Application()
    middleware = class_(application, policy=policy)
    messages = exchange(middleware, scope_class({**scope, "headers": SHAPES[shape](lines)}))
    stats = middleware.stats()
    assert stats["enforcement"] == {
        name: int(name == rule and (is_rejected or is_reported)) for name in stats["enforcement"]
    }
    if is_rejected:
        assert application.scopes == []
        assert messages[0]["status"] == (421 if rule == "host" else 403)
        assert vary_of(messages) == {b"origin", *DEPENDS_ON.get(rule, ISOLATED[:1])}
        counted = (1, int(twin.first_origin is not None), int(twin.is_preflight))
        is_handshake = kind == "websocket"
        assert (stats["requests"], stats["cross_origin"], stats["preflights"]) == (
            (0, 0, 0) if is_handshake else counted
        )
        origins = [
            value for name, value in messages[0]["headers"] if name.endswith(b"allow-origin")
        ]
        allowed = twin.value(b"origin")
        assert not origins or (allowed is not None and twin.is_allowed(allowed))
        return
    assert len(application.scopes) == (not twin.is_preflight)
    plain, counts = without_enforcement(class_, twin)
    assert messages[0].get("status") == plain[0].get("status")
    assert other_lines(messages) == other_lines(plain)
    assert (*messages[1:],) == (*plain[1:],)
    isolates = policy.enforce == "isolate" and kind == "http" and not twin.is_preflight
    assert vary_of(messages) == {*vary_of(plain), *(ISOLATED if isolates else ())}
    for name in ("requests", "cross_origin", "preflights", "rejected"):
        assert stats[name] == counts[name], name
