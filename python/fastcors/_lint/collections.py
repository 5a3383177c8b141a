"""Reads an option that is a collection: returns its items, and reports what is not a collection."""

from __future__ import annotations

from itertools import islice

from fastcors._format import described, misplaced, shown
from fastcors.options import EXAMPLES
from fastcors.problems import Problem

from .suggestions import (
    FINITE,
    LINTERS,
    TEXTS,
    Meant,
    as_text,
    is_text,
    meant_by_item,
    meant_by_items,
    meant_by_text,
    split,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# How many entries are read of anything else.
_MOST = {"allow_origins": 2_000_000}
_MOST_NAMES = 10_000
# Beside these, what says how long it is and cannot lie.
_SIZED: tuple[type, ...] = (*FINITE, type({}.keys()), type({}.values()))
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
_GENERATOR: Any = type(_ for _ in ())


def entries(
    option: str, given: Any, problems: list[Problem], credentials: bool = False
) -> list[Any]:
    """Return a copy of the items of what should be a collection.

    What is suggested instead of one that is none is right where credentials are allowed or not.
    """
    kind = type(given)
    if issubclass(kind, TEXTS):
        return _items_of_text(option, given, problems, credentials)
    own = _has_own_membership_test(kind)
    # Starlette asks it about each origin and each method.
    if own and option in ("allow_origins", "allow_methods"):
        problems.append(_own_membership_test(option, given))
        return []
    try:
        iterator = iter(given)
    except TypeError:
        problems.append(_no_collection(option, given, credentials))
        return []
    if kind in _SIZED:
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
                    f"{shown(given)} yielded more than {most:,} entries and may never end; if it does end, "
                    f"write list(...) around it",
                )
            )
            return []
        if begun or (may_have_begun and not items):
            problems.append(_consumed(option, given, items))
    if hasattr(kind, "keys"):
        problems.append(_mapping(option, given, credentials))
    # Starlette asks it about this alone.
    if own and option == "allow_headers" and ("*" in given) != ("*" in items):
        problems.append(_own_membership_test(option, given))
    return items


def _has_own_membership_test(kind: type) -> bool:
    """Whether a class of the caller's decides itself what is in its instances."""
    contains = getattr(kind, "__contains__", None)
    # Those of the built-in types are no functions.
    return hasattr(contains, "__code__") and contains.__module__ not in _PLAIN_MEMBERSHIP


def _own_membership_test(option: str, given: Any) -> Problem:
    return Problem(
        "own-membership-test",
        option,
        given,
        f"{shown(given)} is {described(given)} with its own __contains__, which would never be called, "
        f"because the entries are copied once; write list(...) around it, or override is_allowed_origin "
        f"and call it there",
    )


def _items_of_text(
    option: str, given: Any, problems: list[Problem], credentials: bool
) -> list[str]:
    """Return the items that a string stands for: `"*"` is the only one that Starlette takes so."""
    if not is_text(given) or str.__str__(given) != "*":
        problems.append(_text_for_a_list(option, given, credentials))
        return []
    meant = meant_by_text(option, "*", credentials)
    problems.append(
        Problem(
            "star-for-a-list",
            option,
            given,
            f"{misplaced(given, 'a list of str')}, but it counts as ['*']; {meant.instead('write a list')}",
            meant.value,
            "warning",
        )
    )
    return ["*"]


def _text_for_a_list(option: str, given: Any, credentials: bool) -> Problem:
    meant = meant_by_text(option, as_text(given), credentials)
    happens = ", so each of its characters would count as an entry" if is_text(given) else ""
    return Problem(
        "not-a-collection",
        option,
        given,
        f"{misplaced(given, 'a list of str')}{happens}; {meant.instead('write a list')}",
        meant.value,
        suggested_option=meant.option,
    )


def _no_collection(option: str, given: Any, credentials: bool) -> Problem:
    # Starlette asks this one alone whether it is true.
    if option == "expose_headers" and not given:
        return Problem(
            "none-for-a-list",
            option,
            given,
            f"{misplaced(given, 'a list of str')}, but it counts as an empty list; write ()",
            (),
            "warning",
        )
    example = f"write a list such as {[EXAMPLES[option]]}, or () for none"
    meant = Meant(None)
    if callable(given):
        example = "call it, or write a list"
    elif option in LINTERS:
        meant = meant_by_item(option, given, credentials)
        if isinstance(meant.value, str) and meant.option is None:
            meant = Meant([meant.value])
    return Problem(
        "not-a-collection",
        option,
        given,
        f"{misplaced(given, 'a list of str')}; {meant.instead(example)}",
        () if given is None else meant.value,
        suggested_option=meant.option,
    )


def _consumed(option: str, given: Any, items: list[Any]) -> Problem:
    """Return the problem of an iterator that was read before: it yields each entry only once."""
    what = f"{shown(given)} is {described(given)}, which yields each entry only once"
    again = "write list(...) around it where it is created"
    if items:
        return Problem(
            "generator-consumed",
            option,
            given,
            f"{what}, and it was partly read before, so the first entries are missing; {again}",
            severity="warning",
        )
    if type(given) is not _GENERATOR:
        # It may have had none.
        return Problem(
            "generator-consumed",
            option,
            given,
            f"{what}, and it yielded nothing: if it was read before, {again}",
            severity="warning",
        )
    return Problem(
        "generator-consumed",
        option,
        given,
        f"{what}, and it was read before, so nothing is left; {again}",
    )


def _mapping(option: str, given: Any, credentials: bool) -> Problem:
    meant = Meant(meant_by_items(option, given, credentials) if given else [])
    return Problem(
        "mapping",
        option,
        given,
        f"{shown(given)} is {described(given)}, and only its keys count; "
        f"{meant.instead('write a list of the entries that you mean')}",
        meant.value,
        "warning",
    )


def text_for_a_plain_list(
    option: str, given: Any, is_sound: Callable[[list[str]], bool]
) -> Problem:
    """Return the problem of a string for an option whose entries have no meaning beyond themselves."""
    meant = split(as_text(given))
    if not meant or not is_sound(meant):
        meant = None
    return Problem(
        "not-a-collection",
        option,
        given,
        f"{misplaced(given, 'a list of str')}; write {shown(meant or [EXAMPLES[option]], 200)}",
        meant,
    )
