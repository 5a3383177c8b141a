"""Reads `responses`, and finds what was meant by a value that it does not have."""

from __future__ import annotations

from fastcors._format import shown
from fastcors.problems import Problem

from .suggestions import TEXTS, as_text, is_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STARLETTE, MINIMAL = STYLES = ("starlette", "minimal")
# What others may call them.
_WORDS = {
    "default": STARLETTE,
    "fastapi": STARLETTE,
    "full": STARLETTE,
    "fetch": MINIMAL,
    "min": MINIMAL,
    "small": MINIMAL,
    "standard": MINIMAL,
}


def style(option: str, given: Any, problems: list[Problem]) -> str:
    """Read `responses`."""
    if is_text(given) and str.__str__(given) in STYLES:
        return str.__str__(given)
    meant = _meant(given)
    problems.append(
        Problem(
            "responses-value",
            option,
            given,
            f"{shown(given)} is no value of responses, so nothing says what responses should have; "
            f"write {shown(meant) if meant else f'{STARLETTE!r} or {MINIMAL!r}'}",
            meant,
        )
    )
    return STARLETTE


def _meant(given: Any) -> str | None:
    if given is None:
        return STARLETTE
    if not issubclass(type(given), TEXTS):
        return None
    # A long one is no misspelling.
    text = as_text(given)[:60].strip().lower()
    if text in _WORDS:
        return _WORDS[text]
    import difflib

    near = difflib.get_close_matches(text, STYLES, n=1)
    return near[0] if near else None
