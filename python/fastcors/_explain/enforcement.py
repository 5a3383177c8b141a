"""Explains which rule of enforcement a request fits, and what to change.

Each text is a whole sentence with named gaps, for a person to read and to edit here.
"""

from __future__ import annotations

from fastcors.decision import Denial

from .origins import rule
from .requests import denials, listed
from .wording import ODD_ORIGINS, addition, described_request, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fastcors._fastcors import CompiledPolicy
    from fastcors.decision import Decision, FetchRequest

# How many names of `hosts` stand in a message.
_LISTED = 5

# The first line of an explanation, by what follows.
_REJECTED = "rejected with status {status}: {request} (the application does not run)"
_REPORTED = (
    'reported: {request} passes, because enforce="report" only counts and logs; '
    "enforce=True would reject it with status {status}"
)
_BLOCKED = (
    "blocked: pages on {origin} cannot read the response (the application still handles {request})"
)

# Why a request passes, by the rule.
_PASSES = {
    "allowed-origin": "{request} is allowed: {why}",
    "without-origin": (
        "{request} is allowed: it has neither Origin nor Sec-Fetch-Site, so no page of another site sent it"
    ),
    "same-origin": (
        "{request} is allowed: Sec-Fetch-Site is {site}, so this server's own page or the user sent it"
    ),
    "navigation": "{request} is allowed: another site links to this server, and following a link is safe",
    "own-host": "{request} is allowed: its Origin {origin} is this server's own, because its Host is {host}",
    # What passes although a stricter mode would reject it.
    "cross-site-read": (
        "{request} is allowed: another site's page may load it but not read it; "
        'to reject it: enforce="isolate"'
    ),
    "websocket": (
        "{request} is allowed: CORS does not cover WebSockets, and enforce is False; "
        "to reject it with status {status}: enforce=True"
    ),
    "cross-site-write": (
        "{request} is allowed, although another site's page sent it: enforce is False; "
        "to reject it with status {status}: enforce=True"
    ),
}
_HANDSHAKE_WITHOUT_ORIGIN = (
    "{request} is allowed: it has no Origin, so it comes from no browser, which always sends one"
)
# What to write if CORS alone rejects it.
_READ_WITH_UNSAFE = 'enforce="unsafe" passes a safe method; to reject this request: enforce=True'
_NOT_ENFORCED = "enforce is False; to reject this request with status {status}: enforce=True"

# Why a request is rejected, and what to change.
_OTHER_HOST = "the Host {host} is not in hosts, which has {hosts}; if clients reach this server by that name: {change}"
_ODD_HOST = (
    "the Host {host} is not a host with or without a port; let the client send the host of the URL"
)
_SEVERAL_HOSTS = (
    "there are several Host headers, and nothing says which one counts; let the client send one"
)
_NO_HOST = "there is no Host header, and hosts has {hosts}; let the client send the host of the URL"
_CROSS_SITE = (
    "Sec-Fetch-Site is {site}, so another site's page sent this request, and it has no Origin that "
    "could be allowed; "
)
_CROSS_SITES = {
    "cross-site-write": (
        f"{_CROSS_SITE}if that page is yours, find what removes the Origin on the way, and list it in "
        "allow_origins"
    ),
    "cross-site-read": (
        f"{_CROSS_SITE}if that page is yours, let it use CORS (crossorigin, or fetch without no-cors) and "
        "list its origin in allow_origins"
    ),
}
_SEVERAL_ORIGINS = f"{{origin}} is not allowed; {ODD_ORIGINS['several']}"
_NOT_OWN = "{denial}; it is not this server's own origin either, because {why}"
_NO_OWN_HOST = "there is no sound Host header to compare it with"
_OTHER_OWN_HOST = "the Host is {host}"
_OTHER_SCHEME = "the server is reached by https"
_BROWSER_SAYS = "Sec-Fetch-Site is {site}"


def enforcement_denial(compiled: CompiledPolicy, request: FetchRequest, name: Any) -> Denial:
    """Return why a rule rejects a request."""
    if name == "host":
        return Denial(name, request.host or "", _host(compiled, request.host))
    if name in _CROSS_SITES:
        site = request.site or ""
        return Denial(name, site, _CROSS_SITES[name].format(site=printable(site)))
    origin = request.origin or ""
    denial = next(denials(compiled, request), None)
    # Several that disagree are none of them, even where `*` or an expression matches them all together.
    why = _SEVERAL_ORIGINS.format(origin=printable(origin)) if denial is None else denial.message
    return Denial(name, origin, _NOT_OWN.format(denial=why, why=_not_own(compiled, request)))


def enforcement_denials(
    compiled: CompiledPolicy, request: FetchRequest, name: str, *, rejects: bool
) -> tuple[Denial, ...]:
    """Return what is rejected of a request: by enforcement, else by CORS where the application runs."""
    if rejects:
        return (enforcement_denial(compiled, request, name),)
    return tuple(denials(compiled, request))


def enforcement_explanation(
    compiled: CompiledPolicy, decision: Decision, name: str, action: str, status: int
) -> str:
    """Return what `str` returns for a decision on a request that is no preflight."""
    request: Any = decision._request
    gaps = {
        "request": described_request(request.sent_method, request.origin),
        "status": status,
        "origin": printable(request.origin or ""),
        "site": printable(request.site or ""),
        "host": printable(request.host or ""),
    }
    if action != "pass":
        first = _REJECTED if action == "reject" else _REPORTED
        denial = enforcement_denial(compiled, request, name)
        return f"{first.format(**gaps)}\n  {denial}"
    if name == "allowed-origin":
        return _PASSES[name].format(**gaps, why=rule(compiled, request.origin))
    if name == "without-origin" and request.sent_method is None:
        return _HANDSHAKE_WITHOUT_ORIGIN.format(**gaps)
    if name in _PASSES:
        return _PASSES[name].format(**gaps)
    lines = [_BLOCKED.format(**gaps), *(f"  {denial}" for denial in decision.denials)]
    unsafe = compiled.options.enforce == "unsafe"
    lines.append(f"  {_READ_WITH_UNSAFE if unsafe else _NOT_ENFORCED.format(**gaps)}")
    return "\n".join(lines)


def _host(compiled: CompiledPolicy, host: str | None) -> str:
    hosts = listed(compiled.options.hosts.items, _LISTED)
    if host is None:
        return _NO_HOST.format(hosts=hosts)
    name = _without_port(host)
    if name is None:
        return _ODD_HOST.format(host=printable(host))
    if _rule_by_http(compiled, host) != "host":
        return _SEVERAL_HOSTS
    change = addition("hosts", name.lower(), others=True)
    return _OTHER_HOST.format(host=printable(host), hosts=hosts, change=change)


def _rule_by_http(compiled: CompiledPolicy, host: str, origin: str | None = None) -> Any:
    """Return the rule that a request with this one Host and this Origin fits, if it came by http."""
    rule, *_ = compiled.enforced_response(
        method=b"GET",
        is_https=False,
        host=host.encode("latin-1", "replace"),
        origin=None if origin is None else origin.encode("latin-1", "replace"),
        origin_fits=True,
        site=None,
        mode=None,
        destination=None,
    )
    return rule


def _without_port(host: str) -> str | None:
    """Return the host of a Host header, or None if it is none that a client sends."""
    from fastcors._lint.enforcement import linted_hosts

    end = host.find("]") + 1
    name, colon, port = host[end:].partition(":")
    if colon and not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65536):
        return None
    name = host[:end] + name
    unsound = any(problem.code != "host-all-interfaces" for problem in linted_hosts([name]))
    return None if unsound or not name or "*" in name else name


def _not_own(compiled: CompiledPolicy, request: FetchRequest) -> str:
    if request.site and request.sent_method is not None:
        return _BROWSER_SAYS.format(site=printable(request.site))
    if request.host is None or _without_port(request.host) is None:
        return _NO_OWN_HOST
    if request.is_https and _rule_by_http(compiled, request.host, request.origin) == "own-host":
        return _OTHER_SCHEME
    return _OTHER_OWN_HOST.format(host=printable(request.host))
