"""Each row of the tables of options: the same pages can do the same with the two applications."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import pytest

from tests.migration.decisions import decisions
from tests.migration.libraries import django, fastcors
from tests.migration.pages import PAGES, Page, Row, is_theirs, options

ROWS = [(page, row) for page in PAGES for row in page.rows]


def theirs(page: Page, row: Row) -> Mapping[str, object]:
    given = {
        **options(page.rows[0].theirs, is_theirs),
        **options(row.theirs, is_theirs),
    }
    with page.make(**given) as app:
        return decisions(app)


def ours(page: Page, row: Row) -> Mapping[str, object]:
    return decisions(fastcors(**{**options(page.rows[0].ours), **options(row.ours)}))


@pytest.mark.parametrize(
    ("page", "row"), ROWS, ids=[f"{page.package} {row.theirs}" for page, row in ROWS]
)
def test_a_row_allows_the_same_to_the_same_pages_or_names_a_difference(
    page: Page, row: Row
) -> None:
    assert {*row.numbers} <= {*page.numbers}
    if row.differs:
        assert theirs(page, row) != ours(page, row)
    else:
        assert theirs(page, row) == ours(page, row)


def flask_cors_defaults() -> Mapping[str, object]:
    from flask_cors.core import DEFAULT_OPTIONS

    return {**DEFAULT_OPTIONS}


def quart_cors_defaults() -> Mapping[str, object]:
    import quart_cors

    found = quart_cors.DEFAULTS
    return {name.removeprefix("QUART_CORS_").lower(): value for name, value in found.items()}


def asgi_cors_defaults() -> Mapping[str, object]:
    from asgi_cors import asgi_cors  # type: ignore[import-untyped]

    parameters = inspect.signature(asgi_cors).parameters
    return {name: each.default for name, each in parameters.items() if name != "app"}


def django_cors_headers_defaults() -> Mapping[str, object]:
    from corsheaders.conf import conf

    names = [name for name in dir(type(conf)) if name.startswith("CORS_")]
    with django():
        return {name: getattr(conf, name) for name in names}


def litestar_defaults() -> Mapping[str, object]:
    from litestar.config.cors import CORSConfig

    return dataclasses.asdict(CORSConfig())


def starlette_defaults() -> Mapping[str, object]:
    from starlette.middleware.cors import CORSMiddleware

    parameters = inspect.signature(CORSMiddleware).parameters
    return {name: each.default for name, each in parameters.items() if name != "app"}


DEFAULTS: dict[str, Callable[[], Mapping[str, object]]] = {
    "asgi-cors": asgi_cors_defaults,
    "django-cors-headers": django_cors_headers_defaults,
    "flask-cors": flask_cors_defaults,
    "litestar": litestar_defaults,
    "quart-cors": quart_cors_defaults,
    "starlette": starlette_defaults,
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.package)
def test_each_option_of_a_library_is_in_its_table_with_its_default(page: Page) -> None:
    written: dict[str, Any] = {}
    named = set()
    for row in page.rows:
        names = list(options(row.theirs))
        named |= {*names}
        if row.default:
            (name,) = [name for name in names if name not in written][-1:]
            written[name] = eval(row.default)
    expected = DEFAULTS[page.package]()
    assert written == expected
    assert named == expected.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.package)
def test_the_version_that_is_named_is_the_one_that_is_installed(page: Page) -> None:
    named = re.search(r"^Checked with [\w-]+ ([\d.]+)\.(?: |$)", page.text, re.MULTILINE)
    assert named is not None
    # A newer one of the same series has to pass the same tests.
    assert named[1].split(".")[0] == version(page.package).split(".")[0]
