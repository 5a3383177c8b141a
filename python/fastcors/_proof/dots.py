"""Rewrites an expression so that no label comes without the dot that ends it.

A rewriting is a guess: whoever shows it has proven first that it is right.
"""

from __future__ import annotations

from fastcors._regex.tokens import Token, character, joined, kind


def dot_of_group(pieces: list[Token]) -> list[Token]:
    r"""Let a label that may be left out end with the dot after it: `(www)?\.?`, `(www\.?)?`."""
    pieces = list(pieces)
    for place in reversed(range(1, len(pieces))):
        if not _is_optional(pieces, place) or not _is_real_dot(pieces[place - 1]):
            continue
        if kind(pieces, place + 1) == "close" and _is_optional(pieces, place + 2):
            del pieces[place]
        elif place >= 3 and _is_optional(pieces, place - 2) and pieces[place - 3].kind == "close":
            start = _opening(pieces, place - 3)
            group = pieces[start : place - 2]
            several = any(piece.kind == "or" for piece in group)
            # Another sets flags.
            plain = group[0].text in ("(", "(?:") or group[0].text.startswith("(?P<")
            label = joined(group[1:-1] if plain and not several else group)
            pieces[start : place + 1] = [Token("group", f"(?:{label}\\.)?")]
    return pieces


def dot_of_each(pieces: list[Token]) -> list[Token]:
    r"""Let each alternative end with a dot, where some do and a name follows: `(www|app\.)`."""
    pieces = list(pieces)
    for place in reversed(range(1, len(pieces))):
        after = place + 1 + _is_optional(pieces, place + 1)
        if pieces[place].kind != "close" or kind(pieces, after) != "character":
            continue
        start, depth, ends = _opening(pieces, place), 0, [place]
        for each in range(start + 1, place):
            depth += (pieces[each].kind == "open") - (pieces[each].kind == "close")
            if pieces[each].kind == "or" and not depth:
                ends.append(each)
        without = [each for each in ends if pieces[each - 1].text[-1].isalnum()]
        if any(_is_real_dot(pieces[each - 1]) for each in ends):
            for each in sorted(without, reverse=True):
                pieces.insert(each, character(r"\."))
    return pieces


def dot_always(pieces: list[Token]) -> list[Token]:
    r"""Let no dot be left out: `www\.?example`."""
    return [
        piece
        for place, piece in enumerate(pieces)
        if place < 3
        or not (_is_optional(pieces, place) and _is_real_dot(pieces[place - 1]))
        # `(www|)\\.?`: the name without it is meant, too.
        or (pieces[place - 2].kind == "close" and pieces[place - 3].kind == "or")
    ]


def _is_optional(pieces: list[Token], place: int) -> bool:
    return kind(pieces, place) == "repeat" and pieces[place].text in ("?", "??", "{0,1}", "{,1}")


def _is_real_dot(piece: Token) -> bool:
    return piece.text in (r"\.", "[.]", r"[\.]")


def _opening(pieces: list[Token], place: int) -> int:
    """Give the place where the group begins that ends at a place."""
    depth = 0
    while True:
        depth += (pieces[place].kind == "close") - (pieces[place].kind == "open")
        if not depth:
            return place
        place -= 1
