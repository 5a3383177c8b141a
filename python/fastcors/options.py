"""Reads the options of a policy: what the caller gave, checked and copied."""

from __future__ import annotations

from ._fastcors import expression_problem, origin_pattern_problem
from ._read_only import ReadOnlyList
from .problems import ConfigError, Problem, shown, warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Iterable, Mapping
    from typing import Any

ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")
SAFELISTED_HEADERS = {"Accept", "Accept-Language", "Content-Language", "Content-Type"}

# RFC 9110, 5.6.2.
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_SAFELISTED = frozenset(SAFELISTED_HEADERS)
DEFAULTS: dict[str, Any] = {
    "allow_origins": (),
    "allow_methods": ("GET",),
    "allow_headers": (),
    "allow_credentials": False,
    "allow_origin_regex": None,
    "allow_private_network": False,
    "expose_headers": (),
    "max_age": 600,
}
# What settings from the environment write for a bool.
_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "y", "on"), True),
    **dict.fromkeys(("false", "0", "no", "n", "off", "none", "null", ""), False),
}
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

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Read all options, each of which must be there."""
        problems: list[Problem] = []
        self.allow_origins = _origins(given["allow_origins"], problems)
        self.allow_methods = _names("allow_methods", given["allow_methods"], problems)
        if "*" in self.allow_methods.items:
            self.allow_methods = Copy((), list(ALL_METHODS))
        self.allow_headers = _names("allow_headers", given["allow_headers"], problems)
        self.expose_headers = _names("expose_headers", given["expose_headers"], problems)
        self.allow_credentials = _flag("allow_credentials", given["allow_credentials"], problems)
        self.allow_private_network = _flag(
            "allow_private_network", given["allow_private_network"], problems
        )
        self.max_age = given["max_age"]
        self.max_age_text = _max_age(self.max_age, problems)
        self.allow_origin_regex = _compiled(given["allow_origin_regex"], problems)
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

    def __init__(self, given: Any, items: list[str]) -> None:
        """Copy what was given, of which these are the items that count."""
        self.kind: type = list
        for kind in (tuple, set, frozenset):
            if isinstance(given, kind):
                self.kind = kind
        if isinstance(given, Copy):
            self.kind = given.kind
        self.items = items

    def public(self) -> Collection[str]:
        """Give an unchangeable collection that compares as the caller's own does."""
        if self.kind is tuple:
            return tuple(self.items)
        if self.kind is list:
            return ReadOnlyList(self.items)
        return frozenset(self.items)


def _items(option: str, given: Any, problems: list[Problem]) -> list[Any]:
    """Give the items of what should be a collection."""
    if isinstance(given, Copy):
        return given.items
    example = [_EXAMPLES[option]]
    if isinstance(given, str | bytes | bytearray | memoryview):
        meant = _split(given if isinstance(given, str) else bytes(given).decode("latin-1"))
        problems.append(
            Problem(
                "not-a-collection",
                option,
                given,
                f"{shown(given)} is {_kind(given)} where a list of str belongs, so that each of its characters "
                f"would count as an entry; write {shown(meant)}",
                meant,
            )
        )
        return []
    if _has_own_membership_test(given):
        problems.append(
            Problem(
                "own-membership-test",
                option,
                given,
                f"{shown(given)} is {_kind(given)} with a __contains__ of its own, which would not be asked: the "
                f"entries are copied once; write list(...) of it, or override is_allowed_origin to ask it",
            )
        )
        return []
    try:
        entries = iter(given)
    except TypeError:
        problems.append(
            Problem(
                "not-a-collection",
                option,
                given,
                f"{shown(given)} is {_kind(given)} where a list of str belongs; write a list such as {example}, "
                f"or () for none",
                (),
            )
        )
        return []
    return list(entries)


def _has_own_membership_test(given: Any) -> bool:
    """Say whether a class of the caller's decides itself what is in its instances."""
    contains = getattr(type(given), "__contains__", None)
    # Those of the built-in types are no functions; those of the standard library go by the items.
    return hasattr(contains, "__code__") and contains.__module__ not in (
        "_collections_abc",
        "collections",
    )


def _split(text: str) -> list[str]:
    """Give the list that was probably meant by a text, JSON or separated by anything usual."""
    if text.lstrip().startswith("["):
        import json

        try:
            parsed = json.loads(text)
        except ValueError:
            text = text.strip().strip("[]")
        else:
            return [str(item) for item in parsed]
    for separator in ",;|":
        text = text.replace(separator, " ")
    return [part for part in (part.strip("'\"") for part in text.split()) if part]


def _kind(value: object) -> str:
    """Name the class of a value, with its article."""
    if value is None:
        return "None"
    name = type(value).__name__
    if name == "bytes":
        return "bytes"
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def _origins(given: Any, problems: list[Problem]) -> Copy:
    items = _items("allow_origins", given, problems)
    # Only few entries are looked at one by one: there may be a million.
    unusual = [item for item in items if not isinstance(item, str) or "*" in item]
    for item in unusual:
        if not isinstance(item, str):
            _tell_origin_type(item)
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
        texts = [_text_of(item) for item in items]
        items = [text for text in texts if text is not None]
    return Copy(given, items)


def _text_of(item: object) -> str | None:
    """Give the text that an entry equals, such as that of a URL object, or None."""
    if isinstance(item, str):
        return item
    text = str(item)
    return text if item == text else None


def _tell_origin_type(item: object) -> None:
    if _text_of(item) is not None:
        return
    meant = bytes(item).decode("latin-1") if isinstance(item, bytes | bytearray) else None
    instead = f"write {shown(meant)}" if meant is not None else "write a str, or leave it out"
    warn(
        Problem(
            "origin-type",
            "allow_origins",
            item,
            f"{shown(item)} is {_kind(item)}, not a str, and equals no origin; {instead}",
            meant,
        )
    )


def _names(option: str, given: Any, problems: list[Problem]) -> Copy:
    items = _items(option, given, problems)
    problems += [
        _name_problem(option, item)
        for item in items
        if not (isinstance(item, str) and item and _TOKEN.issuperset(item))
    ]
    return Copy(given, [item for item in items if isinstance(item, str)])


def _name_problem(option: str, item: object) -> Problem:
    """Say what is wrong with a name, and which one was probably meant."""
    noun = "a method" if option == "allow_methods" else "a header name"
    meant: list[str] = []
    if isinstance(item, bytes | bytearray):
        wrong = f"is {_kind(item)}, not a str"
        meant = [bytes(item).decode("latin-1")]
    elif not isinstance(item, str):
        wrong = f"is {_kind(item)}, not a str"
    elif not item.strip():
        wrong = f"is empty and not {noun}"
    elif not item.isprintable():
        wrong = "holds a control character, which would break the header"
    else:
        wrong = f"is not {noun}: it may hold letters, digits and !#$%&'*+-.^_`|~ only"
        before, colon, _ = item.partition(":")
        meant = [before.strip()] if colon else item.replace(",", " ").replace(";", " ").split()
    meant = [name for name in meant if name and _TOKEN.issuperset(name)]
    instead = f"write {', '.join(map(repr, meant))}" if meant else f"write {noun} or leave it out"
    return Problem("not-a-token", option, item, f"{shown(item)} {wrong}; {instead}", meant or None)


def _flag(option: str, given: Any, problems: list[Problem]) -> bool:
    if not isinstance(given, str | bytes | bytearray):
        return bool(given)
    text = given if isinstance(given, str) else bytes(given).decode("latin-1")
    meant = _WORDS.get(text.strip().lower())
    problems.append(
        Problem(
            "not-a-bool",
            option,
            given,
            f"{shown(given)} is {_kind(given)} where a bool belongs, and would count as "
            f"{bool(given)} whatever it says; write {'True or False' if meant is None else meant}",
            meant,
        )
    )
    return False


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

    one = isinstance(given, str | bytes | bytearray | re.Pattern)
    if not one and not hasattr(given, "__iter__"):
        given = [given]
    compiled: list[re.Pattern[str]] = []
    for item in (given,) if one else given:
        if isinstance(item, str | re.Pattern):
            pattern = re.compile(item)
            if isinstance(pattern.pattern, str):
                compiled.append(pattern)
                continue
            item = pattern.pattern  # noqa: PLW2901 - told as the bytes that it is made of
        meant = bytes(item).decode("latin-1") if isinstance(item, bytes | bytearray) else None
        instead = f"write {shown(meant)}" if meant is not None else "write a str, or None for none"
        problems.append(
            Problem(
                "expression-type",
                "allow_origin_regex",
                item,
                f"{shown(item)} is {_kind(item)}, and an origin is matched as a str; {instead}",
                meant,
            )
        )
    if one:
        return compiled[0] if compiled else None
    return tuple(compiled)


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
