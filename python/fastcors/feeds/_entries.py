"""Reads the entries of a file. It runs beside an event loop, so it never holds the interpreter for long."""

from __future__ import annotations

import io
import json
import re
import time
from typing import TYPE_CHECKING, BinaryIO

from fastcors._format import shown

from .feed import FeedError

if TYPE_CHECKING:
    from collections.abc import Iterator

# About a millisecond of work. A thread that computes holds the interpreter for 5 ms at a time, and
# every request that waits for it meanwhile is that much slower.
_LINES = 4000
_CHARACTERS = 1 << 18
_PAUSE = 0.0001

_skip_space = re.compile(r"[ \t\r\n]*").match
_decode = json.JSONDecoder().raw_decode


def entries_of(file: BinaryIO) -> list[object]:
    """Return the entries of a file: one per line, or a JSON list if it begins with a bracket.

    Blank lines do not count, nor does what follows a `#` at the start of a line or after a space.

    Raises:
        UnicodeDecodeError: if it is not UTF-8.
        json.JSONDecodeError: if it begins like JSON and is something else.
        FeedError: if it is JSON and not a list.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig")
    try:
        entries: list[object] = []
        for number, line in enumerate(text):
            entry = line.strip()
            if not entries and entry[:1] in ("[", "{"):
                return list(_entries_of_json(line, text))
            if "#" in entry:
                entry = re.split(r"(?:^|\s)#", entry, maxsplit=1)[0].rstrip()
            if entry:
                entries.append(entry)
            if number % _LINES == 0:
                time.sleep(_PAUSE)
        return entries
    finally:
        # Whoever opened the file closes it.
        text.detach()


def _entries_of_json(first: str, rest: io.TextIOBase) -> Iterator[object]:
    """Yield the elements of a JSON list. `json.loads` would hold the interpreter until it is done."""
    parts = [first]
    while part := rest.read(_CHARACTERS):
        parts.append(part)
        time.sleep(_PAUSE)
    text = "".join(parts)
    at = _after_space(text, 0)
    if text[at] != "[":
        raise FeedError(f"it holds a JSON object, {shown(text[at : at + 80])}, and not a JSON list")
    at = _after_space(text, at + 1)
    ended = text.startswith("]", at)
    number = 0
    while not ended:
        element, at = _decode(text, at)
        yield element
        at = _after_space(text, at)
        ended = text.startswith("]", at)
        if not ended and not text.startswith(",", at):
            raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
        if not ended:
            at = _after_space(text, at + 1)
        number += 1
        if number % _LINES == 0:
            time.sleep(_PAUSE)
    at = _after_space(text, at + 1)
    if at != len(text):
        raise json.JSONDecodeError("Extra data", text, at)


def _after_space(text: str, at: int) -> int:
    """Return the first position from here that is no white space."""
    match = _skip_space(text, at)
    return match.end() if match else at
