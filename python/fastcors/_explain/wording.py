"""Phrases that several explanations share."""

from __future__ import annotations

from fastcors._format import shown

# How many characters of a text stand in a message. A method or a name that is longer is a mistake.
LONGEST = 80


def told(text: str, limit: int = LONGEST) -> str:
    """Give a request's or an option's text for a message: bare if all can be seen, else escaped."""
    if text and len(text) <= limit and all("!" <= character <= "~" for character in text):
        return text
    return shown(text, limit)


def written(text: str) -> str:
    """Give a text as Python code."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return repr(text)


def addition(option: str, value: str, *, others: bool) -> str:
    """Give the change that adds a value to an option, after what it may have already."""
    return f"{option}=[{'..., ' if others else ''}{written(value)}]"


def count(number: int, noun: str) -> str:
    """Give a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
