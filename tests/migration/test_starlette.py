"""docs/migration/starlette.md: what a migration meets; `tests/parity` compares everything else."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import ConfigError, CORSMiddleware
from tests.documents import ROOT, rows_below
from tests.exchange import ORIGIN, preflight, responding, sent_in_a_loop, values
from tests.migration.decisions import EVIL, can
from tests.migration.libraries import fastcors, starlette

PAGE = "docs/migration/starlette.md"


def test_each_difference_is_named() -> None:
    rows = rows_below(PAGE, "| you have | with fastcors | number |")
    details = (ROOT / "docs" / "differences.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^(\d)\. ", details, re.MULTILINE)
    assert {row[2] for row in rows} == {*numbers}


def test_1_each_part_of_a_string_is_an_origin() -> None:
    given: Any = "https://app.example.com, https://b.example"
    with starlette(allow_origins=given) as app:
        assert can(app, "https://b")
    with pytest.raises(ConfigError):
        fastcors(allow_origins=given)


def test_7_a_coroutine_allows_every_origin() -> None:
    class Theirs(Starlette):
        async def is_allowed_origin(self, origin: str) -> bool:  # type: ignore[override]
            return False

    class Ours(CORSMiddleware):
        async def is_allowed_origin(self, origin: str) -> bool:
            return False

    with warnings.catch_warnings():
        # The coroutine is never awaited.
        warnings.simplefilter("ignore", RuntimeWarning)
        assert can(Theirs(responding()), EVIL)
    assert not can(Ours(responding()), EVIL)


def test_2_the_string_false_is_true() -> None:
    given: Any = {"allow_origins": [ORIGIN], "allow_credentials": "false"}
    with starlette(**given) as app:
        assert can(app, credentials="include")
    with pytest.raises(ConfigError):
        fastcors(**given)


def test_5_an_entry_with_a_star_matches_nothing() -> None:
    given = {"allow_origins": ["https://*.example.com"]}
    with starlette(**given) as app:
        assert not can(app)
    assert can(fastcors(**given))


def test_8_what_is_derived_from_an_attribute_stays() -> None:
    for make, methods in ((Starlette, "GET"), (CORSMiddleware, "PUT")):
        middleware: Any = make(responding(), allow_origins=[ORIGIN])
        middleware.allow_methods = ["PUT"]
        response = sent_in_a_loop(middleware, preflight(method="PUT"))
        assert values(response, "access-control-allow-methods") == [methods]
