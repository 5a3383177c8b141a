"""What a policy says of one request: the answer, and in words why."""

from __future__ import annotations

from ._format import shown
from ._immutable import Immutable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Literal

    from .policy import Policy

    _Kind = Literal["origin", "method", "headers", "private-network"]


class Request(Immutable):
    """What is decided on, as texts: the values of the request's headers.

    Attributes:
        origin: the Origin, None where there is none.
        method: the Access-Control-Request-Method; None where it is no preflight.
        headers: the Access-Control-Request-Headers, None where there is none.
        private_network: whether there is an Access-Control-Request-Private-Network.
    """

    __slots__ = ("headers", "method", "origin", "private_network")

    origin: str | None
    method: str | None
    headers: str | None
    private_network: bool

    def __init__(
        self, origin: str | None, method: str | None, headers: str | None, private_network: bool
    ) -> None:
        self._start(origin=origin, method=method, headers=headers, private_network=private_network)

    def _value(self) -> tuple[str | None, str | None, str | None, bool]:
        return self.origin, self.method, self.headers, self.private_network

    def __eq__(self, other: object) -> bool:
        return self._value() == other._value() if isinstance(other, Request) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value())

    def __reduce__(self) -> tuple[Any, ...]:
        return Request, self._value()


class Denial(Immutable):
    """One thing that is refused.

    Attributes:
        kind: ``"origin"``, ``"method"``, ``"headers"`` or ``"private-network"``, as in the body of
            the answer.
        value: what is refused, as it was sent: for headers one name.
        message: a sentence that says which rule comes closest, how it differs, and what to change.
            It holds no control character and no line break, whatever the request holds.
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
    """What a policy answers to one request. `Policy.preflight` and `Policy.actual` make it.

    It is true where it allows, and `str` of it explains it to a person. Two are equal if the request
    and the policy are.

    Attributes:
        allowed: whether nothing is refused.
        status: the status of a preflight's answer, 200 or 400; None for an actual request, which the
            application answers.
        body: the body of a preflight's answer; None for an actual request.
        headers: a new list of the header lines, as pairs of bytes in the order in which they are
            sent. Of a preflight's answer these are all. To the application's answer they are added,
            or take the place of its own of the same name; its `Vary` is kept and joined.
        denials: what is refused, a tuple of `Denial` in the order of the body; empty where `allowed`.
            Made at the first reading, as the text is: it looks at every origin that is listed.
    """

    __slots__ = ("_denials", "_lines", "_policy", "_request", "_text", "allowed", "body", "status")

    _denials: tuple[Denial, ...] | None
    _lines: tuple[tuple[bytes, bytes], ...]
    _policy: Policy
    _request: Request
    _text: str | None
    allowed: bool
    body: bytes | None
    status: int | None

    def __init__(self, policy: Policy, request: Request) -> None:
        self._start(_policy=policy, _request=request, _denials=None, _text=None)
        origin, origin_fits = _field(request.origin)
        if request.method is None:
            allowed, lines = policy._compiled.actual_answer(
                origin=None if request.origin is None else origin, origin_fits=origin_fits
            )
            self._set(allowed=allowed, status=None, body=None, _lines=tuple(lines))
            return
        headers, headers_fit = _field(request.headers)
        status, body, lines, refused = policy._compiled.preflight_answer(
            origin=origin,
            origin_fits=origin_fits,
            method=_field(request.method)[0],
            headers=None if request.headers is None else headers,
            headers_fit=headers_fit,
            private_network=request.private_network,
        )
        self._set(allowed=not refused, status=status, body=body, _lines=tuple(lines))

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The header lines, in a new list."""
        return list(self._lines)

    @property
    def denials(self) -> tuple[Denial, ...]:
        """What is refused."""
        found = self._denials
        if found is None:
            from ._explain.requests import denials

            found = tuple(denials(self._policy, self._request)) if not self.allowed else ()
            self._set(_denials=found)
        return found

    def __bool__(self) -> bool:
        return self.allowed

    def __str__(self) -> str:
        found = self._text
        if found is None:
            from ._explain.requests import explanation

            found = explanation(self._policy, self._request, self)
            self._set(_text=found)
        return found

    def __repr__(self) -> str:
        request = self._request
        asked = f"origin={shown(request.origin)}"
        if request.method is not None:
            asked += f", method={shown(request.method)}"
        if request.headers is not None:
            asked += f", headers={shown(request.headers)}"
        if request.private_network:
            asked += ", private_network=True"
        verdict = "allowed" if self.allowed else "refused"
        kind = "actual" if request.method is None else "preflight"
        status = "" if self.status is None else f", status {self.status}"
        return f"<Decision: {kind}({asked}) is {verdict}{status}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return self._request == other._request and self._policy == other._policy

    def __hash__(self) -> int:
        return hash((self._request, self.allowed, self._lines))

    def __reduce__(self) -> tuple[Any, ...]:
        return Decision, (self._policy, self._request)


def decide_preflight(
    policy: Policy,
    origin: str,
    method: str,
    headers: Iterable[str] | None,
    private_network: bool,
) -> Decision:
    """Decide as `Policy.preflight` says."""
    if not isinstance(private_network, bool):
        raise TypeError(
            f"private_network is {shown(private_network)}, {_kind(private_network)}; write True or False"
        )
    request = Request(
        _text("origin", origin),
        _text("method", method),
        _joined(headers),
        private_network,
    )
    return Decision(policy, request)


def decide_actual(policy: Policy, origin: str | None) -> Decision:
    """Decide as `Policy.actual` says."""
    text = None if origin is None else _text("origin", origin)
    return Decision(policy, Request(text, None, None, private_network=False))


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        meant = "a str"
        if isinstance(value, bytes | bytearray):
            meant = shown(bytes(value).decode("latin-1"))
        raise TypeError(f"{name} is {shown(value)}, {_kind(value)}; write {meant}")
    # Of a subclass, such as an enumeration, the text alone.
    return str.__str__(value)


def _joined(headers: Iterable[str] | None) -> str | None:
    """Give the value of Access-Control-Request-Headers."""
    if headers is None or isinstance(headers, str):
        return None if headers is None else _text("headers", headers)
    names: Iterator[Any] | None = None
    if not isinstance(headers, bytes | bytearray | memoryview):
        try:
            names = iter(headers)
        except TypeError:
            names = None
    if names is None:
        raise TypeError(
            f"headers is {shown(headers)}, {_kind(headers)}; write a list of names such as ['X-Token'], or one "
            f"text, which is the whole value of Access-Control-Request-Headers"
        )
    texts = [_text("a name in headers", name) for name in names]
    return ",".join(texts) if texts else None


def _kind(value: object) -> str:
    return f"of type {type(value).__name__}"


def _field(text: str | None) -> tuple[bytes, bool]:
    """Give the bytes of a header's value, and whether a header can hold it."""
    text = text or ""
    try:
        return text.encode("latin-1"), True
    except UnicodeEncodeError:
        # A `?` is in no method, no header name and no origin.
        return text.encode("latin-1", "replace"), False
