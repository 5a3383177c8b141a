"""The links and names in the documents exist, and their tables are the recorded results.

`tests/site` has the links in the built site.
"""

from __future__ import annotations

import re

import pytest

from benches.document import DOCUMENTS as MEASURED
from benches.document import rewritten
from benches.tables import TABLES
from tests.documents import ROOT

DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
}
LINK = re.compile(r"\]\(([^)\s]+)\)")
# In a line of code, or after the prompt of a console.
MAKE = re.compile(r"(?:`|^\$ )make ([a-z][a-z-]*)", re.MULTILINE)
TARGET = re.compile(r"^([a-z][a-z-]*):.*##", re.MULTILINE)

each_document = pytest.mark.parametrize("name", DOCUMENTS)


def links_of(name: str) -> list[tuple[str, str]]:
    """Return each relative link as a file, named from the project's root, and a place in it."""
    links = [link for link in LINK.findall(DOCUMENTS[name]) if not re.match("[a-z]+:", link)]
    folder = (ROOT / name).parent
    found = []
    for link in links:
        file, _, place = link.partition("#")
        path = (folder / file).resolve() if file else ROOT / name
        found.append((path.relative_to(ROOT).as_posix(), place))
    return found


def anchors_of(text: str) -> set[str]:
    titles = re.findall(
        r"^#+ (.*)$",
        re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE),
        re.MULTILINE,
    )
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


@each_document
def test_each_relative_link_leads_to_a_file(name: str) -> None:
    assert [file for file, _ in links_of(name) if not (ROOT / file).exists()] == []


@each_document
def test_each_link_into_a_document_leads_to_a_title_of_it(name: str) -> None:
    links = [(file, place) for file, place in links_of(name) if place]
    assert [link for link in links if link[1] not in anchors_of(DOCUMENTS[link[0]])] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_commands_that_a_newcomer_needs_are_named(name: str) -> None:
    assert {"demo", "test"} <= {*MAKE.findall(DOCUMENTS[name])}


@each_document
def test_each_target_of_make_that_is_named_is_one(name: str) -> None:
    targets = TARGET.findall((ROOT / "Makefile").read_text())
    named = MAKE.findall(DOCUMENTS[name])
    assert [target for target in named if target not in targets] == []


def test_the_tables_of_the_documents_are_what_was_measured() -> None:
    texts = [document.read_text(encoding="utf-8") for document in MEASURED]
    for heading in (table.heading for table in TABLES):
        assert any(f"{heading}\n" in text for text in texts), heading
    for text in texts:
        lines, measured = text.splitlines(), rewritten(text).splitlines()
        assert [line for line in measured if line not in lines] == [], "run `make plots`"
        assert lines == measured
