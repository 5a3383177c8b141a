"""Fetching, without I/O: a generator yields each request, and is sent the response to it.

The functions are named as the Fetch standard's algorithms are.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NoReturn

from . import http_cache, preflight, redirect, request_headers, wording
from .blocked import BlockedByCORS, FetchError, firefox_key
from .cors_check import Failure, cors_check
from .exchange import Exchange, WireRequest, WireResponse
from .headers import get
from .hint import hint_for
from .network import complete_lines, is_mixed_content
from .preflight import Preflighted
from .response import Response, filtered, is_kept_by_resource_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastcors.policy import Policy

    from .cookies import CookieJar
    from .headers import Lines
    from .http_cache import HTTPCache
    from .preflight_cache import PreflightCache
    from .request import Request

Steps = Generator[WireRequest, WireResponse, WireResponse]

MISDIRECTED = 421
"""The status of a request that reached the wrong server: browsers send it once more, over another connection
(Fetch standard, 4.6, step 16)."""


@dataclass(slots=True)
class Session:
    """What a browser remembers between fetches.

    Attributes:
        follow: ``"chromium"`` or ``"standard"``.
        cookies: the cookies.
        preflights: what preflights allowed.
        responses: the HTTP cache.
        policy: finds the policy of the server, for hints; called when something is blocked.
    """

    follow: str
    cookies: CookieJar
    preflights: PreflightCache
    responses: HTTPCache
    policy: Callable[[], Policy | None]


def fetch(request: Request, session: Session) -> Generator[WireRequest, WireResponse, Response]:
    """Fetch (Fetch standard, 4).

    Yields:
        Each request that goes over the wire; the response is sent in.

    Raises:
        BlockedByCORS: for what CORS keeps from the page.
        FetchError: for any other network error.
    """
    response = yield from main_fetch(request, session)
    is_redirect = session.follow == "standard" or get(response.lines, "location") is not None
    is_manual = request.redirect == "manual" and redirect.is_redirect(response.status)
    return filtered(request, response, is_manual=is_manual and is_redirect)


def main_fetch(request: Request, session: Session) -> Steps:
    """Choose how CORS applies (Fetch standard, 4.1, from step 12)."""
    if is_mixed_content(request):
        _fail(
            request,
            "MixedContent",
            f"a page of {request.origin} is encrypted, so browsers do not let it fetch {request.url.href}",
        )
    asked = None
    is_basic = request.is_same_origin and request.tainting == "basic"
    if is_basic or request.mode == "navigate":
        pass
    elif request.mode == "same-origin":
        _block(request, session, Failure("DisallowedByMode"))
    elif request.mode == "no-cors":
        if request.redirect != "follow":
            _fail(request, "RedirectMode", "a no-cors request to another origin follows redirects")
        request.tainting = "opaque"
    else:
        request.tainting = "cors"
        unsafe = request_headers.unsafe_names(request.lines, follow=session.follow)
        if preflight.is_needed(request.method, unsafe):
            asked = Preflighted(request.sent_origin, request.method, unsafe, request.credentials)
    return (yield from http_fetch(request, asked, session))


def http_fetch(request: Request, asked: Preflighted | None, session: Session) -> Steps:
    """Send the request, after a preflight if one is needed (Fetch standard, 4.3).

    Args:
        request: the request.
        asked: what a preflight asks for; None if none is needed.
        session: what the browser remembers.
    """
    if not request.url.is_http:
        _block(request, session, Failure("CorsDisabledScheme", request.url.scheme))
    if asked is not None:
        yield from _preflight_if_unknown(request, asked, session)
    response = yield from network_fetch(request, session)
    if request.tainting == "cors":
        failure = cors_check(
            response.lines, origin=request.sent_origin, credentials=request.credentials
        )
        if failure is not None:
            if session.follow == "chromium" and not request.is_from_cache:
                # It stops reading the body, and then does not keep the response.
                session.responses.forget(request.url.without_fragment())
            _block(request, session, failure)
    if is_kept_by_resource_policy(request, response.lines):
        _fail(
            request,
            "CrossOriginResourcePolicy",
            f"Cross-Origin-Resource-Policy of {request.url.href} does not allow {request.origin}",
        )
    if not redirect.is_redirect(response.status):
        return response
    if request.redirect == "error" and _leads_on(response, session):
        _fail(request, "RedirectMode", f"{request.url.href} redirects, and the script forbids that")
    if request.redirect == "manual":
        return response
    return (yield from http_redirect_fetch(request, response, session))


def http_redirect_fetch(request: Request, response: WireResponse, session: Session) -> Steps:
    """Follow a redirect (Fetch standard, 4.4)."""
    target = redirect.location(response.lines, request.url, follow=session.follow)
    if target is None:
        return response
    if isinstance(target, str):
        _fail(request, "UnsafeRedirect", f"{request.url.href} redirects to {target!r}, no URL")
    if not target.is_http:
        _fail(request, "UnsafeRedirect", f"{request.url.href} redirects to {target.href}")
    if request.redirect_count == redirect.LONGEST:
        _fail(request, "TooManyRedirects", f"more than {redirect.LONGEST} redirects")
    request.redirect_count += 1
    crosses = target.origin != request.origin
    if target.has_credentials and (
        (request.mode == "cors" and crosses) or request.tainting == "cors"
    ):
        _block(request, session, Failure("RedirectContainsCredentials", target.href))
    if redirect.becomes_get(response.status, request.method):
        request.method, request.body = "GET", None
        request.lines = redirect.without_body_headers(request.lines)
    if target.origin != request.url.origin:
        request.lines = redirect.without_authorization(request.lines)
    request.urls.append(target)
    return (yield from main_fetch(request, session))


def _leads_on(response: WireResponse, session: Session) -> bool:
    """Whether it is a redirect. To Chromium it is none without Location."""
    leads = session.follow == "standard" or bool(get(response.lines, "location"))
    return redirect.is_redirect(response.status) and leads


def network_fetch(request: Request, session: Session, *, is_repeated: bool = False) -> Steps:
    """Send a request with what the browser adds, unless a response is cached, and take its cookies.

    Fetch standard, 4.6 and 4.7.

    Args:
        request: the request.
        session: what the browser remembers.
        is_repeated: whether it was sent before and got status 421.
    """
    cookie = None
    navigation = request.method if request.mode == "navigate" else None
    if request.includes_credentials:
        cookie = session.cookies.header(
            request.url, same_site=request.is_same_site, navigation=navigation
        )
    lines = complete_lines(request, cookie, follow=session.follow)
    url = request.url.without_fragment()
    cache = session.responses
    stored = cache.select(url, request.method, lines, request.cache)
    request.is_from_cache = stored is not None and cache.is_usable(stored, request.cache)
    if stored is not None and request.is_from_cache:
        return stored.response
    if request.cache == "only-if-cached":
        _fail(request, "NotCached", f"no response to {request.url.href} is cached")
    checked = () if stored is None else http_cache.validators(stored.response.lines)
    sent = WireRequest(request.method, request.url, lines + checked, request.body or b"")
    response = yield from _exchange(request, "actual", sent)
    is_misdirected = response.status == MISDIRECTED and not is_repeated
    if is_misdirected and session.follow == "chromium":
        # It takes neither the cookies of this response nor the response itself.
        return (yield from network_fetch(request, session, is_repeated=True))
    if request.includes_credentials:
        stores_all = request.is_same_site or navigation is not None
        session.cookies.store_all(response.lines, request.url, same_site=stores_all)
    if stored is not None and checked and response.status == 304:
        response = http_cache.updated(stored.response, response)
    cache.keep(url, request.method, lines, request.cache, response)
    if is_misdirected:
        return (yield from network_fetch(request, session, is_repeated=True))
    return response


def _exchange(request: Request, step: Literal["preflight", "actual"], sent: WireRequest) -> Steps:
    response = yield sent
    request.exchanges.append(Exchange(step, sent, response))
    return response


def _preflight_if_unknown(
    request: Request, asked: Preflighted, session: Session
) -> Generator[WireRequest, WireResponse, None]:
    """Send a preflight unless the cache allows the request (Fetch standard, 4.3, step 3)."""
    url = request.url.without_fragment()
    # Chromium looks into its cache only if the fetch may use caches at all.
    bypassed = session.follow == "chromium" and request.cache in {"no-store", "reload", "no-cache"}
    if not bypassed and session.preflights.allows(url, asked):
        return
    yield from cors_preflight_fetch(request, asked, session)


def cors_preflight_fetch(
    request: Request, asked: Preflighted, session: Session
) -> Generator[WireRequest, WireResponse, None]:
    """Send a preflight and check its response (Fetch standard, 4.8)."""
    own = replace(
        request,
        method="OPTIONS",
        lines=preflight.preflight_lines(asked),
        body=None,
        mode="cors",
        # Chromium lets it bypass caches as the request does.
        cache=request.cache if session.follow == "chromium" else "default",
        tainting="cors",
    )
    # It never has credentials.
    lines = complete_lines(own, None, follow=session.follow)
    if session.follow == "chromium":
        lines = _chromium_metadata(lines, own)
    sent = WireRequest("OPTIONS", request.url, lines)
    request.is_from_cache = False
    response = yield from _exchange(request, "preflight", sent)
    if response.status == MISDIRECTED:
        response = yield from _exchange(request, "preflight", sent)
    url = request.url.without_fragment()
    if _leads_on(response, session):
        # No engine goes on from here; WebKit reports it as any other status.
        failure = Failure("PreflightDisallowedRedirect", get(response.lines, "location") or "")
        kinds = {"chromium": failure.kind, "safari": "PreflightInvalidStatus"}
        _forget(session, url, asked)
        _block(request, session, failure, step="preflight", kinds=kinds)
    found = dict(preflight.failures(asked, response.status, response.lines, follow=session.follow))
    if found:
        _forget(session, url, asked)
        kinds = {engine: failure.kind for engine, failure in found.items()}
        _block(request, session, found["chromium"], step="preflight", kinds=kinds)
    if session.follow == "standard" or request.cache != "no-store":
        allowed = preflight.allowed_by(response.lines, follow=session.follow)
        session.preflights.store(url, asked, allowed)


def _forget(session: Session, url: str, asked: Preflighted) -> None:
    """Forget what was allowed before a preflight fails. Chromium goes on remembering it."""
    if session.follow == "standard":
        session.preflights.clear(url, asked.origin)


def _chromium_metadata(lines: Lines, own: Request) -> Lines:
    """Return the headers of a preflight with the Sec-Fetch-* that Chromium sends.

    It names the mode to any URL, and the site as if there had been no redirect.
    """
    if not own.url.is_trustworthy:
        return (*lines, ("sec-fetch-mode", own.mode))
    site = replace(own, urls=[own.url]).site
    return tuple((name, site if name == "sec-fetch-site" else value) for name, value in lines)


def _block(
    request: Request,
    session: Session,
    failure: Failure,
    *,
    step: Literal["preflight", "actual"] = "actual",
    kinds: dict[str, str] | None = None,
) -> NoReturn:
    kinds = kinds or {}
    exchange = request.exchanges[-1] if request.exchanges and not request.is_from_cache else None
    origin = request.sent_origin
    hint = hint_for(failure, origin=origin, exchange=exchange, policy=session.policy())
    if request.is_from_cache:
        hint = f"{hint}; {wording.CACHED}"
    raise BlockedByCORS(
        failure,
        firefox=firefox_key(kinds.get("firefox", failure.kind)),
        safari=kinds.get("safari", failure.kind),
        step=step,
        url=request.url.href,
        origin=origin,
        hint=hint,
        exchanges=tuple(request.exchanges),
    )


def _fail(request: Request, kind: str, text: str) -> NoReturn:
    raise FetchError(kind, text, tuple(request.exchanges))
