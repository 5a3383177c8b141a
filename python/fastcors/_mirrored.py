"""What no response may repeat of a request: the compiled part rejects it with the same rule."""

from __future__ import annotations


def never_mirrored(value: str) -> str | None:
    """Return a character of a header value that no header can hold: CR, LF or NUL."""
    return next((character for character in "\r\n\0" if character in value), None)
