"""The sentences about what is blocked, one for each kind of failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cors_check import Failure

# By the kind, without the "Preflight" that it may begin with.
_REASONS = {
    "MissingAllowOriginHeader": "the response has no Access-Control-Allow-Origin",
    "MultipleAllowOriginValues": "Access-Control-Allow-Origin is {parameter!r}, more than one value, and only one is allowed",
    "InvalidAllowOriginValue": "Access-Control-Allow-Origin is {parameter!r}, which is no origin",
    "AllowOriginMismatch": "Access-Control-Allow-Origin is {parameter!r}, which is not the origin of the page",
    "WildcardOriginNotAllowed": "Access-Control-Allow-Origin is '*', which is not allowed with credentials",
    "InvalidAllowCredentials": "Access-Control-Allow-Credentials is not 'true', as it must be with credentials",
    "InvalidStatus": "the status of the response to the preflight is {parameter}, and it must be 200 to 299",
    "DisallowedRedirect": "the response to the preflight is a redirect, which is not allowed",
    "InvalidAllowMethodsPreflightResponse": "Access-Control-Allow-Methods is {parameter!r}, which is no list of methods",
    "InvalidAllowHeadersPreflightResponse": "Access-Control-Allow-Headers is {parameter!r}, which is no list of header names",
    "MethodDisallowedByPreflightResponse": "Access-Control-Allow-Methods does not allow the method {parameter}",
    "HeaderDisallowedByPreflightResponse": "Access-Control-Allow-Headers does not allow the header {parameter}",
    "RedirectContainsCredentials": "it is redirected to {parameter}, a URL with a user name or a password",
    "DisallowedByMode": "the mode is 'same-origin', and the URL has another origin",
    "CorsDisabledScheme": "the scheme is {parameter!r}, and CORS is for http and https",
}

_HINTS = {
    "MissingAllowOriginHeader": "send 'Access-Control-Allow-Origin: {origin}' with this response",
    "MultipleAllowOriginValues": "send Access-Control-Allow-Origin once, with one origin: '{origin}'; two layers may each add it",
    "InvalidAllowOriginValue": "send 'Access-Control-Allow-Origin: {origin}', byte for byte",
    "AllowOriginMismatch": "send 'Access-Control-Allow-Origin: {origin}' and 'Vary: Origin'",
    "WildcardOriginNotAllowed": "send 'Access-Control-Allow-Origin: {origin}' and 'Vary: Origin' instead of '*', or fetch without credentials",
    "InvalidAllowCredentials": "send 'Access-Control-Allow-Credentials: true', or fetch without credentials",
    "InvalidStatus": "respond to OPTIONS {path} with a status from 200 to 299, before authentication and routing",
    "DisallowedRedirect": "respond to OPTIONS {path} without a redirect (one to https, or to a slash at the end, is common), or fetch the URL that it leads to: {parameter}",
    "InvalidAllowMethodsPreflightResponse": "send method names, separated by commas, in Access-Control-Allow-Methods",
    "InvalidAllowHeadersPreflightResponse": "send header names, separated by commas, in Access-Control-Allow-Headers",
    "MethodDisallowedByPreflightResponse": "list {parameter} in Access-Control-Allow-Methods of the response to the preflight",
    "HeaderDisallowedByPreflightResponse": "list {parameter} in Access-Control-Allow-Headers of the response to the preflight",
    "RedirectContainsCredentials": "redirect to a URL without a user name and a password",
    "DisallowedByMode": "fetch with mode 'cors'",
    "CorsDisabledScheme": "use an http or https URL",
}

# What to change in a fastcors or Starlette middleware.
_OPTIONS = {
    "WildcardOriginNotAllowed": 'allow_origins=["{origin}"], allow_credentials=True',
    "InvalidAllowCredentials": "allow_credentials=True",
    "MethodDisallowedByPreflightResponse": 'allow_methods=[..., "{parameter}"]',
    "HeaderDisallowedByPreflightResponse": 'allow_headers=[..., "{parameter}"]',
}

CASE = "methods are case-sensitive, and a browser makes only DELETE, GET, HEAD, OPTIONS, POST and PUT upper-case: write '{upper}' in the page's fetch"
STAR = "'*' does not cover it with credentials"
CACHED = "the browser has this response in its cache, from a request that it was right for: send 'Vary: Origin' with every response, also where there is no Origin"
OWN_HEADERS = "fastcors allows this origin, so something outside the middleware removes or changes its headers, or responds before it"
FASTCORS = "fastcors says: {explanation}"
IN_OPTIONS = "{hint}: {options}"


def _known(kind: str) -> str:
    return kind if kind in _REASONS else kind.removeprefix("Preflight")


def console(failure: Failure, *, url: str, origin: str, step: str) -> str:
    """Return what a browser's console says of a failure, in our own words."""
    reason = _REASONS[_known(failure.kind)].format(parameter=failure.parameter)
    where = "its preflight: " if step == "preflight" else ""
    return f"The fetch of {url} from a page of {origin} is blocked by CORS: {where}{reason}."


def hint(failure: Failure, *, origin: str, path: str) -> str:
    """Return what to change on any server."""
    template = _HINTS[_known(failure.kind)]
    return template.format(parameter=failure.parameter, origin=origin, path=path)


def options(failure: Failure, *, origin: str) -> str | None:
    """Return the options of a CORS middleware that allow what fails; None if there are none."""
    template = _OPTIONS.get(_known(failure.kind))
    return template and template.format(parameter=failure.parameter, origin=origin)
