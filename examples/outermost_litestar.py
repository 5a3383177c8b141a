"""Litestar with CORS as the outermost layer: around errors and authentication.

Run it with: uvicorn --app-dir examples outermost_litestar:app
"""

from typing import Any

from litestar import Litestar, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from fastcors import CORSMiddleware


class Authentication(AbstractAuthenticationMiddleware):
    """Rejects requests without a token, preflights included."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Check the token."""
        if connection.headers.get("Authorization") != "Bearer secret":
            raise NotAuthorizedException
        return AuthenticationResult(user="somebody", auth=None)


@get("/orders")
async def orders() -> int:
    return 3


@get("/broken")
async def broken() -> None:
    raise LookupError("no such order")


# Its type knows only Litestar's own scopes.
application: Any = Litestar([orders, broken], middleware=[Authentication])

app = CORSMiddleware(
    application,
    allow_origins=["https://app.example.com"],
    allow_headers=["Authorization"],
)
