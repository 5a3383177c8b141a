"""Raises and warns about what is wrong in a configuration."""

from __future__ import annotations

import sys
import warnings

from .problems import ConfigError, ConfigWarning, is_refused, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .options import Options
    from .problems import Problem

_PACKAGE = __file__.rpartition("_report.py")[0]


def tell(options: Options, known: Collection[Problem] = ()) -> None:
    """Raise what must not run, and warn of the rest except what is known, each line with `PREFIX`.

    An invalid regular expression raises what Python's `re` raises for it, with a note for each error:
    its text names neither the option nor the expression.

    Raises:
        ConfigError: with all errors, if one is dangerous to run at all or `strict` is set.
        re.error: for a regular expression that Python does not take, as Starlette does.
    """
    if not options.problems:
        return
    errors = [problem for problem in options.problems if problem.severity == "error"]
    errors.sort(key=lambda problem: not is_refused(problem))
    if options.invalid is not None:
        errors.sort(key=lambda problem: problem.code != "regex-syntax")
        for line in told(errors, "fastcors.lint(...) lists them all"):
            options.invalid.add_note(line)
        raise options.invalid
    if errors and (options.strict or is_refused(errors[0])):
        raise ConfigError(errors) from options.cause
    heard = options.problems if options.strict else errors
    new = [problem for problem in heard if problem not in known]
    _warn(told(new, "fastcors.lint(...) lists them all"))


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
