"""Says in words why a request is refused, or what allows it. Imported when a decision is explained."""

from __future__ import annotations

from fastcors._format import shown
from fastcors._lint.reading import read_options
from fastcors.decision import Denial, never_mirrored
from fastcors.options import ALL_METHODS

from .origins import refusal, rule
from .wording import LONGEST, addition, told, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastcors._fastcors import CompiledPolicy
    from fastcors.decision import Decision, Request

# What `allow_credentials` is about. (An Authorization that a script sets is a header as any other.)
_CREDENTIALS = "cookies, client certificates or HTTP authentication"
# How many names of a list stand in a message.
_LISTED = 10
# How many refused request headers are looked up among those that are allowed, and told.
_HEADERS = 16
# RFC 9110, 5.6.2.
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
# What is stripped from a requested name: Python's white space in latin-1, but for CR and LF.
_SPACE = "\t\x0b\x0c\x1c\x1d\x1e\x1f \x85\xa0"
_FORBIDDEN_METHODS = ("CONNECT", "TRACE", "TRACK")
# What `fetch` upper-cases (Fetch, normalise a method).
_NORMALISED_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")


def _is_name(text: str) -> bool:
    """Say whether a text can be asked for by its name: a token, and not the one for every name."""
    return text != "*" and _TOKEN.issuperset(text)


def denials(compiled: CompiledPolicy, request: Request) -> Iterator[Denial]:
    """Give what is refused, in the order of the body."""
    origin = request.origin
    if origin is not None and not _allows_origin(compiled, origin):
        yield Denial("origin", origin, refusal(compiled, origin))
    if request.method is None:
        return
    if request.method not in compiled.options.allow_methods.items:
        yield Denial("method", request.method, _method(compiled, request.method))
    for place, name in enumerate(rejected_headers(compiled, request.headers)):
        yield Denial("headers", name, _header(compiled, name, compared=place < _HEADERS))
    if request.private_network and not compiled.options.allow_private_network:
        yield Denial(
            "private-network",
            "true",
            "allow_private_network is False, and the page asks for an address in a private network from a "
            "public one; to allow it: allow_private_network=True",
        )


def explanation(compiled: CompiledPolicy, decision: Decision) -> str:
    """Give what `str` gives for a decision."""
    request = decision._request
    if request.origin is None:
        return (
            "not a cross-origin request: it has no Origin header; the response gets Vary: Origin and no "
            "other header"
        )
    origin = told(request.origin)
    if request.method is None:
        asked = f"pages on {origin} can read the response"
        rejected = f"blocked: pages on {origin} cannot read the response (the application still handles the request)"
    else:
        asked = f"a preflight for {told(request.method)} from {origin}"
        if request.headers is not None:
            asked += f" with the headers {told(request.headers)}"
        if request.private_network:
            asked += " into a private network"
        rejected = f"rejected with status {decision.status}: {asked}"
    if not decision:
        lines = [f"  {denial}" for denial in decision.denials]
        if len(lines) > _HEADERS:
            lines[_HEADERS:] = [f"  and {len(lines) - _HEADERS:,} more"]
        return "\n".join([rejected, *lines])
    lines = [f"allowed: {asked}; {rule(compiled, request.origin)}", _credentials(compiled)]
    if (
        compiled.options.allow_credentials
        and request.method is None
        and "*" in compiled.options.expose_headers.items
    ):
        lines.append(
            "in a request with credentials * in expose_headers is a name and not every header: list the names"
        )
    return "\n".join(lines)


def _allows_origin(compiled: CompiledPolicy, origin: str) -> bool:
    try:
        origin.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return compiled.allows(origin)


def _credentials(compiled: CompiledPolicy) -> str:
    if compiled.options.allow_credentials:
        return f"a request with credentials ({_CREDENTIALS}) is allowed too"
    said = (
        f"a request with credentials ({_CREDENTIALS}) will be blocked by the browser: "
        f"allow_credentials is False"
    )
    if compiled.any_origin:
        return (
            f"{said}, and * is not enough for one; to allow it: name the origins in allow_origins in place of "
            '"*", and set allow_credentials=True'
        )
    return (
        f"{said}; to allow it: allow_credentials=True" if _may_have_credentials(compiled) else said
    )


def _may_have_credentials(compiled: CompiledPolicy) -> bool:
    """Say whether the linter finds nothing wrong with letting the same origins send credentials."""
    given = compiled.options.given(compiled.origins())
    problems = read_options({**given, "allow_credentials": True}).problems
    if any(problem.option in {"allow_origins", "allow_origin_regex"} for problem in problems):
        return False
    errors = {problem for problem in problems if problem.severity == "error"}
    return not errors or errors.issubset(read_options(given).problems)


def _change(kind: str, name: str, *, others: bool) -> str:
    """Give the change that allows a method or a header, but for one too long to be meant."""
    if len(name) > LONGEST:
        return ""
    return f"; to allow this {kind}: {addition(f'allow_{kind}s', name, others=others)}"


def _method(compiled: CompiledPolicy, method: str) -> str:
    """Say why a method is refused."""
    allowed = list(dict.fromkeys(compiled.options.allow_methods.items))
    # What a page means that writes it in lower case.
    meant = method.upper() if method.upper() in ALL_METHODS else method
    change = _change("method", meant, others=bool(allowed))
    if meant != method:
        change += f", and let the page write method: {written(meant)}"
    name = told(method)
    if not method:
        return (
            "an empty method is not in allow_methods: the Access-Control-Request-Method has no value, "
            "which no browser sends; let the client name the method that it means"
        )
    if method.upper() in _FORBIDDEN_METHODS:
        return f"{name} is not in allow_methods, and no browser sends it from a page; use another method"
    if not _is_name(method):
        return f"{name} is not in allow_methods, and is no method; let the client name one"
    for other in allowed:
        if other.lower() == method.lower():
            return _method_in_another_case(method, other)
    if allowed == list(ALL_METHODS):
        which = f"it is none of those that * stands for ({_names(allowed)})"
        return f"{name} is not in allow_methods: {which}{change.replace('...', '*ALL_METHODS', 1)}"
    if not allowed:
        return f"{name} is not in allow_methods, which is empty{change}"
    from fastcors._fastcors import nearest_name

    which = "which are" if len(allowed) > 1 else "which is"
    near = nearest_name(allowed, method)
    alike = f"; did you mean {near[0]}" if near else ""
    return f"{name} is not in allow_methods, {which} {_names(allowed)}{alike}{change}"


def _method_in_another_case(method: str, allowed: str) -> str:
    name = told(method)
    said = f"methods are case-sensitive: you allow {told(allowed)}, the request asks for {name}"
    if method.upper() in _NORMALISED_METHODS and not method.isupper():
        return f"{said}; a browser upper-cases this one, so let the client send {method.upper()}"
    if len(method) > LONGEST:
        return said
    if allowed.isupper():
        return f"{said}; fetch() does not upper-case it, so let the page write method: {written(allowed)}"
    change = addition("allow_methods", method, others=True)
    return f"{said}; to allow this method: {change}"


def _names(names: list[str]) -> str:
    listed = ", ".join(told(name) for name in names[:_LISTED])
    rest = len(names) - _LISTED
    return listed if rest <= 0 else f"{listed} and {rest:,} more"


def rejected_headers(compiled: CompiledPolicy, headers: str | None) -> Iterator[str]:
    """Yield each rejected name once, as it was sent."""
    if headers is None:
        return
    for name in dict.fromkeys(part.strip(_SPACE) for part in headers.split(",")):
        try:
            allowed = compiled.allows_header(name.encode("latin-1"))
        except UnicodeEncodeError:
            allowed = False
        if not allowed:
            yield name


def _header(compiled: CompiledPolicy, name: str, *, compared: bool) -> str:
    """Say why a request header is refused, and which one that is allowed looks like it."""
    if not name:
        return (
            "an empty name is not in allow_headers: Access-Control-Request-Headers has a comma too many, or "
            "no value; let the client send names with one comma between"
        )
    character = never_mirrored(name)
    if character is not None:
        return (
            f"{told(name)} holds {shown(character)}, which no header can hold, so it is rejected whatever "
            f"allow_headers is; let the client send names with one comma between"
        )
    said = f"{told(name)} is not in allow_headers"
    if not _is_name(name):
        return f"{said}, and is no header name; let the client send names with one comma between"
    from fastcors._fastcors import lint_request_headers, nearest_name

    codes = {code for code, *_ in lint_request_headers([name], compiled.options.allow_credentials)}
    if "header-of-response" in codes:
        return f"{said}: it is a response header, which the server sets; remove it from the request"
    if "header-forbidden" in codes:
        return (
            f"{said}, and no browser lets a page send it; let the client leave it out of "
            f"Access-Control-Request-Headers"
        )
    if name.lower() == "authorization" and compiled.options.allow_credentials:
        said += " (allow_credentials does not allow a header that a script sets)"
    change = _change("header", name, others=bool(compiled.options.allow_headers.items))
    if not compared:
        return f"{said}{change}"
    near = nearest_name(compiled.options.sent_headers(), name)
    if near is None:
        return f"{said}{change}"
    if near[1] == 0:
        return f"{said}: you allow {told(near[0])}, with - for _{change}"
    return f"{said}; did you mean {told(near[0])}, which is{change}"
