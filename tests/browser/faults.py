"""A server that responds as its URL asks, with faults or behind fastcors, and notes what it received.

The path is ``/SERVER/CASE/…``: `SERVERS` has what can be asked for. The query has JSON:

- ``actual``: the status and the headers of the response
- ``preflight``: those of the response to a preflight

``{origin}`` in a value is the request's Origin. ``/received?case=…`` returns what was received for a case,
and ``/`` is an empty page. A WebSocket is accepted, and closed.
"""

import json
import warnings
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs

from fastcors import ConfigWarning, CORSMiddleware

# The headers of a request that a browser decides on.
NOTED = (
    "access-control-request-headers",
    "access-control-request-method",
    "authorization",
    "cache-control",
    "content-type",
    "cookie",
    "if-none-match",
    "origin",
    "pragma",
    "referer",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-user",
    "sec-websocket-protocol",
    "upgrade-insecure-requests",
    "x-a",
    "x-b",
)


class Faults:
    """The application: what it received, by the case."""

    def __init__(self) -> None:
        self.received: dict[str, list[list[str]]] = defaultdict(list)
        with warnings.catch_warnings():
            # Some of the policies are not what anybody should write.
            warnings.simplefilter("ignore", ConfigWarning)
            self.servers = {
                name: self.respond if options is None else CORSMiddleware(self.respond, **options)
                for name, options in SERVERS.items()
            }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            self.note(scope["path"].split("/")[2], {**scope, "method": "WS"})
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close"})
        if scope["type"] != "http":
            return
        server, _, rest = scope["path"][1:].partition("/")
        if server in self.servers:
            self.note(rest.partition("/")[0], scope)
            await self.servers[server](scope, receive, send)
            return
        body = b""
        if server == "received":
            case = parse_qs(scope["query_string"].decode())["case"][0]
            body = json.dumps(self.received.pop(case, [])).encode()
        await reply(send, 200, [("content-type", "text/html")], body)

    def note(self, case: str, scope: Any) -> None:
        headers = headers_of(scope)
        noted = [f"{name}: {headers[name]}" for name in NOTED if name in headers]
        first = f"{scope['method']} {headers['host'].partition(':')[0]}{scope['path']}"
        self.received[case].append([first, *noted])

    async def respond(self, scope: Any, receive: Any, send: Any) -> None:
        headers = headers_of(scope)
        query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
        is_preflight = "access-control-request-method" in headers and scope["method"] == "OPTIONS"
        given = query.get("preflight" if is_preflight else "actual", ['{"status": 200}'])[0]
        asked = json.loads(given)
        lines = [
            (name, value.replace("{origin}", headers.get("origin", "none")))
            for name, value in asked.get("headers", [])
        ]
        status = asked["status"]
        body = b"" if status in {204, 304} else b"hello"
        await reply(send, status, lines, body)


def headers_of(scope: Any) -> dict[str, str]:
    """Return the headers of a request."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def reply(send: Any, status: int, lines: list[tuple[str, str]], body: bytes) -> None:
    """Send a whole response."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines]
    if status not in {204, 304}:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


PAGES = "http://app.example.test:*"
SERVERS: dict[str, Any] = {
    "bare": None,
    "nothing": {},
    "any": {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"]},
    "any-credentials": {
        "allow_origins": ["*"],
        "allow_credentials": True,
        "allow_methods": ["*"],
        "allow_headers": ["*"],
        "expose_headers": ["*"],
    },
    "listed": {
        "allow_origins": [PAGES, "http://*.localhost:*"],
        "allow_methods": ["GET", "PUT"],
        "allow_headers": ["X-A"],
        "expose_headers": ["X-Exposed"],
        "max_age": 0,
    },
    "listed-credentials": {
        "allow_origins": [PAGES, "http://*.localhost:*"],
        "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "allow_headers": ["X-A", "X-B", "Authorization", "Content-Type"],
        "allow_credentials": True,
        "expose_headers": ["X-Exposed", "X-Other"],
    },
    "null": {"allow_origins": ["null"], "allow_headers": ["X-A"]},
    "enforced": {
        "allow_origins": [PAGES],
        "allow_methods": ["GET", "PUT"],
        "allow_headers": ["X-A"],
        "enforce": True,
    },
}

app = Faults()
