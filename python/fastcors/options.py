"""Reads the options of a policy: what the caller gave, checked and copied."""

from __future__ import annotations

from ._fastcors import expression_problem, origin_pattern_problem
from ._read_only import ReadOnlyList
from .problems import ConfigError, Problem, shown, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Iterable
    from typing import Any

ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")
SAFELISTED_HEADERS = {"Accept", "Accept-Language", "Content-Language", "Content-Type"}

# RFC 9110, 5.6.2.
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_SAFELISTED = frozenset(SAFELISTED_HEADERS)
_EXAMPLES = {
    "allow_origins": "https://app.example.com",
    "allow_methods": "GET",
    "allow_headers": "X-Token",
    "expose_headers": "X-Total",
}


class Options:
    """The options of a policy, read once: nothing in here changes when the caller's objects do.

    Raises:
        ConfigError: for what would be dangerous to run, with all of it at once.
        re.error: for a regular expression that Python does not take, as Starlette does.

    Gives a `ConfigWarning` for what runs but cannot work as it is written.
    """

    __slots__ = (
        "allow_credentials",
        "allow_headers",
        "allow_methods",
        "allow_origin_regex",
        "allow_origins",
        "allow_private_network",
        "expose_headers",
        "expressions",
        "foreign",
        "max_age",
        "max_age_text",
    )

    def __init__(
        self,
        *,
        allow_origins: Any,
        allow_methods: Any,
        allow_headers: Any,
        allow_credentials: Any,
        allow_origin_regex: Any,
        allow_private_network: Any,
        expose_headers: Any,
        max_age: Any,
    ) -> None:
        problems: list[Problem] = []
        self.allow_origins = _origins(allow_origins, problems)
        self.allow_methods = _names("allow_methods", allow_methods, problems)
        if "*" in self.allow_methods.items:
            self.allow_methods = Copy(tuple, list(ALL_METHODS))
        self.allow_headers = _names("allow_headers", allow_headers, problems)
        self.expose_headers = _names("expose_headers", expose_headers, problems)
        self.allow_credentials = _flag("allow_credentials", allow_credentials, problems)
        self.allow_private_network = _flag("allow_private_network", allow_private_network, problems)
        self.max_age = max_age
        self.max_age_text = _max_age(max_age, problems)
        self.allow_origin_regex = _compiled(allow_origin_regex, problems)
        if problems:
            raise ConfigError(problems)
        self.expressions, self.foreign = _engines(self.allow_origin_regex)

    @property
    def any_header(self) -> bool:
        """Whether `*` is among the request headers."""
        return "*" in self.allow_headers.items

    def sent_headers(self) -> list[str]:
        """Give the request headers as Starlette sends them: with the safelisted ones, sorted."""
        return sorted(_SAFELISTED.union(self.allow_headers.items))


class Copy:
    """A copy of a caller's collection of texts: its items in its order, and what kind it was.

    A set's order shows in the header, and a copy of a set has another one.
    """

    __slots__ = ("items", "kind")

    def __init__(self, kind: type, items: list[str]) -> None:
        self.kind = kind
        self.items = items

    def public(self) -> Collection[str]:
        """Give an unchangeable collection that compares as the caller's own does."""
        if issubclass(self.kind, tuple):
            return tuple(self.items)
        if issubclass(self.kind, set | frozenset):
            return frozenset(self.items)
        return ReadOnlyList(self.items)


def _items(option: str, given: Any, problems: list[Problem]) -> list[Any]:
    if isinstance(given, Copy):
        return given.items
    if isinstance(given, str | bytes | bytearray | memoryview):
        text = given if isinstance(given, str) else bytes(given).decode("latin-1")
        meant = [part for part in (part.strip() for part in text.split(",")) if part]
        problems.append(
            Problem(
                "not-a-collection",
                option,
                given,
                f"{shown(given)} is one text where a list of texts belongs, and each of its characters would "
                f"count as an entry; write {shown(meant)}",
                meant,
            )
        )
        return []
    try:
        return list(given)
    except TypeError:
        example = [_EXAMPLES[option]]
        problems.append(
            Problem(
                "not-a-collection",
                option,
                given,
                f"{shown(given)} is no list of texts; write a list such as {example}, or () for none",
                (),
            )
        )
        return []


def _kind(given: Any) -> type:
    return given.kind if isinstance(given, Copy) else type(given)


def _origins(given: Any, problems: list[Problem]) -> Copy:
    items = _items("allow_origins", given, problems)
    # Only few entries are looked at one by one: there may be a million.
    unusual = [item for item in items if not isinstance(item, str) or "*" in item]
    for item in unusual:
        if not isinstance(item, str):
            warn(
                Problem(
                    "origin-type",
                    "allow_origins",
                    item,
                    f"{shown(item)} is no text, so that no origin equals it; write it as a str",
                )
            )
        elif item != "*" and (reason := origin_pattern_problem(item)) is not None:
            warn(
                Problem(
                    "origin-pattern",
                    "allow_origins",
                    item,
                    f"{shown(item)} matches no origin: {reason}; use allow_origin_regex for any other shape",
                )
            )
    if any(not isinstance(item, str) for item in unusual):
        items = [item for item in items if isinstance(item, str)]
    return Copy(_kind(given), items)


def _names(option: str, given: Any, problems: list[Problem]) -> Copy:
    items = _items(option, given, problems)
    for item in items:
        if isinstance(item, str) and item and _TOKEN.issuperset(item):
            continue
        parts = item.replace(",", " ").split() if isinstance(item, str) else []
        meant = [part for part in parts if _TOKEN.issuperset(part)]
        instead = f"write {', '.join(map(repr, meant))}" if meant else "leave it out"
        problems.append(
            Problem(
                "not-a-token",
                option,
                item,
                f"{shown(item)} is no name: it may hold letters, digits and !#$%&'*+-.^_`|~ only, "
                f"and anything else would break the header; {instead}",
                meant or None,
            )
        )
    return Copy(_kind(given), [item for item in items if isinstance(item, str)])


def _flag(option: str, given: Any, problems: list[Problem]) -> bool:
    if isinstance(given, str | bytes | bytearray):
        text = given if isinstance(given, str) else bytes(given).decode("latin-1")
        meant = text.strip().lower() in {"1", "true", "yes", "on", "y", "t"}
        problems.append(
            Problem(
                "not-a-bool",
                option,
                given,
                f"{shown(given)} is a text, which counts as true whatever it says; write {meant}",
                meant,
            )
        )
        return False
    return bool(given)


def _max_age(given: Any, problems: list[Problem]) -> str:
    text = str(given)
    if text.isascii() and text.isprintable():
        return text
    problems.append(
        Problem(
            "max-age",
            "max_age",
            given,
            f"{shown(given)} would break the header; write a whole number of seconds, such as 600",
            600,
        )
    )
    return "600"


def _compiled(
    given: Any, problems: list[Problem]
) -> re.Pattern[str] | tuple[re.Pattern[str], ...] | None:
    if given is None:
        return None
    import re

    several = isinstance(given, list | tuple | set | frozenset)
    compiled: list[re.Pattern[str]] = []
    for item in given if several else (given,):
        pattern = re.compile(item)
        if isinstance(pattern.pattern, str):
            compiled.append(pattern)
        else:
            meant = bytes(pattern.pattern).decode("latin-1")
            problems.append(
                Problem(
                    "expression-type",
                    "allow_origin_regex",
                    item,
                    f"{shown(item)} is made of bytes, and an origin is matched as text; write {shown(meant)}",
                    meant,
                )
            )
    if several:
        return tuple(compiled)
    return compiled[0] if compiled else None


def _engines(
    patterns: re.Pattern[str] | tuple[re.Pattern[str], ...] | None,
) -> tuple[list[str], list[Callable[[str], object]]]:
    """Split the expressions into those for the Rust engine and those that only Python can match."""
    expressions: list[str] = []
    foreign: list[Callable[[str], object]] = []
    if patterns is None:
        return expressions, foreign
    from ._expressions import Untranslatable, translate

    each: Iterable[re.Pattern[str]] = patterns if isinstance(patterns, tuple) else (patterns,)
    for pattern in each:
        try:
            expression = translate(pattern)
            reason = expression_problem(expression)
        except Untranslatable as error:
            reason = f"it uses {error}"
        if reason is None:
            expressions.append(expression)
            continue
        foreign.append(pattern.fullmatch)
        warn(
            Problem(
                "expression-engine",
                "allow_origin_regex",
                pattern.pattern,
                f"{shown(pattern.pattern)} is matched by Python's re, which may take exponential time for a "
                f"hostile origin, because {' '.join(reason.split())}; write it without that, or list the origins",
            )
        )
    return expressions, foreign
