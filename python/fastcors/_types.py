"""The types of ASGI, structurally the same as Starlette's, and those of a policy's options."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

# What allow_origin_regex takes.
Expressions = str | re.Pattern[str] | Iterable[str | re.Pattern[str]] | None

# What allow_origin_func takes.
OriginFunc = Callable[[str, Scope], bool | Awaitable[bool]]


class PathPolicy(Protocol):
    """A `Policy`, which imports this module."""

    def actual(self, *, origin: str | None) -> Any: ...


# What paths takes.
Paths = Mapping[str, PathPolicy | None] | None

# What enforce takes.
Enforce = bool | Literal["unsafe", "isolate", "report"]

# What responses takes.
Responses = Literal["starlette"] | Literal["minimal"]  # noqa: PYI030 - stubtest takes one Literal for a union


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
    paths: Paths
    enforce: Enforce
    hosts: Collection[str]
    responses: Responses
    strict: bool
    accept: Collection[str]


if TYPE_CHECKING:
    # At run time its attributes differ between Pythons, and stubtest compares them.
    class _Counts(TypedDict):
        """Counts of requests, of a middleware or below one of its paths."""

        requests: int
        cross_origin: int
        preflights: int
        rejected: dict[str, int]
        enforcement: dict[str, int]
        allow_origin_func: dict[str, int]

    class _Stats(_Counts):
        """The return value of `CORSMiddleware.stats`."""

        paths: dict[str, _Counts]
