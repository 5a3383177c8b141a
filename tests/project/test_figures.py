"""Each figure of the documents is recorded, held by a test, or beside its date, machine and command."""

from __future__ import annotations

import json
import re
from itertools import groupby

import pytest

from benches import instructions
from benches.document import MEASURED
from benches.minimal import CHOSEN
from benches.report import RESULTS
from benches.requests import REQUESTS
from benches.tables import TABLES
from fastcors import Policy
from tests.documents import ROOT
from tests.running_examples import DOCUMENTS

NUMBER = r"\d[\d,.]*"
UNIT = r"(?:ns|µs|ms|[KMG]B|%|percent|(?:nano|micro|milli)seconds|instructions|times|bytes|seconds)"
FIGURE = re.compile(rf"{NUMBER}(?: (?:to|of|or|instead of) {NUMBER})* ?{UNIT}(?!\w)")
GENERATED = {table.heading for table in TABLES}
README = "tests/project/test_readme.py::"
# What is in no table that `benches.document` writes: the test that holds it, or what it is.
HELD = {
    ("README.md", "23 to 28 %"): f"{README}test_the_requests_per_second_are_the_recorded_ones",
    ("README.md", "30 to 36 %"): f"{README}test_the_requests_per_second_are_the_recorded_ones",
    **{
        ("README.md", figure): f"{README}test_the_time_of_a_hostile_origin_is_the_recorded_one"
        for figure in ("0.6 seconds", "2 µs")
    },
    ("README.md", "5,000 ns"): f"{README}test_the_time_with_a_set_is_the_recorded_one",
    **{
        ("README.md", figure): f"{README}test_the_time_of_an_endpoint_is_the_recorded_one"
        for figure in ("40.4 µs", "48.3 µs", "39.3 µs")
    },
    ("CHANGELOG.md", "190 bytes"): (
        "tests/project/test_figures.py::test_the_bytes_that_minimal_responses_save_are_recorded"
    ),
    ("CONTRIBUTING.md", "70 MB"): "about, of what PyPI has today",
    ("CONTRIBUTING.md", "1.1 GB"): "about, of what PyPI has today",
    ("CONTRIBUTING.md", "5 GB"): "about, of what PyPI has today",
    ("docs/configuration.md", "253 bytes"): "a limit of DNS",
    ("docs/configuration.md", "5 seconds"): "what the Fetch standard says",
    ("docs/configuration.md", "67 bytes"): (
        "tests/project/test_figures.py::test_the_lists_of_a_preflight_cost_as_much_as_is_said"
    ),
    ("docs/configuration.md", "304 bytes"): (
        "tests/project/test_figures.py::test_the_bytes_that_minimal_responses_save_are_recorded"
    ),
    ("docs/live-origins.md", "3 times"): (
        "tests/memory/test_memory.py::"
        "test_a_million_in_an_origin_set_take_three_times_their_text_while_they_are_replaced"
    ),
    ("docs/performance.md", "2.5 times"): (
        "tests/memory/test_memory.py::"
        "test_a_million_origins_take_two_and_a_half_times_their_text_at_most"
    ),
    ("docs/performance.md", "3 percent"): (
        "tests/project/test_figures.py::test_the_instructions_may_grow_as_much_as_is_said"
    ),
    **{
        (
            f"docs/migration/{package}.md",
            figure,
        ): "what the Fetch standard, a browser or an option says"
        for package in ("asgi-cors", "django-cors-headers", "flask-cors", "quart-cors")
        for figure in ("5 seconds", "7200 seconds")
    },
}


def sections(document: str) -> list[tuple[str, list[str]]]:
    """Return the lines of each section that no program and no benchmark has written."""
    title, fenced, generated = "", False, False
    kept: list[tuple[str, str]] = []
    for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif line.startswith("#") and not fenced:
            title = line.lstrip("# ")
        generated = line.startswith("|") and (generated or line in GENERATED)
        measured = line.startswith("Measured on ") and line.endswith(" rounds.")
        if not (fenced or generated or measured):
            kept.append((title, line))
    return [
        (title, [line for _, line in lines])
        for title, lines in groupby(kept, key=lambda each: each[0])
    ]


def is_dated(text: str) -> bool:
    """Whether a text says when, on what and by which command its figures were measured."""
    date = re.search(r"20\d\d-\d\d-\d\d", text)
    machine = re.search(r"AMD|Intel|ARM", text)
    command = re.search(r"`(?:make|python -m) [^`]+`", text)
    return all((date, machine, command))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_figure_is_recorded_or_held_or_dated(document: str) -> None:
    loose = [
        (document, figure)
        for _, lines in sections(document)
        if not is_dated("\n".join(lines))
        for figure in FIGURE.findall("\n".join(lines))
        if (document, figure) not in HELD
    ]
    assert loose == []


@pytest.mark.parametrize("held", sorted({*HELD.values()}))
def test_the_test_that_holds_a_figure_exists(held: str) -> None:
    file, _, name = held.partition("::")
    assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_the_documents_say_on_what_their_tables_were_measured() -> None:
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        tables = [table.result for table in TABLES if f"\n{table.heading}\n" in text]
        assert {*tables} <= {*MEASURED.findall(text)}


def test_the_bytes_that_minimal_responses_save_are_recorded() -> None:
    rows = json.loads((RESULTS / "minimal.json").read_text(encoding="utf-8"))["rows"]
    allowed = [row["bytes"] for row in rows if row["response"] == "preflight, allowed"]
    assert allowed[0]["minimal"] == 304
    assert [round(each["starlette"] - each["minimal"], -1) for each in allowed] == [190, 190]


def test_the_lists_of_a_preflight_cost_as_much_as_is_said() -> None:
    policy = Policy(**CHOSEN["two origins, with credentials"], responses="minimal")
    asked = {name.decode(): value.decode() for name, value in REQUESTS["preflight"]["headers"]}
    method, names = (asked[f"access-control-request-{name}"] for name in ("method", "headers"))
    decision = policy.preflight(
        origin=asked["origin"], method=method, headers=names.replace(" ", "").split(",")
    )
    sent = dict(decision.headers)
    lists = [sent[f"access-control-allow-{name}".encode()] for name in ("methods", "headers")]
    assert len(b"".join(lists)) - len(method) - len(names) == 67


def test_the_instructions_may_grow_as_much_as_is_said() -> None:
    assert instructions.TOLERANCE == 0.03
