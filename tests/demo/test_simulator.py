"""What the simulator predicts for the page, and the server's notes of the same requests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from examples.demo.api import make_api
from examples.demo.fetches import FETCHES
from examples.demo.policy import default_policy, policy_of
from examples.demo.received import Reception
from examples.demo.simulator import Prediction, predictions
from fastcors.testing import AsyncBrowser, BlockedByCORS

API, PAGE, OTHER = "http://127.0.0.1:8000", "http://127.0.0.1:8001", "http://localhost:8001"
# What each request shows with the policy at the start.
EXPECTED = {
    "read": (True, [("GET", 200)]),
    "headers": (True, [("GET", 200)]),
    "write": (True, [("OPTIONS", 200), ("PUT", 200)]),
    "method": (False, [("OPTIONS", 400)]),
    "header": (False, [("OPTIONS", 400)]),
    "credentials": (True, [("GET", 200)]),
    "websocket": (True, [("WebSocket", 101)]),
    "other-read": (False, [("GET", 200)]),
    "other-write": (False, [("POST", 403)]),
    "other-websocket": (False, [("WebSocket", 403)]),
}


def predicted(text: str) -> dict[str, Prediction]:
    return asyncio.run(predictions(policy_of(text), page=PAGE, other=OTHER, api=API))


def test_the_requests_show_what_is_allowed_and_what_is_rejected_by_each_check() -> None:
    found = predicted(default_policy(8001))
    assert {name: (each.allowed, each.reached) for name, each in found.items()} == EXPECTED
    assert [fetch.name for fetch in FETCHES] == list(EXPECTED)
    assert found["headers"].headers.keys() == {"content-length", "content-type", "x-total"}
    assert found["credentials"].body == '{"cookie":true}'
    assert found["method"].kind == "PreflightInvalidStatus"
    assert found["other-read"].reason == "the response has no Access-Control-Allow-Origin."


@pytest.mark.parametrize(
    ("text", "name", "reached"),
    [
        (f'allow_origins=["{PAGE}"], allow_methods=["DELETE"]', "method", ("DELETE", 200)),
        (f'allow_origins=["{PAGE}"], allow_headers=["X-Debug"]', "header", ("GET", 200)),
        (f'allow_origins=["{OTHER}"]', "other-read", ("GET", 200)),
        ("", "other-websocket", ("WebSocket", 101)),
        ("", "other-write", ("POST", 200)),
    ],
)
def test_an_edited_policy_changes_what_is_predicted(
    text: str, name: str, reached: tuple[str, int]
) -> None:
    assert predicted(text)[name].reached[-1] == reached


async def noted(text: str, path: str, **options: Any) -> list[tuple[str, int | None, bool, str]]:
    reception = Reception(make_api(), policy_of(text))
    async with AsyncBrowser(reception, PAGE, base_url=API) as browser:
        try:
            await browser.fetch(f"{path}?run=r1.read", **options)
            await browser.fetch(f"{path}?run=r2.read", **options)
            await browser.fetch(f"{path}?run=<b>.read", **options)
        except BlockedByCORS:
            pass
    return [
        (note.method, note.status, note.ran, str(note.decision)) for note in reception.of_run("r1")
    ]


def test_the_server_notes_what_reached_it_and_why() -> None:
    text = f'allow_origins=["{PAGE}"], enforce=True'
    assert asyncio.run(noted(text, "/items/1")) == [
        ("GET", 200, True, f"GET from {PAGE} is allowed: allow_origins lists it")
    ]
    ((method, status, ran, explanation),) = asyncio.run(
        noted(text, "/items/1", headers={"X-Debug": "1"})
    )
    assert (method, status, ran) == ("OPTIONS", 400, False)
    assert "x-debug is not in allow_headers" in explanation
    ((method, status, ran, explanation),) = asyncio.run(
        noted("enforce=True", "/orders", method="POST")
    )
    assert (method, status, ran) == ("POST", 403, False)
    assert f"{PAGE} is not allowed" in explanation


def test_the_server_notes_no_more_than_the_last_requests() -> None:
    async def run() -> int:
        reception = Reception(make_api(), policy_of(""))
        async with AsyncBrowser(reception, API, base_url=API) as browser:
            for number in range(600):
                await browser.fetch(f"/visitor?run=r{number}.read")
        return sum(len(reception.of_run(f"r{number}")) for number in range(600))

    assert asyncio.run(run()) == 500
