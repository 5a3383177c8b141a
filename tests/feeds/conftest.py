"""A Redis for the tests that need one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.feeds.redis_server import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.feeds.redis_server import RedisServer


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """Yield a Redis that is not started yet."""
    with redis_server() as server:
        yield server
