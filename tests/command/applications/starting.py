"""An application that works only once it is started."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

import fastcors


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Open the shop."""
    app.state.items = ["tea"]
    yield


app = FastAPI(lifespan=lifespan)
fastcors.install(app, allow_origins=["https://app.example.com"])


@app.get("/items")
def items() -> Any:
    """Return what is there."""
    return app.state.items
