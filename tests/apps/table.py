"""The applications, with their versions, and how each is started."""

from __future__ import annotations

from . import sent
from .application import Application, OwnTests
from .comparison import Varying
from .requests import ALLOWED

UVICORN = (
    "{python}",
    "-m",
    "uvicorn",
    "--host",
    "127.0.0.1",
    "--port",
    "{port}",
    "--no-access-log",
)
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?"

OAUTH = Varying(
    headers=("mcp-session-id",),
    texts=(UUID, r'"client_secret":"\w+"', r'"client_id_issued_at":\d+'),
)
TILED_CONFIG = f"""
authentication:
  allow_anonymous_access: true
  single_user_api_key: secret
allow_origins:
  - {ALLOWED}
trees:
  - path: /
    tree: tiled.examples.generated_minimal:tree
"""
# The tests that use HTTP. A warning fails them.
MCP_TESTS = OwnTests(
    paths=(
        "tests/server/auth",
        "tests/interaction/auth",
        "tests/interaction/transports",
        "tests/docs_src/test_asgi.py",
        "tests/docs_src/test_authorization.py",
        "tests/docs_src/test_oauth_clients.py",
    ),
    install=(
        "blockbuster==1.5.29",
        "dirty-equals==0.11",
        "inline-snapshot==0.36.1",
        "logfire==5.4.0",
        "mcp[cli]==2.3.0",
        "pydantic-settings==2.16.3",
        "pytest==9.2.0",
        "pytest-examples==0.0.18",
        "trio==0.35.0",
    ),
    from_source=("forbiddenfruit",),
    # It uses no HTTP, and needs a coverage tool.
    options=("--ignore=tests/interaction/transports/test_stdio.py",),
)
FASTMCP_TESTS = OwnTests(
    paths=("tests/server/auth", "tests/server/http", "tests/server/test_auth_integration.py"),
    install=(
        "dirty-equals==0.11",
        "inline-snapshot==0.36.1",
        "opentelemetry-sdk==1.45.2",
        "pytest==9.2.0",
        "pytest-asyncio==1.5.0",
        "pytest-env==1.8.5",
        "pytest-timeout==2.4.0",
    ),
    options=(
        # The default is five seconds, too few on a busy machine.
        "--timeout=120",
        # They need an extra, and use no middleware.
        "--ignore=tests/server/auth/test_auth_source_identities.py",
        "--ignore=tests/server/http/test_http_dependencies.py",
    ),
)
# Lists as an administrator may write them: with white space, and a comma at the end. (At the end
# of the methods it would make a header that h11 does not send, with Starlette's class too.)
PREFECT_LISTS = {
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{ALLOWED}, https://second.example.com,",
    "PREFECT_SERVER_CORS_ALLOWED_METHODS": "GET,POST, PATCH",
    "PREFECT_SERVER_CORS_ALLOWED_HEADERS": "x-prefect-api-version, x-token,",
}
PREFECT_COMMAND = (
    *("{python}", "-m", "prefect", "server", "start", "--no-services"),
    *("--host", "127.0.0.1", "--port", "{port}"),
)
PREFECT_ENVIRONMENT = {
    "PREFECT_HOME": "{folder}/prefect",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
}
CHAT = """
import chainlit


@chainlit.on_message
async def response(message):
    await chainlit.Message("hello").send()
"""
NOTEBOOK = """
import marimo

app = marimo.App()


@app.cell
def _():
    1 + 1
    return
"""

_ALL = (
    Application(
        name="mcp",
        distribution="mcp",
        install=("mcp==2.3.0", "starlette==1.10.0"),
        command=(*UVICORN, "mcp_authorization:app"),
        requests=sent.MCP,
        varying=OAUTH,
        own_tests=MCP_TESTS,
    ),
    Application(
        # Version 1 with a Starlette before 0.51: every documented difference shows.
        name="mcp-1",
        distribution="mcp",
        install=("mcp==1.30.0", "starlette==0.50.0"),
        command=(*UVICORN, "mcp_authorization:app"),
        requests=sent.MCP,
        varying=OAUTH,
    ),
    Application(
        name="fastmcp",
        distribution="fastmcp",
        install=("fastmcp==4.2.3", "starlette==1.10.0"),
        command=(*UVICORN, "fastmcp_servers:app"),
        environment={"FASTMCP_CHECK_FOR_UPDATES": "off"},
        requests=sent.FASTMCP,
        varying=OAUTH,
        own_tests=FASTMCP_TESTS,
    ),
    Application(
        name="tiled",
        distribution="tiled",
        install=("tiled[server]==0.2.20", "starlette==1.10.0"),
        command=(
            *("{python}", "-m", "tiled", "serve", "config", "config.yml"),
            *("--host", "127.0.0.1", "--port", "{port}"),
        ),
        files={"config.yml": TILED_CONFIG},
        requests=sent.TILED,
        varying=Varying(
            headers=("etag", "expires", "server-timing", "x-tiled-request-id"),
            texts=(r"tiled_csrf=[\w-]+",),
        ),
    ),
    Application(
        name="gradio",
        distribution="gradio",
        install=("gradio==6.31.0", "starlette==1.10.0"),
        command=(*UVICORN, "gradio_mounted:app"),
        environment={"GRADIO_ANALYTICS_ENABLED": "False"},
        requests=sent.GRADIO,
        varying=Varying(
            texts=(r'"app_id": ?\d+', r'"event_id": ?"\w+"', r'"(average_)?duration":[\d.e-]+')
        ),
    ),
    Application(
        name="prefect",
        distribution="prefect",
        install=("prefect==3.9.1", "starlette==1.10.0"),
        command=PREFECT_COMMAND,
        environment=PREFECT_ENVIRONMENT,
        requests=sent.PREFECT,
        varying=Varying(texts=(UUID, TIME)),
    ),
    Application(
        name="prefect-lists",
        distribution="prefect",
        install=("prefect==3.9.1", "starlette==1.10.0"),
        installed_in="prefect",
        command=PREFECT_COMMAND,
        environment=PREFECT_ENVIRONMENT | PREFECT_LISTS,
        requests=sent.PREFECT,
        varying=Varying(texts=(UUID, TIME)),
    ),
    Application(
        name="mlflow",
        distribution="mlflow",
        install=("mlflow==3.17.2", "starlette==1.10.0"),
        command=(
            *("{python}", "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "{port}"),
            *("--workers", "1", "--cors-allowed-origins", ALLOWED),
        ),
        environment={
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        },
        requests=sent.MLFLOW,
        varying=Varying(texts=(UUID, r"\d{13}")),
    ),
    Application(
        name="titiler",
        distribution="titiler.application",
        install=("titiler.application==2.4.0", "starlette==1.10.0", "uvicorn==0.54.0"),
        command=(*UVICORN, "titiler_tiles:app"),
        requests=sent.TITILER,
    ),
    Application(
        name="chainlit",
        distribution="chainlit",
        # pip takes very long to find a version of the last one by itself.
        install=("chainlit==2.12.0", "starlette==1.10.0", "traceloop-sdk==0.33.12"),
        from_source=("literalai", "syncer"),
        command=(
            *("{python}", "-m", "chainlit", "run", "page.py", "--headless"),
            *("--host", "127.0.0.1", "--port", "{port}"),
        ),
        files={"page.py": CHAT},
        environment={"TRACELOOP_TELEMETRY": "false"},
        requests=sent.CHAINLIT,
        varying=Varying(texts=(r'"sid":"[\w-]+"',)),
    ),
    Application(
        name="marimo",
        distribution="marimo",
        install=("marimo==0.25.2", "starlette==1.10.0"),
        command=(
            *("{python}", "-m", "marimo", "run", "notebook.py", "--headless", "--no-check"),
            *("--host", "127.0.0.1", "--port", "{port}", "--allow-origins", ALLOWED),
        ),
        files={"notebook.py": NOTEBOOK},
        requests=sent.MARIMO,
    ),
    Application(
        # The default origins of its server: host names, which match no Origin.
        name="marimo-edit",
        distribution="marimo",
        install=("marimo==0.25.2", "starlette==1.10.0"),
        installed_in="marimo",
        command=(
            *("{python}", "-m", "marimo", "edit", "notebook.py", "--headless"),
            *("--token-password", "secret", "--skip-update-check"),
            *("--allow-origins", "localhost", "--allow-origins", "127.0.0.1"),
            *("--host", "127.0.0.1", "--port", "{port}"),
        ),
        files={"notebook.py": NOTEBOOK},
        requests=sent.MARIMO,
    ),
    Application(
        name="stac-fastapi",
        distribution="stac-fastapi.api",
        install=(
            "stac-fastapi.api==7.0.0",
            "stac-fastapi.types==7.0.0",
            "starlette==1.10.0",
            "uvicorn==0.54.0",
        ),
        command=(*UVICORN, "stac_catalog:app"),
        requests=sent.STAC,
    ),
)
APPLICATIONS = {application.name: application for application in _ALL}
