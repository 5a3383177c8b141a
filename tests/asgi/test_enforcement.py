"""What a policy says of a request is what the middleware does, whatever a subclass overrides."""

from __future__ import annotations

import asyncio
import itertools
import logging
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from fastcors import CORSMiddleware, Policy
from fastcors._log import enforcement, limit
from fastcors.decision import RULES
from tests.exchange import Message, Scope, never, responding, run
from tests.policy.test_enforcement import APP, HANDSHAKES, HOST, MODES, OTHER, POLICY, REQUESTS

NAMES = {
    "origin": b"origin",
    "host": b"host",
    "sec_fetch_site": b"sec-fetch-site",
    "sec_fetch_mode": b"sec-fetch-mode",
    "sec_fetch_dest": b"sec-fetch-dest",
}
RESPONSE = "websocket.http.response"


class Asking(CORSMiddleware):
    """Decides on origins by itself, as the policy does."""

    asked: list[str]

    def is_allowed_origin(self, origin: str) -> bool:
        self.__dict__.setdefault("asked", []).append(origin)
        return super().is_allowed_origin(origin)


class Awaiting(CORSMiddleware):
    asked: list[str]

    async def is_allowed_origin(self, origin: str) -> bool:
        self.__dict__.setdefault("asked", []).append(origin)
        await asyncio.sleep(0)
        return super().is_allowed_origin(origin)


class Calling(CORSMiddleware):
    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        await super().__call__(scope, receive, send)


class Sending(CORSMiddleware):
    async def send(self, message: Message, send: Any, request_headers: Headers) -> None:
        await super().send(message, send, request_headers)


class AskingAndSending(Sending):
    asked: list[str]

    async def is_allowed_origin(self, origin: str) -> bool:
        self.__dict__.setdefault("asked", []).append(origin)
        return super().is_allowed_origin(origin)


CLASSES = [CORSMiddleware, Asking, Awaiting, Calling, Sending, AskingAndSending]
ASKED = [Asking, Awaiting, AskingAndSending]
OVERRIDES = pytest.mark.parametrize("class_", CLASSES)
ROWS = [("http", *row) for row in REQUESTS] + [("websocket", *row) for row in HANDSHAKES]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")


class Application:
    """Counts its calls, and sends a response or accepts a WebSocket."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        if scope["type"] == "http":
            await responding(headers=())(scope, receive, send)
        elif scope["type"] == "websocket":
            assert (await receive())["type"] == "websocket.connect"
            await send({"type": "websocket.accept"})


def scope_of(kind: str, request: dict[str, Any], **items: Any) -> Scope:
    lines = [
        (NAMES[name], value.encode("latin-1"))
        for name, value in request.items()
        if name in NAMES and value is not None
    ]
    scope: Scope = {"type": kind, "path": "/", "headers": lines, **items}
    if kind == "http":
        scope["method"] = request["method"]
    scheme = request.get("scheme")
    if scheme is not None:
        scope["scheme"] = scheme if kind == "http" else scheme.replace("http", "ws")
    return scope


def exchange(app: Any, scope: Scope) -> list[Message]:
    """Return what is sent to the server, in an event loop."""
    messages: list[Message] = []
    events = iter([{"type": "websocket.connect"}] if scope["type"] == "websocket" else [])

    async def receive() -> Message:
        return next(events)

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        messages.append(message)

    asyncio.run(app(scope, receive, send))
    # A handshake gets its response when the server has said that there is one.
    assert list(events) == []
    return messages


@OVERRIDES
@pytest.mark.parametrize("mode", MODES)
@each_row
def test_each_row_of_the_table_is_what_is_sent(class_: Any, mode: Any, row: Any) -> None:
    kind, request, _, _, _ = row
    request = {"host": HOST, **request}
    policy = POLICY.replace(enforce=mode)
    ask = policy.request if kind == "http" else policy.websocket
    decision = ask(**request)
    application = Application()
    middleware = class_(application, policy=policy)
    messages = exchange(middleware, scope_of(kind, request, extensions={RESPONSE: {}}))
    if decision.status is None:
        assert len(application.scopes) == 1
        if kind == "http":
            assert [tuple(line) for line in messages[0]["headers"]] == decision.headers
            assert messages[0]["status"] == 200
        else:
            assert messages == [{"type": "websocket.accept"}]
    else:
        assert application.scopes == []
        prefix = "http.response" if kind == "http" else RESPONSE
        start, body = messages
        # A subclass is not asked about a request that is for another host.
        lines = decision.headers[:3] if class_ in ASKED else decision.headers
        assert start == {
            "type": f"{prefix}.start",
            "status": decision.status,
            "headers": lines,
        }
        assert body == {"type": f"{prefix}.body", "body": decision.body}
    counted = dict.fromkeys(RULES, 0)
    text = str(decision)
    if decision.status is not None or text.startswith("reported"):
        counted[re.findall("^  ([a-z-]+): ", text, re.MULTILINE)[0]] += 1
    stats = middleware.stats()
    assert stats["enforcement"] == counted
    assert stats["requests"] == (kind == "http")
    assert stats["cross_origin"] == (kind == "http" and "origin" in request)


@OVERRIDES
def test_a_server_without_responses_to_handshakes_closes_them(class_: Any) -> None:
    without: tuple[dict[str, Any], ...] = ({}, {"extensions": {}}, {"extensions": None})
    for extensions in without:
        application = Application()
        middleware = class_(application, policy=POLICY)
        scope = scope_of("websocket", {"origin": OTHER, "host": HOST}, **extensions)
        assert exchange(middleware, scope) == [
            {
                "type": "websocket.close",
                "code": 1008,
                "reason": "Forbidden: the Origin is not allowed to open a WebSocket",
            }
        ]
        assert application.scopes == []


def test_a_handshake_that_the_client_has_given_up_gets_no_response() -> None:
    async def receive() -> Message:
        return {"type": "websocket.disconnect", "code": 1006}

    middleware = CORSMiddleware(Application(), policy=POLICY)
    scope = scope_of("websocket", {"origin": OTHER, "host": HOST})
    run(middleware(scope, receive, never))


@OVERRIDES
@pytest.mark.parametrize("enforce", [False, True])
def test_other_scopes_pass_untouched(class_: Any, enforce: bool) -> None:
    application = Application()
    middleware = class_(application, allow_origins=[APP], enforce=enforce, hosts=[HOST])
    scope: Scope = {"type": "lifespan"}
    exchange(middleware, scope)
    assert application.scopes == [scope]
    assert application.scopes[0] is scope


@OVERRIDES
def test_without_enforcement_a_handshake_passes_untouched(class_: Any) -> None:
    application = Application()
    middleware = class_(application, allow_origins=[APP])
    scope: Scope = {"type": "websocket", "headers": [(b"origin", b"https://evil.example")]}
    exchange(middleware, scope)
    assert application.scopes[0] is scope


@OVERRIDES
def test_cors_responds_to_preflights_and_only_for_the_servers_own_hosts(class_: Any) -> None:
    lines = [(b"access-control-request-method", b"GET")]
    for origin, host, status in (
        (APP, HOST, 200),
        (OTHER, HOST, 400),
        (APP, "evil.example", 421),
        (OTHER, "evil.example", 421),
    ):
        middleware = class_(Application(), policy=POLICY)
        scope = scope_of("http", {"method": "OPTIONS", "origin": origin, "host": host})
        scope["headers"] += lines
        assert exchange(middleware, scope)[0]["status"] == status
        stats = middleware.stats()
        assert (stats["requests"], stats["preflights"]) == (1, 1)
        assert stats["enforcement"]["host"] == (status == 421)
        assert stats["rejected"]["origin"] == (status == 400)


@pytest.mark.parametrize("class_", ASKED)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_subclass_is_asked_once_before_the_application_runs(class_: Any, kind: str) -> None:
    class Deciding(class_):  # type: ignore[misc]
        async def is_allowed_origin(self, origin: str) -> bool:
            allowed = super().is_allowed_origin(origin)
            if hasattr(allowed, "__await__"):
                allowed = await allowed
            assert self.app.scopes == []
            return allowed or origin == "https://tenant.example"

    for origin, passes in ((APP, True), (OTHER, False), ("https://tenant.example", True)):
        application = Application()
        middleware = Deciding(application, policy=POLICY)
        scope = scope_of(kind, {"method": "POST", "origin": origin, "host": HOST})
        messages = exchange(middleware, scope)
        assert middleware.asked == [origin]
        assert bool(application.scopes) == passes
        if kind == "http" and passes:
            assert (b"access-control-allow-origin", origin.encode()) in messages[0]["headers"]


@pytest.mark.parametrize("class_", ASKED)
def test_a_subclass_is_not_asked_about_what_is_rejected_without(class_: Any) -> None:
    for origin, host in ((APP, "evil.example"), ("https://a\r\nb", HOST)):
        middleware = class_(Application(), policy=POLICY)
        scope = scope_of("http", {"method": "POST", "origin": origin, "host": host})
        assert exchange(middleware, scope)[0]["status"] in (403, 421)
        assert "asked" not in vars(middleware)


@pytest.mark.parametrize("class_", ASKED)
def test_a_subclass_is_not_asked_where_every_origin_is_allowed(class_: Any) -> None:
    middleware = class_(Application(), allow_origins=["*"], hosts=[HOST])
    scope = scope_of("http", {"method": "POST", "origin": OTHER, "host": HOST})
    assert exchange(middleware, scope)[0]["status"] == 200
    assert "asked" not in vars(middleware)


def test_an_override_that_raises_rejects_by_its_exception() -> None:
    class Failing(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            raise LookupError(origin)

    application = Application()
    middleware = Failing(application, policy=POLICY)
    scope = scope_of("websocket", {"origin": OTHER, "host": HOST})
    with pytest.raises(LookupError):
        exchange(middleware, scope)
    assert application.scopes == []


@OVERRIDES
def test_several_host_lines_are_rejected_even_if_they_are_equal(class_: Any) -> None:
    for lines in itertools.product([HOST, "evil.example"], repeat=2):
        application = Application()
        middleware = class_(application, policy=POLICY)
        scope = scope_of("http", {"method": "GET"})
        scope["headers"] = [(b"host", line.encode()) for line in lines]
        assert exchange(middleware, scope)[0]["status"] == 421
        assert application.scopes == []


SITE = b"sec-fetch-site"
# Values of lines of one name that disagree, beside the other headers, and whether `True` rejects.
DISAGREEING = [
    (b"origin", [APP, OTHER], []),
    (b"origin", [OTHER, APP], []),
    (b"origin", [f"https://{HOST}", OTHER], []),
    (b"origin", ["", APP], []),
    (b"origin", [APP, OTHER, APP], []),
    (SITE, ["same-origin", "cross-site"], []),
    (SITE, ["none", "same-origin"], []),
    (SITE, ["same-origin", "cross-site"], [(b"origin", OTHER.encode())]),
]


@OVERRIDES
@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(("name", "values", "others"), DISAGREEING)
def test_lines_of_one_name_that_disagree_allow_nothing(
    class_: Any, kind: str, name: bytes, values: list[str], others: Any
) -> None:
    if kind == "websocket" and not others and name == SITE:
        pytest.skip("a handshake without an Origin passes")
    for shape in (list, iter):
        application = Application()
        middleware = class_(application, policy=POLICY)
        scope = scope_of(kind, {"method": "POST", "host": HOST}, extensions={RESPONSE: {}})
        lines = [(name, value.encode()) for value in values]
        scope["headers"] = shape([*scope["headers"], *lines, *others])
        assert exchange(middleware, scope)[0]["status"] == 403
        assert application.scopes == []


@OVERRIDES
@pytest.mark.parametrize("name", [b"origin", b"Origin"])
def test_lines_of_one_name_that_agree_count_as_one(class_: Any, name: bytes) -> None:
    application = Application()
    scope = scope_of("http", {"method": "POST", "host": HOST, "origin": APP})
    scope["headers"] += [(name, APP.encode())]
    exchange(class_(application, policy=POLICY), scope)
    assert len(application.scopes) == 1


@OVERRIDES
def test_what_passes_with_several_origins_has_the_headers_of_the_first_as_without_enforcement(
    class_: Any,
) -> None:
    policy = POLICY.replace(enforce="unsafe", hosts=())
    scope = scope_of("http", {"method": "GET", "host": HOST, "origin": APP})
    scope["headers"] += [(b"origin", OTHER.encode())]
    (start, _) = exchange(class_(Application(), policy=policy), scope)
    expected, _ = exchange(class_(Application(), policy=policy.replace(enforce=False)), scope)
    assert start == expected


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (b"sec-fetch-mode", ["navigate", "no-cors"]),
        (b"sec-fetch-dest", ["document", "object"]),
    ],
)
def test_a_navigation_that_contradicts_itself_is_none(name: bytes, values: list[str]) -> None:
    request = {"method": "GET", "host": HOST, "sec_fetch_site": "cross-site"}
    request |= {"sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    for several in (values, values[::-1], values[:1]):
        application = Application()
        middleware = CORSMiddleware(application, policy=POLICY.replace(enforce="isolate"))
        scope = scope_of("http", request)
        lines = [(name, value.encode()) for value in several]
        scope["headers"] = [line for line in scope["headers"] if line[0] != name] + lines
        exchange(middleware, scope)
        assert bool(application.scopes) == (len(several) == 1)


def test_a_line_shows_the_origins_that_disagree(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "fastcors")
    scope = scope_of("http", {"method": "POST", "host": HOST, "origin": APP})
    scope["headers"] += [(b"origin", OTHER.encode())]
    exchange(CORSMiddleware(Application(), policy=POLICY), scope)
    (line,) = lines(caplog)
    assert f"POST from {APP},{OTHER} for /" in line
    assert "no browser sends several origins at once" in line


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize(
    "options", [{"allow_origins": ["*"]}, {"allow_origin_regex": r"https://\S+"}], ids=list
)
def test_a_line_shows_them_even_if_the_policy_matches_them_all_together(
    options: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "fastcors")
    scope = scope_of("http", {"method": "POST", "host": HOST, "origin": APP})
    scope["headers"] += [(b"origin", OTHER.encode())]
    exchange(CORSMiddleware(Application(), enforce=True, **options), scope)
    (line,) = lines(caplog)
    several = f"{APP},{OTHER} is not allowed; no browser sends several origins at once"
    assert f"origin-write: {several}; it is not this server's own origin either" in line


@OVERRIDES
@pytest.mark.parametrize("origin", [None, APP])
@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (None, "Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"),
        (b"Accept", "Accept, Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"),
        (b"sec-fetch-site", "sec-fetch-site, Origin, Sec-Fetch-Mode, Sec-Fetch-Dest"),
        (b"*", "*"),
    ],
)
def test_with_isolation_a_cache_keeps_apart_what_pages_of_other_sites_do_not_get(
    class_: Any, origin: str | None, theirs: bytes | None, expected: str
) -> None:
    scope = scope_of("http", {"method": "GET", "host": HOST, "origin": origin})
    headers = [] if theirs is None else [(b"vary", theirs)]
    for enforce in (True, "isolate"):
        policy = POLICY.replace(enforce=enforce)
        start, _ = exchange(class_(responding(headers), policy=policy), scope)
        (vary,) = (value for name, value in start["headers"] if name == b"vary")
        isolated = expected == "*" or b"Sec-Fetch-Dest" in vary
        assert isolated == (enforce == "isolate" or expected == "*")
    assert vary.decode() == expected


@OVERRIDES
@pytest.mark.parametrize("change", [bytes.title, bytes.upper], ids=["title", "upper"])
def test_a_preflight_is_one_whatever_the_case_of_its_header_names(class_: Any, change: Any) -> None:
    for origin, status in ((APP, 200), (OTHER, 400)):
        application = Application()
        scope = scope_of("http", {"method": "OPTIONS", "origin": origin, "host": HOST})
        scope["headers"] += [
            (b"access-control-request-method", b"GET"),
            (b"access-control-request-headers", b"accept"),
        ]
        scope["headers"] = [(change(name), value) for name, value in scope["headers"]]
        start, _ = exchange(class_(application, policy=POLICY), scope)
        assert start["status"] == status
        assert application.scopes == []


@OVERRIDES
@pytest.mark.parametrize("passes", [True, False])
@pytest.mark.parametrize(
    "shape",
    [
        tuple,
        iter,
        lambda lines: (line for line in lines),
        lambda lines: [list(line) for line in lines],
        lambda lines: [(bytearray(name), bytearray(value)) for name, value in lines],
        lambda lines: dict(lines).items(),
    ],
    ids=["tuple", "iterator", "generator", "lists", "bytearrays", "items"],
)
def test_headers_of_any_shape_are_read_and_reach_the_application(
    class_: Any, shape: Any, passes: bool
) -> None:
    application = Application()
    middleware = class_(application, policy=POLICY)
    request = {"method": "POST", "origin": APP if passes else OTHER, "host": HOST}
    scope = scope_of("http", request)
    lines = scope["headers"]
    scope["headers"] = shape(lines)
    messages = exchange(middleware, scope)
    assert messages[0]["status"] == (200 if passes else 403)
    if passes:
        read = [(bytes(name), bytes(value)) for name, value in application.scopes[0]["headers"]]
        assert read == lines


def test_a_scope_that_is_no_request_raises_and_does_not_pass() -> None:
    broken: list[Scope] = [
        {"type": "http", "method": "POST"},
        {"type": "http", "headers": [(b"origin", b"https://evil.example")]},
        {"type": "websocket"},
        {"type": "http", "method": "POST", "headers": [(b"origin", 5)]},
        {"type": "http", "method": "POST", "headers": [("origin", "https://evil.example")]},
        {"headers": []},
    ]
    for scope in broken:
        application = Application()
        middleware = CORSMiddleware(application, allow_origins=[APP], enforce=True)
        with pytest.raises((KeyError, TypeError)):
            exchange(middleware, scope)
        assert application.scopes == []


def test_a_method_that_is_no_plain_string_is_unsafe_unless_it_equals_a_safe_one() -> None:
    class Text(str):
        __slots__ = ()

    for method, status in ((Text("GET"), 200), (Text("POST"), 403), (5, 403), ("\ud800", 403)):
        middleware = CORSMiddleware(Application(), allow_origins=[APP], enforce="unsafe")
        scope = scope_of("http", {"method": method, "origin": OTHER})
        assert exchange(middleware, scope)[0]["status"] == status


def test_each_rejection_is_made_of_new_objects() -> None:
    middleware = CORSMiddleware(Application(), policy=POLICY)
    scope = scope_of("http", {"method": "POST", "origin": OTHER, "host": HOST})
    first, second = exchange(middleware, scope), exchange(middleware, scope)
    assert first == second
    first[0]["headers"].clear()
    first[0].clear()
    assert exchange(middleware, scope) == second


def test_a_live_list_decides_as_it_is_now() -> None:
    origins: list[str] = [APP]
    middleware = CORSMiddleware(Application(), allow_origins=origins, enforce=True)
    scope = scope_of("websocket", {"origin": OTHER, "host": HOST}, extensions={RESPONSE: {}})
    assert exchange(middleware, scope)[0]["type"] == f"{RESPONSE}.start"
    origins.append(OTHER)
    assert exchange(middleware, scope)[0]["type"] == "websocket.accept"
    origins.clear()
    assert exchange(middleware, scope)[0]["type"] == f"{RESPONSE}.start"


@OVERRIDES
@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("make", [list, set])
def test_an_origin_whose_place_another_takes_is_rejected_at_once(
    class_: Any, kind: str, make: Any
) -> None:
    origins = make([APP])
    application = Application()
    middleware = class_(application, allow_origins=origins, enforce=True)
    request = {"method": "POST", "origin": APP, "host": HOST}
    scope = scope_of(kind, request, extensions={RESPONSE: {}})
    exchange(middleware, scope)
    assert len(application.scopes) == 1
    origins.clear()
    (origins.append if make is list else origins.add)(OTHER)
    assert exchange(middleware, scope)[0]["status"] == 403
    assert len(application.scopes) == 1


def test_the_response_has_the_lines_of_a_live_list_as_it_is_now() -> None:
    origins = ["https://app.example"]
    middleware = CORSMiddleware(Application(), allow_origins=origins, enforce="unsafe")
    scope = scope_of("http", {"method": "GET", "origin": OTHER, "host": HOST})
    vary = [(b"vary", b"Origin")]
    allowed = (b"access-control-allow-origin", OTHER.encode())
    assert [tuple(line) for line in exchange(middleware, scope)[0]["headers"]] == vary
    origins.append(OTHER)
    lines = [tuple(line) for line in exchange(middleware, scope)[0]["headers"]]
    assert sorted(lines) == [allowed, *vary]
    origins.clear()
    assert [tuple(line) for line in exchange(middleware, scope)[0]["headers"]] == vary
    assert middleware.stats()["cross_origin"] == 3


def test_enforcement_can_be_assigned_and_taken_back() -> None:
    middleware = CORSMiddleware(Application(), allow_origins=[APP])
    scope = scope_of("http", {"method": "POST", "origin": OTHER, "host": HOST})
    assert exchange(middleware, scope)[0]["status"] == 200
    middleware.enforce = True
    assert exchange(middleware, scope)[0]["status"] == 403
    middleware.hosts = ["other.example"]
    assert exchange(middleware, scope)[0]["status"] == 421
    middleware.reconfigure(enforce=False, hosts=())
    assert exchange(middleware, scope)[0]["status"] == 200
    assert middleware.enforce is False
    assert not middleware.hosts


# The log


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the time that the log goes by, in a list."""
    now = [1_000.0]
    monkeypatch.setattr(limit, "monotonic", lambda: now[0])
    monkeypatch.setattr(enforcement, "_limit", limit.Limit())
    return now


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was written since the last call."""
    found = [f"{record.levelname}: {record.message}" for record in caplog.records]
    caplog.clear()
    return found


def ask(middleware: CORSMiddleware, **request: Any) -> None:
    exchange(middleware, scope_of("http", {"method": "POST", "host": HOST, **request}))


def test_a_report_is_a_warning_once_for_each_origin_and_minute(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = CORSMiddleware(Application(), policy=POLICY.replace(enforce="report"))
    ask(middleware, origin=OTHER)
    (line,) = lines(caplog)
    (denial,) = POLICY.request(method="POST", host=HOST, origin=OTHER).denials
    assert line == (
        f"WARNING: enforce=True would reject POST from {OTHER} for / with status 403 | {denial} "
        "(https://fastcors.github.io/fastcors/enforcement/#the-rules)"
    )
    clock[0] += 59
    ask(middleware, origin=OTHER)
    assert lines(caplog) == []
    ask(middleware, origin="https://third.example")
    assert len(lines(caplog)) == 1
    clock[0] += 1
    ask(middleware, origin=OTHER)
    assert len(lines(caplog)) == 1
    ask(middleware, origin=OTHER)
    assert lines(caplog) == []
    assert middleware.stats()["enforcement"]["origin-write"] == 5


def test_without_an_origin_the_host_or_the_rule_stands_for_it(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = CORSMiddleware(Application(), policy=POLICY.replace(enforce="report"))
    for _ in range(2):
        ask(middleware, host="a.example")
        ask(middleware, host="b.example")
        ask(middleware, host=None)
        ask(middleware, sec_fetch_site="cross-site")
    assert len(lines(caplog)) == 4


def test_made_up_origins_fill_neither_the_log_nor_the_memory(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = CORSMiddleware(Application(), policy=POLICY.replace(enforce="report"))
    for number in range(300):
        ask(middleware, origin=f"https://{number}.example")
        ask(middleware, origin="https://" + "x" * 5_000 + str(number))
    assert len(lines(caplog)) == len(enforcement._limit._reported) == 100
    assert max(map(len, enforcement._limit._reported)) <= 300
    clock[0] += 60
    for number in range(300):
        ask(middleware, origin=f"https://{number}.example")
    assert len(lines(caplog)) == len(enforcement._limit._reported) == 100


@pytest.mark.parametrize("class_", [CORSMiddleware, Sending])
def test_what_is_rejected_is_a_line_at_level_debug_each_time(
    class_: Any, caplog: pytest.LogCaptureFixture
) -> None:
    middleware = class_(Application(), policy=POLICY)
    ask(middleware, origin=OTHER)
    assert lines(caplog) == []
    caplog.set_level(logging.DEBUG, "fastcors")
    for _ in range(2):
        ask(middleware, origin=OTHER)
    exchange(middleware, scope_of("websocket", {"origin": OTHER, "host": "x\r\ny"}))
    first, second, third = lines(caplog)
    assert first == second
    assert first.startswith(
        f"DEBUG: rejected POST from {OTHER} for / with status 403 | origin-write"
    )
    assert third.startswith(
        f"DEBUG: rejected a WebSocket handshake from {OTHER} for / with status 421 | host: the Host "
        r"'x\r\ny' is not a host"
    )


def test_a_line_names_the_method_of_a_subclass_that_decided(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "fastcors")
    ask(Awaiting(Application(), policy=POLICY), origin=OTHER)
    (line,) = lines(caplog)
    assert line.endswith(
        f"origin-write: {OTHER} is not allowed by Awaiting.is_allowed_origin; to allow this origin: "
        "return True for it there"
    )


def test_a_line_says_that_there_were_several_hosts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "fastcors")
    middleware = CORSMiddleware(Application(), policy=POLICY)
    scope = scope_of("http", {"method": "GET"})
    scope["headers"] = [(b"host", HOST.encode())] * 2
    exchange(middleware, scope)
    (line,) = lines(caplog)
    assert "there are several Host headers" in line


def test_a_filter_that_raises_lets_no_request_through(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(record: logging.LogRecord) -> bool:
        raise RuntimeError(record.msg)

    caplog.set_level(logging.DEBUG, "fastcors")
    logger = logging.getLogger("fastcors")
    logger.addFilter(failing)
    application = Application()
    try:
        ask(CORSMiddleware(application, policy=POLICY), origin=OTHER)
    finally:
        logger.removeFilter(failing)
    assert application.scopes == []
    assert "RuntimeError" in capsys.readouterr().err


def test_a_policy_of_many_origins_is_not_searched_for_a_line(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    policy = Policy(
        allow_origins=[f"https://{number}.example.com" for number in range(10_001)],
        enforce="report",
    )
    ask(CORSMiddleware(Application(), policy=policy), origin="https://x.example.com")
    (line,) = lines(caplog)
    assert "middleware.policy.actual(origin=...) names the closest" in line


@OVERRIDES
@pytest.mark.parametrize("change", [bytes.title, bytes.upper], ids=["title", "upper"])
@each_row
def test_the_case_of_header_names_does_not_count(class_: Any, change: Any, row: Any) -> None:
    # hypercorn hands them on as the client wrote them, with `h11_pass_raw_headers`.
    kind, request, _, _, _ = row
    request = {"host": HOST, **request}
    policy = POLICY.replace(enforce="isolate")
    ask = policy.request if kind == "http" else policy.websocket
    status = ask(**request).status
    for shape in (list, tuple, iter):
        scope = scope_of(kind, request, extensions={RESPONSE: {}})
        scope["headers"] = shape([(change(name), value) for name, value in scope["headers"]])
        application = Application()
        messages = exchange(class_(application, policy=policy), scope)
        assert messages[0].get("status", 200) == (status or 200)
        assert bool(application.scopes) == (status is None)


@OVERRIDES
def test_a_second_host_line_counts_in_any_case(class_: Any) -> None:
    for names in itertools.product([b"host", b"Host", b"HOST"], repeat=2):
        application = Application()
        middleware = class_(application, policy=POLICY)
        scope = scope_of("http", {"method": "GET"})
        scope["headers"] = [(name, HOST.encode()) for name in names]
        assert exchange(middleware, scope)[0]["status"] == 421
        assert application.scopes == []


def parts(*likely: str) -> st.SearchStrategy[str | None]:
    """Return a strategy for a header: likely values, some of them changed, and any other."""
    character = st.characters(max_codepoint=255)
    value = st.sampled_from(likely)
    changed = st.one_of(
        value.map(str.upper),
        value.map(str.title),
        st.builds("{}{}".format, value, st.text(character, max_size=3)),
        st.builds("{}{}".format, st.text(character, max_size=2), value),
        st.text(character, max_size=8),
    )
    return st.one_of(st.none(), value, value, changed)


HOSTS = (
    HOST,
    "evil.example",
    "a.internal",
    "[::1]:8000",
    f"{HOST}:443",
    f"{HOST}.",
    "localhost:080",
)
ORIGINS = (APP, OTHER, "null", f"https://{HOST}", f"http://{HOST}", "http://[::1]:8000")
REQUEST = st.fixed_dictionaries(
    {
        "method": st.sampled_from(
            ["GET", "HEAD", "OPTIONS", "POST", "QUERY", "get", "CONNECT", ""]
        ),
        "origin": parts(*ORIGINS),
        "host": parts(*HOSTS),
        "sec_fetch_site": parts("same-origin", "none", "same-site", "cross-site"),
        "sec_fetch_mode": parts("navigate", "cors", "no-cors"),
        "sec_fetch_dest": parts("document", "object", "embed", "empty"),
        "scheme": st.sampled_from(["http", "https"]),
    }
)


@given(
    class_=st.sampled_from(CLASSES),
    kind=st.sampled_from(["http", "websocket"]),
    request_=REQUEST,
    options=st.fixed_dictionaries(
        {
            "enforce": st.sampled_from(MODES),
            "hosts": st.sampled_from([(), (HOST,), ("*.internal", "localhost", "[::1]")]),
            "allow_origins": st.sampled_from([(), (APP,), ("https://*.example.com",), ("*",)]),
            "allow_credentials": st.booleans(),
        }
    ),
)
@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
def test_what_a_policy_says_of_any_request_is_what_is_done(
    class_: Any, kind: str, request_: dict[str, Any], options: dict[str, Any]
) -> None:
    policy = Policy(**options)
    if kind == "http":
        decision = policy.request(**request_)
    else:
        decision = policy.websocket(
            **{name: request_[name] for name in ("origin", "host", "scheme")}
        )
    application = Application()
    middleware = class_(application, policy=policy)
    messages = exchange(middleware, scope_of(kind, request_, extensions={RESPONSE: {}}))
    assert bool(application.scopes) == (decision.status is None)
    assert messages[0].get("status") == (decision.status or (200 if kind == "http" else None))
    text = str(decision)
    assert text.startswith("rejected") == (decision.status is not None)
    rejects = decision.status is not None or text.startswith("reported")
    assert sum(middleware.stats()["enforcement"].values()) == rejects
    if decision.status is not None:
        assert messages[1]["body"] == decision.body
    if kind == "http":
        lines = [tuple(line) for line in messages[0]["headers"]]
        if decision.status is not None and class_ in ASKED and not policy.allow_all_origins:
            # A subclass is not asked about a request that is for another host.
            assert lines == decision.headers[:3]
        else:
            assert sorted(lines) == sorted(decision.headers)
        if not policy.actual(origin=request_["origin"]).allowed:
            assert b"access-control-allow-origin" not in dict(lines)
