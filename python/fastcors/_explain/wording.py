"""Every sentence of every explanation, as a template: `{name}` stands for a value.

An explanation is one or more of these sentences, joined. `tests/explain/explanations.toml` shows each
of them filled in; `make explanations` renews it.
"""

from __future__ import annotations

from fastcors._format import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastcors._fastcors import _Relation
    from fastcors.problems import Problem

# How many characters of a text stand in a message. A method or a name that is longer is a mistake.
LONGEST = 80
# How many characters of a problem's message stand in an explanation.
_LONGEST_PROBLEM = 500

# How many rules are named if none of them comes close.
MOST_NAMED = 3

# The first line: what becomes of the request.

NOT_CROSS_ORIGIN = "not a cross-origin request: it has no Origin header; the response gets Vary: Origin and no other header"
# With responses="minimal" and every origin.
NOT_CROSS_ORIGIN_OF_ANY = "not a cross-origin request: it has no Origin header; the response gets the same headers as every other"
ALLOWED = "allowed: pages on {origin} can read the response"
BLOCKED = "blocked: pages on {origin} cannot read the response (the application still handles the request)"
BLOCKED_UNLESS = (
    "blocked unless allow_origin_func allows it: pages on {origin} cannot read the response (the application "
    "still handles the request)"
)
# By whether the preflight names headers, and whether it asks for a private network.
PREFLIGHTS = {
    (False, False): "{verdict}: a preflight for {method} from {origin}",
    (True, False): "{verdict}: a preflight for {method} from {origin} with the headers {headers}",
    (False, True): "{verdict}: a preflight for {method} from {origin} into a private network",
    (
        True,
        True,
    ): "{verdict}: a preflight for {method} from {origin} with the headers {headers} into a private network",
}
VERDICT_ALLOWED = "allowed"
VERDICT_REJECTED = "rejected with status {status}"
VERDICT_UNLESS = "rejected with status {status} unless allow_origin_func allows the origin"
MORE_DENIALS = "and {count} more"

# An origin that only a function may allow.

FUNCTION_DECIDES = (
    "only allow_origin_func {function} can allow {origin}: the middleware calls it for each request, a Policy "
    "does not, because it has no request"
)
FUNCTION_AND_RULES = "besides the function: {rejection}"
# A path that can be read as being below different keys of `paths`.
AMBIGUOUS_PATH = (
    "{origin} is not allowed: the path can be read as being below different keys of paths, so no origin is "
    "allowed there"
)

# What allows an origin.

ANY_ORIGIN = 'allow_origins contains "*", so every origin is allowed'
LISTED = "allow_origins lists it"
PATTERN = "the pattern {pattern} in allow_origins covers it"
REGEX = "allow_origin_regex {regex} matches it"

# Credentials.

WITH_CREDENTIALS = "a request with credentials (cookies, client certificates or HTTP authentication) is allowed too"
# If the linter would report the same origins with credentials.
WITHOUT_CREDENTIALS = (
    "a request with credentials (cookies, client certificates or HTTP authentication) will be blocked by the "
    "browser: allow_credentials is False"
)
ALLOW_CREDENTIALS = (
    "a request with credentials (cookies, client certificates or HTTP authentication) will be blocked by the "
    "browser: allow_credentials is False; to allow it: allow_credentials=True"
)
ANY_ORIGIN_WITHOUT_CREDENTIALS = (
    "a request with credentials (cookies, client certificates or HTTP authentication) will be blocked by the "
    "browser: allow_credentials is False, and with credentials * is not enough; to allow it: list the origins "
    'in allow_origins instead of "*", and set allow_credentials=True'
)
EXPOSE_STAR = "in a request with credentials, browsers read * in expose_headers as a literal header name: list the names"

# Origins that no rule can be compared with.

NOT_ALLOWED = "{origin} is not allowed"
NO_VALUE = (
    "an empty Origin is not allowed; no browser sends one: look for what empties it on the way, or let the "
    "client send an origin such as https://app.example.com"
)
NULL = (
    "null is not allowed; browsers send it for pages opened from a file, in a sandboxed frame or after a "
    "redirect: serve the page from an address of its own and allow that, because {addition} would allow the "
    "sandboxed frames of every site"
)
FILE = (
    "file:// is not allowed; Electron and some web views send it for every page that they open from a file: "
    "serve the page from an origin of its own and allow that, because {addition} would allow every such page"
)
NO_HEADER = "it contains {character}, which no header can contain"
NO_HEADER_WITH_STAR = 'it contains {character}, which no header can contain, so not even the "*" in allow_origins allows it'
UNICODE = (
    "it contains {character}, and browsers write such a host in punycode, as https://xn--...: let the client "
    "send that"
)
UNSEEN = "it contains {character}, and no browser sends that in an origin"

# By the core's name for what is odd: why no browser sends such an origin.
ODD_ORIGINS = {
    "space": "no browser sends an origin with white space around it",
    "quotes": "no browser sends an origin with quotation marks around it",
    "several": "no browser sends several origins at once",
    "scheme": "no browser sends an origin without a scheme",
    "user": "no browser sends an origin with a user name in it",
    "case": "no browser sends upper case in an origin",
    "dot": "no browser sends an origin with a dot before its host",
    "host": "no browser sends an origin with an impossible host",
    "default-port": "no browser sends an origin with its scheme's default port",
    "port": "no browser sends an origin with an impossible port",
    "slash": "no browser sends an origin with a trailing slash",
    "path": "no browser sends an origin with a path",
    "star": "no browser sends an origin with a * in it",
}
SEND_CORRECTED = "you allow {corrected}, so let the client send that"

# How the origin stands to the closest entry of allow_origins.

DIFFERENCES: dict[_Relation, str] = {
    "same": "you allow {rule}: let the client send an origin as browsers do",
    "scheme": "the scheme differs: you allow {rule}",
    "port": "the port differs: you allow {rule}, the request came from {origin}",
    "scheme-and-port": "the scheme and the port differ: you allow {rule}, the request came from {origin}",
    "loopback": (
        "localhost, 127.0.0.1, [::1] and 0.0.0.0 are all this machine, but each is a different origin; "
        "you allow {rule}"
    ),
    "www-missing": 'the origin has no "www."; you allow {rule}',
    "www-added": 'the origin has an extra "www."; you allow {rule}',
    "dot-missing": "the missing trailing dot makes it a different origin; you allow {rule}",
    "dot-added": "the trailing dot makes it a different origin; you allow {rule}",
    "apex": "{rule} covers subdomains, but not the domain itself",
    "subdomain": "it is a subdomain, and an entry matches only its own host; you allow {rule}",
    "parent": "you allow {rule}, but not its parent domain",
    "begins-alike": "it only starts like {rule}",
    "ends-alike": "it only ends like {rule}",
    "sibling": "the host differs: you allow {rule}, another host of the same domain",
    "typo": "possible typo: did you mean {rule}, which is allowed?",
}
# A browser sends the names of this machine as they are.
TYPO_IN_ENTRY = "possible typo in an entry of allow_origins: you allow {rule}"
MEANT_TYPO_IN_ENTRY = "possible typo in that entry: it would allow {rule}"
# Beside another host: by whether the scheme, and whether the port differs.
OTHERS = {
    (True, False): "the scheme differs too",
    (False, True): "the port differs too",
    (True, True): "the scheme and the port differ too",
}

# How the origin stands to what an entry that never matches was meant as, after the linter's sentence.

MEANT_DIFFERENCES: dict[_Relation, str] = {
    "same": "that would allow {rule}: let the client send an origin as browsers do",
    "scheme": "that would allow {rule}, but the scheme differs",
    "port": "that would allow {rule}, but the port differs: the request came from {origin}",
    "scheme-and-port": (
        "that would allow {rule}, but the scheme and the port differ: the request came from {origin}"
    ),
    "loopback": (
        "that would allow {rule}; localhost, 127.0.0.1, [::1] and 0.0.0.0 are all this machine, but each is "
        "a different origin"
    ),
    "www-missing": 'that would allow {rule}, but the origin has no "www."',
    "www-added": 'that would allow {rule}, but the origin has an extra "www."',
    "dot-missing": "that would allow {rule}, but the missing trailing dot makes it a different origin",
    "dot-added": "that would allow {rule}, but the trailing dot makes it a different origin",
    "apex": "{rule} would cover subdomains, but not the domain itself",
    "subdomain": (
        "that would allow {rule}, but the origin is a subdomain, and an entry matches only its own host"
    ),
    "parent": "that would allow {rule}, which is below its domain, but not the domain itself",
    "begins-alike": "the origin only starts like {rule}",
    "ends-alike": "the origin only ends like {rule}",
    "sibling": "that would allow {rule}, another host of the same domain",
    "typo": "possible typo: did you mean {rule}, which that would allow?",
}

# How the origin stands to what a regular expression matches.

REGEX_DIFFERENCES: dict[_Relation, str] = {
    "same": "allow_origin_regex {regex} matches {rule}: let the client send an origin as browsers do",
    "scheme": "the scheme differs: allow_origin_regex {regex} matches {rule}",
    "port": "the port differs: allow_origin_regex {regex} matches {rule}, the request came from {origin}",
    "scheme-and-port": (
        "the scheme and the port differ: allow_origin_regex {regex} matches {rule}, the request came from {origin}"
    ),
    "loopback": (
        "localhost, 127.0.0.1, [::1] and 0.0.0.0 are all this machine, but each is a different origin; "
        "allow_origin_regex {regex} matches {rule}"
    ),
    "www-missing": 'the origin has no "www."; allow_origin_regex {regex} matches {rule}',
    "www-added": 'the origin has an extra "www."; allow_origin_regex {regex} matches {rule}',
    "dot-added": "the trailing dot makes it a different origin; allow_origin_regex {regex} matches {rule}",
}
REGEX_BEGINNING = (
    "allow_origin_regex must match the whole origin: {regex} matches only the beginning, {part}"
)
REGEX_END = "allow_origin_regex must match the whole origin: {regex} matches only the end, {part}"
REGEX_INSIDE = "allow_origin_regex must match the whole origin: {regex} matches only a part, {part}"
WRITE_WHOLE_REGEX = "write a regex that matches all of it"

# Entries that can match nothing. `{problem}` is the linter's sentence, with what to write instead.

MEANT = "an entry of allow_origins was probably meant to allow it: {problem}"
MEANT_REGEX = "allow_origin_regex was probably meant to match it: {problem}"
MEANT_GLOB = "an entry of allow_origins would match it if * stood for any text: {problem}"
MEANT_CLOSEST = "the closest entry of allow_origins never matches as it is written: {problem}"
REGEX_NEVER_MATCHES = "besides, allow_origin_regex can match nothing: {problem}"
NEVER_MATCHES = "besides, one entry of allow_origins can match nothing: {problem}"
NEVER_MATCH = "besides, {count} entries of allow_origins can match nothing, first of all: {problem}"

# No rule comes close.

NO_RULES = "no origin is allowed: allow_origins and allow_origin_regex are empty"
ONLY_ENTRY = "no origin is allowed: allow_origins has only one entry, and {problem}"
ONLY_REGEX = "no origin is allowed: {problem}"
NO_ENTRY = "no origin is allowed: none of the {count} entries of allow_origins can match one, first of all: {problem}"
NOTHING_NEAR = "no rule comes close: you allow {rules}"
PYTHON_ONLY = "regexes that only Python can match are not compared"
# What to change.

BELONGS_TO = "it belongs to {site}, so rejecting it is correct"
BELONGS_TO_OTHERS = "it is another host, so rejecting it is correct"
ONLY_IF_OWNER = "only if {site} is yours: {addition}"
ONLY_IF_OWN = "only if it is yours: {addition}"
ADD = "to allow this origin: {addition}"
ADD_IF_OWN = "to allow this origin if it is yours: {addition}"
ADD_OTHERWISE = "Otherwise, to allow this origin if it is yours: {addition}"
ADD_OR_SUBDOMAINS = "to allow this origin: {addition}, or {pattern} for every subdomain"
ADD_OR_PORTS = "to allow this origin: {addition}, or {pattern} for every port"
ADD_OR_HTTPS = "to allow this origin: {addition}, or open the page over https"
THEN_SEND = "then let the client send that"
SEND_ORIGIN = "let the client send an origin as browsers do"

# Methods.

NO_METHOD = (
    "an empty method is not in allow_methods: Access-Control-Request-Method is empty, which no browser sends; "
    "let the client name its method"
)
FORBIDDEN_METHOD = (
    "{method} is not in allow_methods, and no browser sends it from a page; use another method"
)
INVALID_METHOD = (
    "{method} is not in allow_methods, and is not a method name; let the client send one"
)
METHOD = "{method} is not in allow_methods ({allowed})"
ANY_METHOD = "{method} is not in allow_methods, where * stands only for {allowed}"
NO_METHODS = "{method} is not in allow_methods, which is empty"
METHOD_CASE = "methods are case-sensitive: you allow {allowed}, the request asks for {method}"
METHOD_TYPO = "possible typo: did you mean {allowed}, which is allowed?"
BROWSER_UPPER_CASES = "a browser upper-cases this one, so let the client send {meant}"
PAGE_UPPER_CASES = "fetch() does not upper-case it, so let the page write method: {meant}"
ADD_METHOD = "to allow this method: {addition}"
ADD_METHOD_OTHERWISE = "Otherwise, to allow this method: {addition}"
ADD_METHOD_AND_UPPER_CASE = (
    "to allow this method: {addition}, and let the page write method: {meant}"
)

# Request headers.

NO_HEADER_NAME = (
    "an empty name is not in allow_headers: Access-Control-Request-Headers has a comma too many, or no value; "
    "let the client send names with one comma between"
)
BROKEN_HEADER_NAME = (
    "{header} contains {character}, which no header can contain, so it is rejected whatever allow_headers is; "
    "let the client send names with one comma between"
)
INVALID_HEADER_NAME = (
    "{header} is not in allow_headers, and is not a header name; let the client send names with one comma "
    "between"
)
RESPONSE_HEADER = (
    "{header} is not in allow_headers: it is a response header, which the server sets; remove it from the "
    "request"
)
FORBIDDEN_HEADER = (
    "{header} is not in allow_headers, and no browser lets a page send it; let the client leave it out of "
    "Access-Control-Request-Headers"
)
HEADER = "{header} is not in allow_headers"
AUTHORIZATION = "{header} is not in allow_headers (allow_credentials does not allow a header that a script sets)"
# By whether the requested name has a _.
HEADERS_ALIKE = {
    True: "{header} is not in allow_headers: you allow {allowed}, which has - where this has _",
    False: "{header} is not in allow_headers: you allow {allowed}, which has _ where this has -",
}
HEADER_TYPO = (
    "{header} is not in allow_headers; possible typo: did you mean {allowed}, which is allowed?"
)
ADD_HEADER = "to allow this header: {addition}"
ADD_HEADER_OTHERWISE = "Otherwise, to allow this header: {addition}"

# Private network access.

PRIVATE_NETWORK = (
    "allow_private_network is False, and the page asks for an address in a private network from a public one; "
    "to allow it: allow_private_network=True"
)

# In the log alone, where an origin is not compared with the rules.

LOG_LONG_ORIGIN = "no browser sends one this long, so let the client send an origin as browsers do"
LOG_MANY_ENTRIES = "middleware.policy.actual(origin=...) names the closest entry of allow_origins"
LOG_OVERRIDE = "{origin} is not allowed by {override}"
LOG_ADD_TO_OVERRIDE = "to allow this origin: return True for it there"


def joined(sentences: Iterable[str]) -> str:
    """Return sentences as one text."""
    text = ""
    for sentence in sentences:
        between = " " if text.endswith("?") else "; "
        text += f"{between}{sentence}" if text else sentence
    return text


def described_request(method: str | None, origin: str | None) -> str:
    """Return the words for a request; a method of None stands for the handshake of a WebSocket."""
    what = "a WebSocket handshake" if method is None else printable(method)
    return what if origin is None else f"{what} from {printable(origin)}"


def printable(text: str, limit: int = LONGEST) -> str:
    """Return a request's or an option's text for a message: bare if all can be seen, else escaped."""
    if text and len(text) <= limit and all("!" <= character <= "~" for character in text):
        return text
    return shown(text, limit)


def cut(problem: Problem) -> str:
    """Return the message of a problem, cut if it is very long, with the page about it."""
    message = problem.message
    if len(message) > _LONGEST_PROBLEM:
        message = f"{message[:_LONGEST_PROBLEM]}…"
    # A sentence may follow: nothing but a bracket may touch the address.
    return f"{message} ({problem.url})"


def written(text: str) -> str:
    """Return a text as Python code."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return repr(text)


def addition(option: str, value: str, *, others: bool) -> str:
    """Return the change that adds a value to an option, after what it may have already."""
    return f"{option}=[{'..., ' if others else ''}{written(value)}]"


_PLURALS = {"origin": "origins", "pattern": "patterns", "regex": "regexes"}


def counted(*counts: tuple[int, str]) -> str:
    """Return numbers with their nouns, without those that are zero: `1 origin and 2 patterns`."""
    return listed(
        [
            f"{number:,} {noun if number == 1 else _PLURALS[noun]}"
            for number, noun in counts
            if number
        ]
    )


def listed(texts: list[str]) -> str:
    """Return texts as a sentence lists them: `a, b and c`."""
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else "".join(texts)
