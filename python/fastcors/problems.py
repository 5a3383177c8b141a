"""What can be wrong in a configuration, and how it is reported."""

from __future__ import annotations

from ._format import in_one_line, shown, shown_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Literal, Never

# Each line of a log, a warning or an error begins so: an operator can search for it.
PREFIX = "fastcors: "

# Of many similar problems, this many get a line each.
_LINES_OF_EACH = 10

# Where the documentation is published: every address in a message begins so.
SITE = "https://fastcors.github.io/fastcors/"

# The options that each of several codes is about; no name stands for any option.
_BOOLS = ("allow_credentials", "allow_private_network", "strict")
_NAMES = ("allow_methods", "allow_headers", "expose_headers")
_LISTS = ("allow_origins", *_NAMES)
_COLLECTIONS = (*_LISTS, "allow_origin_regex", "accept", "hosts")
_ANY = ()


class Code:
    """A row of the table of problem codes.

    Attributes:
        name: the code.
        severity: that of its problems; ``"either"`` where it depends on the value or on credentials.
        options: those that it is about; empty for any.
        raises: whether it raises, strict or not: it would allow untrusted origins, break a header, or
            cannot be read.
        acceptable: whether `accept` may name it.
    """

    __slots__ = ("acceptable", "name", "options", "raises", "severity")

    def __init__(
        self,
        name: str,
        severity: Literal["error", "warning", "either"],
        options: str | tuple[str, ...],
        *,
        raises: bool = False,
        acceptable: bool = True,
    ) -> None:
        self.name = name
        self.severity = severity
        self.options = (options,) if isinstance(options, str) else options
        self.raises = raises
        self.acceptable = acceptable and not raises


# Every code: those of the compiled linter, and those of problems that are found in Python.
CODES = {
    code.name: code
    for code in (
        Code("bool-type", "either", _BOOLS),
        Code("code-always-raises", "error", "accept", acceptable=False),
        Code("credentials-without-origin", "warning", "allow_credentials"),
        Code("endless", "error", _COLLECTIONS, raises=True),
        Code("origin-ipv4", "error", "allow_origins"),
        Code("origin-ipv6", "error", "allow_origins"),
        Code("expose-any-beside-others", "warning", "expose_headers"),
        Code("expose-any-with-credentials", "error", "expose_headers"),
        Code("expose-duplicate", "warning", "expose_headers"),
        Code("expose-forbidden", "error", "expose_headers"),
        Code("expose-glob", "error", "expose_headers"),
        Code("expose-misspelled", "warning", "expose_headers"),
        Code("expose-of-request", "warning", "expose_headers"),
        Code("expose-of-preflight", "warning", "expose_headers"),
        Code("expose-quotes", "error", "expose_headers"),
        Code("expose-safelisted", "warning", "expose_headers"),
        Code("expose-several", "warning", "expose_headers"),
        Code("generator-consumed", "either", _COLLECTIONS),
        Code("header-any-beside-others", "warning", "allow_headers"),
        Code("header-any-with-credentials", "warning", "allow_headers"),
        Code("header-authorization-beside-any", "warning", "allow_headers"),
        Code("header-duplicate", "warning", "allow_headers"),
        Code("header-forbidden", "warning", "allow_headers"),
        Code("header-glob", "error", "allow_headers"),
        Code("header-misspelled", "warning", "allow_headers"),
        Code("header-of-response", "warning", "allow_headers"),
        Code("header-quotes", "error", "allow_headers"),
        Code("header-safelisted", "warning", "allow_headers"),
        Code("header-several", "warning", "allow_headers"),
        Code("mapping", "warning", _COLLECTIONS),
        Code("max-age", "error", "max_age", raises=True),
        Code("max-age-above-cap", "warning", "max_age"),
        Code("max-age-negative", "warning", "max_age"),
        Code("max-age-type", "either", "max_age"),
        Code("method-any-beside-others", "warning", "allow_methods"),
        Code("method-any-with-credentials", "warning", "allow_methods"),
        Code("method-duplicate", "warning", "allow_methods"),
        Code("method-forbidden", "warning", "allow_methods"),
        Code("method-glob", "error", "allow_methods"),
        Code("method-lower-case", "either", "allow_methods"),
        Code("method-misspelled", "warning", "allow_methods"),
        Code("method-quotes", "error", "allow_methods"),
        Code("method-several", "error", "allow_methods"),
        Code("method-word-for-any", "error", "allow_methods"),
        Code("name-breaks-header", "error", _NAMES, raises=True),
        Code("name-type", "error", _NAMES, raises=True),
        Code("no-method", "warning", "allow_methods"),
        Code("no-origins", "warning", "allow_origins"),
        Code("none-for-a-list", "warning", "expose_headers"),
        Code("not-a-bool", "error", _BOOLS, raises=True),
        Code("not-a-collection", "error", _COLLECTIONS, raises=True),
        Code("not-a-token", "either", _NAMES),
        Code("origin-address-range", "error", "allow_origins"),
        Code("origin-any-beside-others", "warning", "allow_origins"),
        Code("origin-any-with-credentials", "error", "allow_origins"),
        Code("origin-bad-port", "error", "allow_origins"),
        Code("origin-control-character", "error", "allow_origins"),
        Code("origin-default-port", "error", "allow_origins"),
        Code("origin-doubled-scheme", "error", "allow_origins"),
        Code("origin-duplicate", "warning", "allow_origins"),
        Code("origin-empty", "error", "allow_origins"),
        Code("origin-extension-id", "either", "allow_origins"),
        Code("origin-file", "either", "allow_origins"),
        Code("origin-fragment", "error", "allow_origins"),
        Code("origin-glob", "error", "allow_origins"),
        Code("origin-host", "either", "allow_origins"),
        Code("origin-insecure", "warning", "allow_origins"),
        Code("origin-malformed-scheme", "error", "allow_origins"),
        Code("origin-no-scheme", "error", "allow_origins"),
        Code("origin-null", "either", "allow_origins"),
        Code("origin-path", "error", "allow_origins"),
        Code("origin-percent-encoded", "error", "allow_origins"),
        Code("origin-placeholder", "either", "allow_origins"),
        Code("origin-public-suffix", "either", "allow_origins"),
        Code("origin-punycode", "error", "allow_origins"),
        Code("origin-query", "error", "allow_origins"),
        Code("origin-quotes", "error", "allow_origins"),
        Code("origin-regular-expression", "error", "allow_origins"),
        Code("origin-scheme-not-sent", "error", "allow_origins"),
        Code("origin-several", "error", "allow_origins"),
        Code("origin-too-long", "error", "allow_origins"),
        Code("origin-trailing-dot", "either", "allow_origins"),
        Code("origin-trailing-slash", "error", "allow_origins"),
        Code("origin-type", "error", "allow_origins"),
        Code("origin-unicode", "error", "allow_origins"),
        Code("origin-unspecified-address", "warning", "allow_origins"),
        Code("origin-upper-case", "error", "allow_origins"),
        Code("origin-userinfo", "error", "allow_origins"),
        Code("origin-white-space", "error", "allow_origins"),
        Code(
            "own-membership-test",
            "error",
            ("allow_origins", "allow_methods", "allow_headers"),
            raises=True,
        ),
        Code("private-network-for-everyone", "warning", "allow_private_network"),
        Code("private-network-superseded", "warning", "allow_private_network"),
        Code("regex-address-range", "warning", "allow_origin_regex"),
        Code("regex-alternative-matches-no-origin", "either", "allow_origin_regex"),
        Code("regex-any-of-scheme", "warning", "allow_origin_regex"),
        Code("regex-any-origin", "either", "allow_origin_regex"),
        Code("regex-character-class", "error", "allow_origin_regex"),
        Code("regex-doubled-backslash", "error", "allow_origin_regex"),
        Code("regex-empty", "warning", "allow_origin_regex"),
        Code("regex-file", "either", "allow_origin_regex"),
        Code("regex-glob", "error", "allow_origin_regex"),
        Code("regex-insecure", "warning", "allow_origin_regex"),
        Code("regex-joined-parts", "warning", "allow_origin_regex"),
        Code("regex-matches-no-origin", "error", "allow_origin_regex"),
        Code("regex-misspelled-scheme", "error", "allow_origin_regex"),
        Code("regex-null", "either", "allow_origin_regex"),
        Code("regex-public-suffix", "either", "allow_origin_regex"),
        Code("regex-python-only", "either", "allow_origin_regex"),
        Code("regex-shared-suffix", "warning", "allow_origin_regex"),
        Code("regex-syntax", "error", "allow_origin_regex", acceptable=False),
        Code("regex-type", "error", "allow_origin_regex", raises=True),
        Code("regex-unescaped-dot", "warning", "allow_origin_regex"),
        Code("regex-untrusted-origins", "error", "allow_origin_regex"),
        Code("regex-unverified", "warning", "allow_origin_regex"),
        Code("regex-without-effect", "warning", "allow_origin_regex"),
        Code("star-for-a-list", "warning", _LISTS),
        Code("unknown-code", "error", "accept", acceptable=False),
        Code("unknown-option", "error", _ANY, acceptable=False),
        Code("unreadable", "error", _ANY, raises=True),
        Code("function-any-origin", "either", "allow_origin_func"),
        Code("function-parameters", "error", "allow_origin_func"),
        Code("function-timeout", "error", "origin_func_timeout", raises=True),
        Code("function-timeout-long", "warning", "origin_func_timeout"),
        Code("function-timeout-without-function", "warning", "origin_func_timeout"),
        Code("function-type", "error", "allow_origin_func", raises=True),
        Code("function-without-effect", "warning", "allow_origin_func"),
        Code("enforce-any-origin", "error", "enforce"),
        Code("enforce-value", "error", "enforce", raises=True),
        Code("enforce-without-hosts", "warning", "enforce"),
        Code("enforce-without-origins", "warning", "enforce"),
        Code("host-all-interfaces", "error", "hosts"),
        Code("host-any", "error", "hosts"),
        Code("host-malformed", "error", "hosts"),
        Code("host-port", "error", "hosts"),
        Code("host-public-suffix", "either", "hosts"),
        Code("host-scheme", "error", "hosts"),
        Code("host-type", "error", "hosts", raises=True),
        Code("responses-value", "error", "responses", raises=True),
        Code("path-dots", "error", "paths", raises=True),
        Code("path-duplicate", "error", "paths", raises=True),
        Code("path-hosts", "error", "paths", raises=True),
        Code("path-malformed", "error", "paths", raises=True),
        Code("path-nested", "error", "paths", raises=True),
        Code("path-no-slash", "error", "paths", raises=True),
        Code("path-pattern", "error", "paths", raises=True),
        Code("path-percent-encoded", "error", "paths", raises=True),
        Code("path-policy", "error", "paths", raises=True),
        Code("path-query", "error", "paths", raises=True),
        Code("path-trailing-slash", "error", "paths", raises=True),
        Code("path-type", "error", "paths", raises=True),
        Code("path-url", "error", "paths", raises=True),
        Code("paths-type", "error", "paths", raises=True),
    )
}
ALWAYS_RAISE = frozenset(name for name, code in CODES.items() if code.raises)
# An invalid regular expression and an unknown option raise what they raise with Starlette.
NEVER_ACCEPTED = frozenset(name for name, code in CODES.items() if not code.acceptable)


class Problem:
    """One thing that is wrong with one option. It is immutable, and compares by value.

    Attributes:
        code: a stable name for this kind of problem, such as ``"not-a-collection"``. All are in
            `CODES`.
        severity: ``"error"`` for what cannot work or is dangerous, ``"warning"`` for what works but
            is probably not intended.
        option: the option's name, such as ``"allow_origins"``.
        value: the value, or the part of it that is wrong.
        message: what is wrong, with the value; what happens because of it; what to write instead.
        suggestion: the value that was probably intended, or None if none is evident.
        suggested_option: the option that the suggestion belongs to: ``option`` itself, but
            ``"allow_origin_regex"`` for a regular expression that replaces an entry of
            ``allow_origins``. None if there is no suggestion.
        url: the page about this code: what it finds, why it matters, and how to fix it.

    Raises:
        ValueError: for a code that is not in the table.
    """

    __slots__ = (
        "code",
        "message",
        "option",
        "severity",
        "suggested_option",
        "suggestion",
        "value",
    )

    code: str
    severity: Literal["error", "warning"]
    option: str
    value: Any
    message: str
    suggestion: Any
    suggested_option: str | None

    def __init__(
        self,
        code: str,
        option: str,
        value: object,
        message: str,
        suggestion: object = None,
        severity: Literal["error", "warning"] | None = None,
        suggested_option: str | None = None,
    ) -> None:
        if code not in CODES:
            raise ValueError(
                f"{shown(code)} is not a problem code; add it to fastcors.problems.CODES"
            )
        if severity is None:
            severity = "warning" if CODES[code].severity == "warning" else "error"
        if suggestion is None:
            suggested_option = None
        elif suggested_option is None:
            suggested_option = option
        put = object.__setattr__
        put(self, "code", code)
        put(self, "severity", severity)
        put(self, "option", option)
        put(self, "value", value)
        put(self, "message", message)
        put(self, "suggestion", suggestion)
        put(self, "suggested_option", suggested_option)

    @property
    def url(self) -> str:
        """The page about this code: what it finds, why it matters, and how to fix it."""
        return page_of(self.code)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"a Problem does not change: {name} cannot be assigned")

    def __delattr__(self, name: str) -> Never:
        raise AttributeError(f"a Problem does not change: {name} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if type(other) is not Problem:
            return NotImplemented
        return (
            self._texts() == other._texts()
            and _are_equal(self.value, other.value)
            and _are_equal(self.suggestion, other.suggestion)
            and self.suggested_option == other.suggested_option
        )

    def __hash__(self) -> int:
        # A value may have no hash. The message names it.
        return hash(self._texts())

    def __reduce__(self) -> tuple[type[Problem], tuple[Any, ...]]:
        return Problem, self._values()

    def __str__(self) -> str:
        return in_one_line(f"{self.option[:80]}: {self.message} {reference(self.code)}")

    def __repr__(self) -> str:
        names = ("code", "option", "value", "message", "suggestion", "severity", "suggested_option")
        values = zip(names, self._values(), strict=True)
        said = [f"{name}={shown(value, 1000)}" for name, value in values]
        if self.suggested_option in (None, self.option):
            said.pop()
        return f"Problem({', '.join(said)})"

    def _values(self) -> tuple[Any, ...]:
        """Return what it was made with, in the constructor's order."""
        return (
            self.code,
            self.option,
            self.value,
            self.message,
            self.suggestion,
            self.severity,
            self.suggested_option,
        )

    def _texts(self) -> tuple[str, ...]:
        return self.code, self.severity, self.option, self.message


class Report(list[Problem]):
    """A list of problems; its ``str`` is a report for a person.

    Attributes:
        safe: the regular expressions that are verified: as far as the public suffix list and fastcors'
            own list know, nobody else can own an origin that they match.
    """

    def __init__(self, problems: Iterable[Problem] = (), safe: Iterable[str] = ()) -> None:
        super().__init__(problems)
        self.safe = tuple(safe)

    def __str__(self) -> str:
        lines = [f"{problem.severity}: {problem}" for problem in self] or ["no problems found"]
        lines += [
            f"safe: allow_origin_regex: {shown_expression(expression)} is verified: as far as the public "
            f"suffix list and ours know, nobody else can own an origin that it matches"
            for expression in self.safe
        ]
        return "\n".join(lines)


class ConfigError(ValueError):
    """A configuration that is dangerous to run, or in which ``strict`` found errors.

    Attributes:
        problems: all errors in it, each a `Problem`, those first that are dangerous to run at all.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(lines_of(self.problems, ".problems has them all")))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


class ConfigWarning(UserWarning):
    """A configuration that runs, but does not do what it says."""


def page_of(code: str) -> str:
    """Return the address of the page about a code."""
    return f"{SITE}problems/{code}/"


def reference(code: str) -> str:
    """Return what ends a message about a code: the code, and the address of its page."""
    return f"[{code}] {page_of(code)}"


def always_raises(problem: Problem) -> bool:
    """Whether a configuration with this problem raises, strict or not."""
    return CODES[problem.code].raises


def lines_of(problems: Iterable[Problem], where: str) -> Iterator[str]:
    """Yield a line for each problem; of many similar ones, for the first, and one with their number."""
    counts: dict[tuple[str, str], int] = {}
    for problem in problems:
        kind = problem.option, problem.code
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= _LINES_OF_EACH:
            yield f"{PREFIX}{problem}"
    for (option, code), count in counts.items():
        if count > _LINES_OF_EACH:
            yield f"{PREFIX}{option}: {count - _LINES_OF_EACH:,} more like these; {where} {reference(code)}"


def _are_equal(one: object, other: object) -> bool:
    try:
        return one is other or bool(one == other)
    except Exception:  # noqa: BLE001 - a comparison may raise anything
        return False
