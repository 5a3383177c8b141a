"""The examples that are applications, called without a server."""

from __future__ import annotations

import pytest

from examples import subclass, wrapped
from tests.exchange import actual, preflight, sent_in_a_loop, values

READABLE = "access-control-allow-origin"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://admin.example.com", True),
        ("https://shop.acme.example", True),
        ("https://globex.example", False),
        ("https://elsewhere.example", False),
    ],
)
def test_the_subclass_allows_its_own_origin_and_those_of_paying_tenants(
    origin: str, allowed: bool
) -> None:
    expected = [origin] if allowed else []
    assert values(sent_in_a_loop(subclass.app, actual(origin)), READABLE) == expected
    assert values(sent_in_a_loop(subclass.app, preflight(origin)), READABLE) == expected


def test_a_tenant_counts_from_the_request_after_it_was_added(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = actual("https://new.example")
    assert values(sent_in_a_loop(subclass.app, request), READABLE) == []
    monkeypatch.setitem(subclass.tenants, "https://new.example", "new")
    assert values(sent_in_a_loop(subclass.app, request), READABLE) == ["https://new.example"]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example.com", True),
        ("http://localhost:5173", True),
        ("https://example.com", False),
        ("https://elsewhere.example", False),
    ],
)
def test_the_wrapped_application_responds_and_its_patterns_decide(
    origin: str, allowed: bool
) -> None:
    messages = sent_in_a_loop(wrapped.app, actual(origin))
    assert messages[1]["body"] == b"3 orders"
    assert values(messages, "access-control-expose-headers") == ["X-Total"]
    assert values(messages, READABLE) == ([origin] if allowed else [])
