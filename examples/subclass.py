"""A subclass that allows the origins of the tenants too, whoever they are when a request comes.

Run it with: uvicorn --app-dir examples subclass:app
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from fastcors import CORSMiddleware

# Stands for a database: which tenant an origin belongs to, and who did not pay.
tenants = {"https://shop.acme.example": "acme", "https://globex.example": "globex"}
suspended = {"globex"}


class TenantCORSMiddleware(CORSMiddleware):
    """Allows what the options say, and every tenant that is not suspended."""

    def is_allowed_origin(self, origin: str) -> bool:
        """Say whether the pages of this origin may read answers."""
        if super().is_allowed_origin(origin):
            return True
        tenant = tenants.get(origin)
        return tenant is not None and tenant not in suspended


async def orders(request: Request) -> PlainTextResponse:
    return PlainTextResponse("3 orders")


app = Starlette(routes=[Route("/", orders)])
app.add_middleware(TenantCORSMiddleware, allow_origins=["https://admin.example.com"])
