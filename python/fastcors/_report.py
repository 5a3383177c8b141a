"""Raises errors and issues warnings for the problems of a configuration."""

from __future__ import annotations

import sys
import warnings

from .problems import ConfigError, ConfigWarning, always_raises, lines_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .options import Options
    from .problems import Problem

_PACKAGE = __file__.rpartition("_report.py")[0]


# Linear time is promised for a request, unless a warning says that it is not.
ALWAYS_REPORTED = frozenset(("regex-python-only",))


def report(options: Options, known: Collection[Problem] = ()) -> None:
    """Raise or warn about the problems of options, except the known ones, each line with `PREFIX`.

    Without `strict`, an invalid regular expression raises what Python's `re` raises for it, with a note
    for each error, because its text names neither the option nor the expression.

    Raises:
        ConfigError: with all errors, if one of them always raises or `strict` is set.
        re.error: for a regular expression that Python rejects, as with Starlette.
    """
    if not options.problems:
        return
    errors = [
        problem
        for problem in options.problems
        if problem.severity == "error" and (problem not in known or always_raises(problem))
    ]
    errors.sort(key=lambda problem: not always_raises(problem))
    if options.invalid is not None and not options.strict:
        errors.sort(key=lambda problem: problem.code != "regex-syntax")
        for line in lines_of(errors, "fastcors.lint(...) lists them all"):
            options.invalid.add_note(line)
        raise options.invalid
    if errors and (options.strict or always_raises(errors[0])):
        raise ConfigError(errors) from options.invalid or options.cause
    reported = [
        problem
        for problem in options.problems
        if options.strict or problem.severity == "error" or problem.code in ALWAYS_REPORTED
    ]
    new = [problem for problem in reported if problem not in known]
    _warn(lines_of(new, "fastcors.lint(...) lists them all"))


def _warn(lines: Iterable[str]) -> None:
    """Issue `ConfigWarning`s that point at the line outside this package that led here."""
    level = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    for line in lines:
        if _shows_warnings():
            warnings.warn(line, ConfigWarning, stacklevel=level)
        else:
            from ._startup_log import warnings_logged

            with warnings_logged():
                warnings.warn(line, ConfigWarning, stacklevel=level)


def _shows_warnings() -> bool:
    """Whether Python itself shows warnings, not a library that may drop them."""
    module: str = getattr(warnings.showwarning, "__module__", None) or ""
    return module.partition(".")[0] in sys.stdlib_module_names
