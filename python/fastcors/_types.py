"""The types of ASGI, structurally the same as Starlette's, and those of a policy's options."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

# What allow_origin_regex takes.
Expressions = str | re.Pattern[str] | Iterable[str | re.Pattern[str]] | None

# What allow_origin_func takes.
OriginFunc = Callable[[str, Scope], bool | Awaitable[bool]]

# What enforce takes.
Enforce = bool | Literal["unsafe", "isolate", "report"]

# What responses takes.
Responses = Literal["starlette", "minimal"]


class PolicyOptions(TypedDict, total=False):
    """The options of `CORSMiddleware`, `Policy` and `lint`, any of which may be left out.

    OPTIONS: PolicyOptions = {"allow_origins": ["https://app.example.com"], "max_age": 3600}
    app.add_middleware(CORSMiddleware, **OPTIONS)
    """

    allow_origins: Collection[str]
    allow_methods: Collection[str]
    allow_headers: Collection[str]
    allow_credentials: bool
    allow_origin_regex: Expressions
    allow_private_network: bool
    expose_headers: Collection[str]
    max_age: int
    allow_origin_func: OriginFunc | None
    origin_func_timeout: float
    enforce: Enforce
    hosts: Collection[str]
    responses: Responses
    strict: bool
    accept: Collection[str]


if TYPE_CHECKING:
    # At run time its attributes differ between Pythons, and stubtest compares them.
    class _Stats(TypedDict):  # noqa: PYI049 - the middleware returns it
        """The return value of `CORSMiddleware.stats`."""

        requests: int
        cross_origin: int
        preflights: int
        rejected: dict[str, int]
        enforcement: dict[str, int]
        allow_origin_func: dict[str, int]
