"""What the constructor raises inside an event loop is logged too, where a server swallows it."""

from __future__ import annotations

import asyncio
import logging
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trio

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, _startup_log
from tests.exchange import ORIGIN, responding

APP = responding()
Run = Callable[[Callable[[], Any]], Any]
LAST = "the server may keep running, but requests fail until this is fixed"


def in_asyncio(call: Callable[[], Any]) -> Any:
    async def main() -> Any:
        return call()

    return asyncio.run(main())


def in_trio(call: Callable[[], Any]) -> Any:
    async def main() -> Any:
        return call()

    return trio.run(main)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a function that returns the lines logged since it was called, in a fresh process."""
    monkeypatch.setattr(_startup_log, "_logged", set())
    caplog.set_level(logging.DEBUG, "fastcors")

    def lines() -> list[str]:
        assert {(each.name, each.levelname) for each in caplog.records} <= {("fastcors", "ERROR")}
        found = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return found

    yield lines
    assert lines() == []


WRONG: dict[str, tuple[dict[str, Any], type[Exception], list[str]]] = {
    "a string for a list": (
        {"allow_origins": ORIGIN, "allow_methods": ["GET\n"]},
        ConfigError,
        ["allow_origins: 'https://", "allow_methods: 'GET\\n'"],
    ),
    "strict": (
        {"allow_origins": ["https://a.example/"], "strict": True},
        ConfigError,
        ["allow_origins: 'https://a.example/'"],
    ),
    "a regular expression": (
        {"allow_origin_regex": "https://(a", "allow_origins": ["https://a.example/"]},
        re.error,
        ["allow_origin_regex: r'https://(a'", "allow_origins: 'https://a.example/'"],
    ),
    "an unknown option": ({"allow_origin": [ORIGIN]}, TypeError, ["CORSMiddleware has no option"]),
    "beside a policy": (
        {"policy": Policy(), "allow_origins": [ORIGIN]},
        TypeError,
        ["allow_origins: not allowed beside policy"],
    ),
    "given twice": ({"app": APP}, TypeError, ["TypeError: "]),
}


@pytest.mark.parametrize("run", [in_asyncio, in_trio])
@pytest.mark.parametrize("case", WRONG)
def test_every_exception_is_logged_once_in_an_event_loop(run: Run, case: str, logged: Any) -> None:
    options, kind, expected = WRONG[case]

    def make() -> None:
        with pytest.raises(kind) as raised:
            CORSMiddleware(APP, **options)
        assert type(raised.value) is kind

    run(make)
    *lines, last = logged()
    assert len(lines) == len(expected)
    for line, beginning in zip(lines, expected, strict=True):
        assert line.startswith(beginning)
        assert line.isprintable()
    name = f"re.{kind.__name__}" if kind is re.error else kind.__name__
    assert last == f"CORSMiddleware raised {name}: {LAST}"
    # As a framework does at each request.
    run(make)
    run(make)
    assert logged() == []


@pytest.mark.parametrize("case", WRONG)
def test_nothing_is_logged_outside_an_event_loop(case: str, logged: Any) -> None:
    options, kind, _ = WRONG[case]
    with pytest.raises(kind):
        CORSMiddleware(APP, **options)
    assert logged() == []


def test_a_warning_that_is_an_error_is_logged_as_one(logged: Any) -> None:
    def make() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ConfigWarning):
                CORSMiddleware(APP, ["https://a.example/"])

    in_asyncio(make)
    line, last = logged()
    assert line.startswith("allow_origins: 'https://a.example/'")
    assert last.startswith("CORSMiddleware raised ConfigWarning: ")


def test_a_configuration_that_runs_is_not_logged(logged: Any) -> None:
    in_asyncio(lambda: CORSMiddleware(APP, [ORIGIN], strict=True))
    assert logged() == []


def test_no_more_than_a_hundred_different_errors_are_logged(logged: Any) -> None:
    def make() -> None:
        for number in range(150):
            with pytest.raises(ConfigError):
                CORSMiddleware(APP, f"https://{number}.example")

    in_asyncio(make)
    assert len(logged()) == 2 * 100


def test_a_filter_that_raises_replaces_no_error(
    logged: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(record: logging.LogRecord) -> bool:
        raise ZeroDivisionError

    _startup_log.logger.addFilter(failing)
    try:
        with pytest.raises(ConfigError):
            in_asyncio(lambda: CORSMiddleware(APP, ORIGIN))
    finally:
        _startup_log.logger.removeFilter(failing)
    assert "ZeroDivisionError" in capsys.readouterr().err


SCRIPT = """
import sys
from fastcors import CORSMiddleware

def make():
    try:
        CORSMiddleware(print, allow_origins="https://a.example")
    except ValueError:
        pass

make()
assert not {"asyncio", "trio", "sniffio"} & {*sys.modules}
print("in the loop", file=sys.stderr, flush=True)

async def main():
    make()

import asyncio
asyncio.run(main())
"""


def test_it_is_written_to_stderr_without_logging_configured_and_no_event_loop_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True
    )
    first, second, third = done.stderr.splitlines()
    assert first == "in the loop"
    assert second.startswith("fastcors: allow_origins: 'https://a.example' is a str")
    assert third == f"fastcors: CORSMiddleware raised ConfigError: {LAST}"


def test_a_format_with_the_loggers_name_shows_it_once() -> None:
    script = f"import logging; logging.basicConfig()\n{SCRIPT}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    _, second, third = done.stderr.splitlines()
    assert second.startswith("ERROR:fastcors:allow_origins: 'https://a.example' is a str")
    assert third == f"ERROR:fastcors:CORSMiddleware raised ConfigError: {LAST}"


# Warnings, where a library shows them in its own way, as Daphne's does, which drops them.


@pytest.mark.parametrize("action", ["always", "ignore"])
def test_a_warning_that_a_library_shows_is_logged_too_if_it_is_not_filtered(
    action: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def show(message: Any, *_: Any) -> None:
        shown.append(str(message))

    show.__module__ = "twisted.logger"
    monkeypatch.setattr(warnings, "showwarning", show)
    with warnings.catch_warnings():
        warnings.simplefilter(action)
        # Which resets it.
        monkeypatch.setattr(warnings, "showwarning", show)
        CORSMiddleware(APP, ["https://a.example/"])
        warnings.warn("another", stacklevel=1)
    assert warnings.showwarning is show
    reported = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    if action == "ignore":
        assert reported == []
        assert shown == []
    else:
        assert reported == [("fastcors", "WARNING", shown[0].removeprefix("fastcors: "))]
        assert shown[0].startswith("fastcors: allow_origins: 'https://a.example/'")
        assert shown[1:] == ["another"]


def test_a_warning_that_python_shows_is_not_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.warns(ConfigWarning, match="^fastcors: allow_origins: "):
        CORSMiddleware(APP, ["https://a.example/"])
    assert caplog.records == []
