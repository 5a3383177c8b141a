"""Judges one compiled regular expression in four stages: read, prove, name the findings, suggest."""

from __future__ import annotations

import math
from functools import lru_cache

from fastcors._fastcors import expression_problem
from fastcors._format import shown_expression
from fastcors._regex.translate import translate
from fastcors._regex.tree import Untranslatable, parse
from fastcors.problems import Problem

from .entries import entries
from .findings import UNPROVEN, Findings, unproven
from .prove import Proven, Prover, ways

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

# A longer regex is too large for the Rust engine, and would take seconds to be translated.
_LONGEST = 1_000_000
# A longer regex is not searched: it would take a second.
_LONGEST_SEARCHED = 30_000


class Verdict:
    """What is known of one regex.

    Attributes:
        expression: what the Rust engine matches, or None if only Python can.
        problems: what is wrong with it.
        safe: whether it is verified to match no untrusted origin.
    """

    __slots__ = ("_pattern", "expression", "problems", "safe")

    def __init__(
        self,
        pattern: re.Pattern[str],
        expression: str | None,
        problems: list[Problem],
        *,
        safe: bool,
    ) -> None:
        self._pattern = pattern
        self.expression = expression
        self.problems = tuple(problems)
        self.safe = safe

    @property
    def entries(self) -> list[str] | None:
        """The entries of `allow_origins` that match the same origins, if there are such."""
        prover = Prover(self._pattern, credentials=False)
        return entries(prover, self._pattern.pattern) if self.safe else None


def findings(pattern: re.Pattern[str], *, credentials: bool) -> tuple[list[Problem], bool]:
    """Return what is wrong with the origins that a regex matches, and whether it is verified."""
    text: str = pattern.pattern
    if len(text) > _LONGEST_SEARCHED:
        return [unproven(text, UNPROVEN["too-large"])], False
    try:
        proven = Proven(pattern, text, credentials=credentials)
    except Untranslatable as error:
        return [unproven(text, f"it has {error}")], False
    found = Findings(Prover(pattern, credentials=credentials), proven)
    return found.problems, found.safe


def _judged(pattern: re.Pattern[str], credentials: bool) -> Verdict:
    expression = nodes = None
    reason: str | None = f"it is longer than {_LONGEST:,} characters"
    if len(pattern.pattern) <= _LONGEST:
        try:
            nodes = parse(pattern)
            expression = translate(nodes)
            reason = expression_problem(expression)
        except Untranslatable as error:
            reason = f"it uses {error}"
    # An empty regex is reported when it is read.
    problems, safe = findings(pattern, credentials=credentials) if pattern.pattern else ([], False)
    if reason is None:
        return Verdict(pattern, expression, problems, safe=safe)
    because = " ".join(reason.split()).rstrip(".")
    is_exponential = nodes is not None and ways(nodes, 1) == math.inf
    if is_exponential:
        because += "; its nested repetitions may take exponential time for a hostile origin"
    engine = Problem(
        "regex-python-only",
        "allow_origin_regex",
        pattern.pattern,
        f"{shown_expression(pattern.pattern)} is matched by Python's re, which does not guarantee linear "
        f"time: {because}; write it without that, or list the origins",
        severity="error" if is_exponential or nodes is None else "warning",
    )
    return Verdict(pattern, None, [engine, *problems], safe=safe)


_remembered = lru_cache(maxsize=64)(_judged)


def judge(pattern: re.Pattern[str], credentials: bool) -> Verdict:
    """Find the engine for a regex, and what is wrong with it. The last 64 are remembered."""
    return _remembered(pattern, credentials)
