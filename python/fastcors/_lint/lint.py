"""The linter: everything that is known to be wrong with a policy's options, at once."""

from __future__ import annotations

import warnings

from fastcors._format import shown
from fastcors.options import DEFAULTS
from fastcors.problems import Problem, Report

from .option_names import means_all, near_option
from .reading import read_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def lint(**options: Any) -> Report:
    """Return everything that is wrong with the options of `CORSMiddleware`, without creating one.

        >>> from fastcors import lint
        >>> for problem in lint(allow_origin=["https://app.example.com"], max_age=600.0):
        ...     print(problem.severity, problem.code, problem.suggestion)
        error max-age-type 600
        error unknown-option allow_origins

    Args:
        options: by name; omitted options have their defaults, and ``app`` is ignored. A value may be
            of any type. A value that can be read only once, such as a generator, is consumed. The
            result omits the codes in ``accept``.

    Returns:
        A list of `Problem`, empty if nothing is wrong. `CORSMiddleware` warns about errors, and
        raises them with ``strict=True``; warnings are advice. ``str(...)`` of the list is a report
        for a person. Its attribute ``safe`` holds the regular expressions that are verified: as far
        as the public suffix list and fastcors' own list know, nobody else can own an origin that
        they match.

    Raises no `Exception`; a KeyboardInterrupt still passes. Time and memory are linear in the options.
    An endless iterator is abandoned after 2,000,000 entries.
    """
    # A key may be of a class of its own, too.
    given = {str.__str__(name): value for name, value in options.items()}
    known = {name: value for name, value in given.items() if name in DEFAULTS}
    # An expression or an object of the caller's may give warnings of its own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = read_options({**DEFAULTS, **known})
        unknown = [
            _unknown(name, value, credentials=read.allow_credentials)
            for name, value in given.items()
            if name not in DEFAULTS and name != "app"
        ]
    problems = read.problems
    # A misspelled name of the option is why there are none.
    meant = {near_option(problem.option) for problem in unknown}
    if meant & {"allow_origins", "allow_origin_regex"}:
        problems = [problem for problem in problems if problem.code != "no-origins"]
    return Report([*problems, *unknown], read.safe)


def _unknown(name: str, value: object, *, credentials: bool) -> Problem:
    if name == "policy":
        message = (
            "'policy' is an option of CORSMiddleware, but lint reads the other options alone; write the "
            "policy's own options"
        )
        return Problem("unknown-option", name, value, message)
    near = near_option(name)
    wrong = f"{shown(name)} is not an option, so CORSMiddleware raises a TypeError"
    if value is True and near is not None and means_all(name, near, credentials=credentials):
        meant = ["*"]
        message = f"{wrong}; write {near}={meant}"
        return Problem("unknown-option", name, value, message, meant, suggested_option=near)
    instead = f"write {near}" if near else f"the options are {', '.join(DEFAULTS)}"
    return Problem("unknown-option", name, value, f"{wrong}; {instead}", near)
