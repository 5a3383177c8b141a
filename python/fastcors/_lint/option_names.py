"""Finds the option that a wrong name was meant for."""

from __future__ import annotations

from fastcors.options import DEFAULTS, OPTIONS

# Of other libraries' options: what these are about, no option of this one is.
_FOREIGN = ("automatic", "send", "status", "url", "vary", "wildcard")


def means_all(name: str, near: str, *, credentials: bool) -> bool:
    """Whether True for an unknown option, such as `allow_all_origins`, means `*` for the one that it is near.

    With credentials, `*` as an origin or an exposed header is not what makes it work.
    """
    if near not in ("allow_origins", "allow_methods", "allow_headers", "expose_headers"):
        return False
    works = not credentials or near in ("allow_methods", "allow_headers")
    return works and not {"all", "any"}.isdisjoint(_words(name))


def near_option(name: str) -> str | None:
    """Return the option that an unknown name is closest to, misspelled or from another library."""
    import difflib

    words = _words(name)
    text = "_".join(words)
    if text in ("allow_all", "allow_any"):
        return "allow_origins"
    near = difflib.get_close_matches(text, list(DEFAULTS), n=1, cutoff=0.8)
    if near:
        return near[0]
    if any(word.startswith(_FOREIGN) for word in words):
        return None
    named = [option for option in OPTIONS if any(word.startswith(option.stems) for word in words)]
    # Of several, a later one tells more, such as `origin_regex` and `expose_headers`, unless no request
    # is decided by it, such as `accepted_origins`.
    deciding = [option for option in named if option.kind == "origins" or option.sent is not None]
    found = deciding or named
    return found[-1].name if found else None


def _words(name: str) -> list[str]:
    """Return the words of an option's name, in lower case, however they are joined."""
    # A long one is no misspelling, and comparing it would take its square in time.
    text = name[:60].replace("-", "_")
    if not text.isupper():
        text = "".join(f"_{letter}" if letter.isupper() else letter for letter in text)
    return text.lower().strip("_").removeprefix("cors_").split("_")
