"""Finds the option that a wrong name was meant for."""

from __future__ import annotations

from fastcors.options import DEFAULTS, OPTIONS

# Of other libraries' options: what these are about, no option of this one is.
_FOREIGN = ("automatic", "path", "resource", "route", "send", "status", "url", "vary", "wildcard")


def near_option(name: str) -> str | None:
    """Return the option that a name of none is near to, be it misspelled or another library's."""
    import difflib

    # A long one is no misspelling, and comparing it would take its square in time.
    text = name[:60].replace("-", "_")
    if not text.isupper():
        text = "".join(f"_{letter}" if letter.isupper() else letter for letter in text)
    text = text.lower().strip("_").removeprefix("cors_")
    near = difflib.get_close_matches(text, list(DEFAULTS), n=1, cutoff=0.8)
    if near:
        return near[0]
    words = text.split("_")
    if any(word.startswith(_FOREIGN) for word in words):
        return None
    named = [option for option in OPTIONS if any(word.startswith(option.stems) for word in words)]
    # Of several, a later one tells more, such as `origin_regex` and `expose_headers`, unless no request
    # is decided by it, such as `accepted_origins`.
    deciding = [option for option in named if option.kind == "origins" or option.sent is not None]
    found = deciding or named
    return found[-1].name if found else None
