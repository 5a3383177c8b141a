"""An application with minimal responses."""

from typing import Any

from fastcors import CORSMiddleware


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """Respond to a request; a lifespan event is not served."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


app = CORSMiddleware(
    hello,
    allow_origins=["https://app.example.com"],
    allow_methods=["GET", "PUT"],
    responses="minimal",
)
