"""Gives what was probably meant by a value that is of another type than its option's, or written so."""

from __future__ import annotations

from ._fastcors import lint_methods, lint_origins, lint_request_headers, lint_response_headers
from ._showing import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LINTERS = {
    "allow_origins": lint_origins,
    "allow_methods": lint_methods,
    "allow_headers": lint_request_headers,
    "expose_headers": lint_response_headers,
}
TEXTS = (str, bytes, bytearray, memoryview)
# What says how long it is. Anything else may go on for ever.
FINITE = (list, tuple, set, frozenset, dict)
# What settings from the environment write for a bool.
WORDS = {
    **dict.fromkeys(("true", "1", "yes", "y", "on"), True),
    **dict.fromkeys(("false", "0", "no", "n", "off", "none", "null", ""), False),
}
# What settings that are not set are written as.
_NOTHING = ("none", "null", "undefined")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def is_text(item: Any) -> bool:
    return issubclass(type(item), str)


def as_text(given: Any) -> str:
    return str.__str__(given) if is_text(given) else decoded(given)


def decoded(given: Any) -> str:
    """Give the text that bytes were probably meant as."""
    return str(bytes(given), "latin-1")


def text_of(item: Any) -> str | None:
    """Give the text that an entry equals, such as that of a URL object, or None."""
    if is_text(item):
        return str.__str__(item)
    try:
        text = str.__str__(str(item))
        equal = bool(item == text)
    except Exception:  # noqa: BLE001 - an entry that raises equals no origin
        return None
    return text if equal else None


def mended(option: str, texts: list[str] | None) -> list[str] | None:
    """Give the entries that were meant by these, each free of errors, or None where one is not evident."""
    # What mends an entry may be mended once more.
    for _ in range(3):
        if texts is None:
            return None
        errors = [told for told in LINTERS[option](texts, False) if told[1] == "error"]  # noqa: FBT003
        if not errors:
            return texts
        meant = {index: suggestion for _, _, index, _, suggestion in errors}
        if None in meant.values():
            return None
        better: list[str] = []
        for index, text in enumerate(texts):
            each = meant.get(index, text)
            better += [each] if isinstance(each, str) else each or []
        texts = better
    return None


def split(text: str) -> list[str] | None:
    """Give the list that is in a text, JSON or separated by anything usual; None where it is none."""
    if text.lstrip().startswith("["):
        import json

        try:
            parsed = json.loads(text)
            return parsed if all(is_text(item) for item in parsed) else None
        except (ValueError, RecursionError):
            text = text.strip().strip("[]")
    for separator in ",;|":
        text = text.replace(separator, " ")
    parts = (part.strip("'\"") for part in text.split())
    return [part for part in parts if part and part.lower() not in _NOTHING]


def meant_by_item(item: Any) -> tuple[str | list[str] | None, str]:
    """Give what was probably meant by an entry that is no text, and words for it."""
    kind = type(item)
    meant: str | list[str] | None = None
    try:
        if issubclass(kind, bytes | bytearray | memoryview):
            meant = decoded(item)
        elif kind in FINITE:
            texts = [str.__str__(each) for each in item if is_text(each)]
            return texts or None, "write its entries one by one, without a list inside the list"
        elif hasattr(kind, "fullmatch"):
            return None, "give it as allow_origin_regex"
        elif "://" in (text := str.__str__(str(item))):
            # Such as one of the URL classes of pydantic, which end with a slash.
            meant = text.rstrip("/")
    except Exception:  # noqa: BLE001 - an entry may raise anything
        meant = None
    return meant, "write a str, or leave it out" if meant is None else f"write {shown(meant)}"


def seconds_of(given: Any) -> int | None:
    """Give the whole number of seconds that was probably meant."""
    kind = type(given)
    if kind is bool:
        return 600 if given else 0
    try:
        if hasattr(kind, "total_seconds"):
            return max(0, int(given.total_seconds()))
        if issubclass(kind, TEXTS):
            text = as_text(given).strip().lower()
            number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
            unit = text[len(number) :].strip()[:1]
            return max(0, int(float(number) * _SECONDS[unit]))
        return max(0, int(given))
    except Exception:  # noqa: BLE001 - no number is evident
        return None
