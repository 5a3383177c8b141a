"""Each entry of the table is about a code, and its examples have the code and do not have it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, lint
from fastcors._command.cors_layer import FASTCORS, CORSLayer
from fastcors._command.findings import LAYER_CODES
from fastcors._command.fix import corrected
from fastcors._report import ALWAYS_REPORTED
from fastcors.problems import CODES, Problem
from tests.documents import ROOT
from tests.problems.entries import Application, Entry, Example, Row, entries, without_addresses

ENTRIES = entries()
OF_OPTIONS = [entry for entry in ENTRIES.values() if entry.code in CODES]
OF_LAYERS = [entry for entry in ENTRIES.values() if entry.code in LAYER_CODES]
ROWS = [(entry, row) for entry in OF_OPTIONS for row in entry.rows()]
# Where the example does not follow the suggestion.
OTHERWISE = {
    # The suggestion is the option's default, and the example leaves it out.
    "function-timeout-without-function",
    "private-network-superseded",
}

each_entry = pytest.mark.parametrize("entry", OF_OPTIONS, ids=lambda entry: entry.code)
each_row = pytest.mark.parametrize(
    ("entry", "row"), ROWS, ids=[f"{entry.code}: {row.bad.arguments}" for entry, row in ROWS]
)
each_layer = pytest.mark.parametrize("entry", OF_LAYERS, ids=lambda entry: entry.code)


def found(entry: Entry, example: Example) -> list[Problem]:
    return [problem for problem in example.report() if problem.code == entry.code]


def make(**options: Any) -> None:
    CORSMiddleware(print, **options)  # type: ignore[arg-type]


@contextmanager
def heard() -> Iterator[list[str]]:
    """Collect the texts of the warnings that are issued."""
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    assert {each.category for each in caught} <= {ConfigWarning}
    texts += [str(each.message) for each in caught]


def test_each_code_has_an_entry_and_each_entry_a_code() -> None:
    assert sorted(ENTRIES) == sorted([*CODES, *LAYER_CODES])


@each_row
def test_what_not_to_write_has_the_code(entry: Entry, row: Row) -> None:
    assert found(entry, row.bad), row.bad.report()


@each_row
def test_what_to_write_has_no_problem_and_starts_in_silence(entry: Entry, row: Row) -> None:
    assert row.good.report() == []
    with heard() as texts:
        make(**{**row.good.options(), "strict": True})
    assert texts == []


@each_row
def test_a_code_is_as_severe_as_the_table_says_or_the_row(entry: Entry, row: Row) -> None:
    severities = {problem.severity for problem in found(entry, row.bad)}
    severity = CODES[entry.code].severity
    if severity != "either":
        assert severities == {severity}
    elif row.effect:
        said = {kind for kind in ("error", "warning") if f" {kind}." in row.effect}
        assert severities <= (said or {"error", "warning"})


@each_entry
def test_an_entry_says_when_a_code_that_can_be_both_is_an_error(entry: Entry) -> None:
    assert bool(entry.error) == (CODES[entry.code].severity == "either")


@each_row
def test_a_code_raises_when_the_page_says_so(entry: Entry, row: Row) -> None:
    code = CODES[entry.code]
    problems = found(entry, row.bad)
    if entry.raises:
        name = {"`re.error`": re.error, "TypeError": TypeError}[
            entry.raises.removeprefix("always: ").partition(",")[0]
        ]
        with pytest.raises(name) as other:
            make(**row.bad.options())
        assert not isinstance(other.value, ConfigError)
        noted = "\n".join([str(other.value), *getattr(other.value, "__notes__", [])])
        assert f"[{entry.code}] {problems[0].url}" in noted
        return
    if code.raises:
        with pytest.raises(ConfigError) as raised:
            make(**row.bad.options())
        assert entry.code in [problem.code for problem in raised.value.problems]
        assert problems[0].url in str(raised.value)
        return
    is_error = any(problem.severity == "error" for problem in problems)
    with heard() as texts:
        make(**row.bad.options())
    reported = [text for text in texts if text.endswith(f"[{entry.code}] {problems[0].url}")]
    assert bool(reported) == (is_error or entry.code in ALWAYS_REPORTED)
    strict = {**row.bad.options(), "strict": True}
    if any(problem.severity == "error" for problem in row.bad.report()):
        with pytest.raises(ConfigError) as raised:
            make(**strict)
        codes = [problem.code for problem in raised.value.problems]
        assert (entry.code in codes) == is_error
    else:
        with heard() as texts:
            make(**strict)
        assert any(f"[{entry.code}]" in text for text in texts)


@each_entry
def test_a_code_is_accepted_or_the_page_says_why_not(entry: Entry) -> None:
    code = CODES[entry.code]
    assert bool(entry.accept) == (not code.acceptable and not code.raises)
    assert isinstance(entry.bad, Example)
    if not code.acceptable:
        given = {**entry.bad.options(), "accept": [entry.code]}
        assert "code-always-raises" in [problem.code for problem in lint(**given)]
        return
    given = {**entry.bad.options(), "accept": [entry.code]}
    assert entry.code not in [problem.code for problem in lint(**given)]


@each_row
def test_the_suggestion_is_what_to_write(entry: Entry, row: Row) -> None:
    problems = found(entry, row.bad)
    if entry.code in OTHERWISE or not any(problem.suggestion for problem in problems):
        return
    layer = CORSLayer(CORSMiddleware, FASTCORS, row.bad.options())
    # Each example makes its functions and policies anew.
    texts = {
        without_addresses(repr({name: value for name, value in options.items() if value != []}))
        for options in (corrected(layer, strict=True), row.good.options())
    }
    assert len(texts) == 1, texts


@each_layer
def test_an_application_that_has_the_code_and_one_that_has_not(entry: Entry) -> None:
    assert isinstance(entry.bad, Application)
    assert isinstance(entry.good, Application)
    ran = entry.bad.ran()
    (line,) = {
        line.strip() for line in ran.printed.splitlines() if line.endswith(f"/{entry.code}/")
    }
    assert line.startswith("https://")
    assert entry.severity in ("error", "warning", "either")
    assert ran.status == (0 if entry.severity == "warning" else 1)
    assert f"/{entry.code}/" not in entry.good.ran().printed
    assert entry.good.ran().status == 0


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.code)
def test_an_entry_says_everything_in_sentences_and_since_which_version(entry: Entry) -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {entry.since} " in changes
    for text in (entry.summary, entry.fix, entry.finds, entry.why):
        assert text.strip() == text
        assert text.endswith((".", "?"))
    assert "\n" not in entry.summary


def test_a_policy_reports_as_the_middleware_does() -> None:
    entry = ENTRIES["origin-trailing-slash"]
    assert isinstance(entry.bad, Example)
    with heard() as texts:
        Policy(**entry.bad.options())
    assert [text.rpartition(" ")[2] for text in texts] == [
        "https://fastcors.github.io/fastcors/problems/origin-trailing-slash/"
    ]
