"""The linter: everything that is known to be wrong with a policy's options, at once."""

from __future__ import annotations

import warnings

from fastcors._format import shown
from fastcors.options import DEFAULTS
from fastcors.problems import Problem, Report

from .option_names import near_option
from .reading import read_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def lint(**options: Any) -> Report:
    """Give everything that is wrong with the options of `CORSMiddleware`, without making one.

        >>> from fastcors import lint
        >>> for problem in lint(allow_origin=["https://app.example.com"], max_age=600.0):
        ...     print(problem.severity, problem.code, problem.suggestion)
        error max-age-type 600
        error unknown-option allow_origins

    Args:
        options: by name; those that are left out have their defaults. ``app`` is not looked at. A
            value may be anything at all. One that can be read only once, such as a generator, is
            read. The codes in ``accept`` are left out of the result.

    Returns:
        A list of `Problem`, empty where nothing is wrong. Errors are what `CORSMiddleware` warns of,
        and raises with ``strict=True``; warnings are advice. The text of the list, ``str(...)``, is
        a report, and its attribute ``safe`` has the regular expressions that are proven to let in
        no stranger.

    Raises nothing, but for what is no `Exception`, such as a KeyboardInterrupt. Time and memory are
    linear in the options; an iterator that never ends is left after 2,000,000 entries.
    """
    # A key may be of a class of its own, too.
    given = {str.__str__(name): value for name, value in options.items()}
    known = {name: value for name, value in given.items() if name in DEFAULTS}
    # An expression or an object of the caller's may give warnings of its own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = read_options({**DEFAULTS, **known})
        unknown = [
            _unknown(name, value)
            for name, value in given.items()
            if name not in DEFAULTS and name != "app"
        ]
    problems = read.problems
    # A misspelt name of the option is why there are none.
    if {problem.suggestion for problem in unknown} & {"allow_origins", "allow_origin_regex"}:
        problems = [problem for problem in problems if problem.code != "no-origins"]
    return Report([*problems, *unknown], read.safe)


def _unknown(name: str, value: object) -> Problem:
    near = near_option(name)
    instead = f"write {near}" if near else f"there are {', '.join(DEFAULTS)}"
    return Problem(
        "unknown-option",
        name,
        value,
        f"{shown(name)} is no option, so that CORSMiddleware raises a TypeError; {instead}",
        near,
    )
