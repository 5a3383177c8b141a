"""Writes the suggestion of a problem into the text of a policy."""

import ast

from fastcors import Problem

from .policy import keywords_of


def fixed(text: str, problem: Problem) -> str | None:
    """Return the text with the suggestion in the place of the value; None if that place is not evident."""
    if problem.suggestion is None or problem.suggested_option != problem.option:
        return None
    places = [
        node
        for keyword in keywords_of(text)
        if keyword.arg == problem.option
        for node in ast.walk(keyword.value)
        if isinstance(node, ast.expr) and _is(node, problem.value)
    ]
    if len(places) != 1:
        return None
    lines = text.encode().split(b"\n")
    (place,) = places
    # The first line of what was parsed is not of the text. Columns are bytes of UTF-8.
    first, last = place.lineno - 2, (place.end_lineno or place.lineno) - 2
    before = b"\n".join([*lines[:first], lines[first][: place.col_offset]])
    after = b"\n".join([lines[last][place.end_col_offset :], *lines[last + 1 :]])
    return (before + written(problem.suggestion).encode() + after).decode()


def _is(node: ast.expr, value: object) -> bool:
    try:
        found = ast.literal_eval(node)
    except ValueError:
        return False
    return type(found) is type(value) and bool(found == value)


def written(value: object) -> str:
    """Return a value as Python, with double quotes where they need no escape."""
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    shown = repr(value)
    if isinstance(value, str) and shown == f"'{value}'" and '"' not in value:
        return f'"{value}"'
    if isinstance(value, str) and "\\" in value and "'" not in value and '"' not in value:
        raw = f'r"{value}"'
        if not value.endswith("\\") and value.isprintable():
            return raw
    return shown
