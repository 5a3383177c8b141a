"""A list of header fields, whose names differ by more than case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

Lines: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values, decoded as latin-1, in their order."""

HeadersInit: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]] | None
"""What a caller may write headers as."""

_SPACE = " \t\r\n"
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Headers(Mapping[str, str]):
    """The headers of a response that a script can read. A name in any case finds its value.

    A name that occurs several times has its values joined by ``", "``. `lines` has them one by one.
    """

    __slots__ = ("lines",)

    lines: Lines

    def __init__(self, lines: Iterable[tuple[str, str]] = ()) -> None:
        self.lines = tuple((name.lower(), value) for name, value in lines)

    def __getitem__(self, name: str) -> str:
        value = get(self.lines, name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({name for name, _ in self.lines}))

    def __len__(self) -> int:
        return len({name for name, _ in self.lines})

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"


def lines_of(init: HeadersInit) -> Lines:
    """Return what a caller wrote as headers, names in lower case and values without outer space.

    Fetch standard, 5.1 "fill" and 2.2.2 "normalize".

    Raises:
        TypeError: for what is no header name or no header value.
    """
    if init is None:
        return ()
    pairs = init.items() if isinstance(init, Mapping) else init
    return tuple(_line(name, value) for name, value in pairs)


def _line(name: object, value: object) -> tuple[str, str]:
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(f"a header is a name and a value, both strings, not {name!r} and {value!r}")
    if not is_token(name):
        raise TypeError(f"{name!r} is not a header name")
    text = value.strip(_SPACE)
    if any(character in "\0\r\n" or ord(character) > 0xFF for character in text):
        raise TypeError(f"the value of {name} is not a header value: {value!r}")
    return name.lower(), text


def encoded(lines: Lines) -> list[tuple[bytes, bytes]]:
    """Return the headers as the bytes that go over the wire."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines]


def decoded(lines: Iterable[tuple[bytes, bytes]]) -> Lines:
    """Return the headers that came over the wire, names in lower case.

    Space around a value is not part of it (RFC 9110, 5.5). An application may write some.
    """
    return tuple(
        (bytes(name).decode("latin-1").lower(), bytes(value).decode("latin-1").strip(_SPACE))
        for name, value in lines
    )


def is_token(text: str) -> bool:
    """Whether a string is a token (RFC 9110, 5.6.2): a method, or a header name."""
    return bool(text) and _TOKEN.issuperset(text)


def get(lines: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the values of a name, joined by ``", "``; None if there is none (Fetch standard, 2.2.2)."""
    lowered = name.lower()
    values = [value for each, value in lines if each.lower() == lowered]
    return ", ".join(values) if values else None


def combined(lines: Lines) -> Lines:
    """Return the lines with one for each name, as Chromium holds what a script sets."""
    names = dict.fromkeys(name for name, _ in lines)
    return tuple((name, get(lines, name) or "") for name in names)


def extract_list(lines: Iterable[tuple[str, str]], name: str) -> tuple[str, ...] | None:
    """Return the tokens of a header that lists tokens, empty if there is no such header.

    Fetch standard, 2.2.2 "extract header list values". Empty items are skipped (RFC 9110, 5.6.1).

    Returns:
        None if the value is not a list of tokens.
    """
    items = [item.strip(" \t") for item in (get(lines, name) or "").split(",")]
    tokens = tuple(item for item in items if item)
    return tokens if all(map(is_token, tokens)) else None
