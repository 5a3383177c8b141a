"""The options of a policy: one table of them, and their values once they are read."""

from __future__ import annotations

from ._coroutines import METHOD
from ._fastcors import OriginSetBase
from ._immutable import ReadOnlyList

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Hashable, Mapping
    from typing import Any, Literal

    from .problems import Problem

    _Kind = Literal[
        "origins",
        "names",
        "expressions",
        "bool",
        "seconds",
        "codes",
        "function",
        "timeout",
        "paths",
        "enforcement",
        "hosts",
        "responses",
    ]

ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")
SAFELISTED_HEADERS = {"Accept", "Accept-Language", "Content-Language", "Content-Type"}

_SAFELISTED = frozenset(SAFELISTED_HEADERS)


class Option:
    """A row of the table of options.

    Attributes:
        name: its name.
        kind: how it is read, a key of ``READERS`` in `fastcors._lint.reading`.
        default: its value if it is left out.
        stems: the beginnings of words that other libraries' names for it have in common.
        example: an item, for messages about a value that is no collection; None for a plain value.
        compiled: the keyword of `CompiledPolicy` that takes what `sent` returns, if it is one.
        sent: returns its value as far as it shows in responses, by which policies are compared; None
            if requests are not decided by it. Policies compare their origins themselves.
    """

    __slots__ = ("compiled", "default", "example", "kind", "name", "sent", "stems")

    def __init__(
        self,
        name: str,
        kind: _Kind,
        *,
        default: object,
        stems: tuple[str, ...],
        example: str | None = None,
        compiled: str | None = None,
        sent: Callable[[Options], Hashable] | None = None,
    ) -> None:
        self.name = name
        self.default = default
        self.kind = kind
        self.stems = stems
        self.example = example
        self.compiled = compiled
        self.sent = sent


def _ascii_host(host: str) -> str:
    """Return a host in lower case. One beyond ASCII, which no client sends, has escapes that match nothing."""
    return host.lower().encode("ascii", "backslashreplace").decode()


# In the order of the signatures, which is the order of the problems that are reported, too.
OPTIONS = (
    Option(
        "allow_origins",
        "origins",
        default=(),
        stems=("origin", "domain", "whitelist", "allowlist"),
        example="https://app.example.com",
    ),
    Option(
        "allow_methods",
        "names",
        default=("GET",),
        stems=("method",),
        example="GET",
        compiled="methods",
        sent=lambda options: tuple(options.allow_methods.items),
    ),
    Option(
        "allow_headers",
        "names",
        default=(),
        stems=("header",),
        example="X-Token",
        compiled="headers",
        sent=lambda options: tuple(options.sent_headers()),
    ),
    Option(
        "allow_credentials",
        "bool",
        default=False,
        stems=("cred", "cookie"),
        compiled="credentials",
        sent=lambda options: options.allow_credentials,
    ),
    Option(
        "allow_origin_regex",
        "expressions",
        default=None,
        stems=("regex", "pattern"),
        example=r"https://[a-z]+\.example\.com",
        sent=lambda options: frozenset(options.patterns()),
    ),
    Option(
        "allow_private_network",
        "bool",
        default=False,
        stems=("network", "private"),
        compiled="private_network",
        sent=lambda options: options.allow_private_network,
    ),
    Option(
        "expose_headers",
        "names",
        default=(),
        stems=("expos",),
        example="X-Total",
        compiled="expose",
        sent=lambda options: tuple(options.expose_headers.items),
    ),
    Option(
        "max_age",
        "seconds",
        default=600,
        stems=("age", "ttl"),
        compiled="max_age",
        sent=lambda options: options.max_age_text,
    ),
    Option(
        "allow_origin_func",
        "function",
        default=None,
        stems=("func", "fn", "callback", "predicate"),
        sent=lambda options: identity(options.allow_origin_func),
    ),
    Option(
        "origin_func_timeout",
        "timeout",
        default=5,
        stems=("timeout",),
        sent=lambda options: float(options.origin_func_timeout),
    ),
    Option(
        "paths",
        "paths",
        default=None,
        stems=("path", "resource", "route"),
        sent=lambda options: tuple(sorted(options.paths.items(), key=lambda item: item[0])),
    ),
    Option(
        "enforce",
        "enforcement",
        default=False,
        stems=("enforce", "reject", "block"),
        compiled="enforce",
        sent=lambda options: options.mode,
    ),
    Option(
        "hosts",
        "hosts",
        default=(),
        stems=("host",),
        example="app.example.com",
        compiled="hosts",
        sent=lambda options: tuple(sorted({_ascii_host(host) for host in options.hosts.items})),
    ),
    Option(
        "responses",
        "responses",
        default="starlette",
        stems=("responses", "minimal"),
        compiled="responses",
        sent=lambda options: options.responses,
    ),
    Option("strict", "bool", default=False, stems=("strict",)),
    Option(
        "accept", "codes", default=(), stems=("accept", "ignore"), example="regex-untrusted-origins"
    ),
)
DEFAULTS: dict[str, Any] = {option.name: option.default for option in OPTIONS}
EXAMPLES = {option.name: option.example for option in OPTIONS if option.example is not None}


class Options:
    """The options of a policy, read once: nothing in here changes when the caller's objects do.

    Attributes:
        problems: all problems, option by option, except those that `accept` names.
        safe: the regular expressions that are proven to match no untrusted origin.
        engines: the regular expressions, each with its translation if Rust runs it.
        max_age_text: the value of Access-Control-Max-Age.
        routes: the compiled policies of `paths`, once there are any.
        invalid: what Python's `re` raised for the first invalid expression.
        cause: what the first unreadable object raised.
    """

    __slots__ = (
        *DEFAULTS,
        "cause",
        "engines",
        "invalid",
        "max_age_text",
        "problems",
        "routes",
        "safe",
    )

    allow_origins: Copy
    allow_methods: Copy
    allow_headers: Copy
    allow_credentials: bool
    allow_origin_regex: re.Pattern[str] | tuple[re.Pattern[str], ...] | None
    allow_private_network: bool
    expose_headers: Copy
    max_age: Any
    allow_origin_func: Any
    origin_func_timeout: float
    paths: dict[str, Any]
    enforce: bool | str
    hosts: Copy
    responses: str
    strict: bool
    accept: tuple[str, ...]
    max_age_text: str

    def __init__(self, values: Mapping[str, Any], max_age_text: str) -> None:
        """Hold the value of each option. The findings of the reading are set afterwards."""
        for name in DEFAULTS:
            setattr(self, name, values[name])
        self.max_age_text = max_age_text
        self.problems: list[Problem] = []
        self.safe: list[str] = []
        self.engines: list[tuple[re.Pattern[str], str | None]] = []
        self.routes: Any = None
        self.invalid: Exception | None = None
        self.cause: Exception | None = None

    @property
    def any_origin(self) -> bool:
        """Whether `*` is among the origins."""
        return "*" in self.allow_origins.items

    @property
    def matches_any_site(self) -> bool:
        """Whether a regular expression was found to match the origins of all sites."""
        return "regex-any-origin" in {problem.code for problem in self.problems}

    @property
    def lists_origins(self) -> bool:
        """Whether there are entries of `allow_origins`, or a set that may get some at any time."""
        return bool(self.allow_origins.items) or self.allow_origins.live is not None

    @property
    def any_header(self) -> bool:
        """Whether `*` is among the request headers."""
        return "*" in self.allow_headers.items

    @property
    def mode(self) -> str:
        """The name of `enforce`: ``"off"``, ``"all"`` or the string itself."""
        if isinstance(self.enforce, str):
            return self.enforce
        return "all" if self.enforce else "off"

    @property
    def expressions(self) -> list[str]:
        """The regular expressions that Rust runs, in its syntax."""
        return [text for _, text in self.engines if text is not None]

    @property
    def python_only(self) -> list[Callable[[str], object]]:
        """The `fullmatch` of the Python-only regular expressions."""
        return [pattern.fullmatch for pattern, text in self.engines if text is None]

    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Return the compiled regular expressions: none, one or several."""
        given = self.allow_origin_regex
        if given is None:
            return ()
        return given if isinstance(given, tuple) else (given,)

    def sent_headers(self) -> list[str]:
        """Return the request headers as Starlette sends them: with the safelisted ones, sorted."""
        return sorted(_SAFELISTED.union(self.allow_headers.items))

    def compared(self) -> dict[str, Hashable]:
        """Return what two policies compare besides their origins: each option as it is sent."""
        return {option.name: option.sent(self) for option in OPTIONS if option.sent}

    def with_hosts(self, hosts: Copy) -> Options:
        """Return the same options with other hosts, for a path of a server with these."""
        copied = Options.__new__(Options)
        for name in Options.__slots__:
            setattr(copied, name, getattr(self, name))
        copied.hosts = hosts
        return copied

    def given(self, origins: list[str]) -> dict[str, Any]:
        """Return the options as they were read, with these origins, to be read again."""
        options = {name: getattr(self, name) for name in DEFAULTS}
        return {**options, "allow_origins": Copy(self.allow_origins, origins)}


def identity(function: Any) -> Hashable:
    """Return what identifies a function: a bound method is another object at each access."""
    if function is None:
        return None
    if type(function) is METHOD:
        return id(function.__func__), id(function.__self__)
    return (id(function),)


class Copy:
    """A copy of a caller's collection of strings: its items in its order, and its kind.

    The order of a set shows in the header, and a copy of a set has another order. An `OriginSet` is not
    copied: it is held as `live`, and there are no items.
    """

    __slots__ = ("items", "kind", "live", "star")

    items: list[str]
    live: OriginSetBase | None

    def __init__(self, given: Any, items: list[str], *, star: bool = False) -> None:
        """Copy a collection; `items` are those of its items that count.

        `star`: whether a `*` was given, which the items replace.
        """
        self.kind: type = given.kind if type(given) is Copy else list
        self.star: bool = star or (type(given) is Copy and given.star)
        for kind in (tuple, set, frozenset, str):
            if issubclass(type(given), kind):
                self.kind = kind
        self.live = given.live if type(given) is Copy else None
        if issubclass(type(given), OriginSetBase):
            self.live = given
        self.items = [] if self.live is not None else items

    def __reduce__(self) -> tuple[Any, ...]:
        return _copied, (self.kind, self.items, self.star, self.live)

    def public(self) -> Collection[str]:
        """Return an unchangeable collection that compares as the caller's own does."""
        if self.kind is tuple:
            return tuple(self.items)
        # "*" is the one string that is taken for a list.
        if self.kind is str:
            return "*"
        if self.kind is list:
            return ReadOnlyList(self.items)
        return frozenset(self.items)


def _copied(kind: type, items: list[str], star: bool, live: OriginSetBase | None = None) -> Copy:
    """Return a copy again."""
    copied = Copy((), items, star=star)
    copied.kind = kind
    copied.live = live
    return copied
