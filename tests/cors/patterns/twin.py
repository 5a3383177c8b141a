"""Whether a pattern covers an origin, implemented again from its meaning: label by label, without look-ups."""

from __future__ import annotations

import ipaddress

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
LONGEST_HOST = 253


def covers(pattern: str, origin: str) -> bool:
    """Whether an entry of `allow_origins` with a `*` in it covers an origin; none that is no pattern."""
    if not is_pattern(pattern):
        return False
    scheme, authority = pattern.split("://", 1)
    host, port = _split(authority)
    if not origin.startswith(f"{scheme}://"):
        return False
    asked_host, asked_port = _split(origin[len(scheme) + len("://") :])
    if asked_port is not None and not _is_port(asked_port):
        return False
    if port != "*" and asked_port != port:
        return False
    if not host.startswith("*."):
        return asked_host == host
    labels, wanted = asked_host.split("."), host.split(".")[1:]
    return (
        len(labels) > len(wanted)
        and labels[len(labels) - len(wanted) :] == wanted
        and all(map(_is_label, labels))
        and len(asked_host) <= LONGEST_HOST
    )


def is_pattern(entry: str) -> bool:
    """Whether an entry has the form of a pattern, a `*` in it or not."""
    scheme, separator, authority = entry.partition("://")
    if not separator or not _is_scheme(scheme):
        return False
    host, port = _split(authority)
    if port is not None and port != "*" and not _is_port(port):
        return False
    if host.startswith("*."):
        # At least a label of one byte and its dot come before.
        return _is_name(host[2:]) and len(host) <= LONGEST_HOST
    return (_is_name(host) and len(host) <= LONGEST_HOST) or _is_address(host)


def _split(authority: str) -> tuple[str, str | None]:
    """Return host and port; the colons of an IPv6 address are the host's."""
    if authority.startswith("[") and "]" in authority:
        inside, _, behind = authority.partition("]")
        if behind == "":
            return authority, None
        if behind.startswith(":"):
            return f"{inside}]", behind[1:]
        return authority, None
    host, separator, port = authority.partition(":")
    return host, port if separator else None


def _is_scheme(text: str) -> bool:
    return text[:1] in tuple(LETTERS) and all(c in LETTERS + DIGITS + "+-." for c in text)


def _is_port(text: str) -> bool:
    # The shortest of the ways to write it: no sign, no space, no zero before it.
    return (
        all(c in DIGITS for c in text)
        and text != ""
        and str(int(text[:20])) == text
        and 1 <= int(text) <= 65535
    )


def _is_label(text: str) -> bool:
    return text != "" and all(c in LETTERS + DIGITS + "-_" for c in text)


def _is_name(host: str) -> bool:
    """Whether a host consists of labels, and browsers do not read it as an IPv4 address."""
    labels = host.split(".")
    return all(map(_is_label, labels)) and not _is_number(labels[-1])


def _is_number(label: str) -> bool:
    if label.startswith("0x"):
        return all(c in DIGITS + "abcdef" for c in label[2:])
    return all(c in DIGITS for c in label)


def _is_address(host: str) -> bool:
    """Whether a host is an IP address as a browser writes it."""
    try:
        if not host.startswith("["):
            return str(ipaddress.IPv4Address(host)) == host
        address = ipaddress.IPv6Address(host[1:-1])
    except ValueError:
        return False
    # Python also shortens a single zero, unlike the URL standard, and writes some with dots.
    pieces = [int(address) >> shift & 0xFFFF for shift in range(112, -1, -16)]
    return host == f"[{_shortened(pieces)}]" and address.scope_id is None


def _shortened(pieces: list[int]) -> str:
    """Serialize the pieces of an IPv6 address (URL standard, IPv6 serializer)."""
    runs = [
        (start, end)
        for start in range(8)
        for end in range(start + 2, 9)
        if not any(pieces[start:end])
    ]
    texts = [f"{piece:x}" for piece in pieces]
    if not runs:
        return ":".join(texts)
    start, end = max(runs, key=lambda run: (run[1] - run[0], -run[0]))
    return f"{':'.join(texts[:start])}::{':'.join(texts[end:])}"
