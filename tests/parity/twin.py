"""Starlette's middleware with the intended differences that show in an answer, each in a few lines."""

from __future__ import annotations

import re
from typing import Any

import starlette
from starlette.middleware.cors import CORSMiddleware as Starlette

from tests.exchange import App, Message, Scope
from tests.patterns.twin import covers

assert starlette.__version__ == "1.10.0", "the same means: the same as Starlette 1.10.0"


class Twin(Starlette):
    """Starlette 1.10.0 where fastcors means to do the same."""

    def __init__(self, app: App, *, allow_origin_regex: Any = None, **options: Any) -> None:
        super().__init__(app, **options)
        several = isinstance(allow_origin_regex, list)
        self.expressions = allow_origin_regex if several else [allow_origin_regex]

    def is_allowed_origin(self, origin: str) -> bool:
        if self.allow_all_origins:
            return True
        # Intended difference 4.
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
    """Say whether Starlette takes this for a preflight."""
    names = {name for name, _ in lines}
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and {b"origin", b"access-control-request-method"} <= names
    )
