"""Go's CrossOriginProtection, case by case: the same outcome, or another one with its reason."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from fastcors import CORSMiddleware, Policy
from tests.exchange import responding, scope_of, sent

TABLE = Path(__file__).with_name("cross_origin_protection.toml")
CASES: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["case"]
POLICY = Policy(allow_origins=["https://trusted.example"], enforce="unsafe")


def test_each_difference_has_a_reason() -> None:
    for case in CASES:
        assert ("ours" in case) == ("reason" in case), case["name"]
        assert case.get("ours") != case["go"], case["name"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_ends_as_in_go_or_as_the_reason_says(case: dict[str, Any]) -> None:
    expected = case.get("ours", case["go"])
    host, scheme = case.get("host", "example.com"), case.get("scheme", "https")
    headers = {"host": host, "origin": case.get("origin"), "sec-fetch-site": case.get("site")}
    lines = [(name.encode(), value.encode()) for name, value in headers.items() if value]
    scope = scope_of(case["method"], lines, scheme=scheme)
    scope["path"] = case.get("path", "/")
    assert sent(CORSMiddleware(responding(), policy=POLICY), scope)[0]["status"] == expected
    decision = POLICY.request(
        method=case["method"],
        origin=case.get("origin"),
        host=host,
        sec_fetch_site=case.get("site"),
        scheme=scheme,
    )
    assert (decision.status or 200) == expected
