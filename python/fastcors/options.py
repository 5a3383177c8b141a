"""Reads the options of a policy: what the caller gave, checked and copied."""

from __future__ import annotations

from ._immutable import ReadOnlyList
from ._lint import values
from ._lint.combinations import contradictions
from ._report import tell
from .problems import Problem, is_refused

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Mapping
    from typing import Any, TypeVar

    from ._lint.values import _Reader

    _Value = TypeVar("_Value")

ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")
SAFELISTED_HEADERS = {"Accept", "Accept-Language", "Content-Language", "Content-Type"}

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
    "strict": False,
    "accept": (),
}
# What the names of an option in other libraries have in common, the more telling words first.
_STEMS = {
    "regex": "allow_origin_regex",
    "pattern": "allow_origin_regex",
    "expos": "expose_headers",
    "cred": "allow_credentials",
    "cookie": "allow_credentials",
    "network": "allow_private_network",
    "private": "allow_private_network",
    "method": "allow_methods",
    "header": "allow_headers",
    "origin": "allow_origins",
    "domain": "allow_origins",
    "host": "allow_origins",
    "whitelist": "allow_origins",
    "allowlist": "allow_origins",
    "age": "max_age",
    "ttl": "max_age",
    "strict": "strict",
    "accept": "accept",
    "ignore": "accept",
}


# Of other libraries' options: what these are about, no option of this one is.
_FOREIGN = ("automatic", "path", "resource", "route", "send", "status", "url", "vary", "wildcard")


class Options:
    """The options of a policy, read once: nothing in here changes when the caller's objects do.

    Reading raises nothing. What is wrong is in `problems`, and a policy may be made of the options
    once `tell` has not raised.

    Attributes:
        problems: all that is wrong, option by option, except what `accept` names.
        safe: the regular expressions that are proven to let in no stranger.
        engines: the expressions, each with its text for the Rust engine where that matches it.
    """

    __slots__ = (
        "_cause",
        "_invalid",
        "accept",
        "allow_credentials",
        "allow_headers",
        "allow_methods",
        "allow_origin_regex",
        "allow_origins",
        "allow_private_network",
        "engines",
        "expose_headers",
        "max_age",
        "max_age_text",
        "problems",
        "safe",
        "strict",
    )

    def __init__(self, given: Mapping[str, Any]) -> None:
        """Read all options, each of which must be there."""
        self.problems: list[Problem] = []
        self._cause: Exception | None = None
        self._invalid: Exception | None = None
        self.safe: list[str] = []
        self.engines: list[tuple[re.Pattern[str], str | None]] = []

        # What is suggested elsewhere depends on them.
        self.allow_credentials = self._flag("allow_credentials", given["allow_credentials"])
        # In the order of the signature: of one iterator given twice the first option has it all.
        self.allow_origins = self._copy("allow_origins", given["allow_origins"])
        self.allow_methods = self._copy("allow_methods", given["allow_methods"])
        self.allow_headers = self._copy("allow_headers", given["allow_headers"])
        self.allow_origin_regex = self._compile(given["allow_origin_regex"])
        self.allow_private_network = self._flag(
            "allow_private_network", given["allow_private_network"]
        )
        self.expose_headers = self._copy("expose_headers", given["expose_headers"])
        self.max_age = given["max_age"]
        self.max_age_text = self._read("max_age", self.max_age, values.max_age, unreadable="600")
        self.strict = self._flag("strict", given["strict"])
        self.accept = self._accept(given["accept"])

        self._lint()
        self._judge()
        if not any(map(is_refused, self.problems)):
            self.problems += contradictions(self)
        if self.accept:
            self.problems = [each for each in self.problems if each.code not in self.accept]
        if self.problems:
            places = {name: place for place, name in enumerate(DEFAULTS)}
            self.problems.sort(key=lambda problem: places[problem.option])
        if "*" in self.allow_methods.items:
            self.allow_methods = Copy((), list(ALL_METHODS), star=True)

    @property
    def any_origin(self) -> bool:
        """Whether `*` is among the origins."""
        return "*" in self.allow_origins.items

    @property
    def any_header(self) -> bool:
        """Whether `*` is among the request headers."""
        return "*" in self.allow_headers.items

    @property
    def expressions(self) -> list[str]:
        """Those that the Rust engine matches, in its syntax."""
        return [text for _, text in self.engines if text is not None]

    @property
    def foreign(self) -> list[Callable[[str], object]]:
        """What matches the others."""
        return [pattern.fullmatch for pattern, text in self.engines if text is None]

    def sent_headers(self) -> list[str]:
        """Give the request headers as Starlette sends them: with the safelisted ones, sorted."""
        return sorted(_SAFELISTED.union(self.allow_headers.items))

    def tell(self, known: Collection[Problem] = ()) -> None:
        """Raise what must not run, and warn of the rest but for what is known.

        Raises:
            ConfigError: with all errors, if one is dangerous to run at all or `strict` is set.
            re.error: for a regular expression that Python does not take, as Starlette does.
        """
        if self.problems:
            tell(
                self.problems,
                strict=self.strict,
                known=known,
                invalid=self._invalid,
                cause=self._cause,
            )

    def _read(
        self, option: str, given: Any, read: _Reader[_Value], *, unreadable: _Value
    ) -> _Value:
        """Read one option; whatever the caller's object raises becomes a problem."""
        try:
            return read(option, given, self.problems)
        except Exception as error:  # noqa: BLE001 - an object of the caller's may raise anything
            if self._cause is None:
                self._cause = error
            self.problems.append(values.unreadable(option, given, error))
            return unreadable

    def _copy(self, option: str, given: Any) -> Copy:
        """Read an option that is a collection."""
        if type(given) is Copy:
            return Copy(given, given.items)
        reader = values.origins if option == "allow_origins" else values.names

        def read(option: str, given: Any, problems: list[Problem]) -> list[str]:
            return reader(option, given, problems, self.allow_credentials)

        return Copy(given, self._read(option, given, read, unreadable=[]))

    def _flag(self, option: str, given: Any) -> bool:
        if type(given) is bool:
            return given
        return self._read(option, given, values.flag, unreadable=False)

    def _accept(self, given: Any) -> tuple[str, ...]:
        if type(given) is tuple and not given:
            return ()
        from ._lint import accept

        return self._read("accept", given, accept.codes, unreadable=())

    def _lint(self) -> None:
        """Find what is wrong with the texts in the collections."""
        for option in ("allow_origins", "allow_methods", "allow_headers", "expose_headers"):
            texts = getattr(self, option).items
            if texts:
                self.problems += values.linted(option, texts, self.allow_credentials)

    def _compile(self, given: Any) -> re.Pattern[str] | tuple[re.Pattern[str], ...] | None:
        """Compile the expressions."""
        if given is None:
            return None
        from ._lint import expressions

        nothing: expressions._Compiled = (None, None)
        patterns, self._invalid = self._read(
            "allow_origin_regex", given, expressions.compiled, unreadable=nothing
        )
        return patterns

    def _judge(self) -> None:
        """Find which engine matches each expression, and what is wrong with it."""
        patterns = self.allow_origin_regex
        if patterns is None:
            return
        from ._lint.expressions import judge

        for pattern in patterns if isinstance(patterns, tuple) else (patterns,):
            verdict = judge(pattern, self.allow_credentials)
            self.engines.append((pattern, verdict.expression))
            # Where every origin is allowed, none is asked.
            if not self.any_origin:
                self.problems += verdict.problems
                if verdict.safe:
                    self.safe.append(pattern.pattern)


class Copy:
    """A copy of a caller's collection of texts: its items in its order, and what kind it was.

    A set's order shows in the header, and a copy of a set has another one.
    """

    __slots__ = ("items", "kind", "star")

    def __init__(self, given: Any, items: list[str], *, star: bool = False) -> None:
        """Copy what was given, of which these are the items that count.

        `star` tells that a `*` was given, which the items stand for.
        """
        self.kind: type = given.kind if type(given) is Copy else list
        self.star: bool = star or (type(given) is Copy and given.star)
        for kind in (tuple, set, frozenset, str):
            if issubclass(type(given), kind):
                self.kind = kind
        self.items = items

    def __reduce__(self) -> tuple[Any, ...]:
        return _copied, (self.kind, self.items, self.star)

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


def _copied(kind: type, items: list[str], star: bool) -> Copy:
    """Give a copy again."""
    copied = Copy((), items, star=star)
    copied.kind = kind
    return copied


def near_option(name: str) -> str | None:
    """Give the option that a name of none is near to, be it misspelt or another library's."""
    import difflib

    # A long one is no misspelling, and comparing it would take its square in time.
    text = name[:60].replace("-", "_")
    if not text.isupper():
        text = "".join(f"_{letter}" if letter.isupper() else letter for letter in text)
    text = text.lower().strip("_").removeprefix("cors_")
    near = difflib.get_close_matches(text, list(DEFAULTS), n=1, cutoff=0.8)
    if near:
        return near[0]
    words = text.split("_")
    if any(word.startswith(_FOREIGN) for word in words):
        return None
    stems = (stem for stem in _STEMS if any(word.startswith(stem) for word in words))
    return next((_STEMS[stem] for stem in stems), None)
