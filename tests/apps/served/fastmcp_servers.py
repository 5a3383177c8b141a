"""FastMCP's HTTP application with OAuth, at `/` as it is and at `/page` with a middleware around it.

At `/page` the middlewares of the OAuth endpoints are inside another one.
"""

from contextlib import AsyncExitStack, asynccontextmanager

from fastmcp import FastMCP
from fastmcp.server.auth.auth import ClientRegistrationOptions, RevocationOptions
from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider
from mcp.server.auth.provider import AccessToken
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount

ORIGIN = "https://app.example.com"
CORS = Middleware(
    CORSMiddleware,
    allow_origins=[ORIGIN],
    allow_methods=["GET", "POST", "DELETE", "OPTIONS"],
    allow_headers=["mcp-protocol-version", "mcp-session-id", "Authorization", "Content-Type"],
    expose_headers=["mcp-session-id"],
)


def application(base_url, middleware):
    provider = InMemoryOAuthProvider(
        base_url=base_url,
        client_registration_options=ClientRegistrationOptions(enabled=True),
        revocation_options=RevocationOptions(enabled=True),
    )
    provider.access_tokens["token"] = AccessToken(token="token", client_id="client", scopes=[])
    server = FastMCP("calculator", auth=provider)

    @server.tool
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    return server.http_app(middleware=middleware, allowed_origins=[ORIGIN])


applications = (
    application("http://localhost/page", [CORS]),
    application("http://localhost", None),
)


@asynccontextmanager
async def lifespan(app):
    async with AsyncExitStack() as stack:
        for mounted in applications:
            await stack.enter_async_context(mounted.lifespan(mounted))
        yield


app = Starlette(
    routes=[Mount("/page", applications[0]), Mount("/", applications[1])], lifespan=lifespan
)
