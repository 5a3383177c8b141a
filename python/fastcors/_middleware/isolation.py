"""What enforcement needs of a request to a subclass, and of a response with `enforce="isolate"`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fastcors._types import Message, Scope, Send

# What isolation depends on.
_ISOLATION = (b"Origin", b"Sec-Fetch-Site", b"Sec-Fetch-Mode", b"Sec-Fetch-Dest")


def send_varying(send: Send) -> Send:
    """Return a `send` that adds what `enforce="isolate"` depends on to the `Vary` of a response.

    A cache must not give a page of another site what the server's own page has loaded. `send` gets the
    messages of the middleware. Their headers have a `Vary` if the policy's responses depend on the Origin.
    """

    async def send_with_vary(message: Message) -> None:
        if message["type"] == "http.response.start":
            lines = [
                (name, _isolated(value)) if name == b"vary" else (name, value)
                for name, value in message["headers"]
            ]
            if all(name != b"vary" for name, _ in lines):
                lines.append((b"vary", b", ".join(_ISOLATION)))
            message = {**message, "headers": lines}
        await send(message)

    return send_with_vary


def _isolated(vary: bytes) -> bytes:
    """Return a value of `Vary` with what isolation depends on."""
    known = {name.strip() for name in vary.lower().split(b",")}
    if b"*" in known:
        return vary
    return b", ".join([vary, *(name for name in _ISOLATION if name.lower() not in known)])


def in_lower_case(scope: Scope) -> Scope:
    """Return a scope whose header names are in lower case, as enforcement reads them.

    Some servers hand them on as the client wrote them.
    """
    lines = [(bytes(name).lower(), value) for name, value in scope.get("headers", ())]
    return {**scope, "headers": lines} if scope["type"] == "http" else scope
