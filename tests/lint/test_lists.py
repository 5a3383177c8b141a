"""Lists that are none, and lists of other people's classes."""

from __future__ import annotations

import collections.abc
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.datastructures import CommaSeparatedStrings

from fastcors import CORSMiddleware
from tests.lint.alone import lint

# A text where a list belongs, and what was meant.
TEXTS: list[tuple[str, str, list[str] | None]] = [
    ("allow_origins", "https://a.example/", ["https://a.example"]),
    ("allow_origins", "https://A.example, https://b.example:443", ["https://a.example", "https://b.example"]),
    ("allow_origins", '["https://a.example", "https://b.example"]', ["https://a.example", "https://b.example"]),
    ("allow_origins", "['https://a.example']", ["https://a.example"]),
    ("allow_origins", "*.example.com", ["https://*.example.com"]),
    ("allow_origins", "localhost:3000", ["http://localhost:3000"]),
    ("allow_origins", "None", []),
    ("allow_origins", "", []),
    ("allow_origins", "${ORIGINS}", None),
    ("allow_origins", '["https://a.example", null]', None),
    ("allow_origins", '[["https://a.example"]]', None),
    ("allow_methods", "get,post", ["GET", "POST"]),
    ("allow_headers", "X-A;X-B", ["X-A", "X-B"]),
]  # fmt: skip


@pytest.mark.parametrize(("option", "text", "meant"), TEXTS)
def test_a_text_for_a_list_is_reported_with_entries_that_are_right(
    option: str, text: str, meant: list[str] | None
) -> None:
    (problem,) = lint(**{option: text})
    assert (problem.code, problem.suggestion) == ("not-a-collection", meant)
    assert [p for p in lint(**{option: meant or []}) if p.severity == "error"] == []


class Settings(collections.abc.Sequence[str]):
    """A sequence as an application writes one."""

    def __getitem__(self, index: Any) -> Any:
        return ["https://a.example"][index]

    def __len__(self) -> int:
        return 1


class Table(collections.abc.Mapping[str, int]):
    """A mapping as an application writes one."""

    def __getitem__(self, key: str) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        return iter(["https://a.example"])

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize(
    "entries",
    [
        CommaSeparatedStrings("https://a.example, https://b.example"),
        Settings(),
        Table(),
        Table().keys(),
    ],
    ids=["Starlette's", "a sequence", "a mapping", "its keys"],
)
def test_a_collection_that_goes_by_its_items_is_taken(entries: Any) -> None:
    middleware = CORSMiddleware(print, allow_origins=entries)  # type: ignore[arg-type]
    assert middleware.is_allowed_origin("https://a.example")
