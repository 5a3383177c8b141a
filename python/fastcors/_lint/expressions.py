"""Reads `allow_origin_regex`: compiles the expressions."""

from __future__ import annotations

import re
import warnings

from fastcors._format import class_name, described, quoted, raw, shown, shown_expression
from fastcors._proof.verdict import judge
from fastcors.problems import Problem

from .collections import entries
from .suggestions import decoded, mended

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    # One pattern or a tuple of them, and the error of the first regex that is invalid.
    _Compiled: TypeAlias = tuple[
        re.Pattern[str] | tuple[re.Pattern[str], ...] | None, Exception | None
    ]

# A glob that is longer is not looked at.
_LONGEST_GLOB = 300
_OPTION = "allow_origin_regex"


def compiled(option: str, given: Any, problems: list[Problem]) -> _Compiled:
    """Compile one regex or several."""
    one = issubclass(type(given), str | bytes | bytearray | re.Pattern)
    if one or not hasattr(type(given), "__iter__"):
        items = [given]
    else:
        items = entries(option, given, problems)
    patterns: list[re.Pattern[str]] = []
    invalid: Exception | None = None
    for item in items:
        try:
            pattern = _pattern(item)
        except Exception as error:  # noqa: BLE001 - a flag or a depth gives others than re.error
            invalid = error if invalid is None else invalid
            problems.append(_invalid(item, error))
            continue
        if pattern is None:
            problems.append(_wrong_type(item))
        else:
            patterns.append(pattern)
            if not pattern.pattern:
                problems.append(_empty(item))
    if one:
        return (patterns[0] if patterns else None), invalid
    return tuple(patterns), invalid


def _pattern(item: Any) -> re.Pattern[str] | None:
    """Compile a text; give None where an item is neither a text nor a pattern of one."""
    if issubclass(type(item), str):
        return re.compile(str.__str__(item))
    if not issubclass(type(item), re.Pattern) or not issubclass(type(item.pattern), str):
        return None
    if type(item.pattern) is str:
        return item  # type: ignore[no-any-return]
    # A class of the caller's could compare and hash as it likes.
    return re.compile(str.__str__(item.pattern), item.flags & ~re.DEBUG)


def _wrong_type(item: Any) -> Problem:
    kind = type(item)
    meant = None
    if issubclass(kind, bytes | bytearray):
        meant = _sound(decoded(item))
    elif issubclass(kind, re.Pattern):
        item = item.pattern  # shown as the bytes that it is made of
        meant = _sound(decoded(item))
    elif kind.__module__.partition(".")[0] == "regex" and type(item.pattern) is str:
        meant = _sound(item.pattern)
    instead = f"write {raw(meant)}" if meant is not None else "write a str, or None for none"
    return Problem(
        "regex-type",
        _OPTION,
        item,
        f"{shown(item)} is {described(item)}, but origins are strings, matched by Python's re; {instead}",
        meant,
    )


def _sound(text: str) -> str | None:
    """Return an expression back unless something is wrong with it, with credentials or without."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pattern = re.compile(text)
    except Exception:  # noqa: BLE001 - a depth gives others than re.error
        return None
    verdict = judge(pattern, True)  # noqa: FBT003 - remembered by position
    return None if any(problem.severity == "error" for problem in verdict.problems) else text


def _invalid(item: Any, error: Exception) -> Problem:
    from fastcors._proof.rewrites import ANY_GLOB, PLACEHOLDER

    given = item.pattern if issubclass(type(item), re.Pattern) else item
    text = str.__str__(given) if issubclass(type(given), str) else ""
    instead, meant = "", None
    if PLACEHOLDER.search(text):
        instead = "; fill in its placeholder"
    elif ANY_GLOB.fullmatch(text):
        instead = "; write allow_origins=['*'] if you mean every origin"
    elif "*" in text and len(text) <= _LONGEST_GLOB:
        globs = [part.strip("^$").replace("\\", "") for part in re.split(r"[|,;\s]+", text)]
        meant = mended("allow_origins", [glob for glob in globs if glob], credentials=False)
    if meant is not None:
        instead = f"; it is written like a glob; write allow_origins={meant} instead of the regex"
    return Problem(
        "regex-syntax",
        _OPTION,
        item,
        f"{_shown(item)} is not a valid regular expression: {_said(error)}{instead}",
        meant,
        suggested_option="allow_origins",
    )


def _said(error: Exception) -> str:
    """Return what `re` says to an expression: its own errors need no name of a class."""
    return quoted(error).removeprefix(f"{class_name(error)}: ")


def _shown(item: Any) -> str:
    """Return an expression for a message; that of a compiled one is its pattern's."""
    return shown_expression(item.pattern if issubclass(type(item), re.Pattern) else item)


def _empty(item: Any) -> Problem:
    return Problem(
        "regex-empty",
        _OPTION,
        item,
        f"{_shown(item)} matches no origin that a browser sends; write None for no regex",
    )
