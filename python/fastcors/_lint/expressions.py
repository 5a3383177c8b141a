"""Reads `allow_origin_regex`: compiles the expressions."""

from __future__ import annotations

import re

from fastcors._format import class_name, described, quoted, raw, shown, shown_expression
from fastcors._proof.rewrites import ANY_GLOB, PLACEHOLDER
from fastcors.problems import Problem

from .collections import entries
from .suggestions import decoded, mended, proven_expression

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
                said = f"{shown_expression(_written(item))} matches no origin that a browser sends"
                said += "; write None for no regex"
                problems.append(Problem("regex-empty", option, item, said))
    if one:
        return (patterns[0] if patterns else None), invalid
    return tuple(patterns), invalid


def _written(item: Any) -> Any:
    """Return what a regex is written as: for a compiled one, the text that it was compiled from."""
    return item.pattern if issubclass(type(item), re.Pattern) else item


def _pattern(item: Any) -> re.Pattern[str] | None:
    """Compile a string; return None for what is neither a string nor a pattern of one."""
    text = _written(item)
    if not issubclass(type(text), str):
        return None
    if text is item:
        return re.compile(str.__str__(text))
    # A class of the caller's could compare and hash as it likes.
    is_plain = type(text) is str
    return item if is_plain else re.compile(str.__str__(text), item.flags & ~re.DEBUG)


def _wrong_type(item: Any) -> Problem:
    # A pattern of bytes is shown as its bytes.
    written, meant = _written(item), None
    if issubclass(type(written), bytes | bytearray):
        meant = proven_expression(decoded(written), credentials=True)
    elif type(item).__module__.partition(".")[0] == "regex" and type(item.pattern) is str:
        meant = proven_expression(item.pattern, credentials=True)
    instead, option = "a str, or None for none", _OPTION
    if isinstance(meant, list):
        instead, option = f"allow_origins={shown(meant, 500)} instead of the regex", "allow_origins"
    elif meant is not None:
        instead = raw(meant)
    message = f"{shown(written)} is {described(written)}, but origins are strings, matched by "
    message += f"Python's re; write {instead}"
    return Problem("regex-type", _OPTION, written, message, meant, suggested_option=option)


def _invalid(item: Any, error: Exception) -> Problem:
    text = str.__str__(_written(item))
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
    # An error of `re`'s own needs no name of its class.
    said = quoted(error).removeprefix(f"{class_name(error)}: ")
    message = f"{shown_expression(text)} is not a valid regular expression: {said}{instead}"
    return Problem("regex-syntax", _OPTION, item, message, meant, suggested_option="allow_origins")
