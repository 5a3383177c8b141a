"""Logs the problems of a configuration that a server swallows. Imported only if there are some.

Frameworks create their middleware while the server sends the lifespan event. A server interprets an
exception there as an application without lifespan: it starts, does not show the exception, and each
request fails. Daphne also drops each warning. The logger `fastcors` shows both, on stderr if
logging is not configured.
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from _thread import RLock

from ._event_loops import running_asyncio, running_trio
from .problems import PREFIX, ConfigWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

logger = logging.getLogger("fastcors")

# A framework creates its middleware again at each request: one error has one text.
_MOST = 100
_logged: set[str] = set()
_SHOWING = RLock()


def log_once(error: Exception) -> None:
    """Log an exception of the constructor, once per process, if an event loop runs here.

    Each line is one record at level ERROR. An exception of a filter or a handler does not replace the
    one that is logged.
    """
    try:
        if running_trio() is None and running_asyncio() is None:
            return
        lines = _lines(error)
        text = "\n".join(lines)
        if text in _logged or len(_logged) >= _MOST:
            return
        _logged.add(text)
        lines.append(
            f"{PREFIX}CORSMiddleware raised {_name(error)}: the server may keep running, but "
            f"requests fail until this is fixed"
        )
        for line in lines:
            logger.error("%s", _without_a_second_name(line))
    except Exception:  # noqa: BLE001 - a filter, or the text of an exception, may raise anything
        if logging.raiseExceptions:
            import traceback

            traceback.print_exc()


@contextlib.contextmanager
def warnings_logged() -> Iterator[None]:
    """Log each `ConfigWarning` that is shown, at level WARNING. The filters of `warnings` apply."""
    with _SHOWING:
        show = warnings.showwarning

        def show_and_log(message: Any, category: Any, *where: Any, **more: Any) -> None:
            show(message, category, *where, **more)
            if category is ConfigWarning:
                logger.warning("%s", _without_a_second_name(str(message)))

        warnings.showwarning = show_and_log
        try:
            yield
        finally:
            warnings.showwarning = show


def _without_a_second_name(line: str) -> str:
    """Return a line without the prefix if logging is configured: its formats have the logger's name."""
    return line.removeprefix(PREFIX) if logger.hasHandlers() else line


def _lines(error: Exception) -> list[str]:
    """Return the lines of an exception, each with the prefix: its notes, or else its text."""
    # The notes of an invalid regular expression name the option, which its text does not.
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith(PREFIX)]
    lines = notes or str(error).splitlines() or [""]
    return [
        line if line.startswith(PREFIX) else f"{PREFIX}{_name(error)}: {line}" for line in lines
    ]


def _name(error: Exception) -> str:
    """Return the name of an exception's class, such as ``re.error``."""
    name = type(error).__name__
    return f"re.{name}" if type(error).__module__ == "re" else name
