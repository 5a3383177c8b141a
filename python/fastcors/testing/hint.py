"""What to change on the server so that a browser allows a fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from . import methods, wording
from .headers import extract_list, get

if TYPE_CHECKING:
    from fastcors.decision import Decision
    from fastcors.policy import Policy

    from .cors_check import Failure
    from .exchange import Exchange

_MOST_LAYERS = 200
# If the policy allows the origin, the middleware sends what these miss.
_OF_ORIGINS = (
    "MissingAllowOriginHeader",
    "MultipleAllowOriginValues",
    "InvalidAllowOriginValue",
    "AllowOriginMismatch",
)
_OF_CREDENTIALS = ("InvalidAllowCredentials", "WildcardOriginNotAllowed")
_LISTS = {
    "MethodDisallowedByPreflightResponse": "access-control-allow-methods",
    "HeaderDisallowedByPreflightResponse": "access-control-allow-headers",
}


def hint_for(
    failure: Failure, *, origin: str, exchange: Exchange | None, policy: Policy | None
) -> str:
    """Return what to change, in the terms of fastcors if its policy decided.

    Args:
        failure: what a browser reports.
        origin: the Origin that was sent.
        exchange: the one whose response fails; None if nothing was sent.
        policy: the policy of the middleware in the application; None without one.
    """
    path = exchange.request.url.path if exchange else ""
    hint = wording.hint(failure, origin=origin, path=path)
    if exchange is None:
        return hint
    remarks = _remarks(failure, exchange)
    if policy is None:
        return "; ".join([hint, *remarks])
    # Where credentials fail, the origin is allowed, whatever a policy knows of it.
    of_credentials = failure.kind.endswith(_OF_CREDENTIALS)
    explanation = None if of_credentials else _explanation(policy, exchange)
    if explanation is not None:
        return "; ".join([*remarks, wording.FASTCORS.format(explanation=explanation)])
    if failure.kind.endswith(_OF_ORIGINS):
        return f"{hint}; {wording.OWN_HEADERS}"
    options = wording.options(failure, origin=origin)
    if options is not None:
        hint = wording.IN_OPTIONS.format(hint=hint, options=options)
    return "; ".join([hint, *remarks])


def _remarks(failure: Failure, exchange: Exchange) -> list[str]:
    name = _LISTS.get(failure.kind)
    response = exchange.response
    if name is None or response is None:
        return []
    said = []
    listed = extract_list(response.lines, name) or ()
    if "*" in listed:
        said.append(wording.STAR)
    upper = failure.parameter.upper()
    if failure.kind.startswith("Method") and upper in listed and not methods.is_safelisted(upper):
        said.append(wording.CASE.format(upper=upper))
    return said


def _explanation(policy: Policy, exchange: Exchange) -> str | None:
    """Return why a policy rejects a request; None if it allows it."""
    lines = exchange.request.lines
    origin = get(lines, "origin")
    if origin is None:
        return None
    path = unquote(exchange.request.url.path)
    if exchange.step == "preflight":
        decision = policy.preflight(
            origin=origin,
            method=get(lines, "access-control-request-method") or "",
            headers=get(lines, "access-control-request-headers"),
            path=path,
        )
    else:
        enforced = _enforced(policy, exchange, path)
        # A decision that rejects is false.
        decision = policy.actual(origin=origin, path=path) if enforced is None else enforced
    return None if decision.allowed else str(decision)


def _enforced(policy: Policy, exchange: Exchange, path: str) -> Decision | None:
    """Return the decision to reject a request before the application runs, if that is what happened."""
    request, response = exchange.request, exchange.response
    decision = policy.request(
        method=request.method,
        origin=get(request.lines, "origin"),
        host=request.url.authority,
        sec_fetch_site=get(request.lines, "sec-fetch-site"),
        sec_fetch_mode=get(request.lines, "sec-fetch-mode"),
        sec_fetch_dest=get(request.lines, "sec-fetch-dest"),
        scheme=request.url.scheme,
        path=path,
    )
    if response is None or decision.status != response.status:
        return None
    return decision


def policy_in(app: Any) -> Policy | None:
    """Return the policy of the outermost fastcors middleware in an application; None without one.

    It looks along the attributes `app` and `middleware_stack`, where frameworks keep the next layer.
    """
    from fastcors.middleware import CORSMiddleware

    for _ in range(_MOST_LAYERS):
        if isinstance(app, CORSMiddleware):
            return app.policy
        if app is None:
            return None
        app = getattr(app, "middleware_stack", None) or getattr(app, "app", None)
    return None
