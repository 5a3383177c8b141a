"""What can be wrong in a configuration, and how it is reported."""

from __future__ import annotations

from ._format import in_one_line, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Literal, Never

# Each line of a log, a warning or an error begins so: an operator can search for it.
PREFIX = "fastcors: "

# Of many problems that are alike, this many are told one by one.
_TOLD_OF_EACH = 10

# What raises whether strict or not: it would allow untrusted origins, break a header, or cannot be
# read.
ALWAYS_RAISE = frozenset(
    {
        "endless",
        "expression-type",
        "max-age",
        "name-breaks-header",
        "name-type",
        "not-a-bool",
        "not-a-collection",
        "own-membership-test",
        "unreadable",
    }
)


class Problem:
    """One thing that is wrong with one option. It does not change, and equals another by value.

    Attributes:
        code: a stable name for this kind of problem, such as ``"not-a-collection"``.
        severity: ``"error"`` for what cannot work or is dangerous, ``"warning"`` for what works but
            is probably not meant.
        option: the option's name, such as ``"allow_origins"``.
        value: the value, or the part of it that is wrong.
        message: one sentence that names the value, what is wrong with it and what to write instead.
        suggestion: the value that was probably meant, or None where none is evident.
        suggested_option: the option that the suggestion belongs to: ``option`` itself, but
            ``"allow_origin_regex"`` for a regular expression that takes the place of an entry of
            ``allow_origins``. None where there is no suggestion.
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
        severity: Literal["error", "warning"] = "error",
        suggested_option: str | None = None,
    ) -> None:
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
        return in_one_line(f"{self.option[:80]}: {self.message} [{self.code}]")

    def __repr__(self) -> str:
        names = ("code", "option", "value", "message", "suggestion", "severity", "suggested_option")
        values = zip(names, self._values(), strict=True)
        said = [f"{name}={shown(value, 1000)}" for name, value in values]
        if self.suggested_option in (None, self.option):
            said.pop()
        return f"Problem({', '.join(said)})"

    def _values(self) -> tuple[Any, ...]:
        """Give what it was made with, in the constructor's order."""
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
    """A list of problems; its text is a report for a person.

    Attributes:
        safe: the regular expressions of which it is proven that they let in no stranger.
    """

    def __init__(self, problems: Iterable[Problem] = (), safe: Iterable[str] = ()) -> None:
        super().__init__(problems)
        self.safe = tuple(safe)

    def __str__(self) -> str:
        lines = [f"{problem.severity}: {problem}" for problem in self] or ["no problem found"]
        lines += [
            f"safe: allow_origin_regex: {shown(expression)} is proven to let in no stranger"
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
        super().__init__("\n".join(told(self.problems, ".problems has them all")))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


class ConfigWarning(UserWarning):
    """A configuration that runs, but cannot do what it says."""


def is_refused(problem: Problem) -> bool:
    """Whether this problem makes a configuration raise, strict or not."""
    return problem.code in ALWAYS_RAISE


def told(problems: Iterable[Problem], where: str) -> Iterator[str]:
    """Yield a line for each problem; of many that are alike, for the first ones and their number."""
    counts: dict[tuple[str, str], int] = {}
    for problem in problems:
        kind = problem.option, problem.code
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= _TOLD_OF_EACH:
            yield f"{PREFIX}{problem}"
    for (option, code), count in counts.items():
        if count > _TOLD_OF_EACH:
            yield f"{PREFIX}{option}: {count - _TOLD_OF_EACH:,} more like these; {where} [{code}]"


def _are_equal(one: object, other: object) -> bool:
    try:
        return one is other or bool(one == other)
    except Exception:  # noqa: BLE001 - a comparison may raise anything
        return False
