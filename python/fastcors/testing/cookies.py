"""Cookies, as far as they decide what a server receives from a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dates import date_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .headers import Lines
    from .url import URL

# For so long, a cookie without SameSite is sent with a form that another site's page posts.
_UNSAFE_SECONDS = 120
_LAX_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie, as RFC 6265bis stores it.

    Attributes:
        name: its name.
        value: its value.
        domain: the host that it belongs to.
        host_only: whether hosts below that one do not get it.
        path: the path that it belongs to.
        secure: whether only a trustworthy URL gets it.
        http_only: whether scripts cannot read it.
        same_site: ``"strict"``, ``"lax"`` or ``"none"``; empty if the server does not say.
        until: when it expires, by the clock; None at the end of the session.
        since: when it was stored, by the clock.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    http_only: bool
    same_site: str
    until: float | None
    since: float


def parse_cookie(text: str, url: URL, now: float, *, time: float) -> Cookie | None:
    """Return the cookie of a Set-Cookie (RFC 6265bis, 5.6 and 5.7).

    Args:
        text: the value of Set-Cookie.
        url: the URL of the response.
        now: the time by the clock of the cookies.
        time: the time of day, which Expires is compared with.

    Returns:
        None if a browser ignores it.
    """
    pair, *attributes = text.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = name.strip(" \t"), value.strip(" \t")
    if not name and not value:
        return None
    found = {}
    for attribute in attributes:
        key, _, content = attribute.partition("=")
        found[key.strip(" \t").lower()] = content.strip(" \t")
    domain = found.get("domain", "").lower().removeprefix(".")
    if domain and not _may_set(url, domain):
        return None
    path = found.get("path", "")
    cookie = Cookie(
        name,
        value,
        domain=domain or url.host,
        host_only=not domain,
        path=path if path.startswith("/") else default_path(url.path),
        secure="secure" in found,
        http_only="httponly" in found,
        same_site=_same_site(found.get("samesite", "")),
        until=_until(found, now, time),
        since=now,
    )
    return cookie if _is_acceptable(cookie, url) else None


def _may_set(url: URL, domain: str) -> bool:
    """Whether a host may set a cookie for a domain: its own, or one above it that it is registered in."""
    registrable = url.site.partition("://")[2]
    return domain == url.host or (
        domain_matches(url.host, domain) and domain_matches(domain, registrable)
    )


def _same_site(text: str) -> str:
    lowered = text.lower()
    return lowered if lowered in {"strict", "lax", "none"} else ""


def _until(found: dict[str, str], now: float, time: float) -> float | None:
    """Return when a cookie expires: Max-Age wins over Expires (RFC 6265bis, 5.7, steps 8 and 9)."""
    seconds = found.get("max-age", "")
    if seconds.removeprefix("-").isascii() and seconds.removeprefix("-").isdigit():
        return now + int(seconds)
    expires = date_of(found.get("expires"))
    return None if expires is None else now + expires - time


def _is_acceptable(cookie: Cookie, url: URL) -> bool:
    """Whether a browser stores it (RFC 6265bis, 5.7, steps 12 to 22)."""
    if cookie.secure and not url.is_trustworthy:
        return False
    if cookie.same_site == "none" and not cookie.secure:
        return False
    name = cookie.name.lower()
    if name.startswith("__secure-"):
        return cookie.secure
    if name.startswith("__host-"):
        return cookie.secure and cookie.host_only and cookie.path == "/"
    return True


def default_path(path: str) -> str:
    """Return the path of a cookie whose server names none (RFC 6265bis, 5.1.4)."""
    return path.rpartition("/")[0] or "/"


def path_matches(path: str, of: str) -> bool:
    """Whether a cookie of one path is sent to another (RFC 6265bis, 5.1.4)."""
    return path == of or (path.startswith(of) and (of.endswith("/") or path[len(of)] == "/"))


def domain_matches(host: str, domain: str) -> bool:
    """Whether a host is a domain or below it (RFC 6265bis, 5.1.3)."""
    return host == domain or host.endswith(f".{domain}")


class CookieJar:
    """The cookies of a browser (RFC 6265bis, 5.7 and 5.8).

    Args:
        clock: returns the time in seconds.
        time: returns the time of day, which the attribute Expires is compared with.
    """

    def __init__(self, clock: Callable[[], float], time: Callable[[], float]) -> None:
        self._clock = clock
        self._time = time
        self._cookies: dict[tuple[str, str, str], Cookie] = {}

    def __iter__(self) -> Iterator[Cookie]:
        now = self._clock()
        return iter([each for each in self._cookies.values() if _is_fresh(each, now)])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def store(self, text: str, url: URL, *, same_site: bool) -> None:
        """Store what a Set-Cookie of a response says.

        Args:
            text: its value.
            url: the URL of the response.
            same_site: whether the request was same-site; of another only cookies with SameSite=None
                are stored.
        """
        now = self._clock()
        cookie = parse_cookie(text, url, now, time=self._time())
        if cookie is None or (cookie.same_site != "none" and not same_site):
            return
        key = cookie.name, cookie.domain, cookie.path
        if _is_fresh(cookie, now):
            self._cookies[key] = cookie
        else:
            self._cookies.pop(key, None)

    def store_all(self, lines: Lines, url: URL, *, same_site: bool) -> None:
        """Store what each Set-Cookie of a response says, as `store`."""
        for name, value in lines:
            if name == "set-cookie":
                self.store(value, url, same_site=same_site)

    def header(self, url: URL, *, same_site: bool, navigation: str | None = None) -> str | None:
        """Return the Cookie header of a request; None if it has none (RFC 6265bis, 5.8.3).

        Args:
            url: the request's URL.
            same_site: whether the request is same-site.
            navigation: the method if it is a navigation of a whole page: a safe one has lax cookies.
        """
        found = [
            cookie
            for cookie in self
            if _belongs(cookie, url) and _is_sent(cookie, same_site, navigation, self._clock())
        ]
        found.sort(key=lambda cookie: -len(cookie.path))
        pairs = (f"{each.name}={each.value}" if each.name else each.value for each in found)
        return "; ".join(pairs) or None

    def clear(self) -> None:
        """Forget all cookies."""
        self._cookies.clear()


def _is_fresh(cookie: Cookie, now: float) -> bool:
    return cookie.until is None or cookie.until > now


def _belongs(cookie: Cookie, url: URL) -> bool:
    host_fits = (
        url.host == cookie.domain if cookie.host_only else domain_matches(url.host, cookie.domain)
    )
    return (
        host_fits
        and path_matches(url.path, cookie.path)
        and (url.is_trustworthy or not cookie.secure)
    )


def _is_sent(cookie: Cookie, same_site: bool, navigation: str | None, now: float) -> bool:
    """Whether SameSite allows a request to have a cookie (RFC 6265bis, 5.2 and 5.8.3)."""
    if same_site or cookie.same_site == "none":
        return True
    if cookie.same_site == "strict" or navigation is None:
        return False
    is_new = not cookie.same_site and cookie.since + _UNSAFE_SECONDS > now
    return navigation in _LAX_METHODS or is_new
