"""A subclass that also allows the origins of the tenants, as they are when a request comes.

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
    """Allows the origins in the options, and every tenant that is not suspended."""

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether pages of this origin may read responses."""
        if super().is_allowed_origin(origin):
            return True
        tenant = tenants.get(origin)
        return tenant is not None and tenant not in suspended


async def orders(request: Request) -> PlainTextResponse:
    return PlainTextResponse("3 orders")


app = Starlette(routes=[Route("/", orders)])
app.add_middleware(TenantCORSMiddleware, allow_origins=["https://admin.example.com"])
