"""The essence of a MIME type."""

from __future__ import annotations

from .headers import is_token

_SPACE = " \t\r\n"


def essence(value: str) -> str | None:
    """Return the type and subtype of a MIME type, in lower case (MIME Sniffing standard, 4.4).

    Returns:
        None if it is no MIME type.
    """
    text = value.strip(_SPACE).partition(";")[0].rstrip(_SPACE)
    kind, slash, subtype = text.partition("/")
    if not slash or not is_token(kind) or not is_token(subtype):
        return None
    return text.lower()
