"""The pages in Chromium: legible, usable by keyboard, loaded from one host, and found by the search."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.servers.running import CLIENT_SECONDS

pytestmark = pytest.mark.servers

PAGES = (
    *("", "configuration/", "recipes/", "performance/"),
    *("api/middleware/", "debugging/", "start/", "migration/flask-cors/", "problems/origin-null/"),
)
# What is searched for, and where it is described.
QUERIES = {
    "blocked by CORS policy": "debugging/",
    "trailing slash": "problems/origin-trailing-slash/",
    "allow_origin_regex": "configuration/#allow_origin_regex",
    "WebSocket": "recipes/#websockets",
    "credentials": "recipes/#credentials",
}
# Tasks of a new user, in the words of a search, and the recipe.
TASKS = {
    "cookies across sites": "recipes/#cookies-across-sites",
    "preview deployments": "recipes/#preview-deployments",
    "pydantic settings": "recipes/#pydantic-settings",
    "mounted application": "recipes/#mounted-applications",
    "nginx": "recipes/#nginx",
}
WIDTHS = {"desktop": 1280, "phone": 360}


def opened(chromium: Browser, width: int = 1280, scheme: Any = "light") -> Page:
    """Open an empty page of this width, whose user prefers these colors."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(CLIENT_SECONDS * 1000)
    return context.new_page()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    chromium: Browser, address: str, width: int, scheme: str
) -> None:
    page = opened(chromium, width, scheme)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if scheme == "dark":
        # Nothing else depends on the colors.
        options["runOnly"] = ["color-contrast"]
    found = []
    for name in PAGES:
        page.goto(address + name)
        found += [
            (name, each["id"], each["nodes"][0]["html"])
            for each in Axe().run(page, options=options).response["violations"]
            if each["impact"] in {"serious", "critical"}
        ]
    page.context.close()
    assert found == []


def test_axe_would_find_a_low_contrast(chromium: Browser, address: str) -> None:
    page = opened(chromium)
    page.goto(address)
    page.add_style_tag(content="[data-md-color-scheme] { --fastcors-accent: #9ccfca }")
    violations = Axe().run(page).response["violations"]
    page.context.close()
    assert "color-contrast" in [each["id"] for each in violations]


def test_no_page_scrolls_sideways_on_a_phone(chromium: Browser, site: Path, address: str) -> None:
    page = opened(chromium, WIDTHS["phone"])
    wide = []
    names = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    # The pages of the problem codes are alike.
    codes = [name for name in names if name.startswith("problems/")]
    for name in [name for name in names if name not in codes[:-5]]:
        page.goto(f"{address}{name}", wait_until="domcontentloaded")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)
    page.context.close()
    assert wide == []


def test_a_table_of_options_to_migrate_fits_on_a_desktop(
    chromium: Browser, site: Path, address: str
) -> None:
    page = opened(chromium)
    wide = []
    names = sorted(path.parent.name for path in site.glob("migration/*/index.html"))
    assert "flask-cors" in names
    for name in names:
        page.goto(f"{address}migration/{name}/")
        # The script that wraps a table has run.
        page.locator("article .md-typeset__table").first.wait_for()
        if page.locator("article").evaluate(
            "all => [...all.querySelectorAll('table')].some(one => one.offsetWidth > all.clientWidth)"
        ):
            wide.append(name)
    page.context.close()
    assert wide == []


def test_the_keyboard_reaches_the_text_the_search_and_a_table_that_scrolls(
    chromium: Browser, address: str
) -> None:
    page = opened(chromium, WIDTHS["phone"])
    page.goto(f"{address}comparison/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Skip to content"
    table = page.get_by_role("group", name="Table that scrolls")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'Search'")
    page.context.close()


def test_nothing_is_loaded_from_another_host(chromium: Browser, address: str) -> None:
    page = opened(chromium)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    for name in PAGES:
        page.goto(address + name, wait_until="networkidle")
    page.locator("input.md-search__input").press_sequentially("origin")
    page.locator(".md-search-result__item").first.wait_for()
    page.context.close()
    assert f"{address}search/search_index.json" in loaded
    assert {urlsplit(url).netloc for url in loaded} == {urlsplit(address).netloc}


def results(page: Page, address: str, query: str) -> list[list[str]]:
    """Return the pages that the search finds, each with the sections of it."""
    page.goto(f"{address}?q={quote(query)}")
    page.locator(".md-search-result__item").first.wait_for()
    found = page.locator(".md-search-result__item").evaluate_all(
        "items => items.map(item => [...item.querySelectorAll('a')].map(a => a.href))"
    )
    # What was searched for is in the address, to be marked in the page.
    return [[re.sub(r"\?[^#]*", "", link).removeprefix(address) for link in each] for each in found]


@pytest.mark.parametrize(("query", "expected"), QUERIES.items(), ids=QUERIES)
def test_the_search_has_the_right_page_among_the_first_three(
    chromium: Browser, address: str, query: str, expected: str
) -> None:
    page = opened(chromium)
    found = results(page, address, query)[:3]
    page.context.close()
    assert expected in [link for links in found for link in links]


@pytest.mark.parametrize(("query", "expected"), TASKS.items(), ids=TASKS)
def test_a_task_is_found_by_one_search(
    chromium: Browser, address: str, query: str, expected: str
) -> None:
    page = opened(chromium)
    (first, *_) = results(page, address, query)
    page.context.close()
    assert expected in first


@pytest.mark.parametrize("expected", TASKS.values(), ids=TASKS)
def test_a_task_is_two_clicks_from_home(chromium: Browser, address: str, expected: str) -> None:
    page = opened(chromium)
    page.goto(address)
    path, _, fragment = expected.partition("#")
    page.locator(f"article a[href='{path}']").first.click()
    page.locator(f"article a[href='#{fragment}']:not(.headerlink)").first.click()
    assert page.url == address + expected
    heading = page.locator(f"#{fragment}")
    heading.wait_for()
    assert heading.bounding_box()
    page.context.close()
