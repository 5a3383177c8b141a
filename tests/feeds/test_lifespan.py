"""`fastcors.feeds.lifespan` with Starlette and FastAPI, and in a lifespan of the application's own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fastcors import CORSMiddleware, OriginSet
from fastcors.feeds import FeedError, FileFeed, lifespan

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

A, B = "https://a.example.com", "https://b.example.com"


def allows(client: TestClient, origin: str) -> bool:
    response = client.get("/", headers={"Origin": origin})
    return response.headers.get("access-control-allow-origin") == origin


@pytest.mark.parametrize("framework", [Starlette, FastAPI])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_application_allows_what_the_feed_has_while_it_runs(
    framework: Any, backend: Any, tmp_path: Path
) -> None:
    path = tmp_path / "origins"
    path.write_text(A)
    origins = OriginSet()
    app = framework(lifespan=lifespan(origins, FileFeed(path), keep=[B]))
    app.add_middleware(CORSMiddleware, allow_origins=origins)
    with TestClient(app, backend=backend) as client:
        assert origins.feed_status().connected
        assert allows(client, A)
        assert allows(client, B)
        assert not allows(client, "https://c.example.com")
    assert not origins.feed_status().connected


def test_a_lifespan_of_the_applications_own_follows_a_feed(tmp_path: Path) -> None:
    path = tmp_path / "origins"
    path.write_text(A)
    origins = OriginSet()

    @asynccontextmanager
    async def own(app: Starlette) -> AsyncGenerator[dict[str, int]]:
        async with origins.follow(FileFeed(path)):
            yield {"answer": 42}

    app = Starlette(lifespan=own)
    app.add_middleware(CORSMiddleware, allow_origins=origins)
    with TestClient(app) as client:
        assert allows(client, A)


def test_an_application_does_not_start_without_a_required_feed(tmp_path: Path) -> None:
    feed = FileFeed(tmp_path / "missing", required=True)
    with (
        pytest.raises(FeedError, match=r"fastcors: the application does not start.*missing"),
        TestClient(Starlette(lifespan=lifespan(OriginSet(), feed))),
    ):
        pass


def test_what_is_given_in_the_place_of_a_set_or_a_feed_is_reported_where_it_is_written() -> None:
    origins, feed = OriginSet(), FileFeed("origins.txt")
    wrong: Any = lifespan
    with pytest.raises(TypeError, match="is a FileFeed, not an OriginSet; write lifespan"):
        wrong(feed, origins)
    with pytest.raises(TypeError, match="is a list, not an OriginSet"):
        wrong([A], feed)
    with pytest.raises(TypeError, match=r"'origins\.txt' is a str; write FileFeed"):
        wrong(origins, "origins.txt")
    follow: Any = origins.follow
    with pytest.raises(TypeError, match=r"'origins\.txt' is a str; write FileFeed"):
        follow("origins.txt")
