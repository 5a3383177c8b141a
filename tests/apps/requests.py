"""The requests that each application is sent."""

from __future__ import annotations

from dataclasses import dataclass

ALLOWED = "https://app.example.com"
UNTRUSTED = "https://evil.example"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """One request.

    A name in braces in a header's value or in the path, such as ``{mcp-session-id}``, stands for
    the value of that header in the last response that had it.
    """

    method: str
    path: str
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the value of the first header with this lower-case name."""
        return next((value for other, value in self.headers if other.lower() == name), None)

    @property
    def is_preflight(self) -> bool:
        """Whether it is a CORS preflight."""
        return (
            self.method == "OPTIONS"
            and self.header("origin") is not None
            and self.header("access-control-request-method") is not None
        )

    def __str__(self) -> str:
        """Return a line for the report."""
        headers = "".join(f" {name}={value}" for name, value in self.headers)
        return f"{self.method} {self.path}{headers}"


def get(path: str, origin: str | None = ALLOWED, *headers: tuple[str, str]) -> Request:
    """Return a GET."""
    return sending("GET", path, origin, *headers)


def sending(
    method: str, path: str, origin: str | None, *headers: tuple[str, str], body: bytes = b""
) -> Request:
    """Return an actual request."""
    named = () if origin is None else (("origin", origin),)
    return Request(method, path, (*named, *headers), body)


def json(path: str, text: str, *headers: tuple[str, str], origin: str | None = ALLOWED) -> Request:
    """Return a POST of JSON."""
    content_type = ("content-type", "application/json")
    return sending("POST", path, origin, content_type, *headers, body=text.encode())


def form(path: str, text: str, *headers: tuple[str, str], origin: str | None = ALLOWED) -> Request:
    """Return a POST of a form."""
    content_type = ("content-type", "application/x-www-form-urlencoded")
    return sending("POST", path, origin, content_type, *headers, body=text.encode())


def preflight(
    path: str, origin: str, method: str, headers: str | None = None, *more: tuple[str, str]
) -> Request:
    """Return a preflight."""
    requested = () if headers is None else (("access-control-request-headers", headers),)
    lines = (("origin", origin), ("access-control-request-method", method), *requested, *more)
    return Request("OPTIONS", path, lines)


def around(
    path: str, *, allowed: str = ALLOWED, method: str = "GET", header: str = "content-type"
) -> tuple[Request, ...]:
    """Return the requests that browsers and others may send to one path, with and without an Origin.

    Args:
        path: a path where neither GET nor `method` with an empty body changes anything.
        allowed: an origin that the application allows.
        method: a method that it allows.
        header: a request header that it allows.
    """
    private_network = ("access-control-request-private-network", "true")
    return (
        sending(method, path, None),
        sending(method, path, allowed),
        sending(method, path, allowed, ("cookie", "session=1")),
        sending(method, path, allowed, ("accept-encoding", "gzip")),
        sending(method, path, allowed, ("authorization", "Bearer of-somebody-else")),
        sending(method, path, UNTRUSTED),
        sending(method, path, UNTRUSTED, ("cookie", "session=1")),
        sending(method, path, "null"),
        sending(method, path, ""),
        sending("HEAD", path, allowed),
        sending("OPTIONS", path, None),
        sending("OPTIONS", path, allowed),
        preflight(path, allowed, method),
        preflight(path, allowed, method, header),
        preflight(path, allowed, method, f"{header}, x-unheard-of", ("cookie", "session=1")),
        preflight(path, allowed, method, ""),
        preflight(path, allowed, "PURGE"),
        preflight(path, allowed, method.lower()),
        preflight(path, allowed, method, None, private_network),
        preflight(path, UNTRUSTED, method),
        preflight(path, UNTRUSTED, "PURGE", "x-unheard-of", private_network),
        preflight(path, "null", method, header),
    )
