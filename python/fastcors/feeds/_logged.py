"""Writes to the logger `fastcors`, whatever its filters and handlers do."""

from __future__ import annotations

import logging

_logger = logging.getLogger("fastcors")


def log(level: int, message: str, *args: object) -> None:
    """Write a line. What a filter raises is printed to stderr, as `logging` does with what a handler raises.

    It would otherwise end the feed.
    """
    try:
        _logger.log(level, message, *args, stacklevel=2)
    except Exception:  # noqa: BLE001 - a filter may raise anything
        if logging.raiseExceptions:
            import traceback

            traceback.print_exc()
