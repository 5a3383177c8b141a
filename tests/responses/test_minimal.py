"""`responses="minimal"`: each header line of each kind of response."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from fastcors import ConfigError, CORSMiddleware, Policy
from fastcors._log import rejections
from tests.exchange import ORIGIN, App, actual, headers_of, preflight, responding, sent

OTHER = "https://b.example"
EVIL = "https://evil.example"
TEXT = (b"content-type", b"text/plain; charset=utf-8")
APP = responding(headers=[(b"x-own", b"1")])
OWN = (b"x-own", b"1")
LISTED: dict[str, Any] = {
    "allow_origins": [ORIGIN, OTHER],
    "allow_methods": ["GET", "POST", "PUT", "DELETE"],
    "allow_headers": ["X-Token"],
    "allow_credentials": True,
    "expose_headers": ["X-Total", "Content-Type", "X-Page"],
}
ANY: dict[str, Any] = {
    "allow_origins": ["*"],
    "allow_methods": ["*"],
    "allow_headers": ["*"],
    "expose_headers": ["X-Total"],
}
ANY_WITH_CREDENTIALS: dict[str, Any] = {
    **ANY,
    "allow_credentials": True,
    "accept": ["origin-any-with-credentials"],
}
ALLOW_HEADERS = (
    b"access-control-allow-headers",
    b"Accept,Accept-Language,Content-Language,Content-Type,X-Token",
)
ALLOW_ORIGIN = (b"access-control-allow-origin", ORIGIN.encode())
CREDENTIALS = (b"access-control-allow-credentials", b"true")
MAX_AGE = (b"access-control-max-age", b"600")
STAR = (b"access-control-allow-origin", b"*")
EXPOSED = (b"access-control-expose-headers", b"X-Total")
VARY = (b"vary", b"Origin")


def minimal(app: App = APP, **options: Any) -> CORSMiddleware:
    return CORSMiddleware(app, **options, responses="minimal")


def headers(middleware: App, scope: Any) -> list[tuple[bytes, bytes]]:
    return headers_of(sent(middleware, scope))


@pytest.mark.parametrize(
    ("options", "request_", "expected"),
    [
        (
            LISTED,
            {"method": "PUT", "headers": "x-token"},
            [
                (b"access-control-allow-methods", b"PUT,DELETE"),
                MAX_AGE,
                ALLOW_HEADERS,
                CREDENTIALS,
                ALLOW_ORIGIN,
            ],
        ),
        # The same, whatever of it was asked for: the browser's cache keeps all.
        (
            LISTED,
            {"method": "GET"},
            [
                (b"access-control-allow-methods", b"PUT,DELETE"),
                MAX_AGE,
                ALLOW_HEADERS,
                CREDENTIALS,
                ALLOW_ORIGIN,
            ],
        ),
        (
            ANY,
            {"method": "PUT", "headers": "x-b,x-token"},
            [
                STAR,
                (b"access-control-allow-methods", b"DELETE,OPTIONS,PATCH,PUT,QUERY"),
                MAX_AGE,
                (b"access-control-allow-headers", b"x-b,x-token"),
            ],
        ),
        # Only safelisted methods, and for how long a browser caches by itself.
        (
            {"allow_origins": [ORIGIN], "allow_methods": ["GET", "HEAD", "POST"], "max_age": 5},
            {"method": "POST", "headers": "content-type"},
            [
                (
                    b"access-control-allow-headers",
                    b"Accept,Accept-Language,Content-Language,Content-Type",
                ),
                ALLOW_ORIGIN,
            ],
        ),
        (
            {
                **ANY_WITH_CREDENTIALS,
                "allow_methods": ["GET"],
                "allow_private_network": True,
                "max_age": 0,
            },
            {"method": "GET", "headers": "x-b", "private_network": "true"},
            [
                (b"access-control-max-age", b"0"),
                CREDENTIALS,
                ALLOW_ORIGIN,
                (b"access-control-allow-headers", b"x-b"),
                (b"access-control-allow-private-network", b"true"),
            ],
        ),
    ],
    ids=["listed", "another request", "any", "safelisted", "everything"],
)
def test_an_allowed_preflight_gets_status_204_what_it_needs_and_no_body(
    options: Any, request_: Any, expected: Any
) -> None:
    start, body = sent(minimal(**options), preflight(**request_))
    assert (start["status"], start["headers"]) == (204, expected)
    assert body == {"type": "http.response.body", "body": b""}


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        ({"origin": EVIL, "method": "PUT"}, b"Disallowed CORS origin"),
        ({"method": "PATCH"}, b"Disallowed CORS method"),
        ({"method": "PUT", "headers": "x-b"}, b"Disallowed CORS headers"),
        ({"method": "PUT", "private_network": "true"}, b"Disallowed CORS private-network"),
        (
            {"origin": EVIL, "method": "X", "headers": "x-b"},
            b"Disallowed CORS origin, method, headers",
        ),
    ],
)
def test_a_rejected_preflight_gets_status_403_and_the_reason(request_: Any, body: bytes) -> None:
    start, sent_body = sent(minimal(**LISTED), preflight(**request_))
    length = (b"content-length", str(len(body)).encode())
    assert (start["status"], start["headers"]) == (403, [length, TEXT])
    assert sent_body["body"] == body


@pytest.mark.parametrize(
    ("options", "origin", "expected"),
    [
        (
            LISTED,
            ORIGIN,
            # Scripts always read the Content-Type.
            [
                ALLOW_ORIGIN,
                CREDENTIALS,
                (b"access-control-expose-headers", b"X-Total,X-Page"),
                VARY,
            ],
        ),
        (LISTED, EVIL, [VARY]),
        (LISTED, None, [VARY]),
        # One origin is no exception.
        ({"allow_origins": [ORIGIN]}, ORIGIN, [ALLOW_ORIGIN, VARY]),
        ({"allow_origins": [ORIGIN]}, EVIL, [VARY]),
        ({"allow_origins": [ORIGIN]}, None, [VARY]),
        (ANY, ORIGIN, [STAR, EXPOSED]),
        (ANY, None, [STAR, EXPOSED]),
        # What no response may repeat: nobody can make a cache keep a response without them.
        (ANY, "a\0b", [STAR, EXPOSED]),
        (ANY_WITH_CREDENTIALS, ORIGIN, [ALLOW_ORIGIN, CREDENTIALS, EXPOSED, VARY]),
        (ANY_WITH_CREDENTIALS, "a\0b", [VARY]),
        (ANY_WITH_CREDENTIALS, None, [VARY]),
    ],
)
def test_the_response_to_an_actual_request_gets_what_it_needs(
    options: Any, origin: str | None, expected: Any
) -> None:
    assert headers(minimal(**options), actual(origin)) == [OWN, *expected]


@pytest.mark.parametrize("origin", [ORIGIN, None])
def test_with_every_origin_the_applications_own_vary_stays_as_it_is(origin: str | None) -> None:
    for own in (
        [(b"vary", b"Accept")],
        [(b"vary", b"Accept"), (b"x", b"1"), (b"vary", b"Origin")],
        [(b"vary", b"*")],
    ):
        assert headers(minimal(responding(headers=own), **ANY), actual(origin)) == [
            *own,
            STAR,
            EXPOSED,
        ]


def test_with_every_origin_the_applications_own_allow_origin_is_replaced_without_an_origin_too() -> (
    None
):
    own = [(b"access-control-allow-origin", ORIGIN.encode()), OWN]
    middleware = minimal(responding(headers=own), allow_origins=["*"])
    assert headers(middleware, actual(None)) == [STAR, OWN]


def test_a_response_that_varies_keeps_the_applications_vary_and_adds_the_origin() -> None:
    for own, expected in [
        ([(b"vary", b"Accept")], b"Accept, Origin"),
        ([(b"vary", b"origin")], b"origin"),
    ]:
        assert headers(minimal(responding(headers=own), **LISTED), actual(EVIL)) == [
            (b"vary", expected)
        ]


def test_an_allow_origin_of_the_applications_own_gets_no_credentials_for_a_rejected_origin() -> (
    None
):
    """With Starlette's responses a page of that origin reads what a person's cookies bring."""
    app = responding(headers=[(b"access-control-allow-origin", EVIL.encode())])
    usual = headers(CORSMiddleware(app, **LISTED), actual(EVIL))
    assert CREDENTIALS in usual
    assert headers(minimal(app, **LISTED), actual(EVIL)) == [
        (b"access-control-allow-origin", EVIL.encode()),
        VARY,
    ]


def test_the_warning_about_a_layer_inside_does_not_speak_of_credentials_that_are_not_allowed(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The process has reported nothing yet.
    monkeypatch.setattr(rejections, "_reported", {})
    origin = "https://inside.example"
    app = responding(headers=[(b"access-control-allow-origin", origin.encode())])
    headers(minimal(app, **LISTED), actual(origin))
    (record,) = caplog.records
    assert f"so pages on {origin} can read it, although" in record.message


class _SubclassOfPreflights(CORSMiddleware):
    def preflight_response(self, request_headers: Any) -> Any:
        return super().preflight_response(request_headers=request_headers)


class _SubclassOfSending(CORSMiddleware):
    async def send(self, message: Any, send: Any, request_headers: Any) -> None:
        await super().send(message, send, request_headers)


class _SubclassOfExplicitOrigins(CORSMiddleware):
    @staticmethod
    def allow_explicit_origin(headers: Any, origin: str) -> None:
        CORSMiddleware.allow_explicit_origin(headers, origin)


@pytest.mark.parametrize("kind", [_SubclassOfPreflights, _SubclassOfSending])
@pytest.mark.parametrize("options", [LISTED, ANY, ANY_WITH_CREDENTIALS])
def test_a_subclass_that_overrides_a_method_sends_the_same(
    kind: type[CORSMiddleware], options: Any
) -> None:
    compiled, subclass = minimal(**options), kind(APP, **options, responses="minimal")
    for origin in (ORIGIN, EVIL):
        for scope in (
            preflight(origin, "PUT", "x-token"),
            preflight(origin, "GET"),
            preflight(origin, "PURGE", "x-b", "true"),
            actual(origin),
            actual(None),
        ):
            assert sent(subclass, copy.deepcopy(scope)) == sent(compiled, scope)


@pytest.mark.parametrize("kind", [CORSMiddleware, _SubclassOfSending])
@pytest.mark.parametrize("origin", [ORIGIN, None])
def test_with_isolation_a_cache_keeps_responses_apart_if_every_origin_is_allowed(
    kind: type[CORSMiddleware], origin: str | None
) -> None:
    vary = b"Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest"
    accept = ["enforce-any-origin"]
    policy = Policy(**ANY, responses="minimal", enforce="isolate", accept=accept)
    expected = [STAR, EXPOSED, (b"vary", vary)]
    assert headers(kind(APP, policy=policy), actual(origin)) == [OWN, *expected]
    assert policy.request(method="GET", host="a.example", origin=origin).headers == expected
    own = responding(headers=[(b"vary", b"Accept")])
    assert headers(kind(own, policy=policy), actual(origin))[0] == (b"vary", b"Accept, " + vary)


def test_a_subclass_that_sets_the_origin_itself_gets_the_other_headers_too() -> None:
    subclass = _SubclassOfExplicitOrigins(APP, **LISTED, responses="minimal")
    found = headers(subclass, actual())
    assert sorted(found) == sorted(headers(minimal(**LISTED), actual()))
    assert headers(subclass, actual(EVIL)) == [OWN, VARY]


class _Deciding(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return origin in (EVIL, ORIGIN)


@pytest.mark.parametrize("options", [{}, {"allow_origins": [ORIGIN]}])
def test_an_origin_that_a_subclass_allows_is_named(options: Any) -> None:
    """So one listed origin cannot stand in every response."""
    subclass = _Deciding(APP, **options, responses="minimal")
    named = (b"access-control-allow-origin", EVIL.encode())
    assert headers(subclass, actual(EVIL)) == [OWN, named, VARY]
    assert headers(subclass, preflight(EVIL))[-1] == named
    assert headers(subclass, actual(OTHER)) == [OWN, VARY]


def test_an_origin_that_a_function_allows_is_named() -> None:
    def is_tenant(origin: str, scope: Any) -> bool:
        return origin == EVIL

    middleware = minimal(allow_origins=[ORIGIN], allow_origin_func=is_tenant)
    named = (b"access-control-allow-origin", EVIL.encode())
    assert headers(middleware, actual(EVIL)) == [OWN, named, VARY]
    assert headers(middleware, preflight(EVIL))[-1] == named
    assert sent(middleware, preflight(OTHER))[0]["status"] == 403
    assert headers(middleware, actual(OTHER)) == [OWN, VARY]


@pytest.mark.parametrize(
    ("origin", "expected"), [(ORIGIN, [STAR]), (None, [])], ids=["allowed", "without an Origin"]
)
def test_what_enforcement_rejects_has_the_headers_of_the_policy_only_for_an_allowed_origin(
    origin: str | None, expected: Any
) -> None:
    middleware = minimal(allow_origins=["*"], hosts=["own.example"])
    start = sent(middleware, actual(origin))[0]
    assert start["status"] == 421
    assert [line for line in start["headers"] if line[0].startswith(b"access-")] == expected
    decision = middleware.policy.request(method="GET", origin=origin, host="api.example.com")
    assert decision.headers == start["headers"]


def test_a_decision_has_the_status_the_headers_and_an_explanation() -> None:
    policy = Policy(**LISTED, responses="minimal")
    allowed = policy.preflight(origin=ORIGIN, method="PUT")
    assert (allowed.status, allowed.body) == (204, b"")
    rejected = policy.preflight(origin=EVIL, method="PUT")
    assert (rejected.status, rejected.body) == (403, b"Disallowed CORS origin")
    assert str(rejected).startswith("rejected with status 403: a preflight for PUT from ")
    assert policy.actual(origin=EVIL).headers == [VARY]
    assert "Vary: Origin and no other" in str(policy.actual(origin=None))
    anyone = Policy(allow_origins=["*"], responses="minimal").actual(origin=None)
    assert anyone.headers == [STAR]
    assert str(anyone).endswith("the response gets the same headers as every other")


def test_the_attributes_of_starlettes_class_say_what_an_allowed_request_gets() -> None:
    middleware = minimal(**LISTED)
    assert middleware.responses == "minimal"
    assert middleware.simple_headers == {
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "X-Total,X-Page",
    }
    assert middleware.preflight_headers == {
        "Access-Control-Allow-Methods": "PUT,DELETE",
        "Access-Control-Max-Age": "600",
        "Access-Control-Allow-Headers": ALLOW_HEADERS[1].decode(),
        "Access-Control-Allow-Credentials": "true",
    }
    assert minimal(**ANY).simple_headers == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "X-Total",
    }


def test_a_middleware_is_reconfigured_and_a_request_keeps_what_it_began_with() -> None:
    async def reconfiguring(scope: Any, receive: Any, send: Any) -> None:
        middleware.reconfigure(responses="starlette")
        await APP(scope, receive, send)

    middleware = minimal(reconfiguring, **ANY)
    assert headers(middleware, actual()) == [OWN, STAR, EXPOSED]
    assert headers(middleware, actual()) == [OWN, STAR, EXPOSED, VARY]
    middleware.responses = "minimal"
    assert sent(middleware, preflight())[0]["status"] == 204
    with pytest.raises(ConfigError, match="write 'minimal'"):
        middleware.responses = "minimum"  # type: ignore[assignment]
    assert middleware.responses == "minimal"


def test_a_policy_with_minimal_responses_is_another_and_can_be_pickled() -> None:
    policy = Policy(**LISTED, responses="minimal")
    assert policy != Policy(**LISTED)
    assert policy.replace(responses="starlette") == Policy(**LISTED)
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert repr(policy).endswith("responses='minimal')")


def test_a_live_list_changes_what_minimal_responses_allow() -> None:
    origins = [ORIGIN]
    middleware = minimal(allow_origins=origins)
    origins.append(EVIL)
    assert headers(middleware, actual(EVIL))[1] == (b"access-control-allow-origin", EVIL.encode())
