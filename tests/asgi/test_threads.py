"""One middleware serves event loops in several threads while another thread reconfigures it."""

from __future__ import annotations

import asyncio
import itertools
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from fastcors import CORSMiddleware
from tests.exchange import ORIGIN, Message, Scope, actual, preflight, receive, responding, sent
from tests.memory.requests import Overriding

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPS = 4
REQUESTS = 2_000
# Each loop goes on until both policies have decided on every request, but not further than this.
MOST_REQUESTS = 200_000

COMMON: dict[str, Any] = {
    "allow_origins": ["https://*.example.com"],
    "allow_origin_regex": r"https://[a-z]+\.example\.net",
    "allow_credentials": True,
}
# They differ in every line that can differ, so a mixture of both shows.
POLICIES: list[dict[str, Any]] = [
    {
        "max_age": age,
        "allow_methods": ["GET", method],
        "allow_headers": [header],
        "expose_headers": [header],
    }
    for age, method, header in ((1, "PUT", "X-One"), (2, "PATCH", "X-Two"))
]
SCOPES = [
    *(actual(origin) for origin in (None, ORIGIN, "https://evil.example")),
    *(actual(f"https://{name}.example.com") for name in "abcdef"),
    *(actual(f"https://{name}.example.net") for name in "abcdef"),
    *(
        preflight(headers=header, method=method)
        for header in ("x-one", "x-two")
        for method in ("PUT", "PATCH")
    ),
    preflight("https://evil.example", "PURGE", "x-three", "true"),
]


async def app(scope: Scope, receive: Any, send: Any) -> None:
    await asyncio.sleep(0)
    await responding()(scope, receive, send)


@pytest.fixture
def switching() -> Iterator[None]:
    """Let threads take turns a hundred times as often as they do."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(interval / 100)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("switching")
@pytest.mark.parametrize("middleware_class", [CORSMiddleware, Overriding])
def test_every_response_is_of_one_policy_while_another_thread_changes_it(
    middleware_class: type[CORSMiddleware],
) -> None:
    middleware = middleware_class(app, **COMMON, **POLICIES[0])
    right = [
        [sent(CORSMiddleware(responding(), **COMMON, **policy), scope) for policy in POLICIES]
        for scope in SCOPES
    ]
    # Responses that differ come from both policies; equal ones count for the first policy.
    possible = {
        (index, both.index(messages)) for index, both in enumerate(right) for messages in both
    }
    seen: set[tuple[int, int]] = set()
    done = threading.Event()

    def reconfigure() -> None:
        for policy in itertools.cycle(POLICIES):
            if done.is_set():
                return
            middleware.reconfigure(**policy)

    async def ask(index: int, wrong: list[Any]) -> None:
        messages: list[Message] = []

        async def send(message: Message) -> None:
            await asyncio.sleep(0)
            messages.append(message)

        await middleware({**SCOPES[index]}, receive, send)
        if messages in right[index]:
            seen.add((index, right[index].index(messages)))
        else:
            wrong.append((SCOPES[index], messages))

    async def ask_all(first: int) -> list[Any]:
        wrong: list[Any] = []
        asked = 0
        while asked < REQUESTS or (len(seen) < len(possible) and asked < MOST_REQUESTS):
            # Ten at a time, so requests of one loop are under way together.
            indexes = [(first + asked + n) % len(SCOPES) for n in range(10)]
            await asyncio.gather(*(ask(index, wrong) for index in indexes))
            asked += len(indexes)
        return wrong

    with ThreadPoolExecutor(LOOPS + 1) as threads:
        reconfiguring = threads.submit(reconfigure)
        asking = [threads.submit(asyncio.run, ask_all(first)) for first in range(LOOPS)]
        try:
            wrong = [response for loop in asking for response in loop.result()]
        finally:
            done.set()
        reconfiguring.result()
    assert wrong == []
    assert seen == possible
