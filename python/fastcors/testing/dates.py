"""Dates in header fields."""

from __future__ import annotations

from email.utils import parsedate_to_datetime


def date_of(value: str | None) -> float | None:
    """Return the time of day that a date is; None if it is no date (RFC 9110, 5.6.7)."""
    if value is None:
        return None
    try:
        return parsedate_to_datetime(value).timestamp()
    except ValueError:
        return None
