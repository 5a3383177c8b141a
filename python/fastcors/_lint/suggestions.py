"""Finds what was probably meant by a value that is of another type than its option's, or written so."""

from __future__ import annotations

from fastcors._fastcors import (
    lint_methods,
    lint_origins,
    lint_request_headers,
    lint_response_headers,
    regexes_to_prove,
)
from fastcors._format import raw, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from fastcors._fastcors import _Reported

_EXPRESSION = "allow_origin_regex"
_REGEX_AMONG_ORIGINS = "origin-regular-expression"
# What is suggested is shown up to this length.
_LONGEST = 200
# At most so many expressions among the origins are proven: that takes time.
MOST_PROOFS = 50
# With these, what an expression allows is not known, or is everything.
_UNPROVEN = ("regex-any-origin", "regex-null", "regex-unverified")


def proven_expression(expression: str, credentials: bool) -> str | list[str] | None:
    """Return a regex, a correction of it or entries that match the same; None unless it is verified."""
    import re

    from fastcors._proof.verdict import judge

    # What corrects one may have to be corrected once more.
    for _ in range(3):
        try:
            pattern = re.compile(expression)
        except Exception:  # noqa: BLE001 - a flag or a depth gives others than re.error
            return None
        verdict = judge(pattern, credentials)
        errors = [problem for problem in verdict.problems if problem.severity == "error"]
        if not errors:
            unproven = any(problem.code in _UNPROVEN for problem in verdict.problems)
            return None if unproven else verdict.entries or expression
        corrected = errors[0].suggestion
        if not isinstance(corrected, str):
            return corrected if isinstance(corrected, list) else None
        expression = corrected
    return None


LINTERS: dict[str, Callable[[list[str], bool], list[_Reported]]] = {
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


def is_pattern(item: Any) -> bool:
    """Whether an object is a compiled expression of any library."""
    try:
        return hasattr(type(item), "fullmatch")
    except Exception:  # noqa: BLE001 - a metaclass may raise anything
        return False


def is_secret(item: Any) -> bool:
    """Whether an object hides its text, as Starlette's `Secret` and pydantic's `SecretStr` do."""
    try:
        return not is_text(item) and (
            hasattr(type(item), "get_secret_value") or "***" in str.__str__(repr(item))
        )
    except Exception:  # noqa: BLE001 - a repr may raise anything
        return False


def as_text(given: Any) -> str:
    return str.__str__(given) if is_text(given) else decoded(given)


def decoded(given: Any) -> str:
    """Return the text that bytes were probably meant as."""
    return str(bytes(given), "latin-1")


def text_of(item: Any) -> str | None:
    """Return the text that an entry equals, such as that of a URL object, or None."""
    if is_text(item):
        return str.__str__(item)
    try:
        text = str.__str__(str(item))
        equal = bool(item == text)
    except Exception:  # noqa: BLE001 - an entry that raises equals no origin
        return None
    return text if equal else None


def linted(option: str, texts: list[str], credentials: bool) -> list[_Reported]:
    """Return what is wrong with the strings in a collection, in their order."""
    found = LINTERS[option](texts, credentials)
    places = [reported[2] for reported in found if reported[0] == _REGEX_AMONG_ORIGINS][
        :MOST_PROOFS
    ]
    if not places:
        return found
    regexes = [texts[place] for place in places]
    proofs = {regex: proven_expression(regex, credentials) for regex in regexes_to_prove(regexes)}
    again = lint_origins(regexes, credentials, proofs)
    proven = {
        places[reported[2]]: reported for reported in again if reported[0] == _REGEX_AMONG_ORIGINS
    }
    # Its place is that in the whole list.
    return [
        (*proven[reported[2]][:2], reported[2], *proven[reported[2]][3:])
        if reported[0] == _REGEX_AMONG_ORIGINS and reported[2] in proven
        else reported
        for reported in found
    ]


def mended(option: str, texts: list[str] | None, credentials: bool) -> list[str] | None:
    """Return the entries that were meant by these, each free of errors, or None if one is not evident."""
    # A correction may need a correction itself.
    for _ in range(3):
        if texts is None:
            return None
        # Exposed headers joined by commas work, but are corrected too.
        errors = [
            reported
            for reported in LINTERS[option](texts, credentials)
            if reported[1] == "error" or reported[0] == "not-a-token"
        ]
        if not errors:
            return texts
        # One for another option is no entry here.
        meant = {reported[2]: None if reported[5] else reported[4] for reported in errors}
        if None in meant.values():
            return None
        better: list[str] = []
        for index, text in enumerate(texts):
            each = meant.get(index, text)
            better += [each] if isinstance(each, str) else each or []
        texts = better
    return None


def meant_by_text(option: str, text: str, credentials: bool) -> Meant:
    """Return what was probably meant by a text where a list belongs."""
    if not text.lstrip().startswith("["):
        # As one entry, for an expression may hold what separates entries.
        one = mended(option, [text], credentials)
        if one is not None:
            return Meant(one)
        expressions = [
            reported[4] for reported in linted(option, [text], credentials) if reported[5]
        ]
        if expressions:
            return Meant(expressions[0], _EXPRESSION)
    return Meant(mended(option, split(text), credentials))


def split(text: str) -> list[str] | None:
    """Return the list that is in a text, JSON or separated by anything usual; None if it is not a list."""
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


def meant_by_items(option: str, items: Any, credentials: bool) -> list[str] | None:
    """Return the entries that were meant by the items of a collection, of a mapping its keys or values."""
    if option not in LINTERS:
        return list(items)
    candidates = [items]
    if hasattr(type(items), "values"):
        candidates.append(_flat(items.values()))
    for candidate in candidates:
        texts = [str.__str__(each) for each in candidate if is_text(each)]
        meant = mended(option, texts, credentials) if texts else None
        if meant:
            return meant
    return None


def _flat(values: Any) -> list[Any]:
    """Return the items of the lists among some values, and the values that are none."""
    flat: list[Any] = []
    for value in values:
        flat += value if type(value) in FINITE else [value]
    return flat


def meant_by_item(option: str, item: Any, credentials: bool, *, prove: bool = True) -> Meant:
    """Return what was probably meant by an object that is not a string, by an expression only if `prove`."""
    kind = type(item)
    try:
        if kind in FINITE:
            return Meant(meant_by_items(option, item, credentials))
        if is_pattern(item):
            if option != "allow_origins" or not prove or not is_text(item.pattern):
                return Meant(None)
            proven = proven_expression(str.__str__(item.pattern), credentials)
            return Meant(proven, None if isinstance(proven, list) else _EXPRESSION)
        if issubclass(kind, TEXTS):
            text = as_text(item)
        elif hasattr(kind, "__members__") and is_text(item.value):
            text = str.__str__(item.value)
        elif hasattr(kind, "geturl"):
            text = str.__str__(item.geturl())
        elif is_secret(item):
            return Meant(None)
        else:
            # Such as one of the URL classes of pydantic, which end with a slash.
            text = str.__str__(str(item))
            if "://" not in text:
                return Meant(None)
        meant = mended(option, [text], credentials)
    except Exception:  # noqa: BLE001 - an object may raise anything
        return Meant(None)
    return Meant(meant[0] if meant and len(meant) == 1 else meant)


class Meant:
    """What was probably meant, or None, and the option that it is for where that is another."""

    __slots__ = ("option", "value")

    def __init__(self, value: str | list[str] | None, option: str | None = None) -> None:
        self.value = value
        self.option = option

    def instead(self, otherwise: str) -> str:
        """Return what to write: this, or something else if nothing is evident."""
        if self.value is None:
            return otherwise
        if self.option is not None:
            return f"write {self.option}={raw(self.value)}"
        return f"write {shown(self.value, _LONGEST)}"


def seconds_of(given: Any) -> int | None:
    """Return the whole number of seconds that was probably meant."""
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
