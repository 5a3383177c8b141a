"""The regular expressions of the tables beside this file, by what the linter must report on them.

A row has its `regex`, with `flags` as in `(?i)` for a compiled pattern, or else `each` and `count`: as
many alternatives, with their numbers in the place of `{n}`. The other fields are those of the classes
below. A missing or an unknown field is a TypeError.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

_FOLDER = Path(__file__).parent
_FLAGS = {"i": re.IGNORECASE, "x": re.VERBOSE}


class Joined(NamedTuple):
    """A regex with an optional dot, and the name that a label and the domain become without it."""

    regex: str
    name: str
    suggestion: str | None = None


class Allowed(NamedTuple):
    """A regex, and an origin under somebody else's control that it allows."""

    regex: str
    origin: str


class Untrusted(NamedTuple):
    """The same, where the linter may have a suggestion."""

    regex: str
    origin: str
    suggestion: str | None = None


class Nothing(NamedTuple):
    """A regex that matches no origin, and a word of the reason."""

    regex: str
    reason: str
    suggestion: str | None = None


class Unmatched(NamedTuple):
    """A regex, its alternative that matches no origin, and an origin that it should match."""

    regex: str
    alternative: str
    origin: str | None = None
    suggestion: str | None = None


class Unproven(NamedTuple):
    """A regex that cannot be verified, and a word of the reason."""

    regex: str
    reason: str


def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    tables = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: [_row(row) for row in rows] for key, rows in tables.items()}


def _row(row: str | dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a row, its regex as a test passes it."""
    if isinstance(row, str):
        return {"regex": row}
    if "each" in row:
        each, count = row.pop("each"), row.pop("count")
        return {"regex": "|".join(each.replace("{n}", str(n)) for n in range(count)), **row}
    if "flags" in row:
        flags = _FLAGS[row.pop("flags")]
        return {**row, "regex": re.compile(row["regex"], flags)}
    return row


def _regex(*, regex: Any) -> Any:
    """Return the regex of a row without other fields."""
    return regex


_JOINED = _read("joined")
_UNTRUSTED = _read("untrusted")
_UNMATCHED = _read("unmatched")

SAFE: list[str | re.Pattern[str]] = [_regex(**row) for row in _read("safe")["safe"]]
JOINED_BY_DOTS = [Joined(**row) for row in _JOINED["joined_by_dots"]]
JOINED = [Allowed(**row) for row in _JOINED["joined"]]
UNTRUSTED = [Untrusted(**row) for row in _UNTRUSTED["untrusted"]]
EVERYTHING: list[str] = [_regex(**row) for row in _UNTRUSTED["everything"]]
HOSTED = [Allowed(**row) for row in _UNTRUSTED["hosted"]]
SHARED = [Allowed(**row) for row in _UNTRUSTED["shared"]]
NOTHING = [Nothing(**row) for row in _UNMATCHED["nothing"]]
UNMATCHED = [Unmatched(**row) for row in _UNMATCHED["unmatched"]]
UNPROVEN = [Unproven(**row) for row in _read("unproven")["unproven"]]
