"""Starlette's middleware with the intended differences that show in a response, each in a few lines."""

from __future__ import annotations

import re
from typing import Any

import starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware as Starlette
from starlette.responses import Response

from tests.cors.patterns.twin import covers
from tests.exchange import App, Message, Scope

assert starlette.__version__ == "1.10.0", "the same means: the same as Starlette 1.10.0"


class Twin(Starlette):
    """Starlette 1.10.0 where fastcors means to do the same."""

    def __init__(self, app: App, *, allow_origin_regex: Any = None, **options: Any) -> None:
        super().__init__(app, **options)
        several = isinstance(allow_origin_regex, list)
        self.expressions = allow_origin_regex if several else [allow_origin_regex]

    def is_allowed_origin(self, origin: str) -> bool:
        # Intended difference 4.
        if never_mirrored(origin):
            return False
        if self.allow_all_origins:
            return True
        if any(not "\x21" <= character <= "\x7e" for character in origin):
            return False
        if any(
            expression is not None and re.fullmatch(expression, origin)
            for expression in self.expressions
        ):
            return True
        # Intended difference 5.
        patterns = [entry for entry in self.allow_origins if "*" in entry]
        listed = [entry for entry in self.allow_origins if "*" not in entry]
        return origin in listed or any(covers(entry, origin) for entry in patterns)

    def preflight_response(self, request_headers: Headers) -> Response:
        name = "access-control-request-headers"
        if not never_mirrored(request_headers.get(name, "")):
            return super().preflight_response(request_headers)
        # Intended difference 4: as where any header is allowed but this one.
        headers = MutableHeaders(raw=list(request_headers.raw))
        headers[name] = "\0"
        every, self.allow_all_headers = self.allow_all_headers, False
        try:
            return super().preflight_response(headers)
        finally:
            self.allow_all_headers = every

    async def send(self, message: Message, send: Any, request_headers: Headers) -> None:
        if not (self.allow_all_origins and never_mirrored(request_headers.get("origin", ""))):
            await super().send(message, send, request_headers)
            return
        # Intended difference 4: as if no origin were allowed.
        rejecting = Starlette(self.app)
        rejecting.simple_headers = {
            name: value
            for name, value in self.simple_headers.items()
            if name != "Access-Control-Allow-Origin"
        }
        await rejecting.send(message, send, request_headers)


def never_mirrored(value: str) -> bool:
    """Whether a value has a character that no header can hold."""
    return not set("\r\n\0").isdisjoint(value)


def vary_once(message: Message) -> Message:
    """Take away the `, Origin` that Starlette adds to a Vary that has it: intended difference 3."""
    if message["type"] != "http.response.start":
        return message
    lines = []
    for name, value in message["headers"]:
        line = (name, value)
        if name == b"vary" and value.endswith(b", Origin"):
            before = value.removesuffix(b", Origin")
            members = [member.strip(b"\t\n\r\f ").lower() for member in before.split(b",")]
            if b"origin" in members or b"*" in members:
                line = (name, before)
        lines.append(line)
    return {**message, "headers": lines}


def is_preflight(scope: Scope, lines: list[Any]) -> bool:
    """Whether Starlette takes this for a preflight."""
    names = {name for name, _ in lines}
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and {b"origin", b"access-control-request-method"} <= names
    )
