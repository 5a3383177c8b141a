"""`fastcors explain`: what an application's policy decides about a request, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from fastcors.testing import cors_check, methods, preflight, request_headers, wording

from .examination import NO_CORS
from .kinds import page_of
from .layers import look_through
from .loading import load_valid
from .terminal import ERROR, QUIET, SOUND, TITLE, WARNING, Terminal
from .usage import (
    CREDENTIALS,
    FAILED,
    FOLDER,
    HEADERS,
    METHOD,
    ORIGIN,
    VERBOSE,
    WEBSOCKET,
    UsageError,
    header_lines,
    one_sentence,
)

if TYPE_CHECKING:
    from fastcors.decision import Decision
    from fastcors.policy import Policy
    from fastcors.testing.headers import Lines

    from .cors_layer import CORSLayer
    from .layers import Application


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks for.

    Attributes:
        origin: its origin.
        method: the method, as a browser sends it.
        names: the names of the headers that need a preflight.
        credentials: the credentials mode.
        host: the Host; None if it is not known.
        path: the path below the application of the middleware.
    """

    origin: str
    method: str
    names: tuple[str, ...]
    credentials: str
    host: str | None
    path: str


@dataclass(frozen=True, slots=True)
class Step:
    """A decision, and what a browser does with its headers.

    Attributes:
        title: which request it is about.
        decision: what the policy decides.
        failure: why a browser blocks the page although the policy allows it; None if it does not.
    """

    title: str
    decision: Decision
    failure: cors_check.Failure | None = None

    @property
    def allowed(self) -> bool:
        """Whether the page gets on."""
        return self.decision.allowed and self.failure is None


def explain(
    application: Annotated[str, typer.Argument(metavar="MODULE:NAME", help="The application.")],
    *,
    origin: Annotated[str, ORIGIN],
    method: Annotated[str, METHOD] = "GET",
    header: Annotated[list[str] | None, HEADERS] = None,
    path: Annotated[str, typer.Option("--path", help="The path of the request.")] = "/",
    host: Annotated[
        str | None, typer.Option("--host", help="The Host of the request, for the option hosts.")
    ] = None,
    credentials: Annotated[bool, CREDENTIALS] = False,
    websocket: Annotated[bool, WEBSOCKET] = False,
    app_dir: Annotated[str, FOLDER] = ".",
    verbose: Annotated[bool, VERBOSE] = False,
) -> None:
    """Explain what the policy of an application decides about a request.

    It imports the application, and sends no request.

    \b
    fastcors explain main:app --origin https://app.example.com
    fastcors explain main:app -o https://app.example.com -X PUT -H X-Token
    fastcors explain main:app -o https://app.example.com --websocket
    """  # noqa: D301 - \b keeps the lines of the help apart
    with one_sentence(verbose=verbose):
        if not path.startswith("/"):
            raise UsageError(f"--path {path!r} does not begin with a slash; write --path '/{path}'")
        layer, mount = _deciding(application, app_dir, path)
        lines = tuple(header_lines(header))
        policy = layer.policy()
        asked = Asked(
            origin,
            methods.normalize(method),
            request_headers.unsafe_names(lines, follow="chromium"),
            "include" if credentials else "same-origin",
            host or _usual_host(policy),
            below(path, mount) or "/",
        )
        steps = _websocket(policy, asked) if websocket else _fetch(policy, asked)
    _show(layer, asked, steps, mount)
    if not all(step.allowed for step in steps):
        raise typer.Exit(FAILED)


def _deciding(name: str, folder: str, path: str) -> tuple[CORSLayer, str]:
    """Return the CORS middleware that decides below a path, and where its application is mounted."""
    application = look_through(load_valid(name, folder))
    found = list(_around(application, path))
    if found:
        return found[0]
    if any(chain.cors for chain in application.chains()):
        raise UsageError(f"{name} has no CORS middleware around {path}, only around other paths")
    raise UsageError(NO_CORS.format(name=name))


def _around(application: Application, path: str) -> list[tuple[CORSLayer, str]]:
    """Return the CORS middleware around a path, outermost first, each with its mount."""
    if below(path, application.path) is None:
        return []
    found = [(layer.cors, application.path) for layer in application.layers if layer.cors]
    for mounted in application.mounted:
        found += _around(mounted, path)
    return found


def below(path: str, mount: str) -> str | None:
    """Return the part of a path that is below a mount; None if the path is elsewhere.

    A segment of the mount in braces is a parameter of the path.
    """
    wanted, given = mount.split("/")[1:], path.split("/")[1:]
    fits = len(wanted) <= len(given) and all(
        one == other or one.startswith("{") for one, other in zip(wanted, given, strict=False)
    )
    return "/" + "/".join(given[len(wanted) :]) if fits else None


def _usual_host(policy: Policy) -> str | None:
    return next((host for host in policy.hosts if "*" not in host), None)


def _websocket(policy: Policy, asked: Asked) -> list[Step]:
    decision = policy.websocket(origin=asked.origin, host=asked.host, path=asked.path)
    return [Step("handshake", decision)]


def _fetch(policy: Policy, asked: Asked) -> list[Step]:
    """Return the steps of a fetch, until one is not allowed."""
    steps = []
    if preflight.is_needed(asked.method, asked.names):
        decision = policy.preflight(
            origin=asked.origin,
            method=asked.method,
            headers=",".join(asked.names) if asked.names else None,
            path=asked.path,
        )
        sent = preflight.Preflighted(asked.origin, asked.method, asked.names, asked.credentials)
        failure = preflight.check(sent, decision.status or 200, _lines(decision), follow="chromium")
        steps.append(Step("preflight", decision, failure if decision.allowed else None))
    if policy.enforce or policy.hosts:
        decision = policy.request(
            method=asked.method,
            origin=asked.origin,
            host=asked.host,
            sec_fetch_site="cross-site",
            sec_fetch_mode="cors",
            sec_fetch_dest="empty",
            path=asked.path,
        )
    else:
        decision = policy.actual(origin=asked.origin, path=asked.path)
    failure = cors_check.cors_check(
        _lines(decision), origin=asked.origin, credentials=asked.credentials
    )
    steps.append(Step("actual request", decision, failure if decision.allowed else None))
    return steps


def _lines(decision: Decision) -> Lines:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in decision.headers
    )


def _show(layer: CORSLayer, asked: Asked, steps: list[Step], mount: str) -> None:
    terminal = Terminal()
    terminal.line((layer.name, TITLE), f" of the application mounted at {mount}" if mount else "")
    if layer.overridden:
        names = ", ".join(layer.overridden)
        terminal.line(
            ("note", WARNING),
            f": its class overrides {names}, and this shows what its options decide; fastcors fetch "
            f"calls the application",
            hanging=2,
        )
    for step in steps:
        terminal.blank()
        verdict = ("allowed", SOUND) if step.allowed else ("blocked", ERROR)
        terminal.line((step.title, TITLE), ": ", verdict)
        terminal.block(str(step.decision), indent=2, hanging=2)
        if step.failure is not None:
            _show_failure(terminal, step.failure, asked)


def _show_failure(terminal: Terminal, failure: cors_check.Failure, asked: Asked) -> None:
    """Show why a browser blocks what the policy allows: with credentials, it needs more."""
    said = wording.hint(failure, origin=asked.origin, path=asked.path)
    options = wording.options(failure, origin=asked.origin)
    terminal.line(
        ("browser", ERROR), f": {failure.kind}", (f" {failure.parameter}", QUIET), indent=2
    )
    if options is not None:
        said = wording.IN_OPTIONS.format(hint=said, options=options)
    terminal.line(said, indent=4, hanging=2)
    terminal.line((page_of(failure.kind), QUIET), indent=4)
