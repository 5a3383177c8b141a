"""Reads the value of one option: gives what it says, and adds to the problems what is wrong with it.

Whatever is given may be of a class that raises wherever it can: what these functions do not catch
`Options` does. They look at the class of an object itself, not at what its `__class__` says.
"""

from __future__ import annotations

from itertools import islice

from ._fastcors import lint_methods, lint_origins, lint_request_headers, lint_response_headers
from .problems import Problem, class_name, described, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    _Value = TypeVar("_Value")
    _Reader = Callable[[str, Any, list[Problem]], _Value]

# What settings from the environment write for a bool.
_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "y", "on"), True),
    **dict.fromkeys(("false", "0", "no", "n", "off", "none", "null", ""), False),
}
_EXAMPLES = {
    "allow_origins": "https://app.example.com",
    "allow_methods": "GET",
    "allow_headers": "X-Token",
    "allow_origin_regex": r"https://[a-z]+\.example\.com",
    "expose_headers": "X-Total",
}
# What says how long it is. Anything else may go on for ever.
_FINITE = (list, tuple, set, frozenset, dict)
# How many entries are read of anything else.
_MOST = {"allow_origins": 2_000_000}
_MOST_NAMES = 10_000
# Those of the standard library that go by the items.
_PLAIN_MEMBERSHIP = (
    "_collections_abc",
    "_weakrefset",
    "collections",
    # What `_collections_abc` calls itself.
    "collections.abc",
    "enum",
    "weakref",
)
_TEXTS = (str, bytes, bytearray, memoryview)
# What settings that are not set are written as.
_NOTHING = ("none", "null", "undefined")
LINTERS = {
    "allow_origins": lint_origins,
    "allow_methods": lint_methods,
    "allow_headers": lint_request_headers,
    "expose_headers": lint_response_headers,
}
_GENERATOR: Any = type(_ for _ in ())
# The longest that any browser keeps a preflight answer, in seconds: Firefox. (Chromium 7200, WebKit 600.)
_LONGEST_AGE = 86_400
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}


def origins(option: str, given: Any, problems: list[Problem]) -> list[str]:
    """Read `allow_origins`. What equals a text, such as a URL object, counts as that text."""
    items = entries(option, given, problems)
    texts = items
    if not _are_texts(items):
        pairs = [(item, _text_of(item)) for item in items]
        problems += [_origin_type(item) for item, text in pairs if text is None]
        texts = [text for _, text in pairs if text is not None]
    return texts


def names(option: str, given: Any, problems: list[Problem]) -> list[str]:
    """Read a list of methods or header names."""
    items = entries(option, given, problems)
    texts = items
    if not _are_texts(items):
        problems += [_name_type(option, item) for item in items if not _is_text(item)]
        texts = [str.__str__(item) for item in items if _is_text(item)]
    return texts


def flag(option: str, given: Any, problems: list[Problem]) -> bool:
    """Read a bool. Of a text that must not run, give what it probably means."""
    kind = type(given)
    if kind is bool:
        return bool(given)
    if issubclass(kind, _TEXTS):
        meant = _WORDS.get(_text(given).strip().lower())
        problems.append(
            Problem(
                "not-a-bool",
                option,
                given,
                f"{shown(given)} is {described(given)} where a bool belongs, and would count as "
                f"{bool(given)} whatever it says; write {'True or False' if meant is None else meant}",
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
    if not (text.isascii() and text.isprintable()):
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
    if text.startswith("-") and text[1:].isdigit():
        problems.append(
            Problem(
                "max-age-negative",
                option,
                given,
                f"{shown(given)} is below 0: a browser keeps a preflight answer for 5 seconds or not at "
                f"all; write 0 to have none kept",
                0,
                "warning",
            )
        )
    elif not text.isdigit():
        meant = _seconds(given)
        problems.append(
            Problem(
                "max-age-type",
                option,
                given,
                f"{shown(given)} is sent as {shown(text)}, which is no number of seconds: a browser keeps a "
                f"preflight answer for 5 seconds; write {'a whole number, such as 600' if meant is None else meant}",
                meant,
            )
        )
    else:
        # Python reads no longer ones.
        seconds = int(text) if len(text) < 100 else None
        if not issubclass(kind, int):
            problems.append(
                Problem(
                    "max-age-type",
                    option,
                    given,
                    f"{shown(given)} is {described(given)} where an int belongs, and works; write {shown(seconds)}",
                    seconds,
                    "warning",
                )
            )
        if seconds is None or seconds > _LONGEST_AGE:
            problems.append(
                Problem(
                    "max-age-above-cap",
                    option,
                    given,
                    f"{shown(given)} is more than any browser keeps to: Firefox keeps a preflight answer "
                    f"for 86400 seconds, Chromium for 7200, WebKit for 600; write 86400 or less",
                    _LONGEST_AGE,
                    "warning",
                )
            )
    return text


def entries(option: str, given: Any, problems: list[Problem]) -> list[Any]:
    """Give a copy of the items of what should be a collection."""
    kind = type(given)
    if issubclass(kind, _TEXTS):
        problems.append(_text_for_a_list(option, given))
        return []
    if _has_own_membership_test(kind):
        problems.append(
            Problem(
                "own-membership-test",
                option,
                given,
                f"{shown(given)} is {described(given)} with a __contains__ of its own, which would not be asked: "
                f"the entries are copied once; write list(...) of it, or override is_allowed_origin to ask it",
            )
        )
        return []
    try:
        iterator = iter(given)
    except TypeError:
        problems.append(_no_collection(option, given))
        return []
    if kind in _FINITE:
        items = list(given)
    else:
        begun = kind is _GENERATOR and (given.gi_frame is None or given.gi_suspended)
        # Of an iterator of another kind nobody knows.
        may_have_begun = kind is not _GENERATOR and hasattr(kind, "__next__")
        most = _MOST.get(option, _MOST_NAMES)
        items = list(islice(iterator, most + 1))
        if len(items) > most:
            problems.append(
                Problem(
                    "endless",
                    option,
                    given,
                    f"{shown(given)} gave more than {most:,} entries, and may never end; if it does, write "
                    f"list(...) of it",
                )
            )
            return []
        if begun or (may_have_begun and not items):
            problems.append(_consumed(option, given, items))
    if hasattr(kind, "keys"):
        problems.append(_mapping(option, given, items))
    return items


def unreadable(option: str, given: Any, error: Exception) -> Problem:
    """Say that an object of the caller's has raised."""
    example = _EXAMPLES.get(option)
    instead = f"a list such as {[example]}" if example else "a plain value"
    return Problem(
        "unreadable",
        option,
        given,
        f"{shown(given)} cannot be read, because it raises {quoted(error)}; write {instead}",
    )


def quoted(error: Exception) -> str:
    """Give the class and the words of an exception, whatever its class does."""
    try:
        words = str.__str__(str(error))[:200]
    except Exception:  # noqa: BLE001 - it may raise another
        words = ""
    return f"{class_name(error)}: {words}" if words else class_name(error)


def decoded(given: Any) -> str:
    """Give the text that bytes were probably meant as."""
    return str(bytes(given), "latin-1")


def _text(given: Any) -> str:
    return str.__str__(given) if _is_text(given) else decoded(given)


def _is_text(item: Any) -> bool:
    return issubclass(type(item), str)


def _are_texts(items: list[Any]) -> bool:
    # There may be a million: this is the only look at each in Python.
    return all(type(item) is str for item in items)


def _has_own_membership_test(kind: type) -> bool:
    """Say whether a class of the caller's decides itself what is in its instances."""
    contains = getattr(kind, "__contains__", None)
    # Those of the built-in types are no functions.
    return hasattr(contains, "__code__") and contains.__module__ not in _PLAIN_MEMBERSHIP


def _text_for_a_list(option: str, given: Any) -> Problem:
    meant = _mended(option, _split(_text(given)))
    instead = "a list" if meant is None else shown(meant)
    return Problem(
        "not-a-collection",
        option,
        given,
        f"{shown(given)} is {described(given)} where a list of str belongs, so that each of its characters "
        f"would count as an entry; write {instead}",
        meant,
    )


def _mended(option: str, texts: list[str] | None) -> list[str] | None:
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
        mended: list[str] = []
        for index, text in enumerate(texts):
            each = meant.get(index, text)
            mended += [each] if isinstance(each, str) else each or []
        texts = mended
    return None


def _split(text: str) -> list[str] | None:
    """Give the list that is in a text, JSON or separated by anything usual; None where it is none."""
    if text.lstrip().startswith("["):
        import json

        try:
            parsed = json.loads(text)
            return parsed if all(_is_text(item) for item in parsed) else None
        except (ValueError, RecursionError):
            text = text.strip().strip("[]")
    for separator in ",;|":
        text = text.replace(separator, " ")
    parts = (part.strip("'\"") for part in text.split())
    return [part for part in parts if part and part.lower() not in _NOTHING]


def _no_collection(option: str, given: Any) -> Problem:
    instead = f"write a list such as {[_EXAMPLES[option]]}, or () for none"
    if callable(given):
        instead = "call it, or write a list"
    return Problem(
        "not-a-collection",
        option,
        given,
        f"{shown(given)} is {described(given)} where a list of str belongs; {instead}",
        (),
    )


def _consumed(option: str, given: Any, items: list[Any]) -> Problem:
    """Say that an iterator, which gives each entry once, has been read by somebody else."""
    what = f"{shown(given)} is {described(given)}, which gives each entry only once"
    again = "write list(...) of it where it is made"
    if items:
        return Problem(
            "generator-consumed",
            option,
            given,
            f"{what}, and somebody has begun to read it: the first ones are missing; {again}",
            severity="warning",
        )
    if type(given) is not _GENERATOR:
        # It may have had none.
        return Problem(
            "generator-consumed",
            option,
            given,
            f"{what}, and gave none: if somebody has read it before, {again}",
            severity="warning",
        )
    return Problem(
        "generator-consumed",
        option,
        given,
        f"{what}, and somebody has read it before: nothing is left; {again}",
    )


def _mapping(option: str, given: Any, items: list[Any]) -> Problem:
    return Problem(
        "mapping",
        option,
        given,
        f"{shown(given)} is {described(given)}, of which only the keys count; write a list of what is meant",
        items,
        "warning",
    )


def _text_of(item: Any) -> str | None:
    """Give the text that an entry equals, such as that of a URL object, or None."""
    if _is_text(item):
        return str.__str__(item)
    try:
        text = str.__str__(str(item))
        equal = bool(item == text)
    except Exception:  # noqa: BLE001 - an entry that raises equals no origin
        return None
    return text if equal else None


def _origin_type(item: Any) -> Problem:
    meant, instead = _meant_by(item)
    return Problem(
        "origin-type",
        "allow_origins",
        item,
        f"{shown(item)} is {described(item)}, not a str, and equals no origin; {instead}",
        meant,
    )


def _name_type(option: str, item: Any) -> Problem:
    meant, instead = _meant_by(item)
    return Problem(
        "not-a-token",
        option,
        item,
        f"{shown(item)} is {described(item)}, not a str; {instead}",
        [meant] if isinstance(meant, str) else meant,
    )


def _meant_by(item: Any) -> tuple[str | list[str] | None, str]:
    """Give what was probably meant by an entry that is no text, and words for it."""
    kind = type(item)
    meant: str | list[str] | None = None
    try:
        if issubclass(kind, bytes | bytearray | memoryview):
            meant = decoded(item)
        elif kind in _FINITE:
            texts = [str.__str__(each) for each in item if _is_text(each)]
            return texts or None, "write its entries one by one, without a list inside the list"
        elif hasattr(kind, "fullmatch"):
            return None, "give it as allow_origin_regex"
        elif "://" in (text := str.__str__(str(item))):
            # Such as one of the URL classes of pydantic, which end with a slash.
            meant = text.rstrip("/")
    except Exception:  # noqa: BLE001 - an entry may raise anything
        meant = None
    return meant, "write a str, or leave it out" if meant is None else f"write {shown(meant)}"


def _seconds(given: Any) -> int | None:
    """Give the whole number of seconds that was probably meant."""
    kind = type(given)
    if kind is bool:
        return 600 if given else 0
    try:
        if hasattr(kind, "total_seconds"):
            return max(0, int(given.total_seconds()))
        if issubclass(kind, _TEXTS):
            text = _text(given).strip().lower()
            number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
            unit = text[len(number) :].strip()[:1]
            return max(0, int(float(number) * _SECONDS[unit]))
        return max(0, int(given))
    except Exception:  # noqa: BLE001 - no number is evident
        return None
