"""Asks every worker of a server, and puts the server under load."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORKERS = 3
# A safety net, far beyond what a busy machine needs.
SECONDS = 300


def ask(client: httpx.Client, origin: str) -> tuple[bool, dict[str, Any]]:
    """Return whether some worker allows the origin, and what it reports about itself."""
    # Another connection may lead to another worker.
    response = client.get("/", headers={"Origin": origin, "Connection": "close"})
    return response.headers.get("access-control-allow-origin") == origin, response.json()


def wait_for_all(
    client: httpx.Client, origin: str, condition: Callable[[bool, dict[str, Any]], bool]
) -> None:
    """Wait until the last response of each worker fulfills a condition."""
    fulfilled: dict[int, bool] = {}
    deadline = time.monotonic() + SECONDS
    while len(fulfilled) < WORKERS or not all(fulfilled.values()):
        assert time.monotonic() < deadline, fulfilled
        allowed, said = ask(client, origin)
        fulfilled[said["worker"]] = condition(allowed, said)
        time.sleep(0.002)


@dataclass
class Load:
    """Requests that are sent all the time, and the wrong responses to them."""

    address: str
    # What must be the decision for each origin, whatever happens.
    expected: dict[str, bool]
    sent: int = 0
    wrong: list[object] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send requests while the block runs, one after the other."""
        ended = threading.Event()

        def send() -> None:
            with httpx.Client(
                base_url=f"http://{self.address}", trust_env=False, timeout=SECONDS
            ) as client:
                while not ended.is_set():
                    for origin, expected in self.expected.items():
                        try:
                            allowed, said = ask(client, origin)
                        except httpx.HTTPError as error:
                            self.wrong.append(error)
                        else:
                            if allowed != expected:
                                self.wrong.append((origin, said))
                        self.sent += 1
                    time.sleep(0.005)

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def wait_for_more(self, requests: int) -> None:
        """Wait until this many more requests were sent."""
        enough = self.sent + requests
        deadline = time.monotonic() + SECONDS
        while self.sent < enough:
            assert time.monotonic() < deadline
            time.sleep(0.005)
