"""Rejections are counted and can be read in the log, by compiled code and by subclasses alike."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import Response

from fastcors import CORSMiddleware, Policy
from fastcors.decision import RULES, Decision
from tests.exchange import ORIGIN, Scope, actual, preflight, receive, responding, run, sent

UNTRUSTED = "https://evil.example"
OPTIONS: dict[str, Any] = {"allow_origins": [ORIGIN], "allow_headers": ["X-Token"]}
NOTHING = {"origin": 0, "method": 0, "headers": 0, "private-network": 0}
NO_RULE = dict.fromkeys(RULES, 0)
NO_FUNCTION = dict.fromkeys(("asked", "allowed", "rejected", "raised", "timed_out", "not_bool"), 0)


class Asking(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin)


class Awaiting(CORSMiddleware):
    async def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin)


class Preflighting(CORSMiddleware):
    def preflight_response(self, request_headers: Headers) -> Response:
        return super().preflight_response(request_headers=request_headers)


CLASSES = pytest.mark.parametrize("middleware_class", [CORSMiddleware, Asking, Awaiting])


@CLASSES
def test_each_counter_counts_what_its_name_says(middleware_class: type[CORSMiddleware]) -> None:
    middleware = middleware_class(responding(), **OPTIONS)
    expected: dict[str, Any] = {"requests": 0, "cross_origin": 0, "preflights": 0}
    rejected = dict(NOTHING)
    steps: list[tuple[Scope, list[str]]] = [
        (actual(None), []),
        (actual(ORIGIN), ["cross_origin"]),
        (actual(UNTRUSTED), ["cross_origin", "origin"]),
        (actual(ORIGIN, "OPTIONS"), ["cross_origin"]),
        (preflight(None), []),
        (preflight(), ["cross_origin", "preflights"]),
        (preflight(UNTRUSTED), ["cross_origin", "preflights", "origin"]),
        (preflight(method="PUT"), ["cross_origin", "preflights", "method"]),
        (preflight(headers="x-other"), ["cross_origin", "preflights", "headers"]),
        (preflight(private_network="true"), ["cross_origin", "preflights", "private-network"]),
        (
            preflight(UNTRUSTED, "PUT", "x-other", "true"),
            ["cross_origin", "preflights", *NOTHING],
        ),
    ]
    assert middleware.stats() == {
        **expected,
        "rejected": rejected,
        "enforcement": NO_RULE,
        "allow_origin_func": NO_FUNCTION,
        "paths": {},
    }
    for scope, counters in steps:
        sent(middleware, scope)
        for counter in ("requests", *counters):
            where = expected if counter in expected else rejected
            where[counter] += 1
        assert middleware.stats() == {
            **expected,
            "rejected": rejected,
            "enforcement": NO_RULE,
            "allow_origin_func": NO_FUNCTION,
            "paths": {},
        }, scope


@CLASSES
def test_only_http_is_counted(middleware_class: type[CORSMiddleware]) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        pass

    middleware = middleware_class(app, **OPTIONS)
    for kind in ("websocket", "lifespan"):
        run(middleware({**actual(UNTRUSTED), "type": kind}, receive, receive))  # type: ignore[arg-type]
    assert middleware.stats()["requests"] == 0


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize("credentials", [False, True])
@CLASSES
def test_where_every_origin_is_allowed_none_is_rejected(
    middleware_class: type[CORSMiddleware], credentials: bool
) -> None:
    middleware = middleware_class(responding(), allow_origins=["*"], allow_credentials=credentials)
    sent(middleware, actual(UNTRUSTED))
    assert middleware.stats()["rejected"] == NOTHING


def test_what_stats_gives_is_new_each_time_and_changes_nothing() -> None:
    middleware = CORSMiddleware(responding(), **OPTIONS)
    stats = middleware.stats()
    stats["rejected"]["origin"] = 7
    assert middleware.stats()["rejected"] == NOTHING


def test_counting_goes_on_when_the_policy_changes() -> None:
    middleware = CORSMiddleware(responding(), **OPTIONS)
    sent(middleware, actual(UNTRUSTED))
    middleware.reconfigure(allow_origins=[UNTRUSTED])
    sent(middleware, actual(UNTRUSTED))
    assert middleware.stats() == {
        "requests": 2,
        "cross_origin": 2,
        "preflights": 0,
        "rejected": {**NOTHING, "origin": 1},
        "enforcement": NO_RULE,
        "allow_origin_func": NO_FUNCTION,
        "paths": {},
    }


def test_methods_called_from_outside_count_nothing() -> None:
    from starlette.datastructures import Headers

    middleware = Asking(responding(), **OPTIONS)
    headers = {"origin": UNTRUSTED, "access-control-request-method": "PUT"}
    assert middleware.preflight_response(Headers(headers)).status_code == 400
    assert middleware.stats()["requests"] == 0
    assert middleware.stats()["rejected"] == NOTHING


POLICY = Policy(**OPTIONS)
MANY = [f"x-{number}" for number in range(1000)]


def at(path: object, scope: Scope) -> Scope:
    return {**scope, "path": path}


def without_path(scope: Scope) -> Scope:
    return {key: value for key, value in scope.items() if key != "path"}


# The scope, how its line begins, and the decision whose denials the line ends with.
LINES: list[tuple[Scope, str, Decision]] = [
    (
        at("/items/1", actual(UNTRUSTED)),
        "rejected an actual request for /items/1 from https://evil.example",
        POLICY.actual(origin=UNTRUSTED),
    ),
    (actual(""), "rejected an actual request for / from ''", POLICY.actual(origin="")),
    (
        preflight(UNTRUSTED, "PUT", "x-token, x-other", "true"),
        "rejected a preflight for / from https://evil.example",
        POLICY.preflight(origin=UNTRUSTED, method="PUT", headers=["x-other"], private_network=True),
    ),
    (
        preflight(method="get", headers="x-token"),
        "rejected a preflight for / from https://app.example.com",
        POLICY.preflight(origin=ORIGIN, method="get"),
    ),
    # The header lines of a preflight do not make one of a GET.
    (
        {**preflight(UNTRUSTED, "PUT", "x-other", "true"), "method": "GET"},
        "rejected an actual request for / from https://evil.example",
        POLICY.actual(origin=UNTRUSTED),
    ),
    (
        actual("https://evil\r\nWARNING fake\x1b[31m\x85\xa0\x7f"),
        "rejected an actual request for / from "
        r"'https://evil\r\nWARNING fake\x1b[31m\x85\xa0\x7f'",
        POLICY.actual(origin="https://evil\r\nWARNING fake\x1b[31m\x85\xa0\x7f"),
    ),
    (
        preflight(headers="x" * 100_000),
        "rejected a preflight for / from https://app.example.com",
        POLICY.preflight(origin=ORIGIN, method="GET", headers="x" * 100_000),
    ),
    (
        at("/a from\r\n\x1b[31m\u2028", actual(UNTRUSTED)),
        r"rejected an actual request for '/a from\r\n\x1b[31m\u2028' from https://evil.example",
        POLICY.actual(origin=UNTRUSTED),
    ),
    (
        at("/" + "a" * 100_000, actual("https://" + "b" * 292)),
        f"rejected an actual request for '/{'a' * 197}… from 'https://{'b' * 190}…",
        POLICY.actual(origin="https://" + "b" * 292),
    ),
    *(
        (
            scope,
            "rejected an actual request from https://evil.example",
            POLICY.actual(origin=UNTRUSTED),
        )
        for scope in (
            without_path(actual(UNTRUSTED)),
            at(None, actual(UNTRUSTED)),
            at(b"/items", actual(UNTRUSTED)),
        )
    ),
]


@pytest.mark.parametrize("middleware_class", [CORSMiddleware, Preflighting])
@pytest.mark.parametrize(("scope", "beginning", "decision"), LINES)
def test_each_rejection_is_one_line_of_visible_characters_with_its_reasons(
    middleware_class: type[CORSMiddleware],
    scope: Scope,
    beginning: str,
    decision: Decision,
    caplog: pytest.LogCaptureFixture,
) -> None:
    middleware = middleware_class(responding(), **OPTIONS)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        sent(middleware, scope)
    assert [(record.name, record.levelno) for record in caplog.records] == [("fastcors", 10)]
    assert caplog.messages == [" | ".join([beginning, *map(str, decision.denials)])]
    assert decision.denials
    assert caplog.messages[0].isprintable()
    assert len(caplog.messages[0]) < 1500


@CLASSES
def test_a_line_names_the_rejected_among_many_headers_and_what_to_write(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    options: dict[str, Any] = {**OPTIONS, "allow_headers": MANY[:8]}
    middleware = middleware_class(responding(), **options)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        sent(middleware, preflight(headers=", ".join(["x-new", *MANY[:8], "y-other"])))
    (line,) = caplog.messages
    for name in ("x-new", "y-other"):
        assert f'allow_headers=[..., "{name}"]' in line
    assert not any(f" {name} is not" in line for name in MANY)


@CLASSES
@pytest.mark.parametrize("names", [MANY, [*MANY, *MANY, "", "x-token"]])
def test_a_line_explains_eight_headers_and_counts_the_others(
    middleware_class: type[CORSMiddleware], names: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(responding(), **OPTIONS)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        sent(middleware, preflight(headers=",".join(names)))
    more = len(set(names) - {"x-token"}) - 8
    parts = caplog.messages[0].split(" | ")
    assert parts[0] == f"rejected a preflight for / from {ORIGIN}"
    assert [part.split()[1] for part in parts[1:-1]] == MANY[:8]
    assert parts[-1] == f"headers: and {more} more"


@pytest.mark.parametrize("middleware_class", [Asking, Awaiting])
def test_a_line_names_the_method_of_a_subclass_that_rejects_an_origin(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(responding(), **OPTIONS)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        sent(middleware, actual(UNTRUSTED))
        sent(middleware, preflight(UNTRUSTED, "PUT"))
    asked = f"origin: {UNTRUSTED} is not allowed by {middleware_class.__name__}.is_allowed_origin"
    asked += "; to allow this origin: return True for it there"
    method = POLICY.preflight(origin=ORIGIN, method="PUT").denials[0]
    assert caplog.messages == [
        f"rejected an actual request for / from {UNTRUSTED} | {asked}",
        f"rejected a preflight for / from {UNTRUSTED} | {asked} | {method}",
    ]


@CLASSES
def test_the_line_is_written_by_the_policy_that_decided(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(responding(), **OPTIONS)
    middleware.reconfigure(allow_methods=["PUT", "DELETE"])
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        sent(middleware, preflight())
    denial = POLICY.replace(allow_methods=["PUT", "DELETE"]).preflight(origin=ORIGIN, method="GET")
    assert caplog.messages == [
        f"rejected a preflight for / from {ORIGIN} | {denial.denials[0]}",
    ]


@pytest.mark.parametrize("middleware_class", [CORSMiddleware, Preflighting])
def test_a_line_does_not_explain_an_origin_longer_than_browsers_send(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(responding(), **OPTIONS)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        sent(middleware, actual("https://" + "b" * 293))
    beginning, origin = caplog.messages[0].split(" | ")
    assert beginning == f"rejected an actual request for / from 'https://{'b' * 190}…"
    assert origin.startswith(f"origin: 'https://{'b' * 70}… is not allowed; no browser sends")


def test_a_line_does_not_search_very_many_origins(caplog: pytest.LogCaptureFixture) -> None:
    origins = [f"https://t{number}.example.com" for number in range(10_001)]
    middleware = CORSMiddleware(responding(), origins)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        sent(middleware, actual("http://t1.example.com"))
        middleware.allow_origins = origins[:10_000]
        sent(middleware, actual("http://t1.example.com"))
    many, fewer = caplog.messages
    assert "you allow https://t1.example.com" in fewer
    assert many.endswith(
        "http://t1.example.com is not allowed; middleware.policy.actual(origin=...) names the closest "
        "entry of allow_origins"
    )


def test_a_scope_that_fails_to_be_read_does_not_reach_the_request(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            if key == "path":
                raise ValueError("no path")
            return super().__getitem__(key)

    middleware = CORSMiddleware(responding(), **OPTIONS)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        messages = sent(middleware, Failing(actual(UNTRUSTED)))
    assert messages[0]["status"] == 200
    assert "ValueError: no path" in capsys.readouterr().err
    assert caplog.messages == []


def test_the_path_is_not_read_while_nobody_listens() -> None:
    class Watched(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            assert key != "path"
            return super().__getitem__(key)

    middleware = CORSMiddleware(responding(), **OPTIONS)
    for scope in (actual(UNTRUSTED), preflight(method="PUT")):
        assert sent(middleware, Watched(scope))


@CLASSES
def test_what_is_allowed_leaves_no_line(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(responding(), **OPTIONS)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        for scope in (actual(), actual(None), preflight(), preflight(headers="x-token")):
            sent(middleware, scope)
    assert caplog.messages == []


def test_the_level_counts_from_the_next_request(caplog: pytest.LogCaptureFixture) -> None:
    middleware = CORSMiddleware(responding(), **OPTIONS)
    logger = logging.getLogger("fastcors")
    counts = []
    for level in (logging.INFO, logging.DEBUG, logging.WARNING, logging.DEBUG):
        # The second of each finds what the first made the logger remember.
        with caplog.at_level(level, logger="fastcors"):
            sent(middleware, actual(UNTRUSTED))
            sent(middleware, actual(UNTRUSTED))
            counts.append(len(caplog.messages))
            caplog.clear()
    assert counts == [0, 2, 0, 2]
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        logger.disabled = True
        sent(middleware, actual(UNTRUSTED))
        logger.disabled = False
        logging.disable(logging.DEBUG)
        sent(middleware, actual(UNTRUSTED))
        logging.disable(logging.NOTSET)
    assert caplog.messages == []


@CLASSES
def test_a_filter_that_raises_does_not_reach_the_request(
    middleware_class: type[CORSMiddleware],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = logging.getLogger("fastcors")

    def fails(record: logging.LogRecord) -> bool:
        raise ValueError("a filter fails")

    logger.addFilter(fails)
    try:
        with caplog.at_level(logging.DEBUG, logger="fastcors"):
            messages = sent(middleware_class(responding(), **OPTIONS), actual(UNTRUSTED))
    finally:
        logger.removeFilter(fails)
    assert messages[0]["status"] == 200
    assert "ValueError: a filter fails" in capsys.readouterr().err


def test_a_rejection_imports_logging_and_importing_fastcors_does_not() -> None:
    code = "import sys, fastcors; assert 'logging' not in sys.modules, 'imported'"
    subprocess.run([sys.executable, "-c", code], check=True)


@CLASSES
def test_two_starts_of_one_response_are_one_rejection(
    middleware_class: type[CORSMiddleware],
) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        for _ in range(2):
            await send({"type": "http.response.start", "status": 200, "headers": []})

    middleware = middleware_class(app, **OPTIONS)
    sent(middleware, actual(UNTRUSTED))
    assert middleware.stats()["rejected"]["origin"] == 1


@CLASSES
def test_an_interrupt_while_a_line_is_written_is_not_swallowed(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    def interrupted(record: logging.LogRecord) -> bool:
        raise KeyboardInterrupt

    logger = logging.getLogger("fastcors")
    logger.addFilter(interrupted)
    try:
        with caplog.at_level(logging.DEBUG, logger="fastcors"), pytest.raises(KeyboardInterrupt):
            sent(middleware_class(responding(), **OPTIONS), actual(UNTRUSTED))
    finally:
        logger.removeFilter(interrupted)


def test_a_logger_of_another_class_is_asked_each_time() -> None:
    script = """
import logging

class Asked(logging.Logger):
    asked = 0

    def isEnabledFor(self, level):
        Asked.asked += 1
        return False

logging.setLoggerClass(Asked)

from fastcors import CORSMiddleware, Policy
from fastcors.decision import RULES, Decision
from tests.exchange import actual, sent

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})

middleware = CORSMiddleware(app, allow_origins=["https://a.example"])
for _ in range(3):
    sent(middleware, actual("https://evil.example"))
print(Asked.asked)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "3\n"
