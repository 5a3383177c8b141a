"""Reads the value of one option: gives what it says, and adds to the problems what is wrong with it.

Whatever is given may be of a class that raises wherever it can: what these functions do not catch
`reading` does. They look at the class of an object itself, not at what its `__class__` says.
"""

from __future__ import annotations

from fastcors._format import described, misplaced, quoted, shown, shown_expression
from fastcors.options import EXAMPLES
from fastcors.problems import Problem

from . import suggestions
from .collections import entries
from .suggestions import (
    MOST_PROOFS,
    TEXTS,
    WORDS,
    Meant,
    as_text,
    is_pattern,
    is_secret,
    is_text,
    meant_by_item,
    seconds_of,
    text_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    _Value = TypeVar("_Value")
    _Reader = Callable[[str, Any, list[Problem]], _Value]

# The longest that any browser keeps a preflight response, in seconds: Firefox. (Chromium 7200, WebKit 600.)
_LONGEST_AGE = 86_400


def origins(option: str, given: Any, problems: list[Problem], credentials: bool) -> list[str]:
    """Read `allow_origins`. What equals a text, such as a URL object, counts as that text."""
    items = entries(option, given, problems, credentials)
    texts = items
    if not _are_texts(items):
        pairs = [(item, text_of(item)) for item in items]
        problems += [
            _origin_type(item, credentials, prove=place < MOST_PROOFS)
            for place, item in enumerate(item for item, text in pairs if text is None)
        ]
        texts = [text for _, text in pairs if text is not None]
    return texts


def names(option: str, given: Any, problems: list[Problem], credentials: bool) -> list[str]:
    """Read a list of methods or header names."""
    items = entries(option, given, problems, credentials)
    texts = items
    if not _are_texts(items):
        problems += [_name_type(option, item, credentials) for item in items if not is_text(item)]
        texts = [str.__str__(item) for item in items if is_text(item)]
    return texts


def flag(option: str, given: Any, problems: list[Problem]) -> bool:
    """Read a bool. A string that says what it counts as runs; for any other return what it means."""
    kind = type(given)
    if kind is bool:
        return bool(given)
    if issubclass(kind, TEXTS):
        meant = WORDS.get(as_text(given).strip().lower())
        if meant is not None and meant == bool(given):
            problems.append(
                Problem(
                    "bool-type",
                    option,
                    given,
                    f"{misplaced(given, 'a bool')}, but it counts as {meant}; write {meant}",
                    meant,
                    "warning",
                )
            )
            return meant
        problems.append(
            Problem(
                "not-a-bool",
                option,
                given,
                f"{misplaced(given, 'a bool')}, so it would count as "
                f"{'True, whatever it says' if given else False}; "
                f"write {'True or False' if meant is None else meant}",
                meant,
            )
        )
        return bool(meant)
    value = bool(given)
    tells = given is None or hasattr(kind, "__bool__") or not value
    problems.append(
        Problem(
            "bool-type",
            option,
            given,
            f"{shown(given)} counts as {value}{'' if tells else ', whatever it stands for'}; "
            f"write {value if tells else 'True or False'}",
            value if tells else None,
            "warning" if tells else "error",
        )
    )
    return value


def max_age(option: str, given: Any, problems: list[Problem]) -> str:
    """Read `max_age`: give the value of Access-Control-Max-Age."""
    kind = type(given)
    text = str.__str__(str(given))
    if _breaks_header(text):
        problems.append(
            Problem(
                "max-age",
                option,
                given,
                f"{shown(given)} would break the header; write a whole number of seconds, such as 600",
                600,
            )
        )
        return "600"
    # Fetch standard, CORS-preflight fetch, step 7: what is no delta-seconds counts as 5.
    if text.startswith("-") and _is_number(text[1:]):
        problems.append(
            Problem(
                "max-age-negative",
                option,
                given,
                f"{shown(given)} is negative, so a browser caches a preflight response for 5 seconds or "
                f"not at all; write 0 for no caching",
                0,
                "warning",
            )
        )
    elif not _is_number(text):
        meant = seconds_of(given)
        problems.append(
            Problem(
                "max-age-type",
                option,
                given,
                f"{shown(given)} is sent as {'its text' if is_secret(given) else shown(text)}, which is "
                f"not a number of seconds, so a browser "
                f"caches a preflight response for 5 seconds; write {'a whole number, such as 600' if meant is None else meant}",
                meant,
            )
        )
    else:
        # Python reads no longer ones.
        seconds = int(text) if len(text) < 100 else None
        if seconds is not None and not issubclass(kind, int):
            meant = None if is_secret(given) else seconds
            problems.append(
                Problem(
                    "max-age-type",
                    option,
                    given,
                    f"{misplaced(given, 'an int')}, but it works; write {'an int' if meant is None else meant}",
                    meant,
                    "warning",
                )
            )
        if seconds is None or seconds > _LONGEST_AGE:
            problems.append(
                Problem(
                    "max-age-above-cap",
                    option,
                    given,
                    f"{shown(given)} is more than any browser honors: Firefox caches a preflight response for "
                    f"at most 86400 seconds, Chromium 7200, WebKit 600; write 86400 or less",
                    _LONGEST_AGE,
                    "warning",
                )
            )
    return text


def unreadable(option: str, given: Any, error: Exception) -> Problem:
    """Return the problem of a caller's object that raises."""
    example = EXAMPLES.get(option)
    instead = f"a list such as {[example]}" if example else "a plain value"
    return Problem(
        "unreadable",
        option,
        given,
        f"{shown(given)} cannot be read, because it raises {quoted(error)}; write {instead}",
    )


def linted(option: str, texts: list[str], credentials: bool) -> Iterator[Problem]:
    """Yield what is wrong with the strings in a collection, in their order."""
    for code, severity, index, said, meant, place in suggestions.linted(option, texts, credentials):
        text = texts[index]
        value = shown_expression(text) if code == "origin-regular-expression" else shown(text)
        yield Problem(code, option, text, f"{value} {said}", meant, severity, place)


def _breaks_header(text: str) -> bool:
    """Whether a server would split or forge a header by this value, or cannot send it."""
    return any(
        (character < " " and character != "\t") or character == "\x7f" or character > "\xff"
        for character in text
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _are_texts(items: list[Any]) -> bool:
    # There may be a million: this is the only look at each in Python.
    return all(type(item) is str for item in items)


def _origin_type(item: Any, credentials: bool, *, prove: bool) -> Problem:
    meant = meant_by_item("allow_origins", item, credentials, prove=prove)
    otherwise = "write a str, or remove it"
    if is_secret(item):
        otherwise = "write the str that it holds: an origin is no secret"
    if is_pattern(item):
        otherwise = "move it to allow_origin_regex"
    return Problem(
        "origin-type",
        "allow_origins",
        item,
        f"{_no_text(item)}, so it never matches; {_in_its_place(meant, otherwise)}",
        meant.value,
        suggested_option=meant.option,
    )


def _name_type(option: str, item: Any, credentials: bool) -> Problem:
    meant = meant_by_item(option, item, credentials)
    return Problem(
        "name-type",
        option,
        item,
        f"{_no_text(item)}; {_in_its_place(meant, 'write a str, or remove it')}",
        [meant.value] if isinstance(meant.value, str) else meant.value,
    )


def _no_text(item: Any) -> str:
    if item is None:
        return "None is not a str"
    return f"{_shown(item)} is {described(item)}, not a str"


def _shown(item: Any) -> str:
    import re

    if type(item) is re.Pattern and type(item.pattern) is str:
        return f"re.compile({shown_expression(item.pattern)})"
    return shown(item)


def _in_its_place(meant: Meant, otherwise: str) -> str:
    """Return what to write instead of one item."""
    if not isinstance(meant.value, list):
        return meant.instead(otherwise)
    texts = ", ".join(map(shown, meant.value[:5]))
    rest = f", … ({len(meant.value)} in all)" if len(meant.value) > 5 else ""
    each = ", each as a separate entry" if len(meant.value) > 1 else ""
    return f"write {texts}{rest} instead{each}"
