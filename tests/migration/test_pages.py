"""Each page: both of its programs allow the same, and each of its differences has a test."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from flask import Flask

from tests.documents import blocks_of
from tests.migration.decisions import decisions
from tests.migration.libraries import from_wsgi
from tests.migration.pages import PAGES, Page

# Django's settings are in another file; the test of its differences compares them.
# Those of Starlette have their numbers from docs/differences.md.
NUMBERED = [page for page in PAGES if page.package != "starlette"]
ONE_FILE = [page for page in PAGES if page.package != "django-cors-headers"]


@pytest.mark.parametrize("page", NUMBERED, ids=lambda page: page.package)
def test_each_difference_has_a_test_of_its_number(page: Page) -> None:
    module = importlib.import_module(f"tests.migration.test_{page.package.replace('-', '_')}")
    tested = {int(found[1]) for name in dir(module) if (found := re.match(r"test_(\d+)_", name))}
    assert page.numbers == [*range(1, len(page.numbers) + 1)]
    assert tested == {*page.numbers}


@pytest.mark.parametrize("page", ONE_FILE, ids=lambda page: page.package)
def test_the_programs_before_and_after_allow_the_same(page: Page) -> None:
    before, after = [block for block in blocks_of(page.path) if block.section == "Before and after"]
    assert decisions(served(before.names()["app"])) == decisions(after.names()["app"])


def served(app: Any) -> Any:
    """Return an ASGI application."""
    return from_wsgi(app) if isinstance(app, Flask) else app
