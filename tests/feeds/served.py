"""The application that each worker of a fleet serves: `uvicorn --workers 3 tests.feeds.served:app`."""

from __future__ import annotations

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from fastcors import CORSMiddleware, OriginSet
from fastcors.feeds import RedisFeed, lifespan

ALWAYS = "https://app.example.com"

origins = OriginSet([ALWAYS])
feed = RedisFeed(os.environ["FLEET_REDIS"], key="origins")


async def worker(request: Request) -> JSONResponse:
    """Return which worker this is, and the state of its feed."""
    status = origins.feed_status()
    return JSONResponse(
        {"worker": os.getpid(), "connected": status.connected, "entries": status.entries}
    )


app = Starlette(
    routes=[Route("/", worker)], lifespan=lifespan(origins, feed, keep=[ALWAYS], start_timeout=60)
)
app.add_middleware(CORSMiddleware, allow_origins=origins)
