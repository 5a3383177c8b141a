"""Chooses the sentences that explain a decision. Imported when a decision is explained."""

from __future__ import annotations

import re

from fastcors._fastcors import lint_methods, lint_request_headers, nearest_header, nearest_name
from fastcors._format import function_name, shown
from fastcors._lint.reading import read_options
from fastcors.decision import Denial, never_mirrored
from fastcors.options import ALL_METHODS

from . import wording
from .origins import rejection, rule
from .wording import LONGEST, addition, joined, printable, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastcors._fastcors import CompiledPolicy
    from fastcors.decision import Decision, Request

# How many names of a list stand in a message.
_LISTED = 10
# How many rejected request headers are compared with those that are allowed, and shown.
_HEADERS = 16
# The linter's codes of what is no method and no header name.
_NO_NAME = {"not-a-token", "name-breaks-header"}
_BEYOND_LATIN_1 = re.compile("[^\0-\xff]")


def denials(compiled: CompiledPolicy, request: Request) -> Iterator[Denial]:
    """Yield what is rejected, in the order of the body."""
    origin = request.origin
    if origin is not None and not _allows_origin(compiled, origin):
        yield Denial("origin", origin, _origin(compiled, origin))
    if request.method is None:
        return
    if request.method not in compiled.options.allow_methods.items:
        yield Denial("method", request.method, joined(_method(compiled, request.method)))
    for place, name in enumerate(rejected_headers(compiled, request.headers)):
        said = _header(compiled, name, compared=place < _HEADERS)
        yield Denial("headers", name, joined(said))
    if request.private_network and not compiled.options.allow_private_network:
        yield Denial("private-network", "true", wording.PRIVATE_NETWORK)


def explanation(compiled: CompiledPolicy, decision: Decision) -> str:
    """Return the text of a decision."""
    request = decision._request
    if request.origin is None:
        return wording.NOT_CROSS_ORIGIN if compiled.varies else wording.NOT_CROSS_ORIGIN_OF_ANY
    origin = printable(request.origin)
    if request.method is not None:
        verdict = wording.VERDICT_ALLOWED
        if not decision:
            verdict = wording.VERDICT_REJECTED
            if _only_function_decides(compiled, decision):
                verdict = wording.VERDICT_UNLESS
            verdict = verdict.format(status=decision.status)
        template = wording.PREFLIGHTS[request.headers is not None, request.private_network]
        headers = "" if request.headers is None else printable(request.headers)
        first = template.format(
            verdict=verdict, method=printable(request.method), origin=origin, headers=headers
        )
    else:
        template = wording.ALLOWED if decision else wording.BLOCKED
        if not decision and _only_function_decides(compiled, decision):
            template = wording.BLOCKED_UNLESS
        first = template.format(origin=origin)
    if decision:
        lines = [joined([first, rule(compiled, request.origin)]), _credentials(compiled)]
        if (
            compiled.options.allow_credentials
            and request.method is None
            and "*" in compiled.options.expose_headers.items
        ):
            lines.append(wording.EXPOSE_STAR)
        return "\n".join(lines)
    lines = [str(denial) for denial in decision.denials]
    if len(lines) > _HEADERS:
        lines[_HEADERS:] = [wording.MORE_DENIALS.format(count=f"{len(lines) - _HEADERS:,}")]
    return "\n  ".join([first, *lines])


def _only_function_decides(compiled: CompiledPolicy, decision: Decision) -> bool:
    """Whether nothing is wrong with a rejected request if a function allows its Origin."""
    kinds = {denial.kind for denial in decision.denials}
    return kinds == {"origin"} and compiled.asks_about(decision._request.origin or "")


def _origin(compiled: CompiledPolicy, origin: str) -> str:
    """Return why an origin is rejected, and what to change."""
    if not compiled.asks_about(origin):
        return rejection(compiled, origin)
    function = function_name(compiled.options.allow_origin_func)
    said = wording.FUNCTION_DECIDES.format(function=function, origin=printable(origin))
    if not compiled.entry_count() and not compiled.options.patterns():
        return said
    return joined([said, wording.FUNCTION_AND_RULES.format(rejection=rejection(compiled, origin))])


def _allows_origin(compiled: CompiledPolicy, origin: str) -> bool:
    try:
        origin.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return compiled.allows(origin)


def _credentials(compiled: CompiledPolicy) -> str:
    if compiled.options.allow_credentials:
        return wording.WITH_CREDENTIALS
    if compiled.any_origin:
        return wording.ANY_ORIGIN_WITHOUT_CREDENTIALS
    if _may_have_credentials(compiled):
        return wording.ALLOW_CREDENTIALS
    return wording.WITHOUT_CREDENTIALS


def _may_have_credentials(compiled: CompiledPolicy) -> bool:
    """Whether the linter finds nothing wrong if the same origins may send credentials."""
    live = compiled.options.allow_origins.live
    given = compiled.options.given([] if live is not None else compiled.origins())
    problems = read_options({**given, "allow_credentials": True}).problems
    if any(problem.option in {"allow_origins", "allow_origin_regex"} for problem in problems):
        return False
    errors = {problem for problem in problems if problem.severity == "error"}
    return not errors or errors.issubset(read_options(given).problems)


def _method(compiled: CompiledPolicy, method: str) -> Iterator[str]:
    """Yield why a method is rejected, and what to change."""
    name = printable(method)
    if not method:
        yield wording.NO_METHOD
        return
    problems = lint_methods([method], credentials=False)
    severities = {code: severity for code, severity, *_ in problems}
    if method == "*" or not _NO_NAME.isdisjoint(severities):
        yield wording.INVALID_METHOD.format(method=name)
        return
    if "method-forbidden" in severities:
        yield wording.FORBIDDEN_METHOD.format(method=name)
        return
    allowed = list(dict.fromkeys(compiled.options.allow_methods.items))
    other = next((each for each in allowed if each.lower() == method.lower()), None)
    if other is not None:
        yield from _method_in_another_case(
            method, other, browser_writes_upper=severities.get("method-lower-case") == "error"
        )
        return
    yield _unlisted_method(allowed, method)
    if method.upper() in ALL_METHODS and method != method.upper():
        # What a page means that writes it in lower case.
        meant = method.upper()
        change = addition("allow_methods", meant, others=bool(allowed))
        yield wording.ADD_METHOD_AND_UPPER_CASE.format(addition=change, meant=written(meant))
        return
    near = None if allowed == list(ALL_METHODS) else nearest_name(allowed, method)
    if near is not None:
        yield wording.METHOD_TYPO.format(allowed=printable(near[0]))
    if len(method) <= LONGEST:
        change = addition("allow_methods", method, others=bool(allowed))
        if allowed == list(ALL_METHODS):
            change = change.replace("...", "*ALL_METHODS", 1)
        said = wording.ADD_METHOD if near is None else wording.ADD_METHOD_OTHERWISE
        yield said.format(addition=change)


def _unlisted_method(allowed: list[str], method: str) -> str:
    if not allowed:
        said = wording.NO_METHODS
    elif allowed == list(ALL_METHODS):
        said = wording.ANY_METHOD
    else:
        said = wording.METHOD
    return said.format(method=printable(method), allowed=listed(allowed))


def _method_in_another_case(
    method: str, allowed: str, *, browser_writes_upper: bool
) -> Iterator[str]:
    yield wording.METHOD_CASE.format(allowed=printable(allowed), method=printable(method))
    if browser_writes_upper:
        yield wording.BROWSER_UPPER_CASES.format(meant=method.upper())
    elif len(method) <= LONGEST and allowed.isupper():
        yield wording.PAGE_UPPER_CASES.format(meant=written(allowed))
    elif len(method) <= LONGEST:
        yield wording.ADD_METHOD.format(addition=addition("allow_methods", method, others=True))


def listed(names: list[str], most: int = _LISTED) -> str:
    """Return the first names, and how many more there are."""
    first = ", ".join(printable(name) for name in names[:most])
    rest = len(names) - most
    return first if rest <= 0 else f"{first} and {rest:,} more"


def rejected_headers(compiled: CompiledPolicy, headers: str | None) -> Iterator[str]:
    """Yield each rejected name once, as it was sent."""
    if headers is None:
        return
    # No policy allows a name with a NUL, so none allows one with a character that no header can carry.
    value = _BEYOND_LATIN_1.sub("\0", headers).encode("latin-1")
    yield from dict.fromkeys(headers[start:end] for start, end in compiled.rejected_names(value))


def _header(compiled: CompiledPolicy, name: str, *, compared: bool) -> Iterator[str]:
    """Yield why a request header is rejected, which one that is allowed looks like it, and what to change."""
    header = printable(name)
    character = never_mirrored(name)
    if not name:
        yield wording.NO_HEADER_NAME
        return
    if character is not None:
        yield wording.BROKEN_HEADER_NAME.format(header=header, character=shown(character))
        return
    credentials = compiled.options.allow_credentials
    codes = {code for code, *_ in lint_request_headers([name], credentials)}
    if name == "*" or not _NO_NAME.isdisjoint(codes):
        yield wording.INVALID_HEADER_NAME.format(header=header)
        return
    if "header-of-response" in codes:
        yield wording.RESPONSE_HEADER.format(header=header)
        return
    if "header-forbidden" in codes:
        yield wording.FORBIDDEN_HEADER.format(header=header)
        return
    near = nearest_header(compiled.options.sent_headers(), name) if compared else None
    template, allowed, add = wording.HEADER, "", wording.ADD_HEADER
    if name.lower() == "authorization" and credentials:
        template = wording.AUTHORIZATION
    elif near is not None:
        template, allowed = wording.HEADERS_ALIKE["_" in name], printable(near[0])
        if near[1] > 0:
            template, add = wording.HEADER_TYPO, wording.ADD_HEADER_OTHERWISE
    yield template.format(header=header, allowed=allowed)
    if len(name) <= LONGEST:
        others = bool(compiled.options.allow_headers.items)
        yield add.format(addition=addition("allow_headers", name, others=others))
