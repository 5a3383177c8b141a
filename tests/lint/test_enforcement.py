"""What is wrong with `enforce` and `hosts`."""

from __future__ import annotations

import enum
from typing import Any

import pytest

import fastcors
from fastcors import ConfigError, CORSMiddleware, Problem
from tests.exchange import responding
from tests.lint.alone import lint

APP = responding()
ORIGIN = "https://app.example.com"
LOCAL = ["localhost", "127.0.0.1", "[::1]"]


class Mode(enum.StrEnum):
    """A setting."""

    UNSAFE = "unsafe"


def found(**options: Any) -> list[tuple[str, str, Any]]:
    return [
        (problem.code, problem.severity, problem.suggestion)
        for problem in lint(**{"allow_origins": [ORIGIN], **options})
    ]


@pytest.mark.parametrize("value", [False, True, "unsafe", "isolate", "report", Mode.UNSAFE])
def test_a_value_of_enforce_has_no_problem(value: Any) -> None:
    assert found(enforce=value) == []


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("Unsafe", "unsafe"),
        (" report\n", "report"),
        (b"isolate", "isolate"),
        ("true", True),
        ("yes", True),
        ("off", False),
        ("", False),
        (None, False),
        (1, True),
        (0, False),
        ("all", None),
        ("strict", None),
        (2, None),
        ([], None),
        (["unsafe"], None),
    ],
)
def test_any_other_value_raises_always_and_is_not_guessed(value: Any, meant: Any) -> None:
    assert found(enforce=value) == [("enforce-value", "error", meant)]
    with pytest.raises(ConfigError, match="enforce-value"):
        CORSMiddleware(APP, allow_origins=[ORIGIN], enforce=value)


HOSTS: list[tuple[str, str | None, str | list[str] | None]] = [
    ("localhost", None, None),
    ("API.example.com", None, None),
    ("*.example.com", None, None),
    ("my_service", None, None),
    ("127.0.0.1", None, None),
    ("192.168.1.5", None, None),
    ("[::1]", None, None),
    ("*", "host-any", None),
    ("https://a.example", "host-scheme", "a.example"),
    ("http://a.example:8000/x", "host-scheme", "a.example"),
    ("http://", "host-scheme", None),
    ("http://0.0.0.0", "host-scheme", None),
    ("localhost:8000", "host-port", "localhost"),
    ("localhost:*", "host-port", "localhost"),
    ("[::1]:8000", "host-port", "[::1]"),
    ("0.0.0.0", "host-all-interfaces", None),
    ("[::]", "host-all-interfaces", None),
    ("::", "host-all-interfaces", None),
    ("::1", "host-malformed", "[::1]"),
    ("[0:0:0:0:0:0:0:1]", "host-malformed", "[::1]"),
    ("localhost:${PORT}", "host-malformed", None),
    ("localhost:port", "host-malformed", None),
    (":[", "host-malformed", None),
    ("[:]", "host-malformed", None),
    ("a:b:c", "host-malformed", None),
    ("127.1", "host-malformed", "127.0.0.1"),
    ("localhost,127.0.0.1", "host-malformed", ["localhost", "127.0.0.1"]),
    ("localhost 127.0.0.1", "host-malformed", ["localhost", "127.0.0.1"]),
    ("a.example; *.b.example", "host-malformed", ["a.example", "*.b.example"]),
    ('["localhost", "[::1]"]', "host-malformed", ["localhost", "[::1]"]),
    ("localhost,*", "host-malformed", None),
    (" a.example", "host-malformed", "a.example"),
    ("b\u00fccher.example", "host-malformed", "xn--bcher-kva.example"),
    ("a.example/", "host-malformed", "a.example"),
    ("$HOST", "host-malformed", None),
    ("app-*.example.com", "host-malformed", None),
    ("192.168.*", "host-malformed", None),
    ("a..example", "host-malformed", "a.example"),
    ("", "host-malformed", None),
    ("a" * 300, "host-malformed", None),
    ("*.co.uk", "host-public-suffix", None),
]


@pytest.mark.parametrize(("host", "code", "meant"), HOSTS)
def test_an_entry_of_hosts_that_never_matches_is_an_error(
    host: str, code: str | None, meant: str | list[str] | None
) -> None:
    expected = [] if code is None else [(code, "error", meant)]
    assert found(hosts=[host]) == expected
    assert found(hosts=("localhost", host)) == expected
    if meant is not None:
        assert found(hosts=[meant] if isinstance(meant, str) else meant) == []


def test_a_name_below_which_a_company_gives_names_to_others_is_advice() -> None:
    assert found(hosts=["*.github.io"]) == [("host-public-suffix", "warning", None)]


@pytest.mark.parametrize(
    ("hosts", "code", "meant"),
    [
        ("localhost", "not-a-collection", ["localhost"]),
        ("localhost,127.0.0.1", "not-a-collection", ["localhost", "127.0.0.1"]),
        ("*", "not-a-collection", None),
        (None, "not-a-collection", ()),
        (5, "not-a-collection", None),
        ([b"localhost"], "host-type", "localhost"),
        ([5], "host-type", None),
        ({"localhost": 1}, "mapping", ["localhost"]),
    ],
)
def test_what_is_no_list_of_strings_is_reported(hosts: Any, code: str, meant: Any) -> None:
    assert [each[::2] for each in found(hosts=hosts)] == [(code, meant)]


@pytest.mark.parametrize("hosts", [[b"localhost"], [5], ["localhost", None], "localhost", None])
def test_what_would_leave_hosts_empty_raises(hosts: Any) -> None:
    with pytest.raises(ConfigError, match=r"host-type|not-a-collection"):
        fastcors.Policy(allow_origins=[ORIGIN], hosts=hosts)


@pytest.mark.parametrize("enforce", [True, "unsafe", "isolate", "report"])
def test_enforcement_beside_every_origin_is_an_error(enforce: Any) -> None:
    assert found(allow_origins=["*"], enforce=enforce) == [("enforce-any-origin", "error", None)]


@pytest.mark.parametrize("expression", [".*", "https?://.*", "https://.*"])
def test_enforcement_beside_an_expression_for_every_site_is_an_error(expression: str) -> None:
    codes = [code for code, _, _ in found(allow_origin_regex=expression, enforce=True)]
    assert codes == ["regex-any-origin", "enforce-any-origin"]
    assert "enforce-any-origin" not in [
        code
        for code, _, _ in found(allow_origin_regex=r"https://[a-z]+\.example\.com", enforce=True)
    ]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"allow_origins": []}, "enforce-without-origins"),
        ({"allow_origins": [], "hosts": LOCAL}, None),
        ({"allow_origins": [], "allow_origin_regex": r"https://[a-z]+\.example\.com"}, None),
        ({"allow_origins": ["http://localhost:5173"]}, "enforce-without-hosts"),
        ({"allow_origins": ["http://localhost:*", "http://[::1]:80"]}, "enforce-without-hosts"),
        ({"allow_origins": ["http://localhost:5173"], "hosts": LOCAL}, None),
        ({"allow_origins": ["http://localhost:5173", ORIGIN]}, None),
    ],
)
def test_a_server_that_dns_rebinding_reaches_is_advised_of_hosts(
    options: dict[str, Any], code: str | None
) -> None:
    problems = [
        problem.code for problem in lint(enforce=True, **options) if problem.option == "enforce"
    ]
    assert problems == ([code] if code else [])


def test_only_a_configuration_without_enforcement_is_reported_that_it_allows_no_origin() -> None:
    for options in ({"hosts": LOCAL}, {"enforce": True, "hosts": LOCAL}):
        assert fastcors.lint(**options) == []
    assert [problem.code for problem in fastcors.lint(enforce=False)] == ["no-origins"]


def test_a_problem_of_a_host_is_said_with_its_value_and_what_to_write() -> None:
    (problem,) = lint(allow_origins=[ORIGIN], hosts=["localhost:8000"])
    assert problem == Problem(
        "host-port",
        "hosts",
        "localhost:8000",
        "'localhost:8000' has a port, but the port of a Host header does not count, so it never "
        "matches; write 'localhost'",
        "localhost",
    )
