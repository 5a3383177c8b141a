"""The documentation site is built strictly: what is broken in it ends the build."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fastcors
import fastcors.feeds
import fastcors.testing
from tests.site.building import CONFIGURATION, ROOT, build, copied
from tools.readme import repository
from tools.site.hooks import PAGES

URLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]


def test_the_site_is_built_without_a_warning(site: Path) -> None:
    assert (site / "index.html").exists()
    assert (site / "search" / "search_index.json").exists()


def add(text: str) -> Callable[[Path], None]:
    def change(checkout: Path) -> None:
        page = checkout / "docs" / "recipes.md"
        page.write_text(f"{page.read_text()}\n{text}\n")

    return change


def add_page(checkout: Path) -> None:
    (checkout / "docs" / "lost.md").write_text("# Lost\n")


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        (add("[a page](none.md)"), "'none.md'"),
        (add("[a section](testing.md#none)"), "'testing.md#none'"),
        (add_page, "lost.md"),
        (add("::: fastcors.none"), "fastcors.none"),
    ],
    ids=["a broken link", "a missing anchor", "a page outside the navigation", "an unknown name"],
)
def test_what_is_broken_ends_the_build(
    tmp_path: Path, change: Callable[[Path], None], reported: str
) -> None:
    checkout = copied(tmp_path / "checkout")
    change(checkout)
    done = build(checkout, tmp_path / "site")
    assert done.returncode != 0
    assert reported in done.stderr


def test_everything_that_is_broken_is_reported(tmp_path: Path) -> None:
    checkout = copied(tmp_path / "checkout")
    broken = [
        "img/none.svg",
        "../src/none.rs",
        "../src/none",
        "/recipes/",
        "#none",
    ]
    for target in broken:
        add(f"[a link]({target})")(checkout)
    (checkout / "docs" / "comparison.md").unlink()
    changelog = checkout / "CHANGELOG.md"
    changelog.write_text(f"{changelog.read_text()}\n[a page](docs/none.md)\n")
    done = build(checkout, tmp_path / "site")
    assert done.returncode != 0
    reported = [*broken, "docs/none.md", "comparison.md"]
    assert [each for each in reported if f"'{each}'" not in done.stderr] == []


def test_the_addresses_are_those_of_the_package() -> None:
    assert CONFIGURATION.site_url == URLS["Documentation"]
    assert CONFIGURATION.repo_url == repository()


@pytest.mark.parametrize("source", PAGES)
def test_a_file_of_the_top_level_is_a_page_and_its_links_lead_somewhere(
    site: Path, source: str
) -> None:
    page = (site / PAGES[source].removesuffix(".md") / "index.html").read_text()
    title = (ROOT / source).read_text().partition("\n")[0].removeprefix("# ")
    assert f">{title}<" in page
    assert 'href="docs/' not in page


def test_a_link_to_a_file_of_the_repository_leads_to_it_there(site: Path) -> None:
    page = (site / "differences" / "index.html").read_text()
    assert f'href="{repository()}/blob/main/tests/parity/test_differences.py"' in page
    page = (site / "architecture" / "index.html").read_text()
    assert f'href="{repository()}/tree/main/src/proof"' in page
    assert 'href="../contributing/"' in page


def test_the_page_of_a_code_has_its_title_and_is_in_the_section_of_the_problems(site: Path) -> None:
    page = (site / "problems" / "origin-path" / "index.html").read_text()
    assert "<title>origin-path - fastcors</title>" in page
    (active,) = re.findall(r'md-tabs__item--active">\s*<a [^>]*>\s*(.*?)\s*</a>', page)
    assert active == "Problems"
    # The menu has the list of codes, not each code.
    menu = re.findall(r'<a href="([^"]*)" class="md-nav__link', page)
    assert "../" in menu
    assert not any("origin-query" in link for link in menu)


@pytest.mark.parametrize("module", [fastcors, fastcors.feeds, fastcors.testing])
def test_each_public_name_is_in_the_reference(site: Path, module: Any) -> None:
    reference = "".join(page.read_text() for page in (site / "api").rglob("index.html"))
    missing = [
        name
        for name in module.__all__
        # A function may have the name of its module.
        if not re.search(rf'id="{module.__name__}\.(?:{name}\.)?{name}"', reference)
        and name != "__version__"
    ]
    assert missing == []
    assert "<code>__version__</code>" in reference


def test_the_reference_has_what_only_the_stub_declares(site: Path) -> None:
    assert 'id="fastcors.OriginSet.__iter__"' in (site / "api/origins/index.html").read_text()
