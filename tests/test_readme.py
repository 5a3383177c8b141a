"""What the documents show runs, and what they name is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from benches.document import DOCUMENTS as MEASURED
from benches.document import rewritten
from benches.tables import TABLES
from tests.exchange import App, actual, preflight, sent_in_a_loop, values

ROOT = Path(__file__).parent.parent
DOCUMENTS = {
    name: (ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
}
README = DOCUMENTS["README.md"]
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)

# A block of Python with what it prints.
LINES = r"((?:(?!```).*\n)*)"
PRINTING = re.findall(rf"^```python\n{LINES}```\n\n```text\n{LINES}```$", README, re.MULTILINE)

LINK = re.compile(r"\]\(([^)\s]+)\)")
# In a line of code, or after the prompt of a console.
MAKE = re.compile(r"(?:`|^\$ )make ([a-z][a-z-]*)", re.MULTILINE)
TARGET = re.compile(r"^([a-z][a-z-]*):.*##", re.MULTILINE)

CARGO = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
READABLE = "access-control-allow-origin"


def names_of(block: str) -> dict[str, Any]:
    """Run a block and give the names that it makes."""
    names: dict[str, Any] = {}
    exec(compile(block, "README.md", "exec"), names)
    return names


@pytest.fixture(scope="module")
def app() -> App:
    """Give the application that the README makes."""
    (made,) = [names["app"] for names in map(names_of, BLOCKS) if "app" in names]
    application: App = made
    return application


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("\n")[0])
def test_a_block_of_python_runs_without_a_warning(block: str) -> None:
    assert names_of(block)


@pytest.mark.parametrize(("block", "printed"), PRINTING, ids=["mistakes", "why it was refused"])
def test_a_block_of_python_prints_what_stands_below_it(
    block: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names_of(block)
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://app.example.com", True),
        ("https://shop.example.org", True),
        ("https://eu.shop.example.org", True),
        ("http://localhost", True),
        ("http://localhost:5173", True),
        ("https://example.org", False),
        ("https://notexample.org", False),
        ("https://localhost:5173", False),
        ("https://elsewhere.example", False),
    ],
)
def test_the_application_allows_its_origins_and_no_other(
    app: App, origin: str, allowed: bool
) -> None:
    expected = [origin] if allowed else []
    asked = preflight(origin, method="PUT", headers="content-type, x-token")
    for request, status in ((asked, 200 if allowed else 400), (actual(origin), 404)):
        answer = sent_in_a_loop(app, request)
        assert answer[0]["status"] == status
        assert values(answer, READABLE) == expected


@pytest.mark.parametrize(
    ("method", "header", "failing"),
    [("DELETE", "X-Token", "method"), ("PUT", "X-Other", "headers")],
)
def test_the_application_refuses_what_it_does_not_list(
    app: App, method: str, header: str, failing: str
) -> None:
    start, body = sent_in_a_loop(app, preflight(method=method, headers=header))
    assert (start["status"], body["body"]) == (400, f"Disallowed CORS {failing}".encode())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_relative_link_leads_to_a_file(name: str) -> None:
    links = [link for link in LINK.findall(DOCUMENTS[name]) if not re.match("[a-z]+:|#", link)]
    assert [link for link in links if not (ROOT / link.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_link_into_a_document_leads_to_a_title_of_it(name: str) -> None:
    text = DOCUMENTS[name]
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}
    links = [link[1:] for link in LINK.findall(text) if link.startswith("#")]
    assert [link for link in links if link not in anchors] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_each_target_of_make_that_is_named_is_one(name: str) -> None:
    named = MAKE.findall(DOCUMENTS[name])
    assert {"demo", "test"} <= {*named}
    targets = TARGET.findall((ROOT / "Makefile").read_text())
    assert [target for target in named if target not in targets] == []


def test_the_versions_that_are_needed_are_those_of_the_build() -> None:
    minors = [line[-4:] for line in PROJECT["classifiers"] if re.search(r" 3\.\d+$", line)]
    assert PROJECT["requires-python"] == f">={minors[0]}"
    assert f"Python {minors[0]} to {minors[-1]}" in README
    assert f"Rust {CARGO['rust-version']} or newer" in README


def test_the_tables_of_the_documents_are_what_was_measured() -> None:
    texts = [document.read_text(encoding="utf-8") for document in MEASURED]
    for heading in (table.heading for table in TABLES):
        assert any(f"{heading}\n" in text for text in texts), heading
    for text in texts:
        lines, measured = text.splitlines(), rewritten(text).splitlines()
        assert [line for line in measured if line not in lines] == [], "run `make plots`"
        assert lines == measured
