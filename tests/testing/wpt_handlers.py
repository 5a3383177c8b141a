"""Servers that do what those of web-platform-tests do, as one ASGI application.

- ``/preflight``: fetch/api/resources/preflight.py
- ``/cors-preflight``: cors/resources/preflight.py
- ``/makeheader``: cors/resources/cors-makeheader.py
- ``/redirect``: fetch/api/resources/redirect.py
- ``/headers``: responds with the headers that the query has
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

Lines = list[tuple[str, str]]
Reply = tuple[int, Lines]
Query = dict[str, str]

ACAO = "Access-Control-Allow-Origin"
ACAC = "Access-Control-Allow-Credentials"
ACAM = "Access-Control-Allow-Methods"
ACAH = "Access-Control-Allow-Headers"
ACMA = "Access-Control-Max-Age"


async def handlers(scope: Any, receive: Any, send: Any) -> None:
    """Respond as the handler that the path names."""
    assert scope["type"] == "http"
    query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
    status, lines = HANDLERS[scope["path"]](scope["method"], headers, query)
    # A server removes the space around a value, and cannot send NUL; browsers reject it.
    sent = [(name.encode(), value.strip(" \t").encode("latin-1")) for name, value in lines]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b"body"})


def given(query: Query, names: Iterable[tuple[str, str]]) -> Lines:
    """Return a header for each of the names that the query has."""
    return [(header, query[name]) for name, header in names if name in query]


def preflight(method: str, headers: dict[str, str], query: Query) -> Reply:
    lines = [(ACAO, each) for each in query.get("origin", "*").split(", ")]
    lines += given(query, [("credentials", ACAC)])
    if method != "OPTIONS" or "access-control-request-method" not in headers:
        return 200, lines
    lines += given(query, [("max_age", ACMA), ("allow_headers", ACAH), ("allow_methods", ACAM)])
    return int(query.get("preflight_status", 200)), lines


def cors_preflight(method: str, headers: dict[str, str], query: Query) -> Reply:
    lines = [(ACAO, "*"), (ACAH, "x-print")]
    if method == "OPTIONS":
        lines.append((ACAM, headers["access-control-request-method"]))
        lines += given(query, [("max_age", ACMA)])
    return 200, lines


def makeheader(method: str, headers: dict[str, str], query: Query) -> Reply:
    origin = query.get("origin", headers.get("origin"))
    lines = [] if origin is None else [(ACAO, origin)]
    lines += given(
        query, [("origin2", ACAO), ("headers", ACAH), ("credentials", ACAC), ("methods", ACAM)]
    )
    status = query.get("code", "302" if "location" in query else "200")
    if method == "OPTIONS":
        status = query.get("preflight", "200" if "location" in query else status)
    if status.startswith("3"):
        lines += given(query, [("location", "Location")])
    return int(status), lines


def redirect(method: str, headers: dict[str, str], query: Query) -> Reply:
    lines = [(ACAO, headers.get("origin", "*")), (ACAC, "true")]
    lines += given(query, [("allow_headers", ACAH)])
    is_preflight = method == "OPTIONS" and "access-control-request-method" in headers
    if is_preflight and "redirect_preflight" not in query:
        return 200, lines
    if "max_count" in query:
        count = int(query["max_count"])
        if count == 0:
            return 200, lines
        target = f"/redirect?max_count={count - 1}&redirect_status={query['redirect_status']}"
        return int(query["redirect_status"]), [*lines, ("Location", target)]
    return int(query.get("redirect_status", 302)), lines + given(query, [("location", "Location")])


def headers_of(method: str, headers: dict[str, str], query: Query) -> Reply:
    lines = [(name, value) for name, value in query.items() if name != "location"]
    if "location" in query:
        return 302, [*lines, ("Location", query["location"])]
    return 200, lines


HANDLERS = {
    "/preflight": preflight,
    "/cors-preflight": cors_preflight,
    "/makeheader": makeheader,
    "/redirect": redirect,
    "/headers": headers_of,
}
