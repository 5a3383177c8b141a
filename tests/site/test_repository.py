"""A page has the same parts in the repository, where CommonMark reads it, and in the site."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.site.building import ROOT
from tools.site.hooks import PAGES

# The reference is made of docstrings, which only the site has.
DOCUMENTS = {
    path.relative_to(ROOT / "docs").as_posix(): path
    for path in sorted(ROOT.glob("docs/**/*.md"))
    if path.parent.name != "api"
} | {page: ROOT / source for source, page in PAGES.items()}
GITHUB = MarkdownIt("commonmark").enable("table")
PARTS = {
    *("h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "tr", "th", "td"),
    *("pre", "code", "strong", "em", "blockquote", "img"),
}
EMPTY = {"img", "br", "hr", "input", "meta", "link"}


class Parts(HTMLParser):
    """The parts of a text, each with its text, without white space and what the site adds."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[tuple[str, list[str], bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        added = "headerlink" in (dict(attrs).get("class") or "")
        if tag in EMPTY:
            if tag in PARTS:
                self.found.append((tag, ""))
        else:
            self._open.append((tag, [], added))

    def handle_data(self, data: str) -> None:
        if not any(added for _, _, added in self._open):
            for _, words, _ in self._open:
                words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in EMPTY:
            return
        name, words, _ = self._open.pop()
        assert name == tag
        # Whether an item of a list has paragraphs is no difference to its reader.
        if name in PARTS:
            self.found.append((name, "".join("".join(words).split())))


def parts_of(html: str) -> list[tuple[str, str]]:
    parts = Parts()
    parts.feed(html)
    return parts.found


@pytest.mark.parametrize("page", DOCUMENTS)
def test_a_page_has_the_same_parts_in_the_repository(site: Path, page: str) -> None:
    built = site / page.removesuffix("index.md").removesuffix(".md") / "index.html"
    (article,) = re.findall(r"<article[^>]*>(.*)</article>", built.read_text(), re.DOTALL)
    # A block of code is highlighted there, in an element of its own.
    article = re.sub(r"</?span[^>]*>", "", article)
    expected = parts_of(GITHUB.render(DOCUMENTS[page].read_text(encoding="utf-8")))
    assert parts_of(article) == expected
