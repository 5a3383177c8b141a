"""Differences that several libraries have: each holds an application of the library against fastcors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fastcors import lint
from tests.exchange import ORIGIN
from tests.migration.decisions import can, header
from tests.migration.libraries import fastcors

if TYPE_CHECKING:
    from typing import Any

# Entries in which a library's `*` stands for any characters, each with an origin that it should not allow.
WILDCARDS = pytest.mark.parametrize(
    ("entry", "evil"),
    [
        ("https://*example.com", "https://evilexample.com"),
        ("http://localhost*", "http://localhost.evil.com"),
    ],
)


def a_wildcard_stands_for_any_characters(app: Any, entry: str, evil: str) -> None:
    """Check an application whose library allows the entry."""
    assert can(app, evil)
    assert not can(fastcors(allow_origins=[entry]), evil)
    assert lint(allow_origins=[entry]) != []
    patterns = fastcors(allow_origins=["https://*.example.com", "http://localhost:*"])
    assert can(patterns)
    assert can(patterns, "http://localhost")
    assert can(patterns, "http://localhost:5173")


def content_type_has_to_be_listed(app: Any) -> None:
    """Check an application whose library allows the origin and the header X-Token."""
    assert not can(app, method="POST", json={})
    assert can(
        fastcors(allow_origins=[ORIGIN], allow_methods=["POST"], allow_headers=["X-Token"]),
        method="POST",
        json={},
    )


def a_preflight_response_says_nothing_about_its_age(app: Any) -> None:
    """Check an application whose library allows the origin."""
    name = "access-control-max-age"
    assert header(app, name, method="PUT") is None
    assert header(fastcors(allow_origins=[ORIGIN]), name, method="PUT") == "600"
