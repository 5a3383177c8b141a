"""The pages are what the table says, and every address in a message leads to one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fastcors
from fastcors import lint
from fastcors.problems import CODES, PREFIX, SITE, Report, page_of
from tests.documents import ROOT, blocks_of
from tests.problems import documents
from tests.problems.entries import Example, entries, without_addresses

PAGES = documents.pages()
CODES_OF_OPTIONS = [code for code in entries() if code in CODES]
RENEW = "if this is right, run 'python -m tests.problems.documents'"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_table_says(name: str) -> None:
    path = documents.PAGES / f"{name}.md"
    assert path.read_text(encoding="utf-8") == PAGES[name], RENEW


def test_each_page_is_about_a_code() -> None:
    assert {path.stem for path in documents.PAGES.iterdir()} == PAGES.keys(), RENEW


@pytest.mark.parametrize("code", CODES_OF_OPTIONS)
def test_the_programs_of_a_page_print_what_it_shows(
    code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = f"docs/problems/{code}.md"
    shown = re.findall(
        r"^It prints(?: `(.*)`\.|:\n\n```text\n(.*)\n```)$", PAGES[code], re.MULTILINE | re.DOTALL
    )
    text = PAGES[code]
    for block in blocks_of(page):
        block.names()
        printed = without_addresses(capsys.readouterr().out.strip())
        # A program of its own has no other name.
        printed = re.sub(r"(?<=[ <])documented\.", "__main__.", printed)
        assert f"It prints `{printed}`." in text or f"It prints:\n\n```text\n{printed}\n```" in text
    assert shown
    assert len(blocks_of(page)) == 2


def test_the_index_has_each_code_once() -> None:
    linked = re.findall(r"^\| \[`([a-z0-9-]+)`\]\(\1\.md\) \|", PAGES["index"], re.MULTILINE)
    assert sorted(linked) == sorted(entries())


def test_the_message_in_the_index_is_the_one_that_is_shown() -> None:
    (line,) = re.findall("^fastcors: .*$", PAGES["index"], re.MULTILINE)
    (problem,) = lint(allow_origins=["https://app.example.com/"])
    assert line == f"{PREFIX}{problem}"


def test_an_entry_links_by_name_to_what_the_table_of_references_has() -> None:
    texts = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(documents.__file__).parent.glob("*.toml")
    )
    assert set(re.findall(r"\]\[([a-z0-9-]+)\]", texts)) == documents.REFERENCES.keys()


def test_the_address_of_a_page_is_the_site_and_the_code() -> None:
    assert page_of("max-age") == f"{SITE}problems/max-age/"
    assert (ROOT / "docs" / "problems" / "max-age.md").exists()


def test_the_address_of_the_site_is_written_in_one_module() -> None:
    package = Path(fastcors.__file__).parent
    named = [path for path in package.rglob("*.py") if SITE in path.read_text(encoding="utf-8")]
    assert named == [package / "problems.py"]


@pytest.mark.parametrize("code", ["origin-path", "regex-unverified"])
def test_a_report_shows_the_address_of_each_problem_once(code: str) -> None:
    example = entries()[code].bad
    assert isinstance(example, Example)
    report = example.report()
    assert isinstance(report, Report)
    lines = str(report).splitlines()
    assert [line.count(SITE) for line in lines] == [1] * len(report)


def sections() -> list[str]:
    """Return the pages and headings of the documentation that messages name, from the site's address."""
    package = Path(fastcors.__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in package.rglob("*.py")]
    return re.findall(r"\{SITE\}([a-z-]+/#[a-z-]+)", "\n".join(texts))


@pytest.mark.parametrize("section", sections())
def test_a_section_that_a_message_names_is_in_the_documents(section: str) -> None:
    name, _, anchor = section.partition("/#")
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    titles = re.findall("^#+ (.*)$", text, re.MULTILINE)
    assert anchor in [title.lower().replace(" ", "-") for title in titles]
