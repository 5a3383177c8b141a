"""Reads `enforce` and `hosts`, and finds what is wrong with them."""

from __future__ import annotations

from fastcors._fastcors import is_on_this_machine, lint_origins
from fastcors._format import described, shown
from fastcors.problems import Problem

from .collections import entries, text_for_a_plain_list
from .suggestions import TEXTS, WORDS, as_text, decoded, is_text, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from fastcors.options import Options

MODES = ("unsafe", "isolate", "report")
_VALUES = "write True, False, 'unsafe', 'isolate' or 'report'"
# What a local tool is reached by.
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# What a server binds to for every network, in all the ways that it is written.
_ALL_INTERFACES = ("0.0.0.0", "0", "[::]", "::", "[::0]", "::0")  # noqa: S104 - nothing is bound
# The most origins that are looked at to know whether the server is a local tool.
_MOST = 1_000
# A string of more hosts than these is not split.
_MOST_SEVERAL = 20


def mode(option: str, given: Any, problems: list[Problem]) -> bool | str:
    """Read `enforce`."""
    if is_text(given) and str.__str__(given) in MODES:
        return str.__str__(given)
    meant: bool | str | None = None
    if issubclass(type(given), TEXTS):
        text = as_text(given)[:60].strip().lower()
        meant = text if text in MODES else WORDS.get(text)
    elif given is None or given in (0, 1):
        meant = bool(given)
    problems.append(
        Problem(
            "enforce-value",
            option,
            given,
            f"{shown(given)} is no value of enforce, so nothing says what to reject; "
            f"{_VALUES if meant is None else f'write {meant!r}'}",
            meant,
        )
    )
    return False


def hosts(option: str, given: Any, problems: list[Problem]) -> list[str]:
    """Read `hosts`."""
    if issubclass(type(given), TEXTS):
        problems.append(text_for_a_plain_list(option, given, _are_sound))
        return []
    texts: list[str] = []
    for item in entries(option, given, problems):
        if is_text(item):
            texts.append(str.__str__(item))
            continue
        text = decoded(item) if issubclass(type(item), (bytes, bytearray)) else None
        problems.append(
            Problem(
                "host-type",
                option,
                item,
                f"{shown(item)} is {described(item)}, not a str, so it never matches; "
                f"{f'write {shown(text)}' if text else 'write a str, or remove it'}",
                text,
            )
        )
    return texts


def _are_sound(texts: list[str]) -> bool:
    return all(problem.severity != "error" for problem in linted_hosts(texts))


def linted_hosts(texts: list[str]) -> Iterator[Problem]:
    """Yield what is wrong with entries of `hosts`, in their order."""
    for text in texts:
        yield from _linted_host(text)


def _linted_host(text: str) -> Iterator[Problem]:
    def problem(code: str, said: str, meant: object) -> Problem:
        instead = "remove it" if meant is None else f"write {shown(meant)}"
        return Problem(code, "hosts", text, f"{shown(text)} {said}; {instead}", meant)

    if text == "*":
        yield Problem(
            "host-any",
            "hosts",
            text,
            "'*' is no host name, so it never matches, and every host would be no protection; list the "
            f"names by which clients reach this server, such as {LOCAL_HOSTS}",
        )
        return
    if "://" in text:
        yield problem(
            "host-scheme",
            "has a scheme, but a Host header has none, so it never matches",
            _host_in(text),
        )
        return
    if text.strip() in _ALL_INTERFACES:
        yield Problem(
            "host-all-interfaces",
            "hosts",
            text,
            f"{shown(text)} is what a server binds to, not what clients call it; list the names by which "
            f"they reach this server, such as {LOCAL_HOSTS}",
        )
        return
    host, colon, port = text.rpartition(":")
    is_port = port.isascii() and port.replace("*", "0").isdigit()
    # An IPv6 address without its brackets has no port.
    if colon and is_port and (host.endswith("]") or ":" not in host):
        yield problem(
            "host-port",
            "has a port, but the port of a Host header does not count, so it never matches",
            _host_in(text),
        )
        return
    several = split(text)
    if several and 1 < len(several) <= _MOST_SEVERAL and _are_sound(several):
        yield Problem(
            "host-malformed",
            "hosts",
            text,
            f"{shown(text)} contains several hosts, but each entry is compared as a whole, so it never "
            f"matches; write {', '.join(map(shown, several))}, each as a separate entry",
            several,
        )
        return
    yield from _linted_as_origin(text, problem)


def _linted_as_origin(text: str, problem: Any) -> Iterator[Problem]:
    """Yield what is wrong with a host by what is wrong with an origin that has it."""
    for code, severity, _, _, meant, option in lint_origins([f"http://{text}"], credentials=False):
        if code == "origin-public-suffix":
            yield Problem(
                "host-public-suffix",
                "hosts",
                text,
                f"{shown(text)} covers names that others can have, and they can point one at this server; "
                "list the server's own names",
                severity=severity,
            )
            return
        # Case does not count.
        if severity == "error" and code != "origin-upper-case":
            host = _host_in(meant) if isinstance(meant, str) and option is None else None
            if host is None and ":" in text:
                host = _bracketed(text)
            if host is None and "*" in text:
                yield Problem(
                    "host-malformed",
                    "hosts",
                    text,
                    f"{shown(text)} has a * that is not its whole first label, as in '*.example.com', so it "
                    "never matches; list each host",
                )
                return
            yield problem(
                "host-malformed", "is no host that a client sends, so it never matches", host
            )
            return


def _host_in(text: str) -> str | None:
    """Return the host of a URL or of a host with a port, if it is a sound entry."""
    host = text.rpartition("://")[2].partition("/")[0].strip()
    end = host.find("]") + 1
    host = host[:end] + host[end:].partition(":")[0]
    return host if host and not any(_linted_host(host)) else None


def _bracketed(text: str) -> str | None:
    """Return an IPv6 address in the brackets that it lacks."""
    host = f"[{text.strip('[]')}]"
    return host if host != text and not any(_linted_host(host)) else None


def contradictions_of_enforcement(options: Options) -> Iterator[Problem]:
    """Yield what is wrong with `enforce` beside the other options."""
    value, origins = options.enforce, options.allow_origins.items
    if options.any_origin or options.matches_any_site:
        said = (
            "rejects no request that has an Origin, because '*' in allow_origins allows every origin"
            if options.any_origin
            else "protects from no site, because allow_origin_regex matches the origins of all sites"
        )
        yield Problem(
            "enforce-any-origin",
            "enforce",
            value,
            f"{value!r} {said}; list the origins, or remove enforce",
        )
    elif options.hosts.items:
        return
    elif (
        not options.lists_origins
        and not options.allow_origin_regex
        and options.allow_origin_func is None
    ):
        yield Problem(
            "enforce-without-origins",
            "enforce",
            value,
            f"{value!r} accepts only what this server's own pages send, and without hosts a page of an "
            "attacker becomes one of them by DNS rebinding; list this server's names in hosts, such as "
            f"{LOCAL_HOSTS}",
        )
    elif (
        origins
        and not options.allow_origin_regex
        and options.allow_origin_func is None
        and _are_local(origins)
    ):
        yield Problem(
            "enforce-without-hosts",
            "enforce",
            value,
            f"{value!r} protects a local tool only if hosts is given too: by DNS rebinding a page of an "
            f"attacker becomes same-origin; write hosts={LOCAL_HOSTS}",
        )


def _are_local(origins: list[str]) -> bool:
    """Whether all origins are on the machine that the browser runs on."""
    return len(origins) <= _MOST and all(map(is_on_this_machine, origins))
