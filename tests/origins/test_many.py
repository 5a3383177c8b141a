"""A list of very many origins, whose fingerprints are compared, decides as a set of strings does."""

from __future__ import annotations

import pickle

import pytest

from fastcors import CORSMiddleware, OriginSet, Policy
from tests.exchange import responding

# More than `MANY` in src/cors/byte_set.rs.
COUNT = 140_000
PATTERN = "https://*.tenants.example"
ORIGINS = [f"https://tenant-{number}.example" for number in range(COUNT)]
SOME = ORIGINS[:: COUNT // 1000]
OTHERS = [
    *(origin[:-1] for origin in SOME),
    *(f"{origin}:8443" for origin in SOME),
    *(origin.replace("tenant", "Tenant") for origin in SOME),
    *(f"https://tenant-{number}.example" for number in range(COUNT, COUNT + 1000)),
    PATTERN,
    "",
    "null",
    "https://" + "a" * 300,
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy(allow_origins=(*ORIGINS, PATTERN, ORIGINS[0]))


def test_each_is_allowed_and_nothing_else(policy: Policy) -> None:
    assert all(policy.actual(origin=origin).allowed for origin in ORIGINS)
    assert [origin for origin in OTHERS if policy.actual(origin=origin).allowed] == []
    assert policy.actual(origin="https://a.tenants.example").allowed


def test_the_entries_come_back_as_they_were_given(policy: Policy) -> None:
    assert policy.allow_origins == (*ORIGINS, PATTERN, ORIGINS[0])


def test_policies_are_compared_by_their_entries(policy: Policy) -> None:
    same = Policy(allow_origins=(PATTERN, *reversed(ORIGINS)))
    assert same == policy
    assert hash(same) == hash(policy)
    assert Policy(allow_origins=(PATTERN, *ORIGINS[1:])) != policy
    assert pickle.loads(pickle.dumps(policy)) == policy


def test_a_list_is_followed() -> None:
    origins = list(ORIGINS)
    middleware = CORSMiddleware(responding(), allow_origins=origins)

    def is_allowed(origin: str) -> bool:
        return middleware.is_allowed_origin(origin)

    last = origins[-1]
    assert is_allowed(last)
    origins[-1] = "https://new.example"
    assert not is_allowed(last)
    assert is_allowed("https://new.example")
    assert [origin for origin in SOME if not is_allowed(origin)] == []


def test_a_set_changes() -> None:
    entries = OriginSet(ORIGINS)
    assert len(entries) == COUNT
    assert set(entries) == set(ORIGINS)
    for origin in SOME:
        entries.discard(origin)
    entries.add("https://new.example")
    assert [origin for origin in (*SOME, *OTHERS) if origin in entries] == []
    assert "https://new.example" in entries
    assert set(entries) == {*ORIGINS, "https://new.example"} - set(SOME)
    entries.replace(ORIGINS[:10])
    assert sorted(entries) == sorted(ORIGINS[:10])
