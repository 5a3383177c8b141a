"""Reads `paths`, and finds what is wrong with its keys and values."""

from __future__ import annotations

from fastcors._fastcors import CompiledPolicy
from fastcors._format import described, shown
from fastcors.problems import Problem

from .suggestions import TEXTS, as_text, decoded, is_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# What no key has, because no path has it or routers read it in several ways.
_PATTERN = ("*", "{", "}", "<", ">", "^", "|", "[", "]", "(?", "(.", ".+", "\\")
_EXAMPLE = "paths={'/public': Policy(...), '/internal': None}"
# The most characters of a key that are read.
_LONGEST = 4_000


def paths(option: str, given: Any, problems: list[Problem]) -> dict[str, Any]:
    """Read `paths`: a new dict of the keys that are paths, each with its policy or None."""
    try:
        items = dict(given.items())
    except AttributeError:
        problems.append(
            Problem(
                "paths-type",
                option,
                given,
                f"{shown(given)} is {described(given)}, not a mapping of paths to policies; write {_EXAMPLE}",
            )
        )
        return {}
    found: dict[str, Any] = {}
    others = _Keys()
    for key, value in items.items():
        text = _key(option, key, others, problems)
        is_value = _is_value(option, key, value, problems)
        if text is not None and is_value:
            found[text] = value
            others.add(text)
    return found


class _Keys:
    """The keys before, as a tree of segments: a thousand of them need not be compared with each other."""

    def __init__(self) -> None:
        # By the folded segment: the segment, the first key that has it, and what is below.
        self._below: dict[str, tuple[str, str, Any]] = {}

    def add(self, key: str) -> None:
        below = self._below
        for segment in key[1:].split("/"):
            below = below.setdefault(_folded(segment), (segment, key, {}))[2]

    def twin(self, segments: list[str]) -> str | None:
        """Return a key whose first segment that differs from these, does so by case alone."""
        below = self._below
        for segment in segments:
            found = below.get(_folded(segment))
            if found is None:
                return None
            other, key, below = found
            if other != segment:
                return key
        return None


def _folded(segment: str) -> str:
    # As the compiled part does it: some letters have one upper case, but two lower ones.
    return segment.upper().lower()


def _key(option: str, key: Any, others: _Keys, problems: list[Problem]) -> str | None:
    """Return a key if it is a path."""
    if not is_text(key):
        text = decoded(key) if issubclass(type(key), (bytes, bytearray)) else None
        instead = f"write {shown(text)}" if text else "write a str such as '/public'"
        problems.append(
            Problem(
                "path-type",
                option,
                key,
                f"{shown(key)} is {described(key)}, not a str, so no path is below it; {instead}",
                text,
            )
        )
        return None
    text = str.__str__(key)
    found = next(_wrong(option, text, others), None)
    if found is None:
        return text
    problems.append(found)
    return None


def _wrong(option: str, text: str, others: _Keys) -> Iterator[Problem]:
    """Yield what is wrong with a key; the first is what counts."""

    def problem(code: str, said: str, meant: str | None, *, lacking: str = "") -> Problem:
        sound = meant is not None and not any(_wrong(option, meant, _Keys()))
        instead = f"write {shown(meant)}" if sound else lacking or "write a path such as '/public'"
        return Problem(
            code, option, text, f"{shown(text)} {said}; {instead}", meant if sound else None
        )

    if len(text) > _LONGEST:
        yield problem("path-malformed", f"is longer than {_LONGEST:,} characters", None)
        return
    if "://" in text or text.startswith("//"):
        path = "/" + text.partition("://")[2].partition("/")[2] if "://" in text else None
        yield problem(
            "path-url",
            "has a scheme or a host, but a path begins behind the host, so nothing is below it",
            None if path is None else _without_query(path),
        )
    if any(part in text for part in _PATTERN) or text.endswith("$") or "/:" in text:
        yield problem(
            "path-pattern",
            "is a pattern, but a key is compared as it stands: a path is below it by whole segments",
            _before_pattern(text),
            lacking="write the path above it, and everything below that is covered",
        )
    if not text.startswith("/"):
        yield problem(
            "path-no-slash",
            "does not begin with a slash, so nothing is below it",
            f"/{text.strip().lstrip('/')}",
        )
    if "?" in text.replace("(?", "") or "#" in text:
        yield problem(
            "path-query",
            "has a query or a fragment, but the path of a request has neither, so nothing is below it",
            _without_query(text),
        )
    if "%" in text:
        yield problem(
            "path-percent-encoded",
            "is percent-encoded, but a server decodes the path of a request, so nothing is below it",
            _decoded(text),
            lacking="write the decoded path; one with a percent sign in it cannot be a key",
        )
    if any(not character.isprintable() or character == ";" for character in text):
        yield problem(
            "path-malformed",
            "has a character by which routers disagree on a path: ';' or one that is not printable",
            None,
            lacking="write the path above it",
        )
    yield from _wrong_segments(option, text, others, problem)


def _wrong_segments(option: str, text: str, others: _Keys, problem: Any) -> Iterator[Problem]:
    """Yield what is wrong with the segments of a key."""
    if text == "/":
        return
    segments = text[1:].split("/")
    if any(segment in ("", ".", "..") for segment in segments[:-1]) or segments[-1] in (".", ".."):
        yield problem(
            "path-dots",
            "has an empty segment, '.' or '..', by which routers disagree on a path",
            _normalized(segments),
        )
    if not segments[-1]:
        yield problem(
            "path-trailing-slash",
            "ends in a slash: a key is written without it, and covers both",
            text.rstrip("/") or "/",
        )
    if any(segment.endswith((".", " ")) for segment in segments):
        yield problem(
            "path-malformed",
            "has a segment that ends in a dot or a space, which some file systems drop",
            "/" + "/".join(segment.rstrip(". ") for segment in segments),
        )
    other = others.twin(segments)
    if other is not None:
        yield Problem(
            "path-duplicate",
            option,
            text,
            f"{shown(text)} has a segment that {shown(other)} writes in another case, and routers disagree on "
            "whether that is the same path; write it in one case, as the application's routes have it",
        )


def _without_query(text: str) -> str:
    return text.partition("#")[0].partition("?")[0]


def _before_pattern(text: str) -> str | None:
    """Return the whole segments before a pattern, if there are any and they are all that is meant."""
    segments = text.strip("^$").split("/")
    plain = 0
    for segment in segments:
        if segment.startswith(":") or any(part in segment for part in _PATTERN):
            break
        plain += 1
    before = "/" + "/".join(segments[:plain]).strip("/")
    # What stands behind a pattern is lost.
    behind = segments[plain + 1 :]
    return before if before != "/" and not any(behind) else None


def _decoded(text: str) -> str | None:
    from urllib.parse import unquote

    found = unquote(text)
    return found if found != text and "\ufffd" not in found else None


def _normalized(segments: list[str]) -> str:
    found: list[str] = []
    for segment in segments:
        if segment == "..":
            del found[-1:]
        elif segment not in ("", "."):
            found.append(segment)
    return "/" + "/".join(found)


def _is_value(option: str, key: Any, value: Any, problems: list[Problem]) -> bool:
    """Whether a value is a policy for a path, or None."""
    if value is None:
        return True
    compiled = getattr(value, "_compiled", None)
    if type(compiled) is CompiledPolicy:
        options: Any = compiled.options
        if options.paths:
            problems.append(
                Problem(
                    "path-nested",
                    option,
                    key,
                    f"the policy for {shown(key)} has paths itself, which would not be looked at; write its keys "
                    f"into this paths, such as {shown(_joined(key, next(iter(options.paths))))}",
                )
            )
            return False
        if options.hosts.items:
            problems.append(
                Problem(
                    "path-hosts",
                    option,
                    key,
                    f"the policy for {shown(key)} has hosts, but hosts is for the whole server; write "
                    f"hosts={options.hosts.items} beside paths, and leave it out here",
                )
            )
            return False
        return True
    problems.append(
        Problem(
            "path-policy",
            option,
            value,
            f"{shown(value)}, the value of {shown(key)}, is {described(value)}, not a Policy; "
            f"{_meant_policy(value)}",
        )
    )
    return False


def _joined(key: Any, inner: str) -> str:
    return f"{as_text(key) if issubclass(type(key), TEXTS) else ''}{inner}".rstrip("/")


def _is_keyword(name: object) -> bool:
    return is_text(name) and str(name).isidentifier()


def _meant_policy(value: Any) -> str:
    if issubclass(type(value), dict):
        names = ", ".join(f"{name}=..." for name in list(value)[:5] if _is_keyword(name))
        return f"write Policy({names or '...'})"
    if value is False:
        return "write None for no CORS at all, or Policy() to allow no origin"
    if value is True or value == "*":
        return "write Policy(allow_origins=['*']) to allow every origin"
    if issubclass(type(value), (list, tuple, set, frozenset)) or is_text(value):
        return "write Policy(allow_origins=[...])"
    return "write Policy(...), or None for no CORS at all"
