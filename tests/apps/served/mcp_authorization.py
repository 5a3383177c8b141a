"""The MCP SDK's server with its OAuth endpoints at `/`, and one without, for a web page, at `/open`.

This works with version 1 and version 2 of the SDK, which name the server's class differently.
"""

from contextlib import AsyncExitStack, asynccontextmanager

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    OAuthToken,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.shared.auth import OAuthClientInformationFull
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount

try:
    from mcp.server import MCPServer
except ImportError:
    from mcp.server.fastmcp import FastMCP as MCPServer

CALLBACK = "https://app.example.com/callback"
CLIENT = OAuthClientInformationFull(
    client_id="client",
    client_secret="secret",
    redirect_uris=[CALLBACK],
    token_endpoint_auth_method="client_secret_post",
    scope="tools",
)


class Provider:
    """An authorization server with one client, one code and one token: nothing varies."""

    async def get_client(self, client_id):
        return CLIENT if client_id == CLIENT.client_id else None

    async def register_client(self, client_info):
        pass

    async def authorize(self, client, params):
        self.code_challenge = params.code_challenge
        return construct_redirect_uri(str(params.redirect_uri), code="code", state=params.state)

    async def load_authorization_code(self, client, authorization_code):
        if authorization_code != "code":
            return None
        return AuthorizationCode(
            code="code",
            scopes=["tools"],
            expires_at=2**40,
            client_id=client.client_id,
            code_challenge=self.code_challenge,
            redirect_uri=CALLBACK,
            redirect_uri_provided_explicitly=True,
        )

    async def exchange_authorization_code(self, client, authorization_code):
        return OAuthToken(access_token="token", token_type="Bearer", refresh_token="refresh")

    async def load_refresh_token(self, client, refresh_token):
        if refresh_token != "refresh":
            return None
        return RefreshToken(token="refresh", client_id=client.client_id, scopes=["tools"])

    async def exchange_refresh_token(self, client, refresh_token, scopes):
        return OAuthToken(access_token="token", token_type="Bearer", refresh_token="refresh")

    async def load_access_token(self, token):
        if token == "failing":
            raise RuntimeError("the database of tokens is unavailable")
        if token != "token":
            return None
        return AccessToken(token="token", client_id="client", scopes=["tools"])

    async def revoke_token(self, token):
        pass


def with_tool(server):
    @server.tool()
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    return server


authorized = with_tool(
    MCPServer(
        "authorized",
        auth_server_provider=Provider(),
        auth=AuthSettings(
            issuer_url="http://localhost",
            resource_server_url="http://localhost/mcp",
            required_scopes=["tools"],
            client_registration_options=ClientRegistrationOptions(
                enabled=True, valid_scopes=["tools"]
            ),
            revocation_options=RevocationOptions(enabled=True),
        ),
    )
)
open_to_all = with_tool(MCPServer("open"))
applications = (authorized.streamable_http_app(), open_to_all.streamable_http_app())


@asynccontextmanager
async def lifespan(app):
    async with AsyncExitStack() as stack:
        for application in applications:
            await stack.enter_async_context(application.router.lifespan_context(application))
        yield


app = Starlette(
    routes=[
        # The configuration that the SDK's documentation has for clients in browsers.
        Mount(
            "/open",
            applications[1],
            middleware=[
                Middleware(
                    CORSMiddleware,
                    allow_origins=["https://app.example.com"],
                    allow_methods=["GET", "POST", "DELETE"],
                    allow_headers=["Content-Type", "Mcp-Session-Id", "Mcp-Protocol-Version"],
                    expose_headers=["Mcp-Session-Id"],
                )
            ],
        ),
        Mount("/", applications[0]),
    ],
    lifespan=lifespan,
)
