"""What is wrong with entries of an `OriginSet`."""

from __future__ import annotations

from fastcors._format import shown
from fastcors.problems import Problem

from . import values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_OPTION = "allow_origins"
# In characters, as for the compiled set. Longer ones, such as a file of another kind, are not linted.
_LONGEST = 32_767


def problems_of(bad: list[Any]) -> list[Problem]:
    """Return what is wrong with entries, at least one problem for each."""
    problems: list[Problem] = []
    texts = values.origins(_OPTION, bad, problems, credentials=True)
    long = [text for text in texts if len(text) > _LONGEST]
    texts = [text for text in texts if len(text) <= _LONGEST]
    problems += [
        problem
        for problem in values.linted(
            _OPTION, [text for text in texts if text != "*"], credentials=True
        )
        if problem.severity == "error"
    ]
    known = {problem.value for problem in problems if type(problem.value) is str}
    return problems + [_other(text) for text in (*texts, *long) if text not in known]


def _other(text: str) -> Problem:
    """Return the problem of an entry that a list may have."""
    if text == "*":
        return Problem(
            "origin-glob",
            _OPTION,
            "*",
            "'*' cannot be added to an OriginSet, because it would allow every origin from one request "
            "to the next; write allow_origins=['*'] where the policy is made",
            ["*"],
        )
    return Problem(
        "origin-too-long",
        _OPTION,
        text,
        f"{shown(text)} has {len(text):,} characters, and no browser sends an Origin as long; remove it",
    )
