"""The logger `fastcors`: one line for each refusal, at level DEBUG. Imported by the first one."""

from __future__ import annotations

import logging

from ._showing import shown

logger = logging.getLogger("fastcors")

# As much of a value as a line holds.
_LONGEST = 200


def refused(
    reasons: tuple[str, ...], origin: bytes, method: bytes | None, headers: bytes | None
) -> None:
    """Tell one refusal.

    Args:
        reasons: those of ``"origin"``, ``"method"``, ``"headers"``, ``"private-network"``.
        origin: the Origin.
        method: Access-Control-Request-Method; None for an actual request.
        headers: Access-Control-Request-Headers, if there is one.

    The values are shown as `repr` shows a str, so that no control character and no line break of a
    request reaches the log, and cut after 200 characters. What a filter raises is printed to
    stderr, as `logging` does with what a handler raises: the request goes on.
    """
    try:
        # Most often nobody listens.
        if not logger.isEnabledFor(logging.DEBUG):
            return
        values = {"method": method, "headers": headers}
        told = [
            reason if (value := values.get(reason)) is None else f"{reason} {_shown(value)}"
            for reason in reasons
        ]
        kind = "an actual request" if method is None else "a preflight"
        logger.debug("refused %s from %s: %s not allowed", kind, _shown(origin), ", ".join(told))
    except Exception:  # noqa: BLE001 - a filter may raise anything
        if logging.raiseExceptions:
            import traceback

            traceback.print_exc()


def _shown(value: bytes) -> str:
    # Only as much as may be shown is decoded.
    return shown(value[: _LONGEST + 1].decode("latin-1"), _LONGEST)
