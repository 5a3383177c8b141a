"""URLs, origins and sites."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastcors._fastcors import parse_url

_NULL = "null"


@dataclass(frozen=True, slots=True)
class URL:
    """A URL as the URL standard parses it.

    Attributes:
        href: the whole URL, serialized.
        scheme: without the colon.
        username: percent-encoded.
        password: percent-encoded.
        host: an IPv6 address with its brackets.
        port: the port that a connection goes to.
        path: percent-encoded.
        query: without the question mark.
        fragment: without the number sign.
        origin: serialized; ``null`` if it is opaque.
        site: the scheme and the registrable domain, serialized; ``null`` if the origin is opaque.
        is_trustworthy: whether it is potentially trustworthy (Secure Contexts, 3.2).
    """

    href: str
    scheme: str
    username: str
    password: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None
    origin: str
    site: str
    is_trustworthy: bool

    @property
    def authority(self) -> str:
        """The host, with the port if it is not the scheme's default: the value of Host."""
        return self.origin.partition("://")[2] if self.origin != _NULL else self.host

    @property
    def has_credentials(self) -> bool:
        """Whether it includes credentials (URL standard, 4.2)."""
        return bool(self.username or self.password)

    @property
    def is_http(self) -> bool:
        """Whether its scheme is an HTTP(S) scheme (Fetch standard, 2.1)."""
        return self.scheme in {"http", "https"}

    def without_fragment(self) -> str:
        """Return it, serialized without its fragment."""
        return self.href.partition("#")[0]

    def with_fragment_of(self, other: URL) -> URL:
        """Return it with the fragment of another if it has none (Fetch standard, location URL)."""
        if self.fragment is not None or other.fragment is None:
            return self
        return replace(self, href=f"{self.href}#{other.fragment}", fragment=other.fragment)


def parse(text: str, base: str | None = None) -> URL | None:
    """Parse a URL (URL standard, 4.4), relative to `base` if it is given; None on failure."""
    found = parse_url(text, base)
    return None if found is None else URL(*found[0], *found[1])


def is_same_origin(one: str, other: str) -> bool:
    """Whether two serialized origins are the same origin (HTML standard, 7.1.1).

    ``null`` stands for an opaque origin, which is the same as no other.
    """
    return one == other and one != _NULL


def is_same_site(one: str, other: str) -> bool:
    """Whether two serialized sites are schemefully same site (HTML standard, 7.1.1.1)."""
    return one == other and one != _NULL


def site_of(origin: str) -> str:
    """Return the serialized site of a serialized origin."""
    url = None if origin == _NULL else parse(origin)
    return _NULL if url is None else url.site
