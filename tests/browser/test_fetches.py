"""What pages fetch ends in Chromium as `fastcors.testing.Browser` says: the same drawn cases in both."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from fastcors.testing import BlockedByCORS, Browser, FetchError
from tests.browser.faults import Faults
from tests.browser.generated import GROUPS, PAGE, Case, Fetch, cases, url
from tests.browser.pages import Pages

pytestmark = pytest.mark.servers

# How many cases of each group there are, and how many `make test` runs.
WHOLE = 200
PART = 25
COUNT = WHOLE if os.environ.get("FASTCORS_FETCHES") == "all" else PART
BATCH = 5

# Servers add these.
OWN = {"date", "server", "content-length"}


def in_chromium(pages: Pages, case: Case, expected: list[Any]) -> list[Any]:
    found: list[Any] = []
    for fetch, simulated in zip(case.fetches, expected[::2], strict=True):
        reported = "parameter" in simulated
        outcome = pages.fetch(case.page, fetch, reported=reported)
        # It names some of the values at fault.
        others = simulated.get("others", ())
        if "parameter" in simulated and outcome.get("parameter", "") in {"", *others}:
            outcome["parameter"] = simulated["parameter"]
        if "others" in simulated:
            outcome["others"] = others
        if "names" in outcome:
            outcome["names"] = sorted({*outcome["names"]} - OWN)
        found += [outcome, pages.received(case.name)]
    return found


def simulated(case: Case, port: str) -> list[Any]:
    app = Faults()
    found: list[Any] = []
    with Browser(
        app, f"http://{case.page}:{port}", base_url=f"http://{case.page}:{port}"
    ) as browser:
        for fetch in case.fetches:
            outcome = fetch_simulated(browser, fetch, port)
            found += [outcome, app.received.pop(case.name, [])]
    return found


def fetch_simulated(browser: Browser, fetch: Fetch, port: str) -> dict[str, Any]:
    try:
        response = browser.fetch(fetch.url.replace("{port}", port), **fetch.options)
    except BlockedByCORS as blocked:
        if blocked.kind in {"DisallowedByMode", "CorsDisabledScheme"}:
            # The page's own process stops it, without a word in the protocol.
            return {"error": "FetchError"}
        # Of several names, Chromium reports any.
        others = [
            name
            for name in map(str.lower, dict(fetch.options["headers"]))
            if blocked.kind.startswith("Header")
        ]
        return {"error": blocked.kind, "parameter": blocked.parameter, "others": others}
    except FetchError:
        return {"error": "FetchError"}
    except TypeError:
        return {"error": "TypeError"}
    return {
        "type": response.type,
        "status": response.status,
        "redirected": response.redirected,
        "url": response.url,
        "text": response.text,
        "names": sorted({*response.headers} - OWN),
    }


def shown(case: Case, found: list[Any]) -> str:
    return json.dumps(
        [[case.page, *([each.url, each.options] for each in case.fetches)], found], indent=1
    )


@pytest.mark.parametrize("start", range(0, COUNT, BATCH))
@pytest.mark.parametrize("group", GROUPS)
def test_a_fetch_ends_in_chromium_as_in_the_simulated_browser(
    pages: Pages, group: str, start: int
) -> None:
    for case in cases(group, WHOLE)[start : start + BATCH]:
        expected = simulated(case, pages.port)
        assert shown(case, in_chromium(pages, case, expected)) == shown(case, expected)


# The method, and what responds with status 421: the preflight, or what follows it.
MISDIRECTED = [("GET", "actual"), ("POST", "actual"), ("PUT", "actual"), ("PUT", "preflight")]


@pytest.mark.parametrize(("method", "step"), MISDIRECTED)
@pytest.mark.parametrize("host", ["api.example.test", PAGE])
def test_a_misdirected_request_is_sent_once_more_in_both(
    pages: Pages, host: str, method: str, step: str
) -> None:
    headers = [
        ["access-control-allow-origin", "{origin}"],
        ["access-control-allow-methods", "PUT"],
        ["access-control-allow-credentials", "true"],
        ["set-cookie", "misdirected=1"],
    ]
    responses: dict[str, Any] = {
        each: {"status": 200, "headers": headers} for each in ("actual", "preflight")
    }
    responses[step] = {"status": 421, "headers": headers}
    name = f"misdirected-{method}-{step}-{host}"
    body = None if method == "GET" else "a body"
    options: dict[str, Any] = {
        "method": method,
        "credentials": "include",
        "headers": {},
        "body": body,
    }
    case = Case(name, PAGE, [Fetch(url("bare", name, host, **responses), options)])
    expected = simulated(case, pages.port)
    assert shown(case, in_chromium(pages, case, expected)) == shown(case, expected)
    (_, received) = expected
    sent = [first.partition(" ")[0] for first, *_ in received]
    is_asked = host != PAGE and method == "PUT"
    if is_asked and step == "preflight":
        assert sent == ["OPTIONS", "OPTIONS"]
    elif step == "actual":
        assert sent == ["OPTIONS"] * is_asked + [method, method]


def test_all_cases_fetch_at_least_600_times() -> None:
    assert sum(len(case.fetches) for group in GROUPS for case in cases(group, WHOLE)) >= 600
