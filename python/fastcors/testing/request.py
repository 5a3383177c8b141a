"""A request as the Fetch standard has it, before it goes over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .redirect import is_tainted
from .url import is_same_origin, is_same_site, site_of

if TYPE_CHECKING:
    from typing import Literal

    from .exchange import Exchange
    from .headers import Lines
    from .url import URL

    # At run time they differ between Pythons, and stubtest compares them.
    _Credentials = Literal["omit", "same-origin", "include"]
    _Mode = Literal["cors", "no-cors", "same-origin"]
    _Redirect = Literal["follow", "error", "manual"]
    _Cache = Literal["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]
    _Follow = Literal["chromium", "standard"]

VALUES = {
    "credentials": ("omit", "same-origin", "include"),
    "mode": ("cors", "no-cors", "same-origin"),
    "redirect": ("follow", "error", "manual"),
    "cache": ("default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"),
    "follow": ("chromium", "standard"),
}
"""The options of a browser and its fetches that are one of some words."""


@dataclass(slots=True)
class Request:
    """A request (Fetch standard, 2.2.5).

    Attributes:
        method: the method.
        urls: the URL list: where it began, and where each redirect led.
        lines: the headers that a script set.
        body: the body; None without one.
        origin: the origin of the page, serialized.
        credentials: the credentials mode.
        mode: the mode: that of a script, ``"navigate"`` or ``"websocket"``.
        redirect: the redirect mode.
        cache: the cache mode.
        destination: the destination, as Sec-Fetch-Dest names it.
        tainting: the response tainting.
        redirect_count: the number of redirects.
        is_from_cache: whether its response came from the HTTP cache.
        exchanges: what went over the wire.
    """

    method: str
    urls: list[URL]
    lines: Lines
    body: bytes | None
    origin: str
    credentials: str
    mode: str
    redirect: str = "follow"
    cache: str = "default"
    destination: str = "empty"
    tainting: str = "basic"
    redirect_count: int = 0
    is_from_cache: bool = False
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def url(self) -> URL:
        """The current URL."""
        return self.urls[-1]

    @property
    def is_same_origin(self) -> bool:
        """Whether the current URL has the origin of the page."""
        return is_same_origin(self.url.origin, self.origin)

    @property
    def is_same_site(self) -> bool:
        """Whether the current URL is schemefully same site with the page: what SameSite is about."""
        return is_same_site(self.url.site, site_of(self.origin))

    @property
    def sent_origin(self) -> str:
        """The serialized request origin, ``null`` if redirects taint it (Fetch standard, 2.2.5)."""
        return "null" if is_tainted(self.origin, self.urls) else self.origin

    @property
    def includes_credentials(self) -> bool:
        """Whether cookies are sent and stored (Fetch standard, 4.6, step 8.3)."""
        return self.credentials == "include" or (
            self.credentials == "same-origin" and self.tainting == "basic"
        )

    @property
    def site(self) -> str:
        """The relation of all URLs to the page, as Sec-Fetch-Site has it (Fetch Metadata, 2.4)."""
        site, found = site_of(self.origin), "same-origin"
        for url in self.urls:
            if is_same_origin(url.origin, self.origin):
                continue
            if not is_same_site(url.site, site):
                return "cross-site"
            found = "same-site"
        return found
