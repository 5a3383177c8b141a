"""The parts of a request as a person gives them to a policy: checked, and as the compiled part takes them."""

from __future__ import annotations

from ._format import shown
from .decision import FetchRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ._fastcors import CompiledPolicy


def fetch_request(
    method: str | None,
    *,
    origin: str | None,
    scheme: str,
    path: str | None,
    **headers: str | None,
) -> FetchRequest:
    """Return a request that is no preflight; a method of None stands for a WebSocket's handshake."""

    def given(name: str, value: str | None) -> str | None:
        return None if value is None else text(name, value)

    host, site, mode, destination = (
        given(name, headers.get(name))
        for name in ("host", "sec_fetch_site", "sec_fetch_mode", "sec_fetch_dest")
    )
    is_https = text("scheme", scheme) in ("https", "wss")
    return FetchRequest(
        given("origin", origin), method, host, site, mode, destination, is_https, path
    )


def enforced_response(compiled: CompiledPolicy, request: FetchRequest) -> tuple[Any, ...]:
    """Return what the compiled policy decides on a request that is no preflight."""

    def value(text: str | None) -> bytes | None:
        return None if text is None else field(text)[0]

    return compiled.enforced_response(
        method=value(request.sent_method),
        is_https=request.is_https,
        host=value(request.host),
        origin=value(request.origin),
        origin_fits=field(request.origin)[1],
        site=value(request.site),
        mode=value(request.mode),
        destination=value(request.destination),
    )


def text(name: str, value: object) -> str:
    """Return a string that was given for a part of a request, as a plain one."""
    if not isinstance(value, str):
        meant = "a str"
        if isinstance(value, bytes | bytearray):
            meant = shown(bytes(value).decode("latin-1"))
        raise TypeError(f"{name} is {shown(value)}, {kind(value)}; write {meant}")
    # A subclass, such as an enumeration, may have another str.
    return str.__str__(value)


def joined(headers: Iterable[str] | None) -> str | None:
    """Return the value of Access-Control-Request-Headers."""
    if headers is None or isinstance(headers, str):
        return None if headers is None else text("headers", headers)
    names: Iterator[Any] | None = None
    if not isinstance(headers, bytes | bytearray | memoryview):
        try:
            names = iter(headers)
        except TypeError:
            names = None
    if names is None:
        raise TypeError(
            f"headers is {shown(headers)}, {kind(headers)}; write a list of names such as ['X-Token'], or one "
            f"string, which is the whole value of Access-Control-Request-Headers"
        )
    texts = [text("a name in headers", name) for name in names]
    return ",".join(texts) if texts else None


def kind(value: object) -> str:
    """Return the words for the type of a value."""
    return f"of type {type(value).__name__}"


def field(value: str | None) -> tuple[bytes, bool]:
    """Return the bytes of a header's value, and whether a header can hold it."""
    value = value or ""
    try:
        return value.encode("latin-1"), True
    except UnicodeEncodeError:
        # A `?` is in no method, no header name, no host and no origin.
        return value.encode("latin-1", "replace"), False
