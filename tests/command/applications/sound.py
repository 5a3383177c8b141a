"""A FastAPI application whose CORS is as it should be."""

from __future__ import annotations

from fastapi import FastAPI, WebSocket

import fastcors

app = FastAPI()
cors = fastcors.install(
    app,
    allow_origins=["https://app.example.com"],
    allow_methods=["GET", "PUT"],
    allow_headers=["X-Token"],
    expose_headers=["X-Total"],
)


@app.get("/items")
def items() -> list[str]:
    """Return something."""
    return ["tea"]


@app.put("/items")
def put() -> None:
    """Take anything."""


@app.websocket("/live")
async def live(socket: WebSocket) -> None:
    """Accept every WebSocket."""
    await socket.accept()
    await socket.receive()
