"""Each address of the site that the documents, the messages and the package have leads to a section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.site.building import CONFIGURATION, ROOT

ADDRESS = re.compile(re.escape(str(CONFIGURATION.site_url)) + r"([\w/.-]*\w/)?(?:#([\w.-]+))?")
# Those that are built while it runs, which the tests of messages have: `…/problems/{code}/`.
WRITTEN = [
    *ROOT.glob("*.md"),
    *ROOT.glob("*.toml"),
    *ROOT.glob("docs/**/*.md"),
    *ROOT.glob("python/fastcors/**/*.py"),
    *ROOT.glob("examples/*"),
]


def addresses(path: Path) -> Iterator[tuple[str, str]]:
    """Return the page and the section of each address in a file."""
    for found in ADDRESS.finditer(path.read_text(encoding="utf-8")):
        yield found[1] or "", found[2] or ""


def test_each_address_of_the_site_leads_to_a_page_and_a_section(site: Path) -> None:
    found = {address for path in WRITTEN if path.is_file() for address in addresses(path)}
    assert len(found) > 20
    assert ("performance/", "what-is-linear") in found
    pages = {name: site / name / "index.html" for name, _ in found}
    assert [name for name, page in pages.items() if not page.exists()] == []
    texts = {name: page.read_text() for name, page in pages.items()}
    missing = [
        f"{name}#{section}"
        for name, section in found
        if section and f'id="{section}"' not in texts[name]
    ]
    assert missing == []


def test_each_link_of_the_readme_to_a_document_leads_to_the_site() -> None:
    """A package index shows the README, and has no documents beside it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"(?<!!)\[[^\]]*\]\((docs/[^)]*)\)", readme) == []
