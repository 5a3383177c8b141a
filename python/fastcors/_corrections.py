"""Rewrites a regular expression for origins as its author probably meant it.

A rewriting is a guess: whoever shows it has proven first that it is right.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Rewriting = Callable[[list["Token"]], list["Token"]]

# One or several labels, any port or none.
_LABELS = r"(?:[a-z0-9-]+\.)"
_PORT = "(?::[0-9]+)?"

_WEB_SOCKET = re.compile(r"(?<![a-z])ws(?=s?\??:)")
_HTTP_TOO = re.compile(
    r"https(?:\?|\{0,1\})\??(?=:)|http\((?:\?:)?s\)\?|\((?:\?:)?(?:https?\|https?)\)|http\[s\]\?"
)

_TOKEN = re.compile(
    r"""
    (?P<class>\\[wWdDsS] | \[\^?\]?(?:\\.|[^\]\\])*\])
  | (?P<anchor>\\[AZbB] | [\^$])
  | (?P<literal>\\(?:x[0-9a-fA-F]{2} | u[0-9a-fA-F]{4} | U[0-9a-fA-F]{8} | N\{[^}]*\} | [0-9]{1,3} | .))
  | (?P<nothing>\(\?(?:[aiLmsux]+\) | \#[^)]*\)))
  | (?P<open>\((?:\?(?:P<\w+> | <?[=!] | > | [aiLmsux]*(?:-[imsx]+)?: ))?)
  | (?P<close>\))
  | (?P<or>\|)
  | (?P<repeat>(?:[*+?] | \{[0-9]*,?[0-9]*\})[?+]?)
  | (?P<any>\.)
  | (?P<character>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token:
    """A piece of an expression: its text and its kind.

    Kinds are character (literal ones that are escaped, too), any (`.`), class, repeat, open, close,
    or, anchor, and nothing for what matches nothing.
    """

    __slots__ = ("kind", "text")

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text

    def is_character(self, character: str) -> bool:
        """Say whether it stands for this very character."""
        return self.kind == "character" and self.text.removeprefix("\\") == character


def tokens(text: str) -> list[Token]:
    """Split an expression that Python takes into its pieces."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        found.append(Token("character" if kind == "literal" else kind, match[0]))
    return found


def _joined(pieces: list[Token]) -> str:
    return "".join(piece.text for piece in pieces)


def rewritten(text: str, *rewritings: _Rewriting) -> str:
    """Give an expression as the rewritings leave it, one after the other."""
    pieces = tokens(text)
    for rewriting in rewritings:
        pieces = rewriting(pieces)
    return "".join(piece.text for piece in pieces)


def escape_dots(pieces: list[Token]) -> list[Token]:
    """Let each lone `.` stand for a dot."""
    return [
        _character(r"\.") if piece.kind == "any" and not _is_repeated(pieces, place) else piece
        for place, piece in enumerate(pieces)
    ]


def whole_labels(pieces: list[Token]) -> list[Token]:
    """Let what is open at a host's beginning stand for labels, with the dot after each."""
    pieces = list(pieces)
    for start in reversed(list(_host_starts(pieces))):
        first = start
        while first < len(pieces) and pieces[first].kind == "open":
            first += 1
        if not (_is_open(pieces, first) and _is_repeated(pieces, first)):
            continue
        times, last = pieces[first + 1].text[0], first + 2
        if first > start and _kind(pieces, last) == "close":
            # `(.*)example`: the group has nothing else in it.
            first, last = first - 1, last + 1
            if _kind(pieces, last) == "repeat":
                times, last = "*", last + 1
        after = last
        while _kind(pieces, after) == "open":
            after += 1
        if _kind(pieces, after) == "character" and not pieces[after].is_character("."):
            labels = _LABELS + ("*" if times in "*?" else "+")
            scheme = "" if start >= 3 and pieces[start - 1].is_character("/") else "https://"
            pieces[first:last] = [Token("group", scheme + labels)]
    return pieces


def only_port(pieces: list[Token]) -> list[Token]:
    """Let what is open at a host's end stand for a port, if there is one."""
    pieces = list(pieces)
    for place in reversed(range(1, len(pieces))):
        before = pieces[place - 1]
        if (
            _is_open(pieces, place)
            and _is_repeated(pieces, place)
            and _is_end(pieces, place + 2)
            and not _is_dot(before)
        ):
            if before.is_character(":"):
                pieces[place : place + 2] = [Token("group", "[0-9]+")]
            else:
                pieces[place : place + 2] = [Token("group", _PORT)]
    return pieces


def glob(pieces: list[Token]) -> list[Token]:
    """Let a `*` stand for what it does in a glob, if that is what it seems to be."""
    pieces = list(pieces)
    changed = False
    for place in reversed(range(1, len(pieces))):
        before = pieces[place - 1]
        if pieces[place].text not in ("*", r"\*"):
            continue
        if before.is_character(":"):
            pieces[place - 1 : place + 1] = [Token("group", _PORT)]
        elif before.is_character("/") and place + 1 < len(pieces) and _is_dot(pieces[place + 1]):
            pieces[place : place + 2] = [Token("group", _LABELS + "+")]
        elif before.kind == "character" and before.text[-1] in "/-":
            pieces[place] = Token("group", "[a-z0-9-]+")
        else:
            continue
        changed = True
    return escape_dots(pieces) if changed else pieces


def without_path(pieces: list[Token]) -> list[Token]:
    """Leave out what comes after the host."""
    kept: list[Token] = []
    starts = set(_host_starts(pieces))
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
        if path is None and host is not None and (pieces[place + opens]).is_character("/"):
            path = depth
        if path is None or (piece.kind == "anchor" and depth == path and _is_end(pieces, place)):
            kept.append(piece)
        if piece.kind == "open":
            depth += 1
    return kept


def with_scheme(pieces: list[Token]) -> list[Token]:
    """Put a scheme in front."""
    if any(True for _ in _hosts(pieces)):
        return pieces
    first = 0
    while first < len(pieces) and pieces[first].kind in ("anchor", "nothing"):
        first += 1
    before, rest = pieces[:first], pieces[first:]
    while rest and rest[0].is_character("/"):
        rest = rest[1:]
    text = "".join(piece.text for piece in rest)
    scheme = "http://" if re.match(r"\(*(?:\?:)?(?:localhost|127|\\\[)", text) else "https://"
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
        for port in (":443", ":80"):
            end = place + len(port)
            texts = "".join(piece.text.removeprefix("\\") for piece in pieces[place:end])
            if texts == port and _is_end(pieces, end):
                del pieces[place:end]
    return pieces


def alternatives(pieces: list[Token]) -> list[Token]:
    """Let a list of origins be one of alternatives."""
    kept: list[Token] = []
    for piece in pieces:
        if piece.kind == "character" and piece.text.removeprefix("\\") in (",", ";", " "):
            if kept and kept[-1].kind != "or":
                kept.append(Token("or", "|"))
        else:
            kept.append(piece)
    return kept


def punycode(pieces: list[Token]) -> list[Token]:
    """Write labels beyond ASCII as browsers do."""
    kept: list[Token] = []
    label: list[Token] = []
    for piece in [*pieces, Token("", "")]:
        if piece.kind == "character" and (piece.text.isalnum() or piece.text.endswith("-")):
            label.append(piece)
            continue
        text = "".join(each.text.removeprefix("\\") for each in label)
        try:
            kept += label if text.isascii() else [_character(text.encode("idna").decode())]
        except UnicodeError:
            kept += label
        label = []
        kept.append(piece)
    return kept


def without_quotes(pieces: list[Token]) -> list[Token]:
    """Leave out quotes and white space around an expression."""
    return tokens("".join(piece.text for piece in pieces).strip(" \t\r\n'\"`"))


def without_slashes(pieces: list[Token]) -> list[Token]:
    """Leave out the slashes that JavaScript writes around an expression, with the flags after it."""
    text = "".join(piece.text for piece in pieces)
    literal = re.fullmatch(r"/(.*)/[dgimsuvy]*", text, re.DOTALL)
    return tokens(literal[1]) if literal else pieces


def single_backslashes(pieces: list[Token]) -> list[Token]:
    """Undo escaping that was done twice."""
    return tokens("".join(piece.text for piece in pieces).replace("\\\\", "\\"))


def web_scheme(pieces: list[Token]) -> list[Token]:
    """Write the scheme of the page that opens a WebSocket."""
    text = "".join(piece.text for piece in pieces)
    return tokens(_WEB_SOCKET.sub("http", text))


def only_https(pieces: list[Token]) -> list[Token]:
    """Let `https?` be `https`, however it is written."""
    text = "".join(piece.text for piece in pieces)
    return tokens(_HTTP_TOO.sub("https", text))


def _character(text: str) -> Token:
    return Token("character", text)


def _kind(pieces: list[Token], place: int) -> str:
    return pieces[place].kind if place < len(pieces) else ""


def _is_dot(piece: Token) -> bool:
    return piece.kind == "any" or piece.is_character(".")


def _is_open(pieces: list[Token], place: int) -> bool:
    return _kind(pieces, place) in ("any", "class")


def _is_repeated(pieces: list[Token], place: int) -> bool:
    return _kind(pieces, place + 1) == "repeat"


def _is_end(pieces: list[Token], place: int) -> bool:
    """Say whether only the ends of groups and of the expression come from here on."""
    while _kind(pieces, place) in ("anchor", "close", "repeat"):
        place += 1
    return _kind(pieces, place) in ("", "or")


def _hosts(pieces: list[Token]) -> Iterator[int]:
    """Give each place after `://`."""
    for place in range(3, len(pieces) + 1):
        if all(
            piece.is_character(each)
            for piece, each in zip(pieces[place - 3 : place], "://", strict=True)
        ):
            yield place


def _host_starts(pieces: list[Token]) -> Iterator[int]:
    """Give each place where a host begins: after `://`, or where the expression does."""
    start = None
    for start in _hosts(pieces):
        yield start
    if start is None:
        first = 0
        while _kind(pieces, first) in ("anchor", "nothing"):
            first += 1
        yield first


# Why an expression may do what it should not, each with what repairs it.
GLOB = "it is written like a glob, but here a * repeats what stands before it"

# Why it matches nothing.
NOTHING: list[tuple[_Rewriting, str]] = [
    (without_quotes, "it has quotes or white space around it"),
    (without_slashes, "the slashes around it are JavaScript's"),
    (single_backslashes, "its backslashes are doubled"),
    (glob, GLOB),
    (web_scheme, "browsers send the scheme of the page, http or https"),
    (without_path, "an origin ends with its host or port, without a slash or path"),
    (with_scheme, "an origin begins with its scheme and ://"),
    (lower_case, "browsers send scheme and host in lower case"),
    (without_default_port, "browsers leave out a scheme's default port"),
    (punycode, "browsers send a host in punycode"),
    (alternatives, "several origins are alternatives, with | between them"),
]

# Why it lets in strangers.
STRANGERS: list[tuple[_Rewriting, str]] = [
    (escape_dots, r"a dot without \ before it stands for any character"),
    (whole_labels, "what is open before the domain does not have to end with a dot"),
    (only_port, "what is open after the domain can be more of a name"),
]
