"""Browsers: what a page of an origin can do with a server."""

from __future__ import annotations

import json as json_
import time
from typing import TYPE_CHECKING, Any, Self, cast

from . import asgi, methods, navigation, request_headers, websocket
from .blocked import FetchError
from .cookies import CookieJar
from .fetch import Session, fetch
from .headers import HeadersInit, Lines, combined, is_token, lines_of
from .hint import policy_in
from .http_cache import HTTPCache
from .preflight_cache import PreflightCache
from .request import VALUES, Request
from .url import URL, is_same_site, parse, site_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fastcors._types import ASGIApp

    from .exchange import WireRequest, WireResponse
    from .lifespan import Lifespan
    from .request import _Cache, _Credentials, _Follow, _Mode, _Redirect
    from .response import Response
    from .websocket import Handshake

_TEXT = "text/plain;charset=UTF-8"
_JSON = "application/json"


class _Page:
    """What both browsers share: everything that needs no I/O."""

    def __init__(
        self,
        app_or_base_url: ASGIApp | str,
        origin: str = "https://app.example.com",
        follow: _Follow = "chromium",
        *,
        base_url: str = "https://testserver",
        raise_app_exceptions: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app: Any = None
        if isinstance(app_or_base_url, str):
            base_url = app_or_base_url
        else:
            self._app = app_or_base_url
        base = parse(base_url)
        if base is None or not base.is_http:
            raise ValueError(f"{base_url!r} is not an http or https URL")
        page = parse(origin)
        if origin != "null" and (page is None or page.origin != origin):
            instead = f"; write {page.origin!r}" if page and page.origin != "null" else ""
            raise ValueError(f"{origin!r} is not an origin as browsers send it{instead}")
        _check("follow", follow)
        self._base = base.href
        self._raise_app_exceptions = raise_app_exceptions
        self.origin = origin
        self.cookies = CookieJar(clock, time.time)
        self._session = Session(
            follow,
            self.cookies,
            PreflightCache(clock, follow=follow),
            HTTPCache(clock, time.time),
            lambda: None if self._app is None else policy_in(self._app),
        )
        self._open()

    def _open(self) -> None:
        """Prepare what the requests are sent with."""
        raise NotImplementedError

    def set_cookie(self, text: str, url: str = "") -> None:
        """Store a cookie, as if the server had set it in a response to its own page.

        Args:
            text: the value of Set-Cookie.
            url: the URL of that response; by default the server's root.
        """
        self.cookies.store(text, self._url(url), same_site=True)

    def clear_caches(self) -> None:
        """Forget responses, and what preflights allowed."""
        self._session.preflights.clear_all()
        self._session.responses.clear()

    def _url(self, text: str) -> URL:
        url = parse(text, self._base)
        if url is None:
            raise TypeError(f"{text!r} is not a URL")
        return url

    def _request(
        self,
        url: str,
        method: str,
        headers: HeadersInit,
        body: str | bytes | None,
        json: Any,
        credentials: _Credentials,
        mode: _Mode,
        redirect: _Redirect,
        cache: _Cache,
    ) -> Request:
        """Return what a script's ``new Request(...)`` is (Fetch standard, 5.4).

        Raises:
            TypeError: for what a browser does not let a script ask for.
        """
        found = self._url(url)
        if found.has_credentials:
            raise TypeError(f"{url!r} has a user name or a password")
        _check("credentials", credentials)
        _check("mode", mode)
        _check("redirect", redirect)
        _check("cache", cache)
        if cache == "only-if-cached" and mode != "same-origin":
            raise TypeError("the cache mode only-if-cached needs the mode same-origin")
        if not is_token(method) or methods.is_forbidden(method):
            raise TypeError(f"scripts cannot use the method {method!r}")
        method = methods.normalize(method)
        if mode == "no-cors" and not methods.is_safelisted(method):
            raise TypeError(f"a no-cors request cannot have the method {method}")
        lines, content = _content(lines_of(headers), body, json, mode, self._session.follow)
        if content is not None and method in {"GET", "HEAD"}:
            raise TypeError(f"a request with the method {method} cannot have a body")
        return Request(
            method, [found], lines, content, self.origin, credentials, mode, redirect, cache
        )

    def _navigation(self, url: str) -> Request:
        return navigation.navigation(self._url(url), origin=self.origin)

    def _submission(
        self, url: str, fields: Mapping[str, str], encoding: navigation._Encoding
    ) -> Request:
        body, kind = navigation.encoded(fields, encoding)
        return navigation.navigation(
            self._url(url), origin=self.origin, method="POST", body=body, kind=kind
        )

    def _handshake(self, url: str, protocols: Sequence[str]) -> WireRequest:
        return websocket.handshake(
            websocket.http_url(url, self._base),
            origin=self.origin,
            cookies=self.cookies,
            protocols=protocols,
            follow=self._session.follow,
        )

    def _store(self, shaken: Handshake) -> Handshake:
        url = shaken.request.url
        same_site = is_same_site(url.site, site_of(self.origin))
        self.cookies.store_all(shaken.lines, url, same_site=same_site)
        return shaken


def _check(name: str, value: object) -> None:
    if value not in VALUES[name]:
        raise TypeError(f"{name} is {value!r}; it is one of {', '.join(VALUES[name])}")


def _content(
    given: Lines, body: str | bytes | None, json: Any, mode: str, follow: str
) -> tuple[Lines, bytes | None]:
    """Return the headers and the body of a request (Fetch standard, 5.4, steps 33 to 38)."""
    names = {name for name, _ in given}
    if json is not None:
        if body is not None:
            raise TypeError("a request has a body or json, not both")
        body = json_.dumps(json, separators=(",", ":"), ensure_ascii=False)
        if "content-type" not in names:
            given = (*given, ("content-type", _JSON))
    lines = request_headers.guarded(given, mode)
    if follow == "chromium":
        lines = combined(lines)
    if isinstance(body, str):
        if not any(name == "content-type" for name, _ in lines):
            lines = (*lines, ("content-type", _TEXT))
        return lines, body.encode()
    return lines, body


class Browser(_Page):
    """A page of an origin, which does with a server what a browser does.

    Args:
        app_or_base_url: an ASGI application, which is called directly and gets the requests for every
            host; or the base URL of a server, which needs httpx2 or httpx.
        origin: the origin of the page, such as ``https://app.example.com``, or ``null``.
        follow: ``"chromium"`` for what browsers do, ``"standard"`` for the Fetch standard's text where
            that differs.
        base_url: where an application is: what URLs are relative to.
        raise_app_exceptions: whether what an application raises is raised here; else its response has
            status 500, as with a server.
        clock: returns the time in seconds, for what expires.

    Raises:
        ValueError: for what is no origin or no base URL.
        ImportError: for a base URL without httpx2 and httpx.

    ``with Browser(app) as page`` starts the application, as a server does, and stops it at the end.
    Otherwise its lifespan does not run.

    Cookies and preflight responses stay from one fetch to the next, as in one tab.

        browser = Browser(app, origin="https://app.example.com")
        assert browser.fetch("/items", credentials="include").json() == []

    Attributes:
        origin: the origin of the page.
        cookies: the cookies.
    """

    def _open(self) -> None:
        self._lifespan: Lifespan | None = None
        self._transport: Any
        if self._app is None:
            from .client import Client

            self._transport = Client()
        else:
            from .portal import Portal

            self._transport = Portal()

    def fetch(
        self,
        url: str,
        method: str = "GET",
        headers: HeadersInit = None,
        body: str | bytes | None = None,
        json: Any = None,
        credentials: _Credentials = "same-origin",
        mode: _Mode = "cors",
        redirect: _Redirect = "follow",
        cache: _Cache = "default",
    ) -> Response:
        """Do what ``fetch`` does in a script of the page.

        Args:
            url: where; relative to the server, not to the page.
            method: the method.
            headers: the headers that the script sets. A browser drops forbidden ones silently.
            body: the body.
            json: what the body is the JSON of; its Content-Type is ``application/json``.
            credentials: when cookies are sent and stored.
            mode: the mode.
            redirect: what happens after a redirect.
            cache: how the browser's cache is used.

        Raises:
            BlockedByCORS: for what CORS keeps from the page.
            FetchError: for any other network error.
            TypeError: for what a browser does not let a script ask for.
        """
        request = self._request(
            url, method, headers, body, json, credentials, mode, redirect, cache
        )
        return self._run(request)

    def navigate(self, url: str) -> Response:
        """Follow a link of the page: CORS does not cover it, and nothing of the response is hidden."""
        return self._run(self._navigation(url))

    def submit(
        self,
        url: str,
        fields: Mapping[str, str] | None = None,
        *,
        encoding: navigation._Encoding = "application/x-www-form-urlencoded",
    ) -> Response:
        """Submit a form of the page with POST: CORS does not cover it.

        Args:
            url: the form's action.
            fields: the names and values of its fields.
            encoding: the form's enctype.
        """
        return self._run(self._submission(url, fields or {}, encoding))

    def websocket(self, url: str, protocols: Sequence[str] = ()) -> Handshake:
        """Open a WebSocket of the page, and close it again.

        Args:
            url: where; relative to the server.
            protocols: the subprotocols that the page can speak.
        """
        request = self._handshake(url, protocols)
        if self._app is None:
            return self._store(cast("Handshake", self._transport.open(request)))
        shaking = asgi.send_websocket(self._app, request, state=self._state())
        return self._store(self._transport.run(shaking))

    def _run(self, request: Request) -> Response:
        steps = fetch(request, self._session)
        try:
            sent = next(steps)
            while True:
                sent = steps.send(self._send(sent))
        except StopIteration as stop:
            return cast("Response", stop.value)
        except FetchError as error:
            error.exchanges = tuple(request.exchanges)
            raise

    def _send(self, request: WireRequest) -> WireResponse:
        if self._app is None:
            return cast("WireResponse", self._transport.send(request))
        calling = asgi.send_http(
            self._app,
            request,
            raise_app_exceptions=self._raise_app_exceptions,
            state=self._state(),
        )
        return cast("WireResponse", self._transport.run(calling))

    def _state(self) -> dict[str, Any]:
        return {} if self._lifespan is None else self._lifespan.state

    def close(self) -> None:
        """Stop the application, and close connections or the event loop that it ran in."""
        lifespan, self._lifespan = self._lifespan, None
        try:
            if lifespan is not None:
                self._transport.run(lifespan.stop())
        finally:
            self._transport.close()

    def __enter__(self) -> Self:
        if self._app is not None:
            from .lifespan import Lifespan

            self._lifespan = Lifespan(self._app)
            try:
                self._transport.run(self._lifespan.start())
            except BaseException:
                self._transport.close()
                raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class AsyncBrowser(_Page):
    """`Browser` for asyncio and trio: the application runs in the caller's event loop.

    Its lifespan does not run.

    The arguments and the attributes are those of `Browser`.
    """

    def _open(self) -> None:
        self._client: Any = None
        if self._app is None:
            from .client import AsyncClient

            self._client = AsyncClient()

    async def fetch(
        self,
        url: str,
        method: str = "GET",
        headers: HeadersInit = None,
        body: str | bytes | None = None,
        json: Any = None,
        credentials: _Credentials = "same-origin",
        mode: _Mode = "cors",
        redirect: _Redirect = "follow",
        cache: _Cache = "default",
    ) -> Response:
        """Do what ``fetch`` does in a script of the page, as `Browser.fetch`."""
        request = self._request(
            url, method, headers, body, json, credentials, mode, redirect, cache
        )
        return await self._run(request)

    async def navigate(self, url: str) -> Response:
        """Follow a link of the page, as `Browser.navigate`."""
        return await self._run(self._navigation(url))

    async def submit(
        self,
        url: str,
        fields: Mapping[str, str] | None = None,
        *,
        encoding: navigation._Encoding = "application/x-www-form-urlencoded",
    ) -> Response:
        """Submit a form of the page with POST, as `Browser.submit`."""
        return await self._run(self._submission(url, fields or {}, encoding))

    async def websocket(self, url: str, protocols: Sequence[str] = ()) -> Handshake:
        """Open a WebSocket of the page, and close it again, as `Browser.websocket`."""
        request = self._handshake(url, protocols)
        if self._app is None:
            return self._store(cast("Handshake", await self._client.open(request)))
        return self._store(await asgi.send_websocket(self._app, request))

    async def _run(self, request: Request) -> Response:
        steps = fetch(request, self._session)
        try:
            sent = next(steps)
            while True:
                sent = steps.send(await self._send(sent))
        except StopIteration as stop:
            return cast("Response", stop.value)
        except FetchError as error:
            error.exchanges = tuple(request.exchanges)
            raise

    async def _send(self, request: WireRequest) -> WireResponse:
        if self._app is None:
            return cast("WireResponse", await self._client.send(request))
        return await asgi.send_http(
            self._app, request, raise_app_exceptions=self._raise_app_exceptions
        )

    async def aclose(self) -> None:
        """Close connections."""
        if self._client is not None:
            await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()
