"""Which differences between two responses are documented, and which are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.apps.comparison import Line, Response, Varying, compare
from tests.apps.requests import ALLOWED, Request, get, preflight, sending

CURRENT = (1, 10, 0)
ORIGIN = (b"access-control-allow-origin", ALLOWED.encode())
STAR = (b"access-control-allow-origin", b"*")
CREDENTIALS = (b"access-control-allow-credentials", b"true")
TYPE = (b"content-type", b"text/plain")
LONG = (
    b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers,"
    b" Access-Control-Request-Private-Network"
)
SEVEN = (b"access-control-allow-methods", b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")
EIGHT = (SEVEN[0], SEVEN[1] + b", QUERY")
PRIVATE = preflight("/", ALLOWED, "GET", None, ("access-control-request-private-network", "true"))


def vary(value: bytes) -> Line:
    """Return a Vary line."""
    return (b"vary", value)


def response(*headers: Line, status: int = 200, body: bytes = b"OK") -> Response:
    """Return a response."""
    return Response(status, headers, body)


SAME = response(TYPE, ORIGIN, vary(b"Origin"))
PLANTED = {
    "another status": replace(SAME, status=201),
    "another body": replace(SAME, body=b"ok"),
    "a header more": response(TYPE, ORIGIN, vary(b"Origin"), (b"x-more", b"")),
    "a header less": response(TYPE, vary(b"Origin")),
    "another order": response(ORIGIN, TYPE, vary(b"Origin")),
    "another case": response((b"Content-Type", TYPE[1]), ORIGIN, vary(b"Origin")),
    "another origin": response(TYPE, STAR, vary(b"Origin")),
    "a Vary less": response(TYPE, ORIGIN),
    "another Vary": response(TYPE, ORIGIN, vary(b"Cookie")),
    "a Vary on two lines": response(TYPE, ORIGIN, vary(b"Origin"), vary(b"Origin")),
}


@pytest.mark.parametrize("swapped", PLANTED.values(), ids=PLANTED)
@pytest.mark.parametrize("starlette", [CURRENT, (0, 40, 0)], ids=["current", "old"])
def test_a_difference_that_is_not_documented_is_unexpected(
    swapped: Response, starlette: tuple[int, ...]
) -> None:
    verdict = compare(get("/"), SAME, swapped, starlette)
    assert not verdict.equal
    assert verdict.unexpected[:2] == ("--- Starlette", "+++ fastcors")


def test_equal_responses_have_no_difference() -> None:
    assert compare(get("/"), SAME, SAME, CURRENT).equal


DOCUMENTED: dict[str, tuple[Request, Response, Response, tuple[int, ...] | None, str]] = {
    "no Vary without an Origin": (
        get("/", None),
        response(TYPE),
        response(TYPE, vary(b"Origin")),
        (1, 7, 0),
        "1.7: Vary",
    ),
    "no Vary for every origin": (
        get("/"),
        response(vary(b"Cookie"), TYPE, STAR),
        response(vary(b"Cookie, Origin"), TYPE, STAR),
        (1, 7, 0),
        "1.7: Vary",
    ),
    "a preflight's short Vary": (
        preflight("/", ALLOWED, "GET"),
        response(ORIGIN, vary(b"Origin, Accept-Encoding")),
        response(vary(LONG + b", Accept-Encoding"), ORIGIN),
        (1, 7, 0),
        "1.7: Vary",
    ),
    "no QUERY": (
        preflight("/", ALLOWED, "GET"),
        response(vary(b"Origin"), SEVEN),
        response(vary(LONG), EIGHT),
        (1, 7, 0),
        "1.7: QUERY",
    ),
    "the star with credentials": (
        get("/"),
        response(STAR, CREDENTIALS),
        response(CREDENTIALS, ORIGIN),
        (1, 0, 0),
        "1.0: with '*'",
    ),
    "the origin for a cookie": (
        get("/", ALLOWED, ("cookie", "a=b")),
        response(TYPE, ORIGIN, vary(b"Origin")),
        response(TYPE, STAR, vary(b"Origin")),
        (1, 0, 0),
        "1.0: with '*'",
    ),
    "private network access": (
        PRIVATE,
        response(vary(LONG)),
        response(vary(LONG), status=400, body=b"Disallowed CORS private-network"),
        (0, 51, 0),
        "0.51: private network",
    ),
    "private network access beside another reason": (
        PRIVATE,
        response(vary(LONG), status=400, body=b"Disallowed CORS origin"),
        response(vary(LONG), status=400, body=b"Disallowed CORS origin, private-network"),
        (0, 51, 0),
        "0.51: private network",
    ),
    "Origin twice": (
        get("/"),
        response(ORIGIN, vary(b"Origin, Origin")),
        response(ORIGIN, vary(b"Origin")),
        None,
        "difference 3",
    ),
    "a Vary of everything": (
        get("/"),
        response(ORIGIN, vary(b"*, Origin")),
        response(ORIGIN, vary(b"*")),
        None,
        "difference 3",
    ),
}


@pytest.mark.parametrize(
    ("request_", "plain", "swapped", "fixed_in", "name"), DOCUMENTED.values(), ids=DOCUMENTED
)
def test_a_documented_difference_is_named_and_only_for_the_versions_that_have_it(
    request_: Request,
    plain: Response,
    swapped: Response,
    fixed_in: tuple[int, ...] | None,
    name: str,
) -> None:
    before = compare(request_, plain, swapped, (0, 40, 0))
    assert not before.unexpected
    assert any(name in documented for documented in before.documented)
    assert bool(compare(request_, plain, swapped, fixed_in or CURRENT).unexpected) == bool(fixed_in)
    # A documented difference hides no other.
    planted = replace(swapped, headers=(*swapped.headers, (b"x-more", b"")))
    assert compare(request_, plain, planted, (0, 40, 0)).unexpected


@pytest.mark.parametrize(
    ("request_", "plain", "swapped"),
    [
        (get("/"), response(vary(b"Cookie")), response(vary(b"Origin"))),
        (get("/"), response(TYPE), response(TYPE, vary(LONG))),
        (get("/"), response(STAR), response(ORIGIN)),
        (get("/"), response(STAR, CREDENTIALS), response((STAR[0], b"null"), CREDENTIALS)),
        (
            preflight("/", ALLOWED, "GET"),
            response(STAR, CREDENTIALS),
            response(ORIGIN, CREDENTIALS),
        ),
        (preflight("/", ALLOWED, "GET"), response(SEVEN), response((EIGHT[0], EIGHT[1] + b", X"))),
        (
            preflight("/", ALLOWED, "GET"),
            response(),
            response(status=400, body=b"Disallowed CORS private-network"),
        ),
        (get("/"), response(vary(b"Origin, Origin")), response()),
    ],
)
def test_what_only_looks_like_a_documented_difference_is_unexpected(
    request_: Request, plain: Response, swapped: Response
) -> None:
    assert compare(request_, plain, swapped, (0, 40, 0)).unexpected


def test_what_varies_between_two_runs_does_not_count() -> None:
    varying = Varying(headers=("x-request-id",), texts=(r"id-\d+", r":4\d+\b"))
    first = Response(
        200, ((b"X-Request-Id", b"1"), (b"location", b"http://127.0.0.1:4001/id-7")), b"id-1 a"
    )
    second = Response(
        200, ((b"X-Request-Id", b"2"), (b"location", b"http://127.0.0.1:4002/id-8")), b"id-22 a"
    )
    assert varying.removed(first) == varying.removed(second)
    assert varying.removed(first) != varying.removed(replace(second, body=b"id-22 b"))
    assert (Varying(texts=("id-1",)) | Varying(texts=("id-22",))).removed(first).body == b"varies a"


def test_a_request_has_whether_it_is_a_preflight() -> None:
    assert preflight("/", ALLOWED, "").is_preflight
    assert not sending("OPTIONS", "/", ALLOWED).is_preflight
    assert not Request("OPTIONS", "/", (("access-control-request-method", "GET"),)).is_preflight
    assert not replace(preflight("/", ALLOWED, "GET"), method="GET").is_preflight
