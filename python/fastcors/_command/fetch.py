"""`fastcors fetch`: what browsers do with a server or an application."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fastcors._format import in_one_line, quoted
from fastcors.testing.blocked import BlockedByCORS, FetchError
from fastcors.testing.url import parse

from .cors_layer import FASTCORS
from .kinds import page_of
from .layers import look_through
from .loading import importable, load_valid, quiet
from .terminal import ERROR, QUIET, SOUND, TITLE, Terminal
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
    from collections.abc import Iterator, Sequence

    from fastcors.testing import Browser
    from fastcors.testing.exchange import Exchange
    from fastcors.testing.response import Response
    from fastcors.testing.websocket import Handshake

_SCHEMES = re.compile(r"(https?|wss?)://", re.IGNORECASE)
_BASE = "https://testserver"
_COLUMN = 10


def fetch(
    target: Annotated[
        str, typer.Argument(metavar="URL|MODULE:NAME", help="A URL, or an application.")
    ],
    *,
    origin: Annotated[str, ORIGIN],
    method: Annotated[str, METHOD] = "GET",
    header: Annotated[list[str] | None, HEADERS] = None,
    body: Annotated[str | None, typer.Option("--body", "-d", help="The body.")] = None,
    path: Annotated[str, typer.Option("--path", help="The path, for an application.")] = "/",
    credentials: Annotated[bool, CREDENTIALS] = False,
    websocket: Annotated[bool, WEBSOCKET] = False,
    app_dir: Annotated[str, FOLDER] = ".",
    verbose: Annotated[bool, VERBOSE] = False,
) -> None:
    """Do what a browser does for a page, and show what goes over the wire.

    Then it says whether Chromium, Firefox and Safari let the page read the response, and what to
    change. An application is started and called in this process, without a server.

    \b
    fastcors fetch https://api.example.com/items -o https://app.example.com
    fastcors fetch main:app --path /items -o https://app.example.com -X PUT
    fastcors fetch wss://api.example.com/live -o https://app.example.com
    """  # noqa: D301 - \b keeps the lines of the help apart
    with one_sentence(verbose=verbose):
        browser, url = _opened(target, origin, path, app_dir)
        terminal = Terminal()
        with importable(app_dir), _started(browser):
            if websocket or url.lower().startswith("ws"):
                allowed = _handshake(terminal, browser, url)
            else:
                request = {
                    "method": method,
                    "headers": header_lines(header),
                    "body": body,
                    "credentials": "include" if credentials else "same-origin",
                }
                allowed = _fetch(terminal, browser, url, request)
    if not allowed:
        raise typer.Exit(FAILED)


def _opened(target: str, origin: str, path: str, folder: str) -> tuple[Browser, str]:
    """Return a browser with a page, and the URL that the page asks for."""
    # It takes asyncio and more to import, which no other subcommand needs.
    from fastcors.testing import Browser

    app: Any
    if _SCHEMES.match(target):
        url = parse(re.sub("^ws", "http", target, flags=re.IGNORECASE))
        if url is None:
            raise UsageError(f"{target!r} is not a URL")
        app, wanted = url.origin, target
    else:
        app, wanted = load_valid(target, folder), path
        for chain in look_through(app).chains():
            for cors in chain.cors:
                if cors.library == FASTCORS:
                    # One that cannot be made would only be a response with status 500.
                    cors.policy()
    try:
        return Browser(app, origin, base_url=_BASE, raise_app_exceptions=False), wanted
    except ValueError as error:
        raise UsageError(f"--origin: {error}") from error
    except ImportError as error:
        raise UsageError(
            "to fetch a URL needs httpx2 or httpx; run: pip install 'fastcors[cli,testing]'"
        ) from error


@contextmanager
def _started(browser: Browser) -> Iterator[None]:
    """Start an application, as a server does, and stop it at the end."""
    try:
        with quiet():
            browser.__enter__()
    except Exception as error:
        raise UsageError(f"the application does not start: {in_one_line(quoted(error))}") from error
    try:
        yield
    finally:
        with quiet(), suppress(Exception):
            # The result is there, however the application stops.
            browser.close()


@contextmanager
def _trying() -> Iterator[None]:
    """Turn what a browser does not report of a request into a `UsageError`."""
    try:
        with quiet():
            yield
    except FetchError as error:
        if error.kind == "NetworkError":
            raise UsageError(str(error)) from error
        raise
    except TypeError as error:
        raise UsageError(str(error)) from error
    except Exception as error:  # an application may do anything
        raise UsageError(f"the application raises {in_one_line(quoted(error))}") from error


def _fetch(terminal: Terminal, browser: Browser, url: str, request: dict[str, Any]) -> bool:
    """Show a fetch, and return whether it is allowed."""
    try:
        with _trying():
            response = browser.fetch(url, **request)
    except BlockedByCORS as blocked:
        _show_blocked(terminal, blocked)
        return False
    except FetchError as error:
        _show_exchanges(terminal, error.exchanges)
        terminal.line(("blocked", ERROR), f": {error}", hanging=2)
        return False
    _show_allowed(terminal, response)
    return True


def _handshake(terminal: Terminal, browser: Browser, url: str) -> bool:
    """Show the handshake of a WebSocket, and return whether it opens."""
    try:
        with _trying():
            shaken = browser.websocket(url)
    except FetchError as error:
        terminal.line(("blocked", ERROR), f": {error}", hanging=2)
        return False
    _show_handshake(terminal, shaken)
    return shaken.accepted


def _show_exchanges(terminal: Terminal, exchanges: Sequence[Exchange]) -> None:
    for exchange in exchanges:
        terminal.line((exchange.step, TITLE))
        terminal.block(str(exchange), indent=2, hanging=4)
        terminal.blank()


def _show_rows(terminal: Terminal, rows: Sequence[tuple[str, str | tuple[str, str], str]]) -> None:
    for name, verdict, more in rows:
        first = (f"{name:<{_COLUMN}}", TITLE)
        terminal.line(first, verdict, (more, QUIET), hanging=_COLUMN)


def _show_blocked(terminal: Terminal, blocked: BlockedByCORS) -> None:
    _show_exchanges(terminal, blocked.exchanges)
    verdict = ("blocked", ERROR)
    # Firefox has names of its own. Safari has none: these are Chromium's, in Safari's order of checks.
    _show_rows(
        terminal,
        [
            ("Chromium", verdict, f" {blocked.kind}"),
            ("Firefox", verdict, f" {blocked.firefox}" if blocked.firefox else ""),
            ("Safari", verdict, f" {blocked.safari}"),
        ],
    )
    _show_rows(terminal, [("why", blocked.console, "")])
    said, *more = blocked.hint.split("\n")
    _show_rows(terminal, [("hint", said, "")])
    for line in more:
        terminal.line(line.strip(), indent=_COLUMN, hanging=2)
    terminal.line((page_of(blocked.kind), QUIET))


def _show_allowed(terminal: Terminal, response: Response) -> None:
    _show_exchanges(terminal, response.exchanges)
    verdict = ("allowed", SOUND)
    _show_rows(terminal, [(name, verdict, "") for name in ("Chromium", "Firefox", "Safari")])
    readable = ", ".join(response.headers) or "none"
    _show_rows(terminal, [("status", str(response.status), ""), ("readable", readable, "")])


def _show_handshake(terminal: Terminal, shaken: Handshake) -> None:
    request = shaken.request
    terminal.line(("handshake", TITLE))
    terminal.line(f"{request.method} {request.url.href} -> {shaken.status}", indent=2, hanging=4)
    terminal.line(f"> origin: {request.header('origin')}", indent=4)
    terminal.blank()
    verdict = ("opens", SOUND) if shaken.accepted else ("blocked", ERROR)
    _show_rows(terminal, [(name, verdict, "") for name in ("Chromium", "Firefox", "Safari")])
    if shaken.accepted:
        said = "CORS does not cover WebSockets: unless enforce=True is set, any page can open one"
        _show_rows(terminal, [("note", said, "")])
