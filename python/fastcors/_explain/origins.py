"""Says in words which rule an origin comes closest to, or is allowed by."""

from __future__ import annotations

from fastcors._fastcors import lint_origins, matched_part
from fastcors._format import shown
from fastcors.decision import never_mirrored

from .wording import addition, count, told, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from fastcors._fastcors import CompiledPolicy, _Closest, _NearestEntry

# The longest origin that a browser can send is shorter.
_LONGEST_CHANGE = 300
# What can be taken from an origin without asking what was meant. A user or a path may be an attempt
# to pass for another origin, and a change would let that in.
_CLEAR = frozenset({"space", "quotes", "case", "default-port", "slash"})

_ENTRY_WITH = {
    "space": "with white space or something invisible around it",
    "quotes": "with quotation marks around it",
    "several": "with several origins in one text",
    "scheme": "without a scheme",
    "user": "with a user in it",
    "case": "with upper case",
    "dot": "with a dot before its host",
    "host": "with an impossible host",
    "default-port": "with the scheme's default port",
    "port": "with an impossible port",
    "slash": "with a trailing slash",
    "path": "with a path",
    "unicode": "with letters that browsers write in punycode",
    "star": "with a * that is neither the whole first label nor the whole port",
}
# Before what is allowed, and after it.
_HOSTS = {
    "loopback": ("localhost, 127.0.0.1 and [::1] are three origins to a browser", ""),
    "www-added": ('the origin has an extra "www."', ""),
    "www-missing": ('the origin has no "www."', ""),
    "dot-added": ("the trailing dot makes it a different origin", ""),
    "dot-missing": ("the missing trailing dot makes it a different origin", ""),
    "subdomain": ("the host is a subdomain, and an entry stands for itself alone", ""),
    "parent": ("the host itself is not what you allow", ", which is below it"),
    "sibling": ("the host differs", ", which is another one of the same domain"),
}


def rule(compiled: CompiledPolicy, origin: str) -> str:
    """Say what allows an origin that is allowed."""
    kind, entry = compiled.origin_rule(origin.encode("latin-1"))
    if kind == "any":
        return 'allow_origins has "*", so that every origin is allowed'
    if kind == "listed":
        return "allow_origins lists it"
    if kind == "pattern" and entry is not None:
        return f"the pattern {told(entry)} in allow_origins covers it"
    for pattern, expression in _expressions(compiled):
        if _matches_whole(pattern, expression, origin):
            return f"allow_origin_regex {told(pattern.pattern)} matches it"
    return "allow_origin_regex matches it"


def refusal(compiled: CompiledPolicy, origin: str) -> str:
    """Say why an origin is refused, which rule comes closest, and what to change."""
    said = f"{told(origin)} is not allowed"
    if not origin:
        return (
            "an empty Origin is not allowed; no browser sends one: look for what empties it on the way, or "
            "let the client send an origin such as https://app.example.com"
        )
    if origin == "null":
        others = bool(compiled.entry_count())
        return (
            f"{said}; the page was opened from a file, a sandboxed frame or after a redirect: serve it from an "
            f"address of its own and allow that, for {addition('allow_origins', 'null', others=others)} "
            f"would allow the sandboxed frames of every site"
        )
    for character in origin:
        if ord(character) > 0xFF and not character.isprintable():
            return (
                f"{said}; it holds a character that no header can hold, {shown(character)}; let the client send "
                f"an origin as browsers do"
            )
    breaking = never_mirrored(origin)
    if breaking is not None and compiled.any_origin:
        return (
            f'{said}; it holds {shown(breaking)}, which no header can hold, so not even the "*" in '
            f"allow_origins allows it; let the client send an origin as browsers do"
        )
    for character in origin:
        if ord(character) > 0x7F and character.isprintable():
            return (
                f"{said}; it holds {shown(character)}, and browsers write such a host in punycode, as "
                f"https://xn--...: let the client send that"
            )
    unseen = [character for character in origin if not "!" <= character <= "~"]
    closest = compiled.closest_to(origin.encode("latin-1"))
    odd = _odd_origin(unseen, closest["oddities"])
    corrected = closest["corrected"]
    if corrected is not None and compiled.allows(corrected):
        return f"{said}; {odd}: you allow {told(corrected)}, so let the client send that"
    # A pattern is compared with nothing: that it looks like an entry means nothing.
    if unseen or "star" in closest["oddities"]:
        return f"{said}; {odd}, so let the client send an origin as browsers do"
    prefix = f"{odd}; " if odd else ""
    return f"{said}; {prefix}{_nearest(compiled, origin, closest)}"


def _odd_origin(unseen: list[str], oddities: list[str]) -> str:
    """Say why no browser sends such an origin, or nothing."""
    if unseen:
        return f"it holds {shown(unseen[0])}, and no browser sends that in an origin"
    if not oddities:
        return ""
    for oddity, text in (
        ("case", "upper case in an origin"),
        ("several", "several origins at once"),
        ("star", "an origin with a * in it"),
    ):
        if oddity in oddities:
            return f"no browser sends {text}"
    texts = [_ENTRY_WITH[oddity] for oddity in oddities]
    return f"no browser sends an origin {' and '.join(texts)}"


def _nearest(compiled: CompiledPolicy, origin: str, closest: _Closest) -> str:
    """Say which rule is nearest to an origin, and what to change."""
    entry, variant = closest["entry"], closest["variant"]
    nearest = min((near["cost"] for near in (entry, variant) if near is not None), default=None)
    if closest["far"]:
        part = _matched_part(compiled, origin, closest)
        if part is not None:
            return part
    if entry is not None and entry["cost"] == nearest:
        return _from_entry(compiled, origin, closest, entry)
    change = _change(compiled, origin, closest)
    if variant is None:
        return f"{_nothing_near(compiled)}; {change}"
    clause = f"allow_origin_regex matches {told(variant['text'])}"
    for pattern, expression in _expressions(compiled):
        if expression is not None and _matches_whole(pattern, expression, variant["text"]):
            clause = f"allow_origin_regex {told(pattern.pattern)} matches {told(variant['text'])}"
            break
    text = _difference(variant["host"], variant["scheme"], variant["port"], clause, told(origin))
    return f"{text}; {change}"


def _from_entry(
    compiled: CompiledPolicy, origin: str, closest: _Closest, entry: _NearestEntry
) -> str:
    """Say how an entry of allow_origins differs from an origin, and what to change."""
    text, host, odd = told(entry["text"]), entry["host"], entry["oddities"]
    alone = host == "same" and not entry["scheme"] and not entry["port"]
    clause = f"you allow {text}"
    oddities = ", ".join(_ENTRY_WITH[oddity] for oddity in odd)
    if (alone or host == "glob") and odd:
        return _from_dead_entry(
            compiled, origin, closest, entry, f"{clause} {oddities}, which never matches"
        )
    if alone:
        if "*" in entry["correction"]:
            return f"{clause}; let the client send an origin as browsers do"
        return f"{clause}, so let the client send {told(entry['correction'])}"
    if host in {"begins-alike", "ends-alike"}:
        how = "starts" if host == "begins-alike" else "ends"
        return f"it only {how} like {text}; {_stranger(compiled, origin, closest)}"
    if host == "apex":
        said = f"the apex itself is not covered by {text}"
        others = _others(entry["scheme"], entry["port"])
        said += f", and {others} too" if others else ""
    elif host == "typo":
        others = _others(entry["scheme"], entry["port"])
        too = f" ({others} too)" if others else ""
        said = f"possible typo: did you mean {text}, which is allowed{too}?"
        if odd:
            said = f"possible typo of an entry: {clause}{too}"
    else:
        said = _difference(host, entry["scheme"], entry["port"], clause, told(origin))
    if odd:
        said += f" (an entry {oddities} never matches)"
    between = " Otherwise, " if said.endswith("?") else "; "
    return f"{said}{between}{_change(compiled, origin, closest, entry)}"


def _from_dead_entry(
    compiled: CompiledPolicy, origin: str, closest: _Closest, entry: _NearestEntry, clause: str
) -> str:
    """Say what to write in place of an entry that matches nothing, and was meant to match an origin."""
    if entry["host"] == "glob":
        if _is_of_owner(entry["text"], closest["site"]):
            return f"{clause}; {_change(compiled, origin, closest, entry)}"
        return f"{clause}; {_stranger(compiled, origin, closest)}"
    # A pattern that lets in what others register, for one.
    if not _is_sound(compiled, entry["correction"]):
        return f"{clause}; {_stranger(compiled, origin, closest)}"
    case = "only upper and lower case differ: " if entry["oddities"] == ["case"] else ""
    return f"{case}{clause}; write {_addition(compiled, entry['correction'])} instead"


def _is_of_owner(glob: str, site: str | None) -> bool:
    """Say whether what a * matched belongs to the one who wrote the entry: its end is fixed, from a dot on."""
    host = glob.lower().partition("://")[2].partition("/")[0].partition(":")[0]
    tail = host.rpartition("*")[2] if "*" in host else f".{host}"
    return site is not None and tail.endswith(f".{site}")


def _others(scheme: bool, port: bool) -> str:
    """Say which of scheme and port differ."""
    if scheme and port:
        return "the scheme and the port differ"
    if scheme or port:
        return f"the {'scheme' if scheme else 'port'} differs"
    return ""


def _difference(host: str, scheme: bool, port: bool, clause: str, origin: str) -> str:
    """Say how the origin differs from what is allowed by the clause."""
    others = _others(scheme, port)
    if host in _HOSTS:
        before, after = _HOSTS[host]
        return f"{before}{f', and {others} too' if others else ''}; {clause}{after}"
    if not others:
        return clause
    came = f", the request came from {origin}" if port else ""
    return f"{others}: {clause}{came}"


def _stranger(compiled: CompiledPolicy, origin: str, closest: _Closest) -> str:
    """Say that a likeness in the text of an origin means nothing."""
    site = closest["site"]
    whose, owned = "it is another host", "it"
    if site is not None:
        whose, owned = f"it belongs to {told(site)}", told(site)
    meant = _meant(compiled, origin, closest)
    only = ""
    if meant is not None:
        only = f"; only if {owned} is yours: {_addition(compiled, meant)}{_and_sent(closest)}"
    return f"{whose}, so rejecting it is correct{only}"


def _meant(compiled: CompiledPolicy, origin: str, closest: _Closest) -> str | None:
    """Give the origin as a browser sends it, where there is one."""
    meant = closest["corrected"] or origin
    clear = _CLEAR.issuperset(closest["oddities"])
    return meant if clear and _is_sound(compiled, meant) else None


def _is_sound(compiled: CompiledPolicy, entry: str) -> bool:
    """Say whether an entry may be recommended: the linter finds no error in it, and it is not long."""
    if len(entry) > _LONGEST_CHANGE:
        return False
    problems = lint_origins([entry], compiled.options.allow_credentials)
    return all(severity != "error" for _, severity, *_ in problems)


def _and_sent(closest: _Closest) -> str:
    """Say what the client must do beside a change that allows what it should have sent."""
    return "" if closest["corrected"] is None else ", and let the client send that"


def _change(
    compiled: CompiledPolicy, origin: str, closest: _Closest, entry: _NearestEntry | None = None
) -> str:
    """Give the change that allows an origin, as Python."""
    meant = _meant(compiled, origin, closest)
    if meant is None:
        return "let the client send an origin as browsers do"
    changes = [_addition(compiled, meant)]
    pattern = None if entry is None else entry["pattern"]
    if pattern is not None and _is_sound(compiled, pattern):
        changes.append(f"{written(pattern)} for every subdomain")
    scheme, _, rest = meant.partition("://")
    if entry is not None and entry["port"] and closest["loopback"]:
        port = rest.rpartition(":")[2]
        host = rest.removesuffix(f":{port}") if port.isdigit() else rest
        changes.append(f"{written(f'{scheme}://{host}:*')} for every port")
    # It may be anybody's, and what looks like an allowed origin that of somebody who means it to.
    own = " if it is yours" if entry is None or entry["host"] in {"typo", "glob"} else ""
    text = f"to allow this origin{own}: {', or '.join(changes)}{_and_sent(closest)}"
    secure = entry is not None and entry["scheme"] and scheme == "http" and not closest["loopback"]
    return f"{text}, or open the page over https" if secure else text


def _addition(compiled: CompiledPolicy, origin: str) -> str:
    return addition("allow_origins", origin, others=bool(compiled.entry_count()))


def _nothing_near(compiled: CompiledPolicy) -> str:
    listed, patterns = compiled.origin_counts()
    expressions = len(compiled.options.patterns())
    if not listed + patterns + expressions:
        entries = compiled.entry_count()
        if entries == 0:
            return "no origin is allowed at all: allow_origins and allow_origin_regex are empty"
        none = "the one entry of allow_origins can match none"
        if entries > 1:
            none = f"none of the {entries:,} entries of allow_origins can match one"
        return f"no origin is allowed at all: {none} (fastcors.lint tells why)"
    said = (
        f"no listed origin is near; {count(listed, 'origin')}, {count(patterns, 'pattern')} and "
        f"{count(expressions, 'expression')} are allowed"
    )
    if compiled.options.python_only:
        said += ", and those that only Python can match are not compared"
    return said


def _matched_part(compiled: CompiledPolicy, origin: str, closest: _Closest) -> str | None:
    """Say what an expression matches of an origin, where that is not all of it."""
    found: tuple[int, str, int, int] | None = None
    for pattern, expression in _expressions(compiled):
        part = None
        if expression is not None:
            part = matched_part(expression, origin.encode("latin-1"))
        if part is not None and (found is None or part[1] - part[0] > found[0]):
            found = (part[1] - part[0], pattern.pattern, *part)
    if found is None:
        return None
    _, text, start, end = found
    where = "the beginning" if start == 0 else "the end" if end == len(origin) else "a part"
    said = (
        f"allow_origin_regex is matched whole: {told(text)} matches only {where}, "
        f"{told(origin[start:end])}"
    )
    rest = origin[end:]
    if start == 0 and not rest.startswith(":"):
        return f"{said}: {_stranger(compiled, origin, closest)}"
    return f"{said}; write an expression for all of it; {_change(compiled, origin, closest)}"


def _expressions(compiled: CompiledPolicy) -> list[tuple[re.Pattern[str], str | None]]:
    """Give the expressions in a lasting order, each with its text for the Rust engine if it has one."""
    return sorted(compiled.options.engines, key=lambda pair: (pair[0].pattern, pair[0].flags))


def _matches_whole(pattern: re.Pattern[str], expression: str | None, origin: str) -> bool:
    if expression is None:
        return pattern.fullmatch(origin) is not None
    return matched_part(expression, origin.encode("latin-1")) == (0, len(origin))
