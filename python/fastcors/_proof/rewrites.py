"""Rewrites a regular expression for origins as its author probably meant it.

A rewriting is a guess: whoever shows it has proven first that it is right.
"""

from __future__ import annotations

import re

from fastcors._regex.tokens import (
    Token,
    character,
    first_place,
    host_starts,
    hosts,
    is_dot,
    is_end,
    is_open,
    is_repeated,
    joined,
    kind,
    tokens,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    _Rewriting = Callable[[list["Token"]], list["Token"]]

# One or several labels, any port or none.
LABELS = r"(?:[a-z0-9-]+\.)"
PORT = r"(?::\d+)?"
_OCTET = r"\d{1,3}"

# This machine and addresses of private networks.
LOCAL = re.compile(
    r"\(*(?:\?:)?(?:localhost|127\\?\.|0\\?\.0\\?\.0|10\\?\.|192\\?\.168|172\\?\.(?:1[6-9]|2|3[01])|\\\[)"
)
# Schemes of URLs without a host.
_HOSTLESS = re.compile(r"(?:about|blob|data|file|javascript|mailto):")
_HTTP_TOO = re.compile(
    r"https(?:\?|\{0,1\})\??(?=:)|http\((?:\?:)?s\)\?|\((?:\?:)?(?:https?\|https?)\)|http\[s\]\?"
)

# The rest of an IPv4 address left open, where `192.168.*` is a dot that is repeated.
_OPEN_NUMBER = re.compile(r"\\?\.?(?:(?:\.|\\d|\[[^\]]*\])[*+]\??|\*)")
_OPEN_ADDRESS = re.compile(
    rf"(?P<numbers>[0-9]{{1,3}}(?:\\?\.[0-9]{{1,3}}){{0,2}})(?P<open>(?:{_OPEN_NUMBER.pattern}){{1,3}})(?=$|[:$|()])"
)
# A port, or one of several.
_PORTS = re.compile(r"\\?:(?:(?P<one>[0-9]+)|\((?:\?:)?(?P<several>[0-9]+(?:\|[0-9]+)*)\))")
_WORD = re.compile(r"\[[a-z][a-z0-9]{2,}\]")
_OPTIONAL = ("?", "??", "{0,1}", "{,1}")
_REAL_DOTS = (r"\.", "[.]", r"[\.]")
_ALTERNATIVES = re.compile(r"\[[a-z0-9-]{2,}(?:\|[a-z0-9-]+)+\]|\[[a-z0-9-]+(?:\|[a-z0-9-]{2,})+\]")


def escape_dots(pieces: list[Token]) -> list[Token]:
    """Let each lone `.` stand for a dot."""
    return [
        character(r"\.") if piece.kind == "any" and not is_repeated(pieces, place) else piece
        for place, piece in enumerate(pieces)
    ]


def whole_labels(pieces: list[Token]) -> list[Token]:
    """Let what is open at a host's beginning stand for labels, with the dot after each."""
    pieces = list(pieces)
    for start in reversed(list(host_starts(pieces))):
        first = start
        while first < len(pieces) and pieces[first].kind == "open":
            first += 1
        if not (is_open(pieces, first) and is_repeated(pieces, first)):
            continue
        times, last = pieces[first + 1].text[0], first + 2
        if first > start and kind(pieces, last) == "close":
            # `(.*)example`: the group has nothing else in it.
            first, last = first - 1, last + 1
            if kind(pieces, last) == "repeat":
                times, last = "*", last + 1
        if last + 1 < len(pieces) and is_dot(pieces[last]) and pieces[last + 1].text in "?*":
            # `.*\.?example`: nothing has to end with that dot.
            last += 2
        after = last
        while kind(pieces, after) == "open":
            after += 1
        if kind(pieces, after) == "character" and not pieces[after].is_character("."):
            labels = LABELS + ("*" if times in "*?" else "+")
            scheme = "" if start >= 3 and pieces[start - 1].is_character("/") else "https://"
            pieces[first:last] = [Token("group", scheme + labels)]
    return pieces


def only_port(pieces: list[Token]) -> list[Token]:
    """Let what is open at a host's end stand for a port, if there is one."""
    pieces = list(pieces)
    for place in reversed(range(1, len(pieces))):
        before = pieces[place - 1]
        if (
            is_open(pieces, place)
            and is_repeated(pieces, place)
            and is_end(pieces, place + 2)
            and not is_dot(before)
        ):
            if before.is_character(":"):
                pieces[place : place + 2] = [Token("group", r"\d+")]
            else:
                pieces[place : place + 2] = [Token("group", PORT)]
    return pieces


def octets(pieces: list[Token]) -> list[Token]:
    """Let what is open in an IPv4 address stand for numbers."""
    for start in reversed(list(host_starts(pieces))):
        text = joined(pieces[start:])
        address = _OPEN_ADDRESS.match(text)
        if address is None:
            continue
        numbers = re.findall("[0-9]+", address["numbers"])
        count = len(numbers) + len(_OPEN_NUMBER.findall(address["open"]))
        if count <= 4:
            meant = r"\.".join(numbers + [_OCTET] * (4 - len(numbers)))
            pieces = [*pieces[:start], Token("group", meant), *tokens(text[address.end() :])]
    return pieces


def glob(pieces: list[Token]) -> list[Token]:
    """Let a `*` stand for what it does in a glob, if that is what it seems to be."""
    pieces = list(pieces)
    changed = False
    for place in reversed(range(1, len(pieces))):
        before = pieces[place - 1]
        if pieces[place].text not in ("*", r"\*"):
            continue
        ends = is_end(pieces, place + 1) or pieces[place + 1].is_character("/")
        if before.is_character(":") and ends:
            pieces[place - 1 : place + 1] = [Token("group", PORT)]
        elif before.is_character("/") and place + 1 < len(pieces) and is_dot(pieces[place + 1]):
            pieces[place : place + 2] = [Token("group", LABELS + "+")]
        elif joined(pieces[max(place - 3, 0) : place]).replace("\\", "") == "://":
            if place + 1 < len(pieces) and not pieces[place + 1].text.isalnum():
                pieces[place] = Token("group", "[a-z0-9-]+")
            elif place + 1 < len(pieces):
                pieces[place] = Token("group", LABELS + "*")
            else:
                continue
        elif before.text == "p" and place + 1 < len(pieces) and pieces[place + 1].is_character(":"):
            pieces[place] = Token("group", "s?")
        elif before.is_character("-") and _ends_label(pieces, place + 1):
            pieces[place] = Token("group", "[a-z0-9-]+")
        else:
            continue
        changed = True
    return escape_dots(pieces) if changed else pieces


def _ends_label(pieces: list[Token], place: int) -> bool:
    """Say whether what comes here is no expression that the `*` before it may go with."""
    if is_end(pieces, place):
        return True
    piece = pieces[place]
    return (is_dot(piece) or piece.is_character("-")) and not is_repeated(pieces, place)


def groups(pieces: list[Token]) -> list[Token]:
    """Read `[a|b]` as alternatives and `[word]` as a word, where it is meant so."""
    return [
        Token("group", f"(?:{piece.text[1:-1]})")
        if (_ALTERNATIVES.fullmatch(piece.text) or _is_word(piece.text))
        and not is_repeated(pieces, place)
        else piece
        for place, piece in enumerate(pieces)
    ]


def _is_word(text: str) -> bool:
    """Whether a class is a word in brackets: its letters are in no order, or one comes twice."""
    word = text[1:-1]
    return _WORD.fullmatch(text) is not None and list(word) != sorted(set(word))


def without_path(pieces: list[Token]) -> list[Token]:
    """Leave out what comes after the host."""
    kept: list[Token] = []
    starts = set(host_starts(pieces))
    # How deep in groups each host began, and, where its path is being left out, that began.
    depth, host, path = 0, None, None
    for place, piece in enumerate(pieces):
        if piece.kind == "close":
            depth -= 1
        if path is not None and (depth < path or (depth == path and piece.kind == "or")):
            path = None
        if host is not None and (depth < host or (depth == host and piece.kind == "or")):
            host = None
        if place in starts:
            host = depth
        opens = piece.kind == "open" and place + 1 < len(pieces)
        begins = any(pieces[place + opens].is_character(each) for each in "/?#")
        if path is None and host is not None and begins:
            path = depth
        if path is None or (piece.kind == "anchor" and depth == path and is_end(pieces, place)):
            kept.append(piece)
        if piece.kind == "open":
            depth += 1
    return kept


def one_scheme(pieces: list[Token]) -> list[Token]:
    """Let the scheme of the first alternative be that of all, where the others have none."""
    first = first_place(pieces)
    found = list(hosts(pieces))
    depth, places = 0, []
    for place, piece in enumerate(pieces):
        depth += (piece.kind == "open") - (piece.kind == "close")
        if piece.kind == "or" and not depth:
            places.append(place)
    if len(found) != 1 or not places or found[0] > places[0]:
        return pieces
    host, last = found[0], len(pieces)
    if pieces[-1].kind == "anchor":
        last -= 1
    local = any(LOCAL.match(joined(pieces[place + 1 :])) for place in places)
    if local and joined(pieces[first:host]) == "https://":
        return pieces
    return [*pieces[:host], *tokens("(?:"), *pieces[host:last], Token("close", ")"), *pieces[last:]]


def with_scheme(pieces: list[Token]) -> list[Token]:
    """Put a scheme in front."""
    first = first_place(pieces)
    before, rest = pieces[:first], pieces[first:]
    if joined(rest[:3]).replace("\\", "") == "://":
        rest = rest[1:]
    if any(True for _ in hosts(rest)) or _HOSTLESS.match(joined(rest)):
        return pieces
    while rest and rest[0].is_character("/"):
        rest = rest[1:]
    scheme = "http://" if LOCAL.match(joined(rest)) else "https://"
    depth = 0
    for piece in rest:
        depth += (piece.kind == "open") - (piece.kind == "close")
        if piece.kind == "or" and not depth:
            return [*before, *tokens(f"{scheme}(?:"), *rest, Token("close", ")")]
    return [*before, *tokens(scheme), *rest]


def lower_case(pieces: list[Token]) -> list[Token]:
    """Write letters as browsers do."""
    return [
        Token(piece.kind, piece.text.lower())
        if (piece.kind == "character" and len(piece.text) == 1)
        or (piece.kind == "class" and "\\" not in piece.text)
        else piece
        for piece in pieces
    ]


def without_default_port(pieces: list[Token]) -> list[Token]:
    """Leave out a port that browsers leave out."""
    pieces = list(pieces)
    for place in reversed(range(len(pieces))):
        if not pieces[place].is_character(":"):
            continue
        port = _PORTS.match(joined(pieces[place:]))
        if port is None:
            continue
        end = place + len(tokens(port[0]))
        ports = (port["one"] or port["several"]).split("|")
        others = [each for each in ports if each not in ("80", "443")]
        if len(others) == len(ports) or not is_end(pieces, end):
            continue
        meant = "|".join(others) if len(others) < 2 else f"(?:{'|'.join(others)})"
        pieces[place:end] = [Token("group", f"(?::{meant})?")] if others else []
    return pieces


def alternatives(pieces: list[Token]) -> list[Token]:
    """Let a list of origins be one of alternatives."""
    separated = [
        Token("or", "|") if piece.kind == "character" and piece.text[-1] in ",; " else piece
        for piece in pieces
    ]
    return [
        piece
        for place, piece in enumerate(separated)
        if piece.kind != "or"
        or (
            kind(separated, place + 1) not in ("or", "close", "")
            and place
            and separated[place - 1].kind != "open"
        )
    ]


def dot_always(pieces: list[Token]) -> list[Token]:
    r"""Read no dot as one that may be left out: `www\.?example`."""
    return [
        piece
        for place, piece in enumerate(pieces)
        if place < 3
        or not (piece.text in _OPTIONAL and pieces[place - 1].text in _REAL_DOTS)
        # `(www|)\.?`, `//(?i:www)?\.?`: the name without it is meant, too.
        or (pieces[place - 2].kind == "close" and pieces[place - 3].kind == "or")
        or re.search(r"//\([^()]*\)\?$", joined(pieces[: place - 1]))
    ]


def only_https(pieces: list[Token]) -> list[Token]:
    """Write `https` for `https?`, however that is written."""
    return tokens(_HTTP_TOO.sub("https", joined(pieces)))


def unquoted(pieces: list[Token]) -> list[Token]:
    """Read quotes, brackets and white space around a regex as what a list or a setting has there."""
    text = re.sub(r"""["']\s*,\s*["']""", "|", joined(pieces))
    return tokens(
        re.sub(r"""^\s*(?:\[?[rR]?['"`])?(.*?)(?:['"`]\]?)?\s*$""", r"\1", text, flags=re.DOTALL)
    )


def _replacing(pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> _Rewriting:
    """Return a rewriting that replaces what a pattern finds in the text."""
    found = re.compile(pattern, re.DOTALL)
    return lambda pieces: tokens(found.sub(replacement, joined(pieces)))


def rewritten(text: str, *rewritings: _Rewriting) -> str:
    """Return a regex as the rewritings leave it, one after the other."""
    pieces = tokens(text)
    for rewriting in rewritings:
        pieces = rewriting(pieces)
    return joined(pieces)


# Why a regex may not do what it seems to.
GLOB = "it is written like a glob, but in a regex * repeats what comes before it"
CLASS = "[ and ] stand for one character, and a word or alternatives belong in ( and )"
_WHOLE = "an origin begins with its scheme and ://, and is matched as a whole"
_QUOTES = "it has quotes, brackets or white space around it"

# Ways to keep the dot after a label that may be left out. The last one keeps every dot.
DOTS: list[_Rewriting] = [
    _replacing(r"//\((?:\?:)?([\w-]+)\)\?\\\.\?", r"//(?:\1\\.)?"),
    _replacing(r"\\\.\?\)\?", r"\\.)?"),
    dot_always,
]

# Why it matches nothing, each with the rewriting that shows it.
NOTHING: list[tuple[_Rewriting, str]] = [
    (unquoted, _QUOTES),
    (_replacing(r"^/(.*)/[dgimsuvy]*$", r"\1"), "the slashes around it are JavaScript's"),
    (_replacing(r"\\\\", r"\\"), "its backslashes are doubled"),
    (glob, GLOB),
    (
        _replacing(
            r"\\?\{([\w.:-]+(?:,[\w.:-]+)+)\\?\}", lambda m: f"(?:{m[1].replace(',', '|')})"
        ),
        "alternatives belong in ( and ), with | between them",
    ),
    (
        _replacing(r"(?<!\\)\[([0-9a-f]*:[0-9a-f:]*)\]", r"\\[\1\\]"),
        r"a [ without \ before it begins a character class",
    ),
    (
        _replacing(r"(?<![a-z])ws(?=s?\??\)*:)", "http"),
        "browsers send the scheme of the page, http or https",
    ),
    (without_path, "an origin ends with its host or port, without a slash or path"),
    (_replacing(r"^\^?(?:https?://)?\\?\.(?=\w)", lambda _: f"https://{LABELS}+"), _WHOLE),
    (with_scheme, "an origin begins with its scheme and ://"),
    (lower_case, "browsers send scheme and host in lower case"),
    (without_default_port, "browsers leave out a scheme's default port"),
    (alternatives, "alternatives need | between them"),
]
# The same, if no rewriting shows it.
NOTHING_ELSE: list[tuple[re.Pattern[str], str]] = [
    (re.compile("file:"), "a page that is loaded from a file sends null"),
    (re.compile("[^\x00-\x7f]"), "browsers send a host in punycode"),
    (re.compile(r"^:?[0-9]+\$?$"), "the host before it belongs to another alternative"),
    (re.compile(r"^(?!.*://\w)[(^]*(?:\w*://)?\(*\\?\.(?=\w)"), _WHOLE),
    (
        re.compile(""),
        "no string that it matches is an origin that a browser sends, such as https://app.example.com",
    ),
]

# Why it matches untrusted origins.
UNTRUSTED: list[tuple[_Rewriting, str]] = [
    (escape_dots, r"a dot without \ before it matches any character"),
    (whole_labels, "the wildcard before the domain does not have to end with a dot"),
    (octets, "the wildcard in the address can match more of a name"),
    (only_port, "the wildcard after the domain can match more of a name"),
]
