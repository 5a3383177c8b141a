"""Assertions about a fetch, whose failures say what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .blocked import BlockedByCORS

if TYPE_CHECKING:
    from .browser import Browser
    from .response import Response


def assert_allowed(browser: Browser, url: str, **options: Any) -> Response:
    """Return the response to a fetch that the browser allows.

    Args:
        browser: the page.
        url: where.
        options: those of `Browser.fetch`.

    Raises:
        AssertionError: if it is blocked, with the reason and what to change.
    """
    __tracebackhide__ = True
    try:
        return browser.fetch(url, **options)
    except BlockedByCORS as blocked:
        raise AssertionError(f"expected an allowed fetch, but it is blocked: {blocked}") from None


def assert_blocked(
    browser: Browser, url: str, *, kind: str | None = None, **options: Any
) -> BlockedByCORS:
    """Return why CORS blocks a fetch.

    Args:
        browser: the page.
        url: where.
        kind: the expected kind, as Chromium names it; any if it is None.
        options: those of `Browser.fetch`.

    Raises:
        AssertionError: if it is allowed, or blocked with another kind.
    """
    __tracebackhide__ = True
    try:
        response = browser.fetch(url, **options)
    except BlockedByCORS as blocked:
        if kind in {None, blocked.kind}:
            return blocked
        raise AssertionError(f"expected {kind}, but it is blocked otherwise: {blocked}") from None
    exchanges = "\n".join(map(str, response.exchanges))
    raise AssertionError(
        f"expected a blocked fetch, but pages of {browser.origin} can read the response:\n{exchanges}"
    )
