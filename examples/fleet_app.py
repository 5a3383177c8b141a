"""An application whose allowed origins are in Redis, one set for all workers of all machines.

Run it with: REDIS_URL=redis://127.0.0.1:6379 uvicorn --workers 3 fleet_app:app
"""

import os

from fastapi import FastAPI

from fastcors import CORSMiddleware, OriginSet
from fastcors.feeds import FeedStatus, RedisFeed, lifespan

# Those that are always allowed. The customers' origins come from Redis.
OWN = ["https://app.example.com"]

origins = OriginSet(OWN)
feed = RedisFeed(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"), key="origins")

app = FastAPI(lifespan=lifespan(origins, feed, keep=OWN))
app.add_middleware(CORSMiddleware, allow_origins=origins)


@app.get("/worker")
async def worker() -> int:
    """Return which worker process responds."""
    return os.getpid()


@app.get("/health")
async def health() -> FeedStatus:
    """Return whether the origins are current."""
    return origins.feed_status()
