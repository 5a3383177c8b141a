"""Falcon with CORS as the outermost layer: around errors and authentication.

Run it with: uvicorn --app-dir examples outermost_falcon:app
"""

from typing import Any

from falcon import HTTPUnauthorized
from falcon.asgi import App, Request, Response

from fastcors import CORSMiddleware


class Authentication:
    """Rejects requests without a token, preflights included."""

    async def process_request(self, req: Request, resp: Response) -> None:
        """Check the token."""
        if req.get_header("Authorization") != "Bearer secret":
            raise HTTPUnauthorized


class Orders:
    """A resource that responds."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """Respond to GET."""
        resp.text = "3"


class Broken:
    """A resource that fails."""

    async def on_get(self, req: Request, resp: Response) -> None:
        """Fail."""
        raise LookupError("no such order")


# Its type takes only a dict as the scope.
application: Any = App(middleware=[Authentication()])
application.add_route("/orders", Orders())
application.add_route("/broken", Broken())

app = CORSMiddleware(
    application,
    allow_origins=["https://app.example.com"],
    allow_headers=["Authorization"],
)
