"""Judges one compiled regular expression: which engine matches it, and what is wrong with it."""

from __future__ import annotations

from functools import lru_cache

from fastcors._fastcors import expression_problem
from fastcors._format import shown_expression
from fastcors._regex.backtracking import has_nested_repetition
from fastcors._regex.translate import translate
from fastcors._regex.tree import Parsed, Untranslatable
from fastcors.problems import Problem

from .findings import expression_problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

# A longer expression is too large for the Rust engine, and would take seconds to be translated.
_LONGEST = 1_000_000
_OPTION = "allow_origin_regex"


class Verdict:
    """What is known of one expression.

    Attributes:
        expression: what the Rust engine matches, or None where only Python can.
        problems: what is wrong with it.
        safe: whether it is proven to allow no untrusted origin.
    """

    __slots__ = ("expression", "problems", "safe")

    def __init__(self, expression: str | None, problems: tuple[Problem, ...], safe: bool) -> None:
        self.expression = expression
        self.problems = problems
        self.safe = safe


def _judged(pattern: re.Pattern[str], credentials: bool) -> Verdict:
    expression = parsed = None
    reason: str | None = f"it is longer than {_LONGEST:,} characters"
    if len(pattern.pattern) <= _LONGEST:
        try:
            parsed = Parsed(pattern)
            expression = translate(parsed)
            reason = expression_problem(expression)
        except Untranslatable as error:
            reason = f"it uses {error}"
    problems: list[Problem] = []
    safe = False
    # An empty expression is reported when it is read.
    if pattern.pattern:
        problems, safe = expression_problems(pattern, credentials, parsed)
    if reason is None:
        return Verdict(expression, tuple(problems), safe)
    because = " ".join(reason.split()).rstrip(".")
    if parsed is not None and has_nested_repetition(parsed):
        because += "; its nested repetitions may take exponential time for a hostile origin"
    engine = Problem(
        "regex-python-only",
        _OPTION,
        pattern.pattern,
        f"{shown_expression(pattern.pattern)} is matched by Python's re, which does not guarantee linear "
        f"time: {because}; write it without that, or list the origins",
    )
    return Verdict(None, (engine, *problems), safe)


_remembered = lru_cache(maxsize=64)(_judged)


def judge(pattern: re.Pattern[str], credentials: bool) -> Verdict:
    """Find the engine for an expression, and what is wrong with it. The last 64 are remembered."""
    return _remembered(pattern, credentials)
