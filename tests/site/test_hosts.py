"""Nothing in the built site is loaded from another host: no font, script, style, image or frame."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

# What loads by itself. A link that somebody has to click does not.
LOADING = {
    "audio": ["src"],
    "embed": ["src"],
    "iframe": ["src"],
    "img": ["src", "srcset"],
    "input": ["src"],
    "link": ["href"],
    "object": ["data"],
    "script": ["src"],
    "source": ["src", "srcset"],
    "track": ["src"],
    "video": ["src", "poster"],
}
# A link of these kinds names an address and loads nothing.
NAMING = {"canonical", "next", "prev"}
IN_STYLE = re.compile(r"""(?:@import\s*|url\(\s*)["']?([^"')\s;]+)""")
OTHER = re.compile(r"(?:[a-z]+:)?//", re.IGNORECASE)


class Loads(HTMLParser):
    """What a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in_style = tag == "style"
        if tag == "link" and given.get("rel") in NAMING:
            return
        self.addresses += [given[name] for name in LOADING.get(tag, ()) if name in given]
        self.addresses += IN_STYLE.findall(given.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.addresses += IN_STYLE.findall(data)


def loaded_by(text: str) -> list[str]:
    page = Loads()
    page.feed(text)
    return page.addresses


@pytest.mark.parametrize(
    "text",
    [
        "<script src='https://cdn.example/a.js'></script>",
        "<link rel=stylesheet href=//fonts.example/css>",
        "<img src=http://img.example/a.png>",
        "<style>@import 'https://fonts.example/css'</style>",
        "<p style='background: url(https://img.example/a.png)'>",
    ],
)
def test_what_is_loaded_from_another_host_would_be_found(text: str) -> None:
    (address,) = loaded_by(text)
    assert OTHER.match(address)


def test_no_page_loads_from_another_host(site: Path) -> None:
    pages = {path: loaded_by(path.read_text()) for path in site.rglob("*.html")}
    assert pages
    assert all(pages.values())
    found = [
        (path.relative_to(site).as_posix(), address)
        for path, addresses in pages.items()
        for address in addresses
        if OTHER.match(address)
    ]
    assert found == []


def test_no_style_or_picture_loads_from_another_host(site: Path) -> None:
    styles = [*site.rglob("*.css"), *site.rglob("*.svg")]
    assert styles
    found = [
        (path.name, address)
        for path in styles
        for address in IN_STYLE.findall(path.read_text())
        if OTHER.match(address)
    ]
    assert found == []
    pictures = [path.read_text() for path in site.rglob("*.svg")]
    assert not any(re.search(r"<image|<script|href=.http", text) for text in pictures)


def test_no_part_of_the_theme_that_asks_another_host_is_used(site: Path) -> None:
    """The theme's script asks for the stars of a repository, and loads diagrams and consent."""
    used = re.compile(r'data-md-component="(?:source|consent)"|class="mermaid"')
    assert [path for path in site.rglob("*.html") if used.search(path.read_text())] == []
