"""Rewrites a regular expression for origins as its author probably meant it.

A rewriting is a guess: whoever shows it has proven first that it is right.
"""

from __future__ import annotations

import re

from fastcors._regex.branches import alternatives

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    _Rewriting: TypeAlias = Callable[[str], str]

# One or several labels, any port or none.
LABELS = r"(?:[a-z0-9-]+\.)"
PORT = r"(?::\d+)?"

# This machine and addresses of private networks.
LOCAL = re.compile(
    r"\(*(?:\?:)?(?:localhost|127\\?\.|0\\?\.0\\?\.0|10\\?\.|192\\?\.168|172\\?\.(?:1[6-9]|2|3[01])|\\\[)",
    re.IGNORECASE,
)
# What stands for a value that is still to be written.
PLACEHOLDER = re.compile(
    r"\*\*\*|\$\{|\{\{|(?<!\(\?P)<[A-Za-z_ -]+>|(?<![A-Za-z0-9\\])(?!LOCALHOST)[A-Z0-9]*"
    r"(?:[A-Z]_[A-Z]|YOUR|DOMAIN|HOST|PORT\b|TENANT|PLACEHOLDER|REMOVED|REDACTED|CHANGE|REPLACE|TODO)[A-Z0-9_]*"
)
# A glob for every origin.
ANY_GLOB = re.compile(r"(?:(?:https?|https\?|http\*|\*)://)?(?:\*\.)*\*+(?::\*+)?/?")
# Schemes of URLs without a host.
_HOSTLESS = re.compile(r"(?:about|blob|data|file|javascript|mailto):")

# Parts of a regex: a class, what stands for one of several characters, how often it does, `://`, the
# beginnings of groups, and what may come between the end of a host and that of an alternative.
_CLASS = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
_OPEN = rf"(?:\.|\\[wWdDsS]|{_CLASS})"
_TIMES = r"(?:[*+?]|\{\d*,?\d*\})[?+]?"
_SLASHES = r":\\?/\\?/"
_GROUP = r"\((?:\?:)?"
_END = rf"(?=(?:\)(?:{_TIMES})?|\$|\\[Zz])*(?:$|\|))"
_SEVERAL = re.compile(r"\[[a-z0-9-]{2,}(?:\|[a-z0-9-]+)+\]|\[[a-z0-9-]+(?:\|[a-z0-9-]{2,})+\]")
_WORD = re.compile(r"\[[a-z][a-z0-9]{2,}\]")


def _replacing(pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> _Rewriting:
    """Return a rewriting that replaces what a pattern finds."""
    found = re.compile(pattern, re.DOTALL)
    return lambda text: found.sub(replacement, text)


# Each lone dot is meant as that, or ends a sentence after the host.
escape_dots = _replacing(
    rf"(?P<skip>\\.|{_CLASS})|\.(?!{_TIMES})(?P<last>{_END})?",
    lambda m: m["skip"] or (r"\." if m["last"] is None else ""),
)
# What is open at a host's end is a port, if there is one.
only_port = _replacing(
    rf"(?<![.\\/|])(?<!\.\()(?<!\.\(\?:)(?P<colon>:?){_OPEN}{_TIMES}{_END}",
    lambda m: r":\d+" if m["colon"] else PORT,
)
# No dot may be left out, unless `//(www)?\.?` and `(www|)\.?` mean the name without it, too.
dot_always = _replacing(
    r"(//\([^()]*\)\?\\\.\?|\|\)\\\.\?)|(\\\.|\[\\?\.\])(?:\?\??|\{0?,1\})(?!\+)",
    lambda m: m[1] or m[2],
)
lower_case = _replacing(r"(\\.|\(\?P[<=][^>)]*)|[A-Z]+", lambda m: m[1] or m[0].lower())
http_scheme = _replacing(r"http\?(?=:\\?/)", "https?")
single_backslashes = _replacing(r"\\\\", r"\\")
# `[::1]` is meant as an address, and a WebSocket has the origin of its page.
unescaped_address = _replacing(r"(?<!\\)\[([0-9a-f]*:[0-9a-f:]*)\]", r"\\[\1\\]")
web_scheme = _replacing(r"(?<![a-z])ws(?=s?\??\)*:)", "http")
labels_before_dot = _replacing(r"^\^?(?:https?://)?\\?\.(?=\w)", lambda _: f"https://{LABELS}+")


def _with_labels(found: re.Match[str]) -> str:
    times = "*" if found["outer"] else found["times"][0]
    scheme = "" if "/" in found["start"] else "https://"
    return f"{found['start']}{found['groups']}{scheme}{LABELS}{'*' if times in '*?' else '+'}"


# What is open at a host's beginning is labels, with the dot after each.
whole_labels = _replacing(
    rf"(?P<start>{_SLASHES}|^\^?(?!.*{_SLASHES}))(?P<groups>(?:{_GROUP})*?)(?P<group>{_GROUP})?{_OPEN}"
    rf"(?P<times>{_TIMES})(?(group)\)(?P<outer>{_TIMES})?)(?:\\?\.[?*])?(?=(?:{_GROUP})*\w)",
    _with_labels,
)


# What is open in an IPv4 address is numbers.
octets = _replacing(
    rf"(?P<start>{_SLASHES}|^\^?|[(|])(?P<numbers>[0-9]{{1,3}}(?:\\?\.[0-9]{{1,3}}){{0,2}})"
    r"(?:\\?\.?(?:(?:\.|\\d|\[[^\]]*\])[*+]\??|\*)){1,3}(?=$|[:$|()])",
    lambda m: m["start"] + r"\.".join((re.findall(r"\d+", m["numbers"]) + [r"\d{1,3}"] * 3)[:4]),
)
_STARS: list[_Rewriting] = [
    _replacing(rf":\\?\*+(?:{_END}|(?=\\?/))", lambda _: PORT),
    _replacing(r"(?<=/)\\?\*+\\?\.", lambda _: LABELS + "+"),
    _replacing(rf"({_SLASHES})\\?\*+(?=[a-z0-9])", lambda m: f"{m[1]}{LABELS}*"),
    _replacing(rf"({_SLASHES})\\?\*+(?=[^a-z0-9|$])", r"\1[a-z0-9-]+"),
    _replacing(r"(?<=p)\*(?=\\?:)", "s?"),
    _replacing(rf"(?<=-)\\?\*(?:(?=(?:\\?\.|-)(?!{_TIMES}))|{_END})", "[a-z0-9-]+"),
]


def glob(text: str) -> str:
    """Read a `*` as in a glob, if that is what it seems to be."""
    changed = text
    for star in _STARS:
        changed = star(changed)
    return text if changed == text else escape_dots(changed)


def _in_group(found: re.Match[str]) -> str:
    # A word's letters are in no order, or one comes twice.
    word = list(found[1])
    is_word = _WORD.fullmatch(found[0]) and word != sorted(set(word))
    return f"(?:{found[1]})" if is_word or _SEVERAL.fullmatch(found[0]) else found[0]


def _number(found: re.Match[str]) -> str:
    least, most = sorted(map(len, found.groups()))
    # `[0-9]` is one digit.
    return found[0] if most == 1 else rf"\d{{{f'{least},' if least < most else ''}{most}}}"


# `[a|b]` is meant as alternatives, and `[acme]` as a word.
_words = _replacing(rf"(?<!\\)\[([a-z0-9|-]+)\](?!{_TIMES})", _in_group)
# `[3000-4000]` is meant as a number, whose last one shows best that it is none.
_NUMBERS = rf"(?<!\\)\[([0-9]+)-([0-9]+)\](?:{_TIMES})?"
_numbers = _replacing(_NUMBERS, _number)
last_number = _replacing(_NUMBERS, lambda m: m[0] if len(m[2]) == 1 else m[2])


def groups(text: str) -> str:
    """Read [ and ] as if they stood for more than one character, if that is what is written."""
    return _words(_numbers(text))


# An origin has no path.
without_path = _replacing(r"(?<=[^:/\\])(?:\\?/|\\\?|#)[^|)]*?(?=\$?(?:$|[|)]))", "")


# Browsers leave out the port of a scheme.
without_default_port = _replacing(rf"\\?:(?:80|443){_END}", "")


def separated(text: str) -> str:
    """Read what separates origins in a list as `|`."""
    text = re.sub(rf"(\\.|{_CLASS}|\{{\d*,\d*\}})|[,; ]+", lambda m: m[1] or "|", text)
    return re.sub(r"\|+(?=\||\)|$)|(?:(?<=\()|^)\|+", "", text)


def unquoted(text: str) -> str:
    """Leave out quotes, brackets and white space as a list or a setting has around a regex."""
    text = re.sub(r"""["']\s*,\s*["']""", "|", text)
    around = r"""^\s*(?:\[?[rR]?['"`])?(.*?)(?:['"`]\]?)?\s*$"""
    return re.sub(around, r"\1", text, flags=re.DOTALL)


def with_scheme(text: str) -> str:
    """Put a scheme in front."""
    before = re.match(r"\^?(?:\(\?[a-z]+\))?\^?", text)[0]  # type: ignore[index]  # it may be empty
    rest = re.sub(r"^(?:\\?:)?(?:\\?/)+", "", text[len(before) :])
    if re.search(_SLASHES, rest) or _HOSTLESS.match(rest):
        return text
    scheme = "http://" if LOCAL.match(rest) else "https://"
    if any(each.outer is None for each in alternatives(rest)):
        rest = f"(?:{rest})"
    return f"{before}{scheme}{rest}"


# Why a regex may not do what it seems to.
GLOB = "it is written like a glob, but in a regex * repeats what comes before it"
CLASS = "[ and ] stand for one character: a word or alternatives belong in ( and ), and a number is \\d+"
_NONE = (
    "no string that it matches is an origin that a browser sends, such as https://app.example.com"
)
_WHOLE = "an origin begins with its scheme and ://, and is matched as a whole"
# What does not do in a regex what it does elsewhere, by the code of the problem.
MISREAD = {
    "regex-doubled-backslash": (single_backslashes, r"\\ matches one \, and no origin has one"),
    "regex-misspelled-scheme": (http_scheme, "? makes the letter before it optional, here the p"),
    "regex-glob": (glob, GLOB),
    "regex-character-class": (groups, CLASS),
}

# Why it matches nothing, each with the rewriting that shows it.
NOTHING: dict[_Rewriting, str] = {
    unquoted: "it has quotes, brackets or white space around it",
    _replacing(r"^/(.*)/[dgimsuvy]*$", r"\1"): "the slashes around it are JavaScript's",
    single_backslashes: "its backslashes are doubled",
    glob: GLOB,
    unescaped_address: r"a [ without \ before it begins a character class",
    web_scheme: "browsers send the scheme of the page, http or https",
    without_path: "an origin ends with its host or port, without a slash or path",
    labels_before_dot: _WHOLE,
    with_scheme: "an origin begins with its scheme and ://",
    lower_case: "browsers send scheme and host in lower case",
    without_default_port: "browsers leave out a scheme's default port",
    separated: "alternatives need | between them",
}
# The same, if no rewriting shows it.
NOTHING_ELSE = {
    PLACEHOLDER: "it contains a placeholder that was never filled in",
    re.compile("file:"): "a local file's Origin is file:// without a path, or null in browsers",
    re.compile(r"\bexp(?:s\??|\\\+[^:]*)?\)*:"): (
        "by exp:// Expo Go opens an app, and the requests of an app have no Origin; its page in a browser "
        "has one, such as http://localhost:8081"
    ),
    re.compile(r"\{(?!\d{1,2},)[\w.:-]+,"): "alternatives belong in ( and ), with | between them",
    re.compile("[^\x00-\x7f]"): "browsers send a host in punycode",
    re.compile(r"^:?[0-9]+\$?$"): "the host before it belongs to another alternative",
    re.compile(r"^(?!.*://\w)[(^]*(?:\w*://)?\(*\\?\.(?=\w)"): _WHOLE,
    re.compile(""): _NONE,
}

# Why it matches untrusted origins.
UNTRUSTED: dict[_Rewriting, str] = {
    escape_dots: r"a dot without \ before it matches any character",
    whole_labels: "the wildcard before the domain does not have to end with a dot",
    octets: "the wildcard in the address can match more of a name",
    only_port: "the wildcard after the domain can match more of a name",
}
