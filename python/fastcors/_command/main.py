"""The command and its subcommands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fastcors import __version__

from .console import console
from .explain import explain
from .fetch import fetch
from .lint import lint

app = typer.Typer(
    name="fastcors",
    help="Find out what is wrong with an application's CORS, and why a browser blocks a request.",
    epilog="Exit status: 0 allowed or sound, 1 blocked or problems, 2 wrong usage.",
    add_completion=False,
    no_args_is_help=True,
    # Plain help: it is the same in a terminal, a file and a pipe.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
for _subcommand in (lint, explain, fetch, console):
    app.command()(_subcommand)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"fastcors {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Find out what is wrong with an application's CORS, and why a browser blocks a request."""


def run() -> None:
    """Run the command with the arguments of the process."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # A terminal that cannot show a character shows its number.
            reconfigure(errors="backslashreplace")
    app(prog_name="fastcors")
