"""The plugin for pytest: a fixture that makes browsers. Nothing is imported until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .browser import Browser

# Plugins that have a fixture of the same name, which their users mean.
_OTHERS = ("playwright", "splinter", "pytest-splinter")


def _browsers() -> Iterator[Callable[..., Browser]]:
    from .browser import Browser

    made: list[Browser] = []

    def make(*args: Any, **options: Any) -> Browser:
        browser = Browser(*args, **options)
        made.append(browser)
        return browser

    yield make
    for browser in made:
        browser.close()


@pytest.fixture
def cors_browser() -> Iterator[Callable[..., Browser]]:
    """Return a function that makes a `fastcors.testing.Browser`, and close it after the test.

    It is what `browser` is, and is also there beside pytest-playwright.
    """
    yield from _browsers()


class _Named:
    """The fixture by its short name."""

    @pytest.fixture
    def browser(self) -> Iterator[Callable[..., Browser]]:
        """Return a function that makes a `fastcors.testing.Browser`: ``browser(app, origin=...)``."""
        yield from _browsers()


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixture `browser`, unless another plugin has one."""
    manager = config.pluginmanager
    if not any(manager.hasplugin(name) for name in _OTHERS):
        manager.register(_Named(), "fastcors-browser")
