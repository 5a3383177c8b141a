"""Minimal responses and Starlette's: browsers allow the same, and no response is longer."""

from __future__ import annotations

import os
import warnings
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.middleware.cors import CORSMiddleware as StarlettesMiddleware

from fastcors import CORSMiddleware
from tests.exchange import headers_of, preflight, responding, scope_of, sent
from tests.responses import generated
from tests.responses.browser import Browser
from tests.responses.wire import wire_bytes

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
FETCHES = 8

drawn = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
randoms = st.randoms(use_true_random=False)


def middlewares(random: Random) -> tuple[CORSMiddleware, CORSMiddleware, Any, dict[str, Any]]:
    """Return two with the same policy, the second with minimal responses; Starlette's; the options."""
    options, app = generated.policy(random), responding(generated.response_headers(random))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        usual = CORSMiddleware(app, **options)
        minimal = CORSMiddleware(app, **options, responses="minimal")
    return usual, minimal, app, options


def requests(random: Random) -> list[Any]:
    """Draw a preflight and an actual request, whatever a browser would make of them."""
    fetch = generated.fetch(random)
    network = random.choice([None, "true"])
    names = ",".join(fetch.unsafe_names()) or None
    actual = scope_of(fetch.sent_method(), [(b"origin", fetch.origin.encode())])
    return [preflight(fetch.origin, fetch.sent_method(), names, network), actual]


def is_preflight(scope: Any) -> bool:
    return b"access-control-request-method" in dict(scope["headers"])


@drawn
@given(randoms)
def test_a_browser_allows_the_same_and_sends_the_same_preflights(random: Random) -> None:
    usual, minimal, app, options = middlewares(random)
    browsers = [Browser(usual), Browser(minimal)]
    if not any("*" in origin[1:] for origin in options["allow_origins"]):
        # Patterns are fastcors' own.
        browsers.append(Browser(StarlettesMiddleware(app, **options)))
    for fetch in [generated.fetch(random) for _ in range(FETCHES)]:
        results = [browser.fetch(fetch) for browser in browsers]
        assert results == results[:1] * len(browsers), (options, fetch)
    sent_preflights = {browser.preflights for browser in browsers}
    assert len(sent_preflights) == 1, options


@drawn
@given(randoms)
def test_no_response_to_a_request_with_an_origin_is_longer(random: Random) -> None:
    usual, minimal, _, options = middlewares(random)
    for scope in requests(random):
        found = wire_bytes(sent(minimal, scope)), wire_bytes(sent(usual, scope))
        assert found[0] <= found[1], (options, scope)
        assert found[0] < found[1] or not is_preflight(scope), (options, scope)


@drawn
@given(randoms)
def test_a_rejected_request_gets_no_header_of_the_policy(random: Random) -> None:
    usual, minimal, _, options = middlewares(random)
    for scope in requests(random):
        response = sent(minimal, scope)
        if is_preflight(scope):
            allowed = response[0]["status"] == 204
            assert allowed == (sent(usual, scope)[0]["status"] == 200)
        else:
            allowed = minimal.is_allowed_origin(dict(scope["headers"])[b"origin"].decode())
        names = {name for name, _ in headers_of(response)}
        if not allowed:
            assert not any(name.startswith(b"access-control-") for name in names), options
        else:
            assert b"access-control-allow-origin" in names, options


@drawn
@given(randoms)
def test_a_decision_says_what_is_sent(random: Random) -> None:
    _, minimal, _, options = middlewares(random)
    fetch = generated.fetch(random)
    names, network = ",".join(fetch.unsafe_names()) or None, random.choice([True, False])
    decision = minimal.policy.preflight(
        origin=fetch.origin, method=fetch.sent_method(), headers=names, private_network=network
    )
    start, body = sent(
        minimal,
        preflight(fetch.origin, fetch.sent_method(), names, "true" if network else None),
    )
    assert (decision.status, decision.body) == (start["status"], body["body"]), options
    assert decision.headers == start["headers"], options
