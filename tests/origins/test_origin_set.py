"""`OriginSet`: origins and patterns that change while requests are served."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from fastcors import ConfigError, CORSMiddleware, OriginSet, Policy, lint
from tests.exchange import actual, responding, sent, values

APP = "https://app.example.com"


def allows(policy: Policy, origin: str) -> bool:
    return policy.actual(origin=origin).allowed


def allowed_by(middleware: CORSMiddleware) -> list[str]:
    """Return the origin that the response to an actual request allows, if there is one."""
    return values(sent(middleware, actual(APP)), "access-control-allow-origin")


def test_entries_are_added_and_removed_one_by_one() -> None:
    entries = OriginSet()
    policy = Policy(allow_origins=entries)
    assert not allows(policy, APP)
    entries.add(APP)
    entries.add(APP)
    assert allows(policy, APP)
    assert (len(entries), APP in entries, list(entries)) == (1, True, [APP])
    entries.discard("https://never.example")
    entries.discard(APP)
    assert not allows(policy, APP)
    assert (len(entries), APP in entries, list(entries)) == (0, False, [])


def test_a_pattern_is_an_entry_and_covers_what_it_covers_in_a_list() -> None:
    entries = OriginSet(["https://*.customer.example", "http://localhost:*"])
    policy = Policy(allow_origins=entries)
    assert allows(policy, "https://a.b.customer.example")
    assert allows(policy, "http://localhost:3000")
    assert not allows(policy, "https://customer.example")
    assert "https://a.customer.example" not in entries, "membership is that of the entry itself"
    entries.discard("https://a.customer.example")
    assert allows(policy, "https://a.customer.example")
    entries.discard("https://*.customer.example")
    assert not allows(policy, "https://a.customer.example")
    assert allows(policy, "http://localhost:3000")


def test_replace_puts_other_entries_in_the_place_of_all() -> None:
    entries = OriginSet([APP, "https://*.old.example"])
    entries.replace(["https://new.example", "https://new.example"])
    assert list(entries) == ["https://new.example"]
    entries.replace(entries)
    assert list(entries) == ["https://new.example"]
    entries.replace(())
    assert list(entries) == []


def test_a_middleware_decides_by_what_the_set_has_at_each_request() -> None:
    entries = OriginSet()
    middleware = CORSMiddleware(responding(), allow_origins=entries)
    assert middleware.allow_origins is entries
    for _ in range(3):
        assert allowed_by(middleware) == []
        entries.add(APP)
        assert allowed_by(middleware) == [APP]
        entries.discard(APP)


BAD: list[tuple[Any, str]] = [
    ("*", "origin-glob"),
    ("null", "origin-null"),
    ("https://*.vercel.app", "origin-public-suffix"),
    (f"{APP}/", "origin-trailing-slash"),
    ("app.example.com", "origin-no-scheme"),
    ("", "origin-empty"),
    ("https://*", "origin-glob"),
    ("https://é.example", "origin-unicode"),
    ("https://\ud800.example", "origin-unicode"),
    (None, "origin-type"),
    (5, "origin-type"),
    (APP.encode(), "origin-type"),
    (f"{'a' * 40_000}://a.example", "origin-too-long"),
]


@pytest.mark.parametrize(("entry", "code"), BAD, ids=[code for _, code in BAD])
def test_a_bad_entry_raises_its_problem_and_changes_nothing(entry: Any, code: str) -> None:
    entries = OriginSet([APP])
    many = [f"https://{number}.example.com" for number in range(5_000)]
    for change in (
        lambda: entries.add(entry),
        lambda: entries.update([*many, entry]),
        lambda: entries.update([entry, *many]),
        lambda: entries.replace([*many, entry]),
        lambda: OriginSet([entry]),
    ):
        with pytest.raises(ConfigError) as raised:
            change()
        assert [problem.code for problem in raised.value.problems] == [code]
        assert list(entries) == [APP]


def test_the_valid_entries_alone_can_replace_all() -> None:
    entries = OriginSet([APP])
    problems = entries._fastcors_replace_valid([bad for bad, _ in BAD] + ["https://new.example"])
    assert sorted(problem.code for problem in problems) == sorted(code for _, code in BAD)
    assert list(entries) == ["https://new.example"]


@pytest.mark.parametrize("given", [APP, "*", b"a", None, 5])
def test_what_is_no_collection_of_entries_raises(given: Any) -> None:
    entries = OriginSet([APP])
    for change in (entries.update, entries.replace, OriginSet):
        with pytest.raises(ConfigError):
            change(given)
    assert list(entries) == [APP]


def test_copies_are_the_same_set_and_a_pickle_has_the_entries_of_that_moment() -> None:
    entries = OriginSet([APP])
    policy = Policy(allow_origins=entries)
    assert copy.copy(entries) is entries
    assert copy.deepcopy(entries) is entries
    pickled = pickle.dumps([entries, policy, Policy(allow_origins=entries)])
    entries.add("https://later.example")
    restored, *policies = pickle.loads(pickled)
    assert list(restored) == [APP]
    assert all(each.allow_origins is restored for each in policies)
    restored.add("https://other.example")
    assert all(allows(each, "https://other.example") for each in policies)
    assert not allows(policy, "https://other.example")


def test_sets_and_policies_that_have_one_are_compared_by_identity() -> None:
    one, other = OriginSet([APP]), OriginSet([APP])
    assert one != other
    assert len({one, other, one}) == 2
    policy = Policy(allow_origins=one)
    assert policy == Policy(allow_origins=one)
    assert hash(policy) == hash(Policy(allow_origins=one))
    assert policy != Policy(allow_origins=other)
    assert policy != Policy(allow_origins=[APP])
    assert policy.replace(max_age=5).allow_origins is one


def test_an_empty_set_is_not_reported_as_a_policy_without_origins() -> None:
    assert lint(allow_origins=OriginSet()) == []
    assert lint(allow_origins=OriginSet(), allow_credentials=True) == []
    assert lint(allow_origins=OriginSet(), enforce=True) == []


def test_its_entries_are_linted_with_the_options_that_they_are_used_with() -> None:
    entries = OriginSet([APP, "http://shop.example"])
    assert lint(allow_origins=entries) == []
    problems = lint(allow_origins=entries, allow_credentials=True)
    assert [problem.code for problem in problems] == ["origin-insecure"]
