"""Judges one compiled regular expression in four stages: read, prove, name the findings, suggest."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from fastcors._fastcors import expression_problem
from fastcors._format import shown_expression
from fastcors._regex.translate import translate
from fastcors._regex.tree import Untranslatable, parse
from fastcors.problems import Problem

from .entries import entries
from .findings import OPTION, Findings, unproven
from .prove import Proven, ways

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from .findings import _Severity

# A longer regex is too large for the Rust engine, which takes more than 25 bytes of ten million for each
# character, and would take seconds to be translated.
_LONGEST = 400_000
# A longer regex is not searched: it would take a second.
_LONGEST_SEARCHED = 30_000


class Verdict(NamedTuple):
    """What is known of one regex."""

    pattern: re.Pattern[str]
    # What the Rust engine matches, or None if only Python can.
    expression: str | None
    problems: list[Problem]
    # Whether it is verified to match no untrusted origin.
    safe: bool

    @property
    def entries(self) -> list[str] | None:
        """The entries of `allow_origins` that match the same origins, if there are such."""
        return entries(self.pattern, self.pattern.pattern) if self.safe else None


def judge(pattern: re.Pattern[str], credentials: bool) -> Verdict:
    """Find the engine for a regex, and what is wrong with it. The last 64 are remembered."""
    return _remembered(pattern, credentials)


def _judged(pattern: re.Pattern[str], credentials: bool) -> Verdict:
    text: str = pattern.pattern
    expression = None
    ways_to_read = math.inf
    reason: str | None = f"it is longer than {_LONGEST:,} characters"
    if len(text) <= _LONGEST:
        try:
            nodes = parse(pattern)
            ways_to_read = ways(nodes, 1)
            expression = translate(nodes)
            reason = expression_problem(expression)
        except Untranslatable as error:
            reason = f"it uses {error}"
    # An empty regex is reported when it is read.
    problems, safe = findings(pattern, credentials=credentials) if text else ([], False)
    if reason is None:
        return Verdict(pattern, expression, problems, safe)
    because = " ".join(reason.split()).rstrip(".")
    if ways_to_read == math.inf and len(text) <= _LONGEST:
        because += "; its nested repetitions may take exponential time for a hostile origin"
    message = (
        f"{shown_expression(text)} is matched by Python's re, which does not guarantee linear time: "
        f"{because}; write it without that, or list the origins"
    )
    severity: _Severity = "error" if ways_to_read == math.inf else "warning"
    engine = Problem("regex-python-only", OPTION, text, message, severity=severity)
    return Verdict(pattern, None, [engine, *problems], safe)


_remembered = lru_cache(maxsize=64)(_judged)


def findings(pattern: re.Pattern[str], *, credentials: bool) -> tuple[list[Problem], bool]:
    """Return what is wrong with the origins that a regex matches, and whether it is verified."""
    text: str = pattern.pattern
    if len(text) > _LONGEST_SEARCHED:
        return [unproven(text, f"it is longer than {_LONGEST_SEARCHED:,} characters")], False
    try:
        proven = Proven(pattern, text, credentials=credentials)
    except Untranslatable as error:
        return [unproven(text, f"it has {error}")], False
    found = Findings(pattern, proven, credentials=credentials)
    return found.problems, found.safe
