"""Where a regex matches the same origins as entries do, these are suggested instead of a regex."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcors import Policy, lint
from fastcors._proof.entries import entries

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))


def written(regex: str) -> list[str] | None:
    return entries(re.compile(regex), regex)


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        (r"https://example\.com", ["https://example.com"]),
        (r"https://(a|b)\.example\.com", ["https://a.example.com", "https://b.example.com"]),
        (r"https://(?:www\.)?example\.com", ["https://example.com", "https://www.example.com"]),
        (r"https?://example\.com", ["http://example.com", "https://example.com"]),
        (
            r"https://example\.com(?::8443|:9443)?",
            ["https://example.com", "https://example.com:8443", "https://example.com:9443"],
        ),
        (r"http://localhost:(?:3000|5000)", ["http://localhost:3000", "http://localhost:5000"]),
        (r"http://localhost(?::\d+)?", ["http://localhost:*"]),
        (r"http://localhost(:[0-9]{1,5})?", ["http://localhost:*"]),
        (r"https://.*\.example\.com", ["https://*.example.com"]),
        (r"https://(?:[a-z0-9-]+\.)+example\.com", ["https://*.example.com"]),
        (r"https://(?:.*\.)?example\.com", ["https://example.com", "https://*.example.com"]),
        (
            r"https://(?:[a-z0-9-]+\.)*example\.com:8443",
            ["https://example.com:8443", "https://*.example.com:8443"],
        ),
        (r"https://.+\.example\.com(?::\d+)?", ["https://*.example.com:*"]),
        (r"https://a\.com/?", ["https://a.com"]),
        (
            r"https://app[12]\.example\.com",
            ["https://app1.example.com", "https://app2.example.com"],
        ),
        (r"^https://w{3}\.example\.com$", ["https://www.example.com"]),
        (r"(?i)https://Example\.com", None),
        (r"app://\.|capacitor://localhost", ["app://.", "capacitor://localhost"]),
        # Other origins than entries can stand for.
        (r"https://[a-z0-9-]+\.example\.com", None),
        (r"https://(?:[a-z]+\.)+example\.com", None),
        (r"https://app-[a-z]+\.example\.com", None),
        (r"http://localhost:\d+", None),
        (r"http://localhost:30[0-9]+", None),
        (r"https://example\.com:[0-9]{4}", None),
        (r"https://.*", None),
        # Too many to list.
        (r"https://app[0-9a-f]\.example\.(?:com|net)", None),
        (r"https://(?:a|b|c|d|e)(?:a|b|c|d|e)(?:a|b|c|d|e)\.example\.com", None),
    ],
)
def test_entries_are_written_for_a_regex_that_matches_the_same(
    regex: str, expected: list[str] | None
) -> None:
    assert written(regex) == expected


PARTS = [
    st.sampled_from(["https://", "https?://", "(?:http|https)://", "app://"]),
    st.sampled_from(["", r"(?:www\.)?", r"(?:a|b)\.", r".*\.", r"(?:.+\.)?", r"(?:[a-z0-9-]+\.)*", r"[a-z]+\.", r"(?:[a-z0-9-]+\.)+", r"[^.]+\."]),
    st.sampled_from([r"example\.com", r"(?:example|a-b)\.com", "localhost", r"example\.(?:com|co\.uk)"]),
    st.sampled_from(["", "/?", r"(?::\d+)?", ":8080", "(?::8080|:80)?", r":\d+", "$", r"(?::[1-9]\d*)?"]),
]  # fmt: skip
ORIGINS = [
    f"{scheme}://{below}{host}{port}"
    for scheme in ("https", "http", "app")
    for below in ("", "www.", "a.", "b.", "a.b.", "x-1.", "_.", "-a.")
    for host in ("example.com", "a-b.com", "localhost", "example.co.uk", "evil.com")
    for port in ("", ":1", ":8080", ":65535")
    # A label that nobody can have may be matched by one and not by the other.
    if below not in ("_.", "-a.") or host == "evil.com"
]


@settings(max_examples=EXAMPLES // 10, deadline=None)
@given(st.tuples(*PARTS).map("".join))
def test_entries_allow_what_the_regex_matches_and_nothing_else(regex: str) -> None:
    found = written(regex)
    if found is None:
        return
    policy = Policy(allow_origins=found)
    for origin in ORIGINS:
        matched = re.fullmatch(regex, origin) is not None
        assert policy.actual(origin=origin).allowed is matched, (regex, found, origin)


def test_a_suggestion_is_a_list_where_it_can_be_one() -> None:
    (problem,) = lint(allow_origin_regex=r"https://.*example\.com")
    assert problem.suggestion == ["https://example.com", "https://*.example.com"]
    assert problem.suggested_option == "allow_origins"
    assert "write allow_origins=['https://example.com', 'https://*.example.com'] instead" in str(
        problem
    )
    (problem,) = lint(allow_origin_regex=r"https://[a-z]+.example\.com")
    assert problem.suggestion == r"https://[a-z]+\.example\.com"
    assert problem.suggested_option == "allow_origin_regex"
