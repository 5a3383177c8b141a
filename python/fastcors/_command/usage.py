"""What ends a subcommand before it has a result, and the arguments that several of them have."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from fastcors.testing.headers import is_token

from .terminal import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILED = 1
WRONG_USAGE = 2

# Of several subcommands.
ORIGIN = typer.Option("--origin", "-o", help="The origin of the page: https://app.example.com")
METHOD = typer.Option("--method", "-X", help="The method.")
HEADERS = typer.Option(
    "--header", "-H", help="A header that the script sets: NAME or 'NAME: VALUE'. Repeatable."
)
CREDENTIALS = typer.Option("--credentials", help="With cookies: credentials 'include'.")
WEBSOCKET = typer.Option("--websocket", help="The handshake of a WebSocket instead of a fetch.")
FOLDER = typer.Option("--app-dir", help="The folder that modules are imported from.")
VERBOSE = typer.Option("--verbose", "-v", help="Show the traceback of an import that fails.")


class UsageError(Exception):
    """What a person has to change in the call of the command. Its text is one sentence."""


def first_problem(error: Exception) -> str:
    """Return the first thing that is wrong with options that raise."""
    # What Python's `re` raises names neither the option nor the expression; fastcors adds a note.
    notes = getattr(error, "__notes__", None) or [str(error)]
    return str(notes[0]).partition("\n")[0].removeprefix("fastcors: ")


@contextmanager
def one_sentence(*, verbose: bool = False) -> Iterator[None]:
    """End the command with the sentence of a `UsageError`.

    Args:
        verbose: whether the traceback of what caused it is shown.
    """
    try:
        yield
    except UsageError as error:
        if verbose and error.__cause__ is not None:
            traceback.print_exception(error.__cause__)
        print(f"fastcors: {escaped(str(error))}", file=sys.stderr)
        raise typer.Exit(WRONG_USAGE) from None


def header_lines(given: list[str] | None) -> list[tuple[str, str]]:
    """Return the headers of `--header`, names and values.

    Raises:
        UsageError: for what is no header.
    """
    found = []
    for text in given or ():
        name, _, value = text.partition(":")
        if not is_token(name.strip()):
            raise UsageError(f"--header {text!r} is not a header; write NAME or 'NAME: VALUE'")
        found.append((name.strip(), value.strip()))
    return found
