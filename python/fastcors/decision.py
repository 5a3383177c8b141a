"""A request, and the decision of a policy about it, as values."""

from __future__ import annotations

from ._format import shown
from ._immutable import Immutable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal, Protocol

    class _Decider(Protocol):
        """The policy that decided. It explains the decision when it is asked."""

        def _decide(self, request: Request) -> Decision: ...
        def _denials(self, request: Request) -> tuple[Denial, ...]: ...
        def _explanation(self, decision: Decision) -> str: ...

    _Kind = Literal[
        "origin",
        "method",
        "headers",
        "private-network",
        # No CORS below a path.
        "path",
        # The rules of enforcement.
        "host",
        "cross-site-read",
        "cross-site-write",
        "origin-read",
        "origin-write",
        "websocket",
    ]

# The rules of enforcement by which requests are rejected, the kinds of their denials.
RULES = (
    "host",
    "cross-site-read",
    "cross-site-write",
    "origin-read",
    "origin-write",
    "websocket",
)

# How the names of the compiled counters begin that are about `allow_origin_func`.
FUNCTION = "function-"


class Request(Immutable):
    """The values of a request's headers that a policy reads, as strings.

    Attributes:
        origin: the Origin, or None.
        method: the Access-Control-Request-Method; None for an actual request.
        headers: the Access-Control-Request-Headers, or None.
        private_network: whether there is an Access-Control-Request-Private-Network.
        path: the path of its URL, or None.
    """

    __slots__ = ("headers", "method", "origin", "path", "private_network")

    origin: str | None
    method: str | None
    headers: str | None
    private_network: bool
    path: str | None

    def __init__(
        self,
        origin: str | None,
        method: str | None,
        headers: str | None,
        private_network: bool,
        path: str | None = None,
    ) -> None:
        self._start(
            origin=origin,
            method=method,
            headers=headers,
            private_network=private_network,
            path=path,
        )

    def _value(self) -> tuple[Any, ...]:
        return self.origin, self.method, self.headers, self.private_network, self.path

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Request):
            return NotImplemented
        return type(self) is type(other) and self._value() == other._value()

    def __hash__(self) -> int:
        return hash(self._value())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._value()

    def shown(self) -> str:
        """Return it as the call that it was made by."""
        asked = f"origin={shown(self.origin)}"
        if self.method is not None:
            asked += f", method={shown(self.method)}"
        if self.headers is not None:
            asked += f", headers={shown(self.headers)}"
        if self.private_network:
            asked += ", private_network=True"
        if self.path is not None:
            asked += f", path={shown(self.path)}"
        return f"{'actual' if self.method is None else 'preflight'}({asked})"


class FetchRequest(Request):
    """A request that is no preflight, with what enforcement looks at beside its Origin.

    Attributes:
        sent_method: its method; None for the handshake of a WebSocket.
        host: the Host, None where there is none.
        site, mode, destination: Sec-Fetch-Site, Sec-Fetch-Mode and Sec-Fetch-Dest.
        is_https: whether it is known to be sent by https.
    """

    __slots__ = ("destination", "host", "is_https", "mode", "sent_method", "site")

    sent_method: str | None
    host: str | None
    site: str | None
    mode: str | None
    destination: str | None
    is_https: bool

    def __init__(
        self,
        origin: str | None,
        sent_method: str | None,
        host: str | None,
        site: str | None,
        mode: str | None,
        destination: str | None,
        is_https: bool,
        path: str | None = None,
    ) -> None:
        super().__init__(origin, None, None, private_network=False, path=path)
        self._start(
            sent_method=sent_method,
            host=host,
            site=site,
            mode=mode,
            destination=destination,
            is_https=is_https,
        )

    def _value(self) -> tuple[Any, ...]:
        return (
            self.origin,
            self.sent_method,
            self.host,
            self.site,
            self.mode,
            self.destination,
            self.is_https,
            self.path,
        )

    def shown(self) -> str:
        """Return it as the call that it was made by."""
        names = ("origin", "method", "host", "sec_fetch_site", "sec_fetch_mode", "sec_fetch_dest")
        values = zip(names, self._value(), strict=False)
        texts = [f"{name}={shown(value)}" for name, value in values if value is not None]
        if self.is_https:
            texts.append('scheme="https"')
        if self.path is not None:
            texts.append(f"path={shown(self.path)}")
        return f"{'websocket' if self.sent_method is None else 'request'}({', '.join(texts)})"


class Denial(Immutable):
    """One reason why a request is rejected.

    Attributes:
        kind: ``"origin"``, ``"method"``, ``"headers"`` or ``"private-network"`` for CORS, as in the
            body of a preflight's response; ``"path"`` if `paths` has None for it; one of `RULES` if
            enforcement rejects the request.
        value: the rejected value as it was sent: for headers, one name; for a path, the key of `paths`.
        message: a sentence that names the closest rule, how it differs, and what to change. It has no
            control character and no line break, whatever the request contains.
    """

    __slots__ = ("kind", "message", "value")
    __match_args__ = ("kind", "value", "message")

    kind: _Kind
    value: str
    message: str

    def __init__(self, kind: _Kind, value: str, message: str) -> None:
        self._start(kind=kind, value=value, message=message)

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"

    def __repr__(self) -> str:
        return f"Denial({self.kind!r}, {shown(self.value)}, {self.message!r})"

    def __eq__(self, other: object) -> bool:
        return self._value() == other._value() if isinstance(other, Denial) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value())

    def __reduce__(self) -> tuple[Any, ...]:
        return Denial, self._value()

    def _value(self) -> tuple[_Kind, str, str]:
        return self.kind, self.value, self.message


class Decision(Immutable):
    """The decision of a policy about one request.

    `Policy.preflight`, `Policy.actual`, `Policy.request` and `Policy.websocket` return it.

    It is true if the request is allowed, and its `str` is an explanation for a person. Two decisions
    are equal if their requests and their policies are.

    Attributes:
        allowed: whether the request is allowed.
        status: the status of the response to a preflight, 200 or 400 (204 or 403 with minimal
            responses), or of a rejection by enforcement, 403 or 421; None if the application responds.
        body: the body of that response; None if the application responds.
        headers: a new list of headers, as pairs of bytes in the order in which they are sent. For a
            preflight or a rejection these are all headers of the response. Otherwise they are added to
            the application's, and replace those of the same name; its `Vary` is kept and extended.
        denials: why the request is rejected, a tuple of `Denial` in the order of the body; empty if
            `allowed`. It is made when it is first read, as is the `str`: that compares every listed
            origin.
    """

    __slots__ = ("_denials", "_lines", "_policy", "_request", "_text", "allowed", "body", "status")

    _denials: tuple[Denial, ...] | None
    _lines: tuple[tuple[bytes, bytes], ...]
    _policy: _Decider
    _request: Request
    _text: str | None
    allowed: bool
    body: bytes | None
    status: int | None

    def __init__(
        self,
        policy: _Decider,
        request: Request,
        *,
        allowed: bool,
        status: int | None,
        body: bytes | None,
        lines: Iterable[tuple[bytes, bytes]],
    ) -> None:
        self._start(
            _policy=policy,
            _request=request,
            _lines=tuple(lines),
            _denials=None,
            _text=None,
            allowed=allowed,
            status=status,
            body=body,
        )

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers, in a new list."""
        return list(self._lines)

    @property
    def denials(self) -> tuple[Denial, ...]:
        """Why the request is rejected."""
        found = self._denials
        if found is None:
            found = () if self.allowed else self._policy._denials(self._request)
            self._set(_denials=found)
        return found

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        found = self._text
        if found is None:
            found = self._policy._explanation(self)
            self._set(_text=found)
        return found

    def __repr__(self) -> str:
        verdict = "allowed" if self.allowed else "rejected"
        status = "" if self.status is None else f", status {self.status}"
        return f"<Decision: {self._request.shown()} is {verdict}{status}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return self._request == other._request and self._policy == other._policy

    def __hash__(self) -> int:
        return hash((self._request, self.allowed, self._lines))

    def __reduce__(self) -> tuple[Any, ...]:
        return self._policy._decide, (self._request,)


def never_mirrored(value: str) -> str | None:
    """Return a character of a header value that no response may repeat: CR, LF or NUL.

    The compiled part rejects such a value with the same rule.
    """
    return next((character for character in "\r\n\0" if character in value), None)
