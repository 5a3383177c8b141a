"""The bytes of a response as HTTP/1.1 has them, without what a server adds by itself."""

from __future__ import annotations

from http import HTTPStatus

from tests.exchange import Message


def wire_bytes(messages: list[Message]) -> int:
    """Return the number of bytes of a response, its body included."""
    start, *bodies = messages
    status = HTTPStatus(start["status"])
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in start["headers"]]
    body = sum(len(message.get("body", b"")) for message in bodies)
    return sum(len(line) + len(b"\r\n") for line in lines) + len(b"\r\n") + body
