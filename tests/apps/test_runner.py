"""`python -m tests.apps` itself, with one small application instead of the published ones."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.apps import __main__ as command
from tests.apps import environment, own_tests
from tests.apps.application import Application
from tests.apps.examination import Examination, examine, warnings_in
from tests.apps.requests import around, get
from tests.apps.table import APPLICATIONS, UVICORN

SMALL = Application(
    name="small",
    distribution="starlette",
    install=(),
    command=(*UVICORN, "small:app"),
    requests=(
        *around("/hello", header="x-token"),
        get("/fail"),
        get("/secret"),
        get("/unheard-of"),
    ),
)
PYTHON = Path(sys.executable)


@pytest.mark.servers
def test_an_application_sends_the_same_with_both_and_the_swap_had_an_effect() -> None:
    result = examine(SMALL, PYTHON)
    assert result.unexpected == []
    assert result.compared == result.equal == len(SMALL.requests)
    assert not result.documented
    assert result.counts == {"requests": 25, "cross_origin": 23, "preflights": 10}
    assert result.versions["starlette"] == result.versions["application"] == "1.10.0"


@pytest.mark.servers
def test_a_planted_difference_is_found() -> None:
    result = examine(replace(SMALL, environment={"PLANTED": "1"}), PYTHON)
    # No preflight and no OPTIONS reaches the planted difference.
    assert len(result.unexpected) == 10
    assert result.equal == len(SMALL.requests) - 10
    assert all("+x-planted: 1" in text.splitlines() for text in result.unexpected)
    assert result.unexpected[0].startswith("GET /hello\n")


@pytest.mark.servers
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("small:unheard_of", 'Attribute "unheard_of" not found'),
        ("starlette.responses:PlainTextResponse", "fastcors' middleware saw no request"),
    ],
    ids=["does not start", "has no middleware"],
)
def test_an_application_that_proves_nothing_is_unexpected(target: str, said: str) -> None:
    result = examine(replace(SMALL, command=(*UVICORN, target), requests=(get("/"),)), PYTHON)
    (text,) = result.unexpected
    assert said in text


def test_each_warning_of_fastcors_is_reported_once() -> None:
    output = "a.py:1: ConfigWarning: one\n  line\nb.py:2: ConfigWarning: two\na.py:1: ConfigWarning: one\n"
    assert warnings_in(output) == ["one", "two"]


def test_the_outcome_of_each_own_test_is_read_from_the_report() -> None:
    report = """<testsuites><testsuite><testcase classname="a" name="passes"/>
    <testcase classname="a" name="fails"><failure/></testcase>
    <testcase classname="a" name="stops"><system-out/><error/></testcase>
    <testcase classname="b" name="is left out"><skipped/></testcase></testsuite></testsuites>"""
    assert own_tests.outcomes(report) == {
        "a::passes": "passed",
        "a::fails": "failure",
        "a::stops": "error",
        "b::is left out": "skipped",
    }


GOOD = Examination(
    "good", {"application": "1.2", "starlette": "1.10.0"}, 3, 2, Counter({"a row": 1})
)
BAD = Examination("bad", unexpected=["GET /\n-a\n+b"], warnings=["beware"])
NOT_RUN = Examination("away", cannot_run="it needs a network")


@pytest.mark.parametrize(("results", "code"), [([GOOD, NOT_RUN], 0), ([BAD, GOOD], 1)])
def test_the_table_has_a_line_for_each_and_the_exit_code_is_1_for_anything_unexpected(
    results: list[Examination],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "examinations", lambda applications: results)
    monkeypatch.setattr(sys, "argv", ["tests.apps"])
    with pytest.raises(SystemExit) as exited:
        command.main()
    assert int(exited.value.code or 0) == code
    out = capsys.readouterr().out
    assert re.search(r"^good +1.2 +1.10.0 +- +3 +2 +1 +0$", out, re.MULTILINE)
    assert "documented, 1 responses: a row\n" in out
    assert (
        ("UNEXPECTED, bad: GET /\n-a\n+b\n" in out)
        == ("warning for bad: beware\n" in out)
        == bool(code)
    )
    # It is never left out silently.
    assert bool(re.search(r"^away .* not run$", out, re.MULTILINE)) != bool(code)
    assert ("not run, away: it needs a network\n" in out) != bool(code)


def test_no_more_of_an_application_is_printed_than_can_be_read() -> None:
    loud = Examination("loud", unexpected=["a difference"] * (command.SHOWN + 3))
    notes = list(command.notes([loud]))
    assert len(notes) == command.SHOWN + 1
    assert notes[-1].endswith("UNEXPECTED, loud: 3 more")


def test_an_application_that_cannot_be_installed_is_unexpected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(*arguments: object) -> Path:
        raise environment.NotInstalledError("no such version")

    monkeypatch.setattr(environment, "wheel", lambda: Path("fastcors.whl"))
    monkeypatch.setattr(environment, "environment", failing)
    (result,) = command.examinations([SMALL])
    assert result.unexpected == ["could not be run:\nno such version"]


def test_an_unknown_name_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tests.apps", "mcp", "unheard-of"])
    with pytest.raises(SystemExit) as exited:
        command.main()
    assert exited.value.code == 2
    assert "no application is called unheard-of" in capsys.readouterr().err


def test_every_row_pins_its_versions_and_sends_enough_requests() -> None:
    for application in APPLICATIONS.values():
        assert all("==" in requirement for requirement in application.install), application.name
        assert any(text.startswith("starlette==") for text in application.install)
        shared = APPLICATIONS[application.installed_in or application.name]
        assert shared.install == application.install
        assert len(application.requests) > 50 or application.cannot_run
        assert sum(request.is_preflight for request in application.requests) >= 20
