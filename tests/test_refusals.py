"""Refusals are counted and can be read in the log, by compiled code and by subclasses alike."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import Any

import pytest

from fastcors import CORSMiddleware
from tests.exchange import ORIGIN, Scope, actual, answering, preflight, receive, run, sent

STRANGER = "https://evil.example"
OPTIONS: dict[str, Any] = {"allow_origins": [ORIGIN], "allow_headers": ["X-Token"]}
NOTHING = {"origin": 0, "method": 0, "headers": 0, "private-network": 0}


class Asking(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin)


class Awaiting(CORSMiddleware):
    async def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin)


CLASSES = pytest.mark.parametrize("middleware_class", [CORSMiddleware, Asking, Awaiting])


@CLASSES
def test_each_counter_counts_what_its_name_says(middleware_class: type[CORSMiddleware]) -> None:
    middleware = middleware_class(answering(), **OPTIONS)
    expected: dict[str, Any] = {"requests": 0, "cross_origin": 0, "preflights": 0}
    refused = dict(NOTHING)
    steps: list[tuple[Scope, list[str]]] = [
        (actual(None), []),
        (actual(ORIGIN), ["cross_origin"]),
        (actual(STRANGER), ["cross_origin", "origin"]),
        (actual(ORIGIN, "OPTIONS"), ["cross_origin"]),
        (preflight(None), []),
        (preflight(), ["cross_origin", "preflights"]),
        (preflight(STRANGER), ["cross_origin", "preflights", "origin"]),
        (preflight(method="PUT"), ["cross_origin", "preflights", "method"]),
        (preflight(headers="x-other"), ["cross_origin", "preflights", "headers"]),
        (preflight(private_network="true"), ["cross_origin", "preflights", "private-network"]),
        (
            preflight(STRANGER, "PUT", "x-other", "true"),
            ["cross_origin", "preflights", *NOTHING],
        ),
    ]
    assert middleware.stats() == {**expected, "refused": refused}
    for scope, counters in steps:
        sent(middleware, scope)
        for counter in ("requests", *counters):
            where = expected if counter in expected else refused
            where[counter] += 1
        assert middleware.stats() == {**expected, "refused": refused}, scope


@CLASSES
def test_only_http_is_counted(middleware_class: type[CORSMiddleware]) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        pass

    middleware = middleware_class(app, **OPTIONS)
    for kind in ("websocket", "lifespan"):
        run(middleware({**actual(STRANGER), "type": kind}, receive, receive))  # type: ignore[arg-type]
    assert middleware.stats()["requests"] == 0


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize("credentials", [False, True])
@CLASSES
def test_where_every_origin_is_allowed_none_is_refused(
    middleware_class: type[CORSMiddleware], credentials: bool
) -> None:
    middleware = middleware_class(answering(), allow_origins=["*"], allow_credentials=credentials)
    sent(middleware, actual(STRANGER))
    assert middleware.stats()["refused"] == NOTHING


def test_what_stats_gives_is_new_each_time_and_changes_nothing() -> None:
    middleware = CORSMiddleware(answering(), **OPTIONS)
    stats = middleware.stats()
    stats["refused"]["origin"] = 7
    assert middleware.stats()["refused"] == NOTHING


def test_counting_goes_on_when_the_policy_changes() -> None:
    middleware = CORSMiddleware(answering(), **OPTIONS)
    sent(middleware, actual(STRANGER))
    middleware.reconfigure(allow_origins=[STRANGER])
    sent(middleware, actual(STRANGER))
    assert middleware.stats() == {
        "requests": 2,
        "cross_origin": 2,
        "preflights": 0,
        "refused": {**NOTHING, "origin": 1},
    }


def test_methods_called_from_outside_count_nothing() -> None:
    from starlette.datastructures import Headers

    middleware = Asking(answering(), **OPTIONS)
    headers = {"origin": STRANGER, "access-control-request-method": "PUT"}
    assert middleware.preflight_response(Headers(headers)).status_code == 400
    assert middleware.stats()["requests"] == 0
    assert middleware.stats()["refused"] == NOTHING


# Scope, and the line that tells its refusal.
LINES = [
    (actual(STRANGER), "refused an actual request from 'https://evil.example': origin not allowed"),
    (actual(""), "refused an actual request from '': origin not allowed"),
    (
        preflight(STRANGER, "PUT", "x-other", "true"),
        "refused a preflight from 'https://evil.example': origin, method 'PUT', "
        "headers 'x-other', private-network not allowed",
    ),
    (
        preflight(method="get", headers="x-token"),
        "refused a preflight from 'https://app.example.com': method 'get' not allowed",
    ),
    (
        actual("https://evil\r\nWARNING fake\x1b[31m\x85\xa0\x7f"),
        r"refused an actual request from 'https://evil\r\nWARNING fake\x1b[31m\x85\xa0\x7f': "
        "origin not allowed",
    ),
    (
        preflight(headers="x" * 100_000),
        f"refused a preflight from 'https://app.example.com': headers '{'x' * 198}… not allowed",
    ),
]


@CLASSES
@pytest.mark.parametrize(("scope", "line"), LINES)
def test_each_refusal_is_one_line_of_visible_characters(
    middleware_class: type[CORSMiddleware],
    scope: Scope,
    line: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    middleware = middleware_class(answering(), **OPTIONS)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        sent(middleware, scope)
    assert [(record.name, record.levelno) for record in caplog.records] == [("fastcors", 10)]
    assert caplog.messages == [line]
    assert line.isprintable()


@CLASSES
def test_what_is_allowed_leaves_no_line(
    middleware_class: type[CORSMiddleware], caplog: pytest.LogCaptureFixture
) -> None:
    middleware = middleware_class(answering(), **OPTIONS)
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        for scope in (actual(), actual(None), preflight(), preflight(headers="x-token")):
            sent(middleware, scope)
    assert caplog.messages == []


def test_the_level_counts_from_the_next_request(caplog: pytest.LogCaptureFixture) -> None:
    middleware = CORSMiddleware(answering(), **OPTIONS)
    logger = logging.getLogger("fastcors")
    told = []
    for level in (logging.INFO, logging.DEBUG, logging.WARNING, logging.DEBUG):
        # The second of each finds what the first made the logger remember.
        with caplog.at_level(level, logger="fastcors"):
            sent(middleware, actual(STRANGER))
            sent(middleware, actual(STRANGER))
            told.append(len(caplog.messages))
            caplog.clear()
    assert told == [0, 2, 0, 2]
    with caplog.at_level(logging.DEBUG, logger="fastcors"):
        logger.disabled = True
        sent(middleware, actual(STRANGER))
        logger.disabled = False
        logging.disable(logging.DEBUG)
        sent(middleware, actual(STRANGER))
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
            messages = sent(middleware_class(answering(), **OPTIONS), actual(STRANGER))
    finally:
        logger.removeFilter(fails)
    assert messages[0]["status"] == 200
    assert "ValueError: a filter fails" in capsys.readouterr().err


def test_a_refusal_imports_logging_and_importing_fastcors_does_not() -> None:
    code = "import sys, fastcors; assert 'logging' not in sys.modules, 'imported'"
    subprocess.run([sys.executable, "-c", code], check=True)


@CLASSES
def test_two_starts_of_one_answer_are_one_refusal(middleware_class: type[CORSMiddleware]) -> None:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        for _ in range(2):
            await send({"type": "http.response.start", "status": 200, "headers": []})

    middleware = middleware_class(app, **OPTIONS)
    sent(middleware, actual(STRANGER))
    assert middleware.stats()["refused"]["origin"] == 1


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
            sent(middleware_class(answering(), **OPTIONS), actual(STRANGER))
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

from fastcors import CORSMiddleware
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
