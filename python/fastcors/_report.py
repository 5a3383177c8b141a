"""Raises and warns of what is wrong in a configuration."""

from __future__ import annotations

import sys
import warnings

from .problems import ConfigError, ConfigWarning, is_refused, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .problems import Problem

_PACKAGE = __file__.rpartition("_report.py")[0]


def tell(
    problems: Collection[Problem],
    *,
    strict: bool,
    known: Collection[Problem] = (),
    invalid: Exception | None = None,
    cause: Exception | None = None,
) -> None:
    """Raise or warn of what is wrong in a configuration, each line of it with `PREFIX`.

    Args:
        problems: all that is wrong.
        strict: whether errors raise, and advice is warned of.
        known: what need not be warned of again.
        invalid: what Python's `re` said to a regular expression. It is raised as it is, with a note
            for each error, because it names neither the option nor the expression.
        cause: what made an option unreadable.

    Raises:
        ConfigError: with all errors, where one of them must raise.
    """
    errors = [problem for problem in problems if problem.severity == "error"]
    errors.sort(key=lambda problem: not is_refused(problem))
    if invalid is not None:
        errors.sort(key=lambda problem: problem.code != "expression-syntax")
        for line in told(errors, "fastcors.lint(...) gives them all"):
            invalid.add_note(line)
        raise invalid
    if errors and (strict or is_refused(errors[0])):
        raise ConfigError(errors) from cause
    heard = [problem for problem in problems if strict or problem.severity == "error"]
    new = [problem for problem in heard if problem not in known]
    _warn(told(new, "fastcors.lint(...) gives them all"))


def _warn(lines: Iterable[str]) -> None:
    """Warn with `ConfigWarning`s that point at the line outside this package that led here."""
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
    """Whether Python itself shows warnings, and not a library that may drop them."""
    module: str = getattr(warnings.showwarning, "__module__", None) or ""
    return module.partition(".")[0] in sys.stdlib_module_names
