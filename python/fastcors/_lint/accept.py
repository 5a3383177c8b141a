"""Reads `accept`: the codes of problems that are known and meant, and neither raise nor warn."""

from __future__ import annotations

from fastcors._format import described, shown
from fastcors.problems import CODES, NEVER_ACCEPTED, Problem

from .collections import entries, text_for_a_plain_list
from .suggestions import FINITE, TEXTS, is_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

_ACCEPTABLE = frozenset(CODES) - NEVER_ACCEPTED
# What is no problem for a subclass that decides on origins by itself.
_OWN_DECISION = ("credentials-without-origin", "no-origins")


def codes(option: str, given: Any, problems: list[Problem]) -> tuple[str, ...]:
    """Read the codes, and report what is none or cannot be accepted."""
    if issubclass(type(given), TEXTS):
        problems.append(text_for_a_plain_list(option, given, _ACCEPTABLE.issuperset))
        return ()
    accepted: list[str] = []
    for item in entries(option, given, problems):
        code = str.__str__(item) if is_text(item) else None
        if code is None or code not in CODES:
            problems.append(_unknown(option, item, code, _ACCEPTABLE))
        elif code in NEVER_ACCEPTED:
            problems.append(
                Problem(
                    "code-always-raises",
                    option,
                    item,
                    f"{shown(item)} cannot be accepted; remove it, and correct what it reports",
                )
            )
        else:
            accepted.append(code)
    return tuple(dict.fromkeys(accepted))


def with_own_decision(accept: Collection[str]) -> Collection[str]:
    """Return `accept` for a subclass that overrides `is_allowed_origin`, and may need no origins."""
    return [*accept, *_OWN_DECISION] if type(accept) in FINITE else accept


def _unknown(option: str, item: Any, code: str | None, known: Collection[str]) -> Problem:
    import difflib

    what = "is not a problem code"
    near: list[str] = []
    if code is None:
        what = f"is {described(item)}, but a problem code is a str"
    else:
        # A long one is no misspelling, and comparing it would take its square in time.
        near = difflib.get_close_matches(code[:60], known, n=1)
    instead = f"did you mean {near[0]!r}?" if near else "remove it"
    return Problem(
        "unknown-code", option, item, f"{shown(item)} {what}; {instead}", near[0] if near else None
    )
