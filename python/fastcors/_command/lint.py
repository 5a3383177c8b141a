"""`fastcors lint`: what is wrong with the CORS of an application."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from . import formats
from .examination import examine
from .fix import differences
from .terminal import ERROR, QUIET, SOUND, TITLE, WARNING, Terminal
from .usage import FAILED, FOLDER, VERBOSE, one_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .examination import Examined
    from .findings import Finding

# Of many similar problems, this many are shown to a person.
_OF_EACH = 10


class Format(StrEnum):
    """How the findings are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def lint(
    application: Annotated[str, typer.Argument(metavar="MODULE:NAME", help="The application.")],
    *,
    fix: Annotated[
        bool, typer.Option("--fix", help="Print the corrected options as a unified diff.")
    ] = False,
    format: Annotated[  # noqa: A002 - the name of its option
        Format, typer.Option("--format", help="How the problems are written.")
    ] = Format.TEXT,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Treat warnings as errors: exit with 1, and correct them."),
    ] = False,
    app_dir: Annotated[str, FOLDER] = ".",
    verbose: Annotated[bool, VERBOSE] = False,
) -> None:
    """Report what is wrong with every CORS middleware in an application.

    It finds those of fastcors and Starlette, in mounted applications too, and looks at their options
    and their order. It imports the application, and sends no request.

    \b
    fastcors lint main:app
    fastcors lint main:app --fix
    fastcors lint main:app --format github --strict
    """  # noqa: D301 - \b keeps the lines of the help apart
    with one_sentence(verbose=verbose):
        examined = examine(application, app_dir)
    findings = [finding for one in examined for finding in one.findings]
    if fix:
        layers = [(one.layer.cors, one.call) for one in examined if one.layer and one.layer.cors]
        typer.echo(differences(layers, strict=strict), nl=False)
    elif format is Format.TEXT:
        _show(application, examined, findings)
    elif format is Format.JSON:
        typer.echo(formats.as_json(application, examined))
    elif format is Format.SARIF:
        typer.echo(formats.as_sarif(findings))
    elif findings:
        typer.echo(formats.as_github(findings))
    if any(strict or finding.severity == "error" for finding in findings):
        raise typer.Exit(FAILED)


def _show(application: str, examined: Sequence[Examined], findings: Sequence[Finding]) -> None:
    terminal = Terminal()
    for one in examined:
        terminal.line((one.title, TITLE), hanging=2)
        counts = Counter[tuple[str, str | None]]()
        for finding in sorted(one.findings, key=lambda finding: finding.severity != "error"):
            kind = finding.code, finding.problem.option if finding.problem else None
            counts[kind] += 1
            if counts[kind] <= _OF_EACH:
                _show_finding(terminal, finding)
        for (code, option), count in counts.items():
            if count > _OF_EACH:
                about = f"{option}: " if option else ""
                terminal.line(f"{about}{count - _OF_EACH:,} more like these, {code}", indent=2)
        if not one.findings:
            terminal.line(("sound", SOUND), indent=2)
        terminal.blank()
    errors = sum(finding.severity == "error" for finding in findings)
    terminal.line(
        f"{application}: {_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}"
    )


def _show_finding(terminal: Terminal, finding: Finding) -> None:
    style = ERROR if finding.severity == "error" else WARNING
    terminal.line((finding.severity, style), f": {finding.message}", indent=2, hanging=2)
    if finding.fix is not None:
        terminal.line(("fix", SOUND), f": {finding.fix}", indent=4, hanging=2)
    terminal.line((finding.url, QUIET), indent=4)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
