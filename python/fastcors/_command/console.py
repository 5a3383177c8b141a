"""`fastcors console`: what a message in a browser's console means."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from .kinds import (
    ENGINES,
    EXAMPLE_ORIGIN,
    EXAMPLE_PARAMETERS,
    KINDS,
    OTHERS,
    PAGE,
    SERVERS,
)
from .terminal import QUIET, TITLE, Terminal
from .usage import UsageError, one_sentence

if TYPE_CHECKING:
    from .kinds import Kind

_ORIGIN = re.compile(
    r"from origin '([^']{1,300})'|\bOrigin (\S{1,300}) is not allowed", re.IGNORECASE
)
# Typographic quotes, which Firefox writes.
_QUOTES = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}
# Chrome has these words also for what a page reads without a preflight.
_PREFLIGHT = "response to preflight request doesn't pass"
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Meant:
    """A kind that a message may be about.

    Attributes:
        kind: the kind.
        name: Chromium's name for it.
        engines: the engines that have these words.
        parameter: the value that the message names; empty without one.
    """

    kind: Kind
    name: str
    engines: tuple[str, ...]
    parameter: str


def console(
    message: Annotated[
        str, typer.Argument(metavar="MESSAGE", help="The message; - reads it from the input.")
    ],
) -> None:
    """Explain a message of the console of Chrome, Firefox or Safari.

    \b
    fastcors console "Method PUT is not allowed by Access-Control-Allow-Methods"
    fastcors console - < message.txt
    """  # noqa: D301 - \b keeps the lines of the help apart
    with one_sentence():
        text = sys.stdin.read(_LONGEST) if message == "-" else message
        found = meant_by(text)
        if not found:
            raise UsageError(
                "this is no message about CORS that Chrome, Firefox or Safari writes; paste it whole, "
                f"in English ({PAGE} lists them all)"
            )
    _show(found, origin_in(text))


def meant_by(message: str) -> list[Meant]:
    """Return the kinds that a message may be about; of several engines' words, the longest count."""
    text = normalized(message[:_LONGEST])
    found: list[tuple[int, Kind, str, str]] = []
    for kind in (*KINDS, *OTHERS):
        for engine in ENGINES:
            for words in kind.words(engine):
                match = pattern_of(words).search(text)
                if match is not None:
                    parameter = match[1] if match.lastindex else ""
                    found.append((len(words), kind, engine, parameter))
    # "… is not allowed by Access-Control-Allow-Methods" is a part of another engine's message.
    best = max((length for length, kind, *_ in found if kind in KINDS), default=0)
    if best:
        found = [each for each in found if each[0] == best]
    meant: list[Meant] = []
    for kind in dict.fromkeys(kind for _, kind, *_ in found):
        of_kind = [each for each in found if each[1] is kind]
        engines = tuple(dict.fromkeys(engine for _, _, engine, _ in of_kind))
        preflight = _PREFLIGHT in text.lower() and len(kind.names) > 1
        meant.append(Meant(kind, kind.names[1 if preflight else 0], engines, of_kind[0][3]))
    return meant


def normalized(message: str) -> str:
    """Return a message with plain quotes and single spaces, as consoles and terminals change them."""
    return re.sub(r"\s+", " ", message.translate(_QUOTES))


def pattern_of(words: str) -> re.Pattern[str]:
    """Return what finds the words of an engine in a message."""
    parts = [re.escape(part) for part in words.split("{}")]
    return re.compile(r"([^\s]{0,500}?|[^']{0,500}?)".join(parts), re.IGNORECASE)


def origin_in(message: str) -> str:
    """Return the origin of the page that a message names; empty if it names none."""
    found = _ORIGIN.search(normalized(message[:_LONGEST]))
    return (found[1] or found[2]) if found else ""


def _show(found: list[Meant], origin: str) -> None:
    terminal = Terminal()
    if len(found) > 1:
        terminal.line("This message has several causes. The headers of the response show which.")
        terminal.blank()
    for one in found:
        names = ", ".join(ENGINES[engine] for engine in one.engines)
        parameter = "" if one.parameter == origin else one.parameter
        about = f": {parameter}" if parameter else ""
        title = one.kind.title.replace("`", "")
        terminal.line((f"{title}{about}", TITLE), (f" ({one.name}, {names})", QUIET), hanging=2)
        terminal.line(one.kind.meaning.replace("`", ""), indent=2)
        for server, title in SERVERS.items():
            change = one.kind.change(server).replace("`", "")
            said = _of_this(change, parameter, origin)
            terminal.line((title, TITLE), f": {said}", indent=2, hanging=2)
        terminal.line((one.kind.url, QUIET), indent=2)
        terminal.blank()


def _of_this(change: str, parameter: str, origin: str) -> str:
    """Return what to change with what the message names, instead of the examples of the table."""
    if origin:
        change = change.replace(EXAMPLE_ORIGIN, origin)
    for example in EXAMPLE_PARAMETERS:
        if parameter:
            change = change.replace(f'"{example}"', f'"{parameter}"')
    return change
