"""The checks on responses, in each engine's order."""

from __future__ import annotations

import pytest

from fastcors.testing.blocked import FIREFOX, firefox_key
from fastcors.testing.cors_check import cors_check
from fastcors.testing.preflight import ENGINES, Preflighted, check, max_age
from fastcors.testing.response import readable

ORIGIN = "https://app.example.com"
ACAO = "access-control-allow-origin"
ACAC = "access-control-allow-credentials"
ACAM = "access-control-allow-methods"
ACAH = "access-control-allow-headers"


@pytest.mark.parametrize(
    ("lines", "credentials", "kind"),
    [
        ([], "omit", "MissingAllowOriginHeader"),
        ([(ACAO, "*")], "omit", None),
        ([(ACAO, "*")], "same-origin", None),
        ([(ACAO, "*")], "include", "WildcardOriginNotAllowed"),
        ([(ACAO, ORIGIN)], "omit", None),
        ([(ACAO, ORIGIN)], "include", "InvalidAllowCredentials"),
        ([(ACAO, ORIGIN), (ACAC, "true")], "include", None),
        ([(ACAO, ORIGIN), (ACAC, "True")], "include", "InvalidAllowCredentials"),
        ([(ACAO, ORIGIN), (ACAC, "true"), (ACAC, "true")], "include", "InvalidAllowCredentials"),
        ([(ACAO, ORIGIN), (ACAO, ORIGIN)], "omit", "MultipleAllowOriginValues"),
        ([(ACAO, f"{ORIGIN} https://other.example")], "omit", "MultipleAllowOriginValues"),
        ([(ACAO, "null")], "omit", "AllowOriginMismatch"),
        ([(ACAO, "https://other.example")], "omit", "AllowOriginMismatch"),
        ([(ACAO, f"{ORIGIN}/")], "omit", "AllowOriginMismatch"),
        ([(ACAO, ORIGIN.upper())], "omit", "AllowOriginMismatch"),
        ([(ACAO, "app.example.com")], "omit", "InvalidAllowOriginValue"),
        ([(ACAO, "")], "omit", "InvalidAllowOriginValue"),
    ],
)
def test_the_cors_check_names_what_is_wrong(
    lines: list[tuple[str, str]], credentials: str, kind: str | None
) -> None:
    failure = cors_check(tuple(lines), origin=ORIGIN, credentials=credentials)
    assert (failure and failure.kind) == kind


GOOD = ((ACAO, ORIGIN), (ACAC, "true"), (ACAM, "PUT"), (ACAH, "X-Token"))
PUT = Preflighted(ORIGIN, "PUT", ("x-token",), "include")


def kinds(
    request: Preflighted, status: int, lines: tuple[tuple[str, str], ...]
) -> list[str | None]:
    failures = [
        check(request, status, lines, follow="standard", engine=engine) for engine in ENGINES
    ]
    return [None if failure is None else failure.kind for failure in failures]


def test_a_good_response_to_a_preflight_passes() -> None:
    assert kinds(PUT, 204, GOOD) == [None, None, None]


def test_the_status_comes_last_but_in_safari() -> None:
    assert kinds(PUT, 400, GOOD[2:]) == [
        "PreflightMissingAllowOriginHeader",
        "PreflightMissingAllowOriginHeader",
        "PreflightInvalidStatus",
    ]
    assert kinds(PUT, 400, GOOD) == ["PreflightInvalidStatus"] * 3


def test_both_lists_are_read_before_the_method_but_in_firefox() -> None:
    lines = (*GOOD[:2], (ACAM, "GET"), (ACAH, "a b"))
    assert kinds(PUT, 200, lines) == [
        "InvalidAllowHeadersPreflightResponse",
        "MethodDisallowedByPreflightResponse",
        "InvalidAllowHeadersPreflightResponse",
    ]


@pytest.mark.parametrize(
    ("method", "names", "credentials", "allow", "kind"),
    [
        ("PUT", (), "omit", ("*", ""), None),
        ("PUT", (), "include", ("*", ""), "MethodDisallowedByPreflightResponse"),
        ("PUT", (), "omit", ("put", ""), "MethodDisallowedByPreflightResponse"),
        ("patch", (), "omit", ("PATCH", ""), "MethodDisallowedByPreflightResponse"),
        ("*", (), "include", ("*", ""), None),
        ("POST", ("x-a",), "omit", ("", "X-A"), None),
        ("GET", ("x-a",), "omit", ("", "*"), None),
        ("GET", ("x-a",), "include", ("", "*"), "HeaderDisallowedByPreflightResponse"),
        ("GET", ("*",), "include", ("", "*"), None),
        ("GET", ("authorization",), "omit", ("", "*"), "HeaderDisallowedByPreflightResponse"),
        ("GET", ("authorization",), "omit", ("", "Authorization"), None),
    ],
)
def test_methods_and_headers_must_be_allowed(
    method: str, names: tuple[str, ...], credentials: str, allow: tuple[str, str], kind: str | None
) -> None:
    lines = ((ACAO, ORIGIN), (ACAC, "true"), (ACAM, allow[0]), (ACAH, allow[1]))
    found = check(Preflighted(ORIGIN, method, names, credentials), 200, lines, follow="standard")
    assert (found and found.kind) == kind


def test_a_star_covers_authorization_in_browsers_and_not_in_the_standard() -> None:
    request = Preflighted(ORIGIN, "GET", ("authorization",), "omit")
    lines = ((ACAO, "*"), (ACAH, "*"))
    assert check(request, 200, lines, follow="chromium") is None
    assert check(request, 200, lines, follow="standard") is not None


@pytest.mark.parametrize(
    ("value", "standard", "chromium"),
    [
        (None, 5, 5),
        ("0", 0, 0),
        ("600", 600, 600),
        ("100000", 86400, 7200),
        ("-1", 5, 0),
        ("", 5, 5),
        ("+5", 5, 5),
        ("10.5", 5, 5),
        ("10, 10", 5, 5),
        ("²", 5, 5),
    ],
)
def test_the_age_is_read_and_capped(value: str | None, standard: int, chromium: int) -> None:
    assert max_age(value, follow="standard") == standard
    assert max_age(value, follow="chromium") == chromium


LINES = (
    ("Content-Type", "text/plain"),
    ("Content-Length", "2"),
    ("X-A", "1"),
    ("Set-Cookie", "a=b"),
    ("*", "star"),
)


@pytest.mark.parametrize(
    ("expose", "credentials", "names"),
    [
        (None, "omit", []),
        ("x-a", "omit", ["x-a"]),
        ("X-A, Set-Cookie", "omit", ["x-a"]),
        ("*", "omit", ["x-a", "*", "access-control-expose-headers"]),
        ("*", "same-origin", ["x-a", "*", "access-control-expose-headers"]),
        ("*", "include", ["*"]),
        ("x a", "omit", []),
    ],
)
def test_a_script_reads_safelisted_and_exposed_headers(
    expose: str | None, credentials: str, names: list[str]
) -> None:
    lines = LINES if expose is None else (*LINES, ("Access-Control-Expose-Headers", expose))
    found = [name for name, _ in readable(lines, tainting="cors", credentials=credentials)]
    assert found == ["content-type", "content-length", *names]


def test_a_script_reads_all_of_its_own_origin_but_cookies() -> None:
    found = [name for name, _ in readable(LINES, tainting="basic", credentials="omit")]
    assert found == ["content-type", "content-length", "x-a", "*"]


def test_a_kind_of_the_preflight_has_the_same_key_in_firefox() -> None:
    assert firefox_key("PreflightAllowOriginMismatch") == firefox_key("AllowOriginMismatch")
    assert firefox_key("RedirectContainsCredentials") is None
    assert all(firefox_key(kind) == key for kind, key in FIREFOX.items())
