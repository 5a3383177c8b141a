"""Everybody can use the page: by keyboard, on a phone, in the dark, with a screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.demo.conftest import Demo, Visitor
from tests.servers.running import CLIENT_SECONDS

pytestmark = pytest.mark.servers

WIDTHS = {"phone": 360, "tablet": 768, "desk": 1280}
# Long words, errors and warnings.
PROBLEMS = f"""\
allow_origins=["https://app.example.com/", "https://{"a" * 60}.{"b" * 60}.example.com/path"],
allow_methods=["get"], allow_headers=["X-{"Long-" * 20}Token", "*"], allow_credentials=True,
allow_origin_regex=r"https://.*{"c" * 60}\\.com",
"""
STATES = {
    "at the start": None,
    "with problems": PROBLEMS,
    "with an error": "allow_origins=[" + "x" * 100,
}


@contextmanager
def opened(chromium: Browser, demo: Demo, width: int, scheme: str) -> Iterator[Visitor]:
    """Open the page on a screen of this width."""
    phone = {"is_mobile": True, "has_touch": True} if width == WIDTHS["phone"] else {}
    options: Any = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, **phone}
    context = chromium.new_context(**options)
    context.set_default_timeout(CLIENT_SECONDS * 1000)
    demo.reset()
    yield Visitor(context.new_page(), demo)
    context.close()


def show(visitor: Visitor, state: str | None) -> None:
    if state is None:
        return
    visitor.editor.fill(state)
    expect(visitor.verdict).to_have_class("verdict error")


# Only the text of the policy scrolls sideways.
TOO_WIDE = """[...document.querySelectorAll("body *:not(textarea)")]
    .filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 1)
    .filter(each => getComputedStyle(each).display !== "inline")
    .map(each => each.outerHTML.slice(0, 200))"""
AXE = """async () => {
    const found = await axe.run({resultTypes: ["violations"]});
    return found.violations.map(({id, impact, nodes}) =>
        `${id} (${impact}): ${nodes.map(({html, any}) => html + any.map(({message}) => message))}`);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    chromium: Browser, demo: Demo, width: int, scheme: str
) -> None:
    with opened(chromium, demo, width, scheme) as visitor:
        for state in STATES.values():
            show(visitor, state)
            visitor.page.evaluate(AXE_SCRIPT)
            assert visitor.page.evaluate(AXE) == []
            assert visitor.page.evaluate("document.documentElement.scrollWidth") == width
            assert visitor.page.evaluate(TOO_WIDE) == []


def test_axe_and_the_widths_are_really_measured(chromium: Browser, demo: Demo) -> None:
    with opened(chromium, demo, WIDTHS["phone"], "light") as visitor:
        visitor.page.evaluate(
            """() => {
                document.getElementById("summary").style.color = "gray";
                document.getElementById("summary").textContent += "x".repeat(200);
                document.querySelector("[for=policy]").remove();
            }"""
        )
        visitor.page.evaluate(AXE_SCRIPT)
        found = " ".join(visitor.page.evaluate(AXE))
        assert "color-contrast (serious)" in found
        assert "label (critical)" in found
        assert visitor.page.evaluate(TOO_WIDE) != []


def test_the_page_follows_the_color_scheme(chromium: Browser, demo: Demo) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        with opened(chromium, demo, WIDTHS["desk"], scheme) as visitor:
            ground = visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")
            brightness[scheme] = sum(map(int, ground.removeprefix("rgb(")[:-1].split(",")))
    assert brightness["light"] > 3 * 200
    assert brightness["dark"] < 3 * 50


def test_nothing_moves_for_somebody_who_wants_no_motion(chromium: Browser, demo: Demo) -> None:
    moving = "getComputedStyle(document.querySelector('.skip')).transitionDuration"
    context = chromium.new_context(reduced_motion="reduce")
    assert Visitor(context.new_page(), demo).page.evaluate(moving) == "0s"
    context.close()


def focused(page: Page) -> str:
    """Return what has the focus, by what a screen reader says of it."""
    name: str = page.evaluate(
        """() => {
            const {activeElement: found} = document;
            return found.labels?.[0]?.textContent ?? found.getAttribute("aria-label") ?? found.textContent;
        }"""
    )
    return name.strip()


def is_outlined(page: Page) -> bool:
    """Whether somebody sees what has the focus."""
    width: str = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    return width == "3px"


def test_the_keyboard_reaches_everything_in_order_and_does_everything(
    chromium: Browser, demo: Demo
) -> None:
    with opened(chromium, demo, WIDTHS["desk"], "light") as visitor:
        page, press = visitor.page, visitor.page.keyboard.press
        order = [
            "Skip to the requests",
            demo.page("localhost"),
            "Options of CORSMiddleware",
            "Apply and run",
            "Reset",
            "Run again",
        ]
        for name in order:
            press("Tab")
            assert focused(page) == name
            assert is_outlined(page)
        press("Enter")
        visitor.wait_for_the_run()
        for _ in range(3):
            press("Shift+Tab")
        assert focused(page) == "Options of CORSMiddleware"
        press("Control+A")
        page.keyboard.type('allow_origins=["https://app.example.com/"]')
        expect(visitor.problems).to_have_count(1)
        # Tab leaves the text, and passes what lint reports.
        for name in ("Apply and run", "Reset", "origin-trailing-slash"):
            press("Tab")
            assert focused(page) == name
        press("Tab")
        assert focused(page) == "Fix it: origin-trailing-slash"
        assert is_outlined(page)
        press("Enter")
        assert focused(page) == "Options of CORSMiddleware"
        press("Control+Enter")
        visitor.wait_for_the_run()
        assert visitor.shown()["read"] == (False, True)
        assert demo.policy() == 'allow_origins=["https://app.example.com"]'
        press("Tab")
        press("Tab")
        press("Space")
        visitor.wait_for_the_run()
        assert visitor.shown()["read"] == (True, True)


def test_the_first_link_skips_to_the_requests(chromium: Browser, demo: Demo) -> None:
    with opened(chromium, demo, WIDTHS["desk"], "light") as visitor:
        visitor.page.keyboard.press("Tab")
        visitor.page.keyboard.press("Enter")
        visitor.page.keyboard.press("Tab")
        assert focused(visitor.page) == "Run again"


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_screen_reader_finds_the_table_its_headers_and_what_changes(
    chromium: Browser, demo: Demo, width: int
) -> None:
    with opened(chromium, demo, width, "light") as visitor:
        table = visitor.page.get_by_role("table", name="The requests")
        # Also where each request is shown as a card.
        expect(table.get_by_role("columnheader")).to_have_text(
            ["Request", "In this browser", "Predicted"]
        )
        expect(table.get_by_role("rowheader")).to_have_count(12)
        expect(table.get_by_role("cell")).to_have_count(30)
        expect(visitor.page.get_by_role("status")).to_have_count(2)
        expect(visitor.page.get_by_role("heading", level=1)).to_have_count(1)


def test_no_verdict_is_shown_by_its_color_alone(chromium: Browser, demo: Demo) -> None:
    with opened(chromium, demo, WIDTHS["desk"], "light") as visitor:
        pills = visitor.page.locator(".pill")
        assert {text[1:] for text in pills.all_inner_texts()} == {"allowed", "blocked"}
        assert {text[0] for text in pills.all_inner_texts()} == {"✓", "✕"}
