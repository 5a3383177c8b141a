"""Reads an option that is a collection: gives its items, and tells of what is none."""

from __future__ import annotations

from itertools import islice

from ._meant import FINITE, TEXTS, as_text, mended, split
from ._showing import described, shown
from .problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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
_GENERATOR: Any = type(_ for _ in ())
EXAMPLES = {
    "allow_origins": "https://app.example.com",
    "allow_methods": "GET",
    "allow_headers": "X-Token",
    "allow_origin_regex": r"https://[a-z]+\.example\.com",
    "expose_headers": "X-Total",
}


def entries(option: str, given: Any, problems: list[Problem]) -> list[Any]:
    """Give a copy of the items of what should be a collection."""
    kind = type(given)
    if issubclass(kind, TEXTS):
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
    if kind in FINITE:
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


def _has_own_membership_test(kind: type) -> bool:
    """Say whether a class of the caller's decides itself what is in its instances."""
    contains = getattr(kind, "__contains__", None)
    # Those of the built-in types are no functions.
    return hasattr(contains, "__code__") and contains.__module__ not in _PLAIN_MEMBERSHIP


def _text_for_a_list(option: str, given: Any) -> Problem:
    meant = mended(option, split(as_text(given)))
    instead = "a list" if meant is None else shown(meant)
    return Problem(
        "not-a-collection",
        option,
        given,
        f"{shown(given)} is {described(given)} where a list of str belongs, so that each of its characters "
        f"would count as an entry; write {instead}",
        meant,
    )


def _no_collection(option: str, given: Any) -> Problem:
    instead = f"write a list such as {[EXAMPLES[option]]}, or () for none"
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
