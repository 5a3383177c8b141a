"""The lines of the logger `fastcors` on an `allow_origin_func` that returns neither True nor False.

Imported at the first one.
"""

from __future__ import annotations

import logging

from fastcors._format import described, function_name, in_one_line, quoted, shown
from fastcors.problems import SITE

from .limit import Limit
from .rejections import for_path, logger, print_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fastcors._fastcors import CompiledPolicy
    from fastcors._types import Scope

_limit = Limit()


def failed(compiled: CompiledPolicy, scope: Scope, origin: str, outcome: str, value: Any) -> None:
    """Write one line at level WARNING: which origin is rejected, and what the function did.

    At most one for each origin and minute, and for at most a hundred origins in a minute. The traceback
    of an exception goes with it if the logger takes what is of level DEBUG.

    Args:
        compiled: the policy with the function.
        scope: the request's scope.
        origin: its Origin, of visible ASCII.
        outcome: ``"function-raised"``, ``"function-timed-out"`` or ``"function-not-bool"``.
        value: what the function raised or returned.

    What a filter raises is printed to stderr, as `logging` does with what a handler raises.
    """
    try:
        if not logger.isEnabledFor(logging.WARNING) or not _limit.is_due(
            f"{outcome} {origin}".encode()
        ):
            return
        logger.warning(
            "rejected %s%s: allow_origin_func %s %s (%s)",
            origin,
            for_path(scope, compiled),
            function_name(compiled.options.allow_origin_func),
            _cause(compiled, outcome, value),
            f"{SITE}live-origins/#what-it-returns",
            exc_info=_traceback(outcome, value),
        )
    except Exception:  # noqa: BLE001 - a filter may raise anything
        print_error()


def _cause(compiled: CompiledPolicy, outcome: str, value: Any) -> str:
    if outcome == "function-raised":
        return f"raised {in_one_line(quoted(value))}"
    if outcome == "function-timed-out":
        seconds = compiled.options.origin_func_timeout
        return f"took longer than {seconds} seconds; to wait longer: origin_func_timeout"
    said = "None" if value is None else f"{shown(value)}, {described(value)}"
    return f"returned {said}; only True allows an origin, so let it return True or False"


def _traceback(outcome: str, value: Any) -> Any:
    if outcome == "function-raised" and logger.isEnabledFor(logging.DEBUG):
        return value
    return None
