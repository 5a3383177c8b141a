"""Reads the options of a policy: what the caller gave, checked and copied."""

from __future__ import annotations

from fastcors._fastcors import OriginSetBase
from fastcors.options import ALL_METHODS, DEFAULTS, OPTIONS, Copy, Options
from fastcors.problems import Problem, always_raises

from . import values
from .combinations import contradictions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    from fastcors.options import Option

    from .expressions import _Compiled
    from .values import _Reader

    _Value = TypeVar("_Value")

# What the problems of others depend on is read first.
_FIRST = "allow_credentials"


def read_options(given: Mapping[str, Any]) -> Options:
    """Read all options, which must all be present, and find everything that is wrong with them.

    Raises nothing. What is wrong is in the `problems` of the options, and a policy may be made of them
    once `fastcors._report.report` has not raised.
    """
    return _Reading(given).options()


class _Reading:
    """One reading of all options, and what was found meanwhile."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.problems: list[Problem] = []
        self.cause: Exception | None = None
        self.invalid: Exception | None = None
        self.max_age_text = ""
        self.credentials = False

    def options(self) -> Options:
        """Read and check everything."""
        self.credentials = self.flag(_FIRST)
        # In the order of the signature: of one iterator given twice the first option has it all.
        read = {option.name: self.value(option) for option in OPTIONS}
        options = Options(read, self.max_age_text)
        options.problems, options.cause, options.invalid = self.problems, self.cause, self.invalid
        self.lint(options)
        self.judge(options)
        if not any(map(always_raises, options.problems)):
            options.problems += contradictions(options)
        if options.accept:
            accepted = options.accept
            options.problems = [each for each in options.problems if each.code not in accepted]
        if options.problems:
            places = {name: place for place, name in enumerate(DEFAULTS)}
            options.problems.sort(key=lambda problem: places[problem.option])
        if "*" in options.allow_methods.items:
            options.allow_methods = Copy((), list(ALL_METHODS), star=True)
        return options

    def value(self, option: Option) -> Any:
        """Read one option, after credentials."""
        return (
            self.credentials if option.name == _FIRST else READERS[option.kind](self, option.name)
        )

    def read(self, option: str, read: _Reader[_Value], *, unreadable: _Value) -> _Value:
        """Read one option; whatever the caller's object raises becomes a problem."""
        try:
            return read(option, self.given[option], self.problems)
        except Exception as error:  # noqa: BLE001 - an object of the caller's may raise anything
            if self.cause is None:
                self.cause = error
            self.problems.append(values.unreadable(option, self.given[option], error))
            return unreadable

    def origins(self, option: str) -> Copy:
        return self.copy(option, values.origins)

    def names(self, option: str) -> Copy:
        return self.copy(option, values.names)

    def copy(
        self, option: str, reader: Callable[[str, Any, list[Problem], bool], list[str]]
    ) -> Copy:
        """Read an option that is a collection."""
        given = self.given[option]
        if type(given) is Copy:
            return Copy(given, given.items)
        if option == "allow_origins" and issubclass(type(given), OriginSetBase):
            return Copy(given, [])

        def read(option: str, given: Any, problems: list[Problem]) -> list[str]:
            return reader(option, given, problems, self.credentials)

        return Copy(given, self.read(option, read, unreadable=[]))

    def flag(self, option: str) -> bool:
        given = self.given[option]
        if type(given) is bool:
            return given
        return self.read(option, values.flag, unreadable=False)

    def seconds(self, option: str) -> Any:
        """Keep the number as it was given, beside what is sent."""
        self.max_age_text = self.read(option, values.max_age, unreadable="600")
        return self.given[option]

    def codes(self, option: str) -> tuple[str, ...]:
        given = self.given[option]
        if type(given) is tuple and not given:
            return ()
        from . import accept

        return self.read(option, accept.codes, unreadable=())

    def function(self, option: str) -> Any:
        given = self.given[option]
        if given is None:
            return None
        from . import function

        return self.read(option, function.function, unreadable=None)

    def timeout(self, option: str) -> float:
        given = self.given[option]
        if type(given) is int and given == DEFAULTS[option]:
            return given
        from . import function

        return self.read(option, function.timeout, unreadable=float(DEFAULTS[option]))

    def paths(self, option: str) -> dict[str, Any]:
        if self.given[option] is None:
            return {}
        from . import paths

        nothing: dict[str, Any] = {}
        return self.read(option, paths.paths, unreadable=nothing)

    def enforcement(self, option: str) -> bool | str:
        given = self.given[option]
        if type(given) is bool:
            return given
        from . import enforcement

        nothing: bool | str = False
        return self.read(option, enforcement.mode, unreadable=nothing)

    def hosts(self, option: str) -> Copy:
        given = self.given[option]
        if type(given) is Copy:
            return Copy(given, given.items)
        if type(given) is tuple and not given:
            return Copy(given, [])
        from . import enforcement

        return Copy(given, self.read(option, enforcement.hosts, unreadable=[]))

    def responses(self, option: str) -> str:
        given = self.given[option]
        if type(given) is str and given == DEFAULTS[option]:
            return given
        from . import responses

        return self.read(option, responses.style, unreadable=responses.STARLETTE)

    def expressions(self, option: str) -> Any:
        """Compile the expressions."""
        if self.given[option] is None:
            return None
        from . import expressions

        nothing: _Compiled = (None, None)
        patterns, self.invalid = self.read(option, expressions.compiled, unreadable=nothing)
        return patterns

    def lint(self, options: Options) -> None:
        """Find what is wrong with the texts in the collections."""
        live = options.allow_origins.live
        if live is not None:
            texts = live._fastcors_questionable(self.credentials)
            options.problems += values.linted("allow_origins", texts, self.credentials)
        for option in ("allow_origins", "allow_methods", "allow_headers", "expose_headers"):
            texts = getattr(options, option).items
            if texts:
                options.problems += values.linted(option, texts, self.credentials)
        if options.hosts.items:
            from . import enforcement

            options.problems += enforcement.linted_hosts(options.hosts.items)

    def judge(self, options: Options) -> None:
        """Find which engine matches each expression, and what is wrong with it."""
        patterns = options.patterns()
        if not patterns:
            return
        from fastcors._proof.verdict import judge

        for pattern in patterns:
            verdict = judge(pattern, self.credentials)
            options.engines.append((pattern, verdict.expression))
            # Where every origin is allowed, none is asked.
            if not options.any_origin:
                options.problems += verdict.problems
                if verdict.safe:
                    options.safe.append(pattern.pattern)


# How an option of each kind is read.
READERS: dict[str, Callable[[_Reading, str], Any]] = {
    "origins": _Reading.origins,
    "names": _Reading.names,
    "expressions": _Reading.expressions,
    "bool": _Reading.flag,
    "seconds": _Reading.seconds,
    "codes": _Reading.codes,
    "function": _Reading.function,
    "timeout": _Reading.timeout,
    "paths": _Reading.paths,
    "enforcement": _Reading.enforcement,
    "hosts": _Reading.hosts,
    "responses": _Reading.responses,
}
