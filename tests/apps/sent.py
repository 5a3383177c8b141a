"""The requests that each application is sent."""

from __future__ import annotations

from .requests import ALLOWED, UNTRUSTED, around, form, get, json, preflight, sending

ACCEPTED = ("accept", "application/json, text/event-stream")
SESSION = ("mcp-session-id", "{mcp-session-id}")
INITIALIZE = (
    '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18",'
    ' "capabilities": {}, "clientInfo": {"name": "page", "version": "1"}}}'
)
INITIALIZED = '{"jsonrpc": "2.0", "method": "notifications/initialized"}'
LIST_TOOLS = '{"jsonrpc": "2.0", "id": 2, "method": "tools/list"}'
CALL_TOOL = (
    '{"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "add",'
    ' "arguments": {"a": 1, "b": 2}}}'
)
# RFC 7636: its SHA-256 is the code_challenge below.
VERIFIER = "verifier-verifier-verifier-verifier-0123456789"
CALLBACK = "https%3A%2F%2Fapp.example.com%2Fcallback"

MCP = (
    # The SDK has one middleware around each of these endpoints, which allows every origin.
    *around("/.well-known/oauth-authorization-server"),
    *around("/.well-known/oauth-protected-resource/mcp", header="mcp-protocol-version"),
    *around("/token", method="POST", header="mcp-protocol-version"),
    *around("/revoke", method="POST"),
    json("/register", '{"redirect_uris": ["https://app.example.com/callback"]}'),
    json("/register", "{}"),
    json("/register", "not json", origin=UNTRUSTED),
    sending("PUT", "/token", ALLOWED),
    get(
        f"/authorize?client_id=client&response_type=code&redirect_uri={CALLBACK}&state=1&scope=tools"
        "&code_challenge=adOeUiLkZqSszlKium4is91qUcDvcNZix-acTJ8u0gA&code_challenge_method=S256"
    ),
    get("/authorize?client_id=nobody"),
    preflight("/authorize", ALLOWED, "GET"),
    form(
        "/token",
        "grant_type=authorization_code&code=code&client_id=client&client_secret=secret"
        f"&redirect_uri={CALLBACK}&code_verifier={VERIFIER}",
    ),
    form(
        "/token",
        "grant_type=refresh_token&refresh_token=refresh&client_id=client&client_secret=secret",
    ),
    form("/token", "grant_type=refresh_token&refresh_token=refresh&client_id=client"),
    form("/revoke", "token=token&client_id=client&client_secret=secret"),
    # The server itself needs a token.
    *around("/mcp", method="POST"),
    json("/mcp", INITIALIZE, ACCEPTED, ("authorization", "Bearer token")),
    json("/mcp", LIST_TOOLS, ACCEPTED, ("authorization", "Bearer token"), SESSION, origin=None),
    json("/mcp", INITIALIZE, ACCEPTED, ("authorization", "Bearer wrong"), origin=None),
    json("/mcp", INITIALIZE, ACCEPTED, ("authorization", "Bearer failing"), origin=None),
    get("/unheard-of"),
    # This one needs none, and allows one origin.
    *around("/open/mcp", method="POST", header="mcp-session-id, mcp-protocol-version"),
    json("/open/mcp", INITIALIZE, ACCEPTED, origin=None),
    json("/open/mcp", INITIALIZED, ACCEPTED, SESSION, origin=None),
    json("/open/mcp", LIST_TOOLS, ACCEPTED, SESSION, origin=None),
    json("/open/mcp", CALL_TOOL, ACCEPTED, SESSION),
    json("/open/mcp", CALL_TOOL, ACCEPTED, SESSION, origin=None),
    json("/open/mcp", CALL_TOOL, ACCEPTED, ("mcp-session-id", "unheard-of"), origin=None),
    json("/open/mcp", "not json", ACCEPTED, origin=None),
    sending("DELETE", "/open/mcp", None, SESSION),
    get("/open/unheard-of"),
)
FASTMCP = (
    *around("/.well-known/oauth-authorization-server"),
    *around("/token", method="POST"),
    *around("/mcp", method="POST"),
    json("/register", '{"redirect_uris": ["https://app.example.com/callback"]}'),
    json("/register", "{}"),
    json("/mcp", INITIALIZE, ACCEPTED, ("authorization", "Bearer token")),
    json("/mcp", INITIALIZE, ACCEPTED, ("authorization", "Bearer wrong")),
    # One middleware inside another.
    *around("/page/.well-known/oauth-authorization-server"),
    *around("/page/token", method="POST", header="mcp-session-id, authorization"),
    *around("/page/mcp", method="POST"),
    json("/page/register", "{}"),
    json("/page/mcp", INITIALIZE, ACCEPTED, ("authorization", "Bearer token")),
    json("/page/mcp", LIST_TOOLS, ACCEPTED, ("authorization", "Bearer token"), SESSION),
    json("/page/mcp", CALL_TOOL, ACCEPTED, ("authorization", "Bearer token"), SESSION),
    json("/page/mcp", CALL_TOOL, ACCEPTED, ("authorization", "Bearer token"), origin=None),
    get("/unheard-of"),
)
TILED = (
    *around("/api/v1/"),
    *around("/api/v1/metadata/A", header="authorization"),
    *around("/healthz", method="PUT"),
    get("/api/v1/array/full/A?format=text/csv&slice=:2,:2"),
    get("/api/v1/search/"),
    get("/api/v1/metadata/unheard-of"),
    get("/api/v1/metadata/A", ALLOWED, ("authorization", "Apikey wrong")),
    get("/api/v1/metadata/A", ALLOWED, ("authorization", "Apikey secret")),
    json("/api/v1/metadata/", "{}"),
    json("/api/v1/metadata/", "not json"),
    sending("DELETE", "/api/v1/metadata/A", ALLOWED),
    get("/ui/unheard-of"),
    get("/"),
)
GRADIO = (
    *around("/hello", header="x-token"),
    *around("/gradio/config"),
    *around("/gradio/gradio_api/info"),
    *around("/gradio/gradio_api/call/greet", method="POST", header="x-token"),
    get("/gradio/"),
    get("/gradio/theme.css"),
    get("/gradio/unheard-of"),
    get("/gradio/gradio_api/file=/etc/hostname"),
    json("/gradio/gradio_api/run/greet", '{"data": ["page"]}'),
    json("/gradio/gradio_api/run/greet", "not json"),
    *around("/without/hello"),
    *around("/without/gradio/config"),
    *around("/without/gradio/gradio_api/info", allowed="http://localhost:3000"),
)
PREFECT = (
    *around("/api/health"),
    *around("/api/hello", method="POST", header="x-token"),
    *around("/api/flows/filter", method="POST", header="x-prefect-api-version"),
    get("/api/version"),
    get("/api/flows/11111111-1111-1111-1111-111111111111"),
    get("/api/flows/no-id"),
    get("/api/flows/", UNTRUSTED),
    json("/api/flows/", '{"name": "made"}'),
    json("/api/flows/", "not json"),
    json("/api/flows/filter", "{}", origin="https://second.example.com"),
    preflight("/api/flows/", "https://second.example.com", "POST"),
    preflight("/api/flows/", ALLOWED, "PATCH"),
    preflight("/api/flows/", ALLOWED, ""),
    preflight("/api/flows/", ALLOWED, "POST", "x-token"),
    preflight("/api/flows/", ALLOWED, "POST", "x-token,,content-type"),
    get("/", ALLOWED),
    get("/unheard-of"),
    get("/api/static/prefect-logo-mark-gradient.png"),
)
MLFLOW = (
    *around("/health"),
    *around("/version"),
    *around("/api/2.0/mlflow/experiments/get?experiment_id=0"),
    *around("/api/2.0/mlflow/experiments/get?experiment_id=0", allowed="http://localhost:3000"),
    *around("/ajax-api/2.0/mlflow/experiments/search", method="POST"),
    *around("/ajax-api/2.0/mlflow/experiments/search", method="POST", allowed="http://[::1]:3000"),
    json("/api/2.0/mlflow/experiments/create", '{"name": "made"}'),
    json("/api/2.0/mlflow/experiments/create", '{"name": "made"}'),
    json("/api/2.0/mlflow/experiments/create", '{"name": "other"}', origin=UNTRUSTED),
    json("/api/2.0/mlflow/experiments/create", "not json", origin="http://127.0.0.1"),
    get("/api/2.0/mlflow/experiments/get?experiment_id=12345"),
    get("/", "http://localhost"),
    get("/health", ALLOWED, ("host", "evil.example")),
    get("/api/2.0/mlflow/experiments/get?experiment_id=0", ALLOWED, ("host", "evil.example")),
    get("/unheard-of"),
    get("/static-files/unheard-of"),
)
TITILER = (
    *around("/healthz", header="x-token"),
    *around("/colorMaps/viridis"),
    *around("/cog/info?url=image.tif"),
    get("/"),
    get("/cog/preview.png?url=image.tif"),
    get("/cog/tiles/WebMercatorQuad/1/0/0.png?url=image.tif"),
    get("/cog/tiles/WebMercatorQuad/1/0/0?url=image.tif", ALLOWED, ("accept-encoding", "gzip")),
    get("/cog/info?url=unheard-of.tif"),
    get("/cog/info"),
    get("/colorMaps/unheard-of"),
    get("/unheard-of"),
    sending("POST", "/healthz", ALLOWED),
    preflight("/cog/info", ALLOWED, "POST"),
)
CHAINLIT = (
    *around("/auth/config"),
    *around("/project/settings?language=en-US", method="PUT", header="x-token"),
    *around("/user"),
    *around("/health"),
    json("/login", "{}"),
    form("/login", "username=a&password=b"),
    json("/project/threads", "{}"),
    get("/project/translations?language=en-US"),
    get("/ws/socket.io/?EIO=4&transport=polling"),
    get("/ws/socket.io/?EIO=3&transport=polling", UNTRUSTED),
    get("/public/unheard-of"),
    get("/assets/unheard-of"),
    get("/favicon"),
    get("/logo"),
    get("/"),
    get("/anything", ALLOWED, ("accept-encoding", "gzip")),
)
MARIMO = (
    *around("/health"),
    *around("/api/status"),
    *around("/api/kernel/instantiate", method="POST", header="marimo-session-id"),
    *around("/api/version"),
    get("/"),
    get("/", UNTRUSTED, ("accept-encoding", "gzip")),
    get("/favicon.ico"),
    get("/assets/unheard-of.js"),
    get("/@file/unheard-of"),
    get("/unheard-of"),
    json("/api/kernel/run", "not json"),
    json("/auth/login", "{}"),
    form("/auth/login", "password=wrong"),
)
STAC = (
    *around("/"),
    *around("/collections"),
    *around("/collections/scenes"),
    *around("/search", method="POST"),
    json("/search", '{"collections": ["scenes"]}'),
    json("/search", '{"limit": "many"}'),
    json("/search", "not json"),
    get("/collections/scenes", ALLOWED, ("accept-encoding", "br")),
    get("/collections/unheard-of"),
    get("/collections/secret"),
    get("/collections/away"),
    get("/collections/away", None),
    get("/api"),
    get("/_mgmt/ping"),
    get("/unheard-of"),
    sending("DELETE", "/collections", ALLOWED),
)
