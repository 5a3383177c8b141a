"""Bounds how often the same is logged: requests with made-up origins fill neither memory nor log."""

from __future__ import annotations

from time import monotonic

# The seconds in which the same is reported once.
INTERVAL = 60.0
# The most different ones that are reported in them.
MOST_REPORTED = 100
# How many characters of each are compared.
_LONGEST = 300


class Limit:
    """Which keys were reported lately."""

    def __init__(self) -> None:
        # When each was reported last, the oldest first.
        self._reported: dict[bytes, float] = {}

    def is_due(self, key: bytes) -> bool:
        """Whether to report a key. It then counts as reported."""
        reported = self._reported
        now = monotonic()
        key = key[:_LONGEST]
        last = reported.get(key)
        if last is not None and now - last < INTERVAL:
            return False
        # Another thread may do the same meanwhile: then a line is written twice.
        for old in list(reported)[:MOST_REPORTED]:
            if now - reported.get(old, now) < INTERVAL:
                break
            reported.pop(old, None)
        if len(reported) >= MOST_REPORTED:
            return False
        reported[key] = now
        return True

    def clear(self) -> None:
        """Forget what was reported."""
        self._reported.clear()
