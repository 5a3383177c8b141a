"""Pauses that grow, and the random part that keeps many workers from doing something at once."""

from __future__ import annotations

import math
import random

from fastcors._format import shown

# The part by which the seconds between two readings vary at most.
_JITTER = 0.2


class Pauses:
    """The seconds to wait after each of several errors in a row: they double up to the longest."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self.longest = longest
        self._next = first

    def next(self) -> float:
        """Return the next pause, shortened by up to half."""
        pause = min(self._next, self.longest)
        self._next = pause * 2
        return jittered(pause * 0.75, 1 / 3)

    def reset(self) -> None:
        """Begin with the first pause again."""
        self._next = self._first


def jittered(seconds: float, part: float = _JITTER) -> float:
    """Return the seconds, longer or shorter by up to this part of them."""
    return seconds * random.uniform(1 - part, 1 + part)  # noqa: S311 - it is no secret


def positive(name: str, seconds: object) -> float:
    """Return an argument that is a number of seconds.

    Raises:
        ValueError: if it is not positive and finite.
    """
    if isinstance(seconds, (int, float)) and math.isfinite(seconds) and seconds > 0:
        return seconds
    raise ValueError(f"{name}={shown(seconds)} is not a positive number of seconds")
