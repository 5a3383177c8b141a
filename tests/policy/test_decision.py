"""A policy's decision on a request has the response that its middleware, and Starlette, sends."""

from __future__ import annotations

import copy
import os
import pickle
import warnings
from enum import StrEnum
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcors import CORSMiddleware, Decision, Denial, Policy
from tests.exchange import ORIGIN, actual, headers_of, preflight, responding, sent
from tests.parity.exchanges import METHODS, ORIGINS, REQUESTED, _text, configuration
from tests.parity.twin import Twin

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
OTHER = "https://other.example.com"
POLICY = Policy(
    allow_origins=[ORIGIN],
    allow_methods=["GET", "PUT"],
    allow_headers=["X-Token"],
    allow_credentials=True,
    expose_headers=["X-Total"],
)
VARY = (
    b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
    b"Access-Control-Request-Private-Network"
)


# The same as what is sent


def some_request(random: Random) -> dict[str, Any]:
    """Return a preflight, as the generator of exchanges makes them."""
    return {
        "origin": random.choice([*ORIGINS, *ORIGINS, _text(random)]),
        "method": random.choice([*METHODS, _text(random)]),
        "headers": random.choice([None, *REQUESTED, ",".join(REQUESTED), _text(random)]),
        "private_network": random.choice([False, False, True]),
    }


@settings(
    max_examples=EXAMPLES // 4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(st.randoms(use_true_random=False))
def test_a_decision_is_what_the_middleware_and_starlette_send(random: Random) -> None:
    options = configuration(random)
    app = responding(headers=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        policy, middleware = Policy(**options), CORSMiddleware(app, **options)
    theirs = Twin(app, **options)
    for _ in range(4):
        request = some_request(random)
        decision = policy.preflight(**request)
        asked = preflight(
            request["origin"],
            request["method"],
            request["headers"],
            "true" if request["private_network"] else None,
        )
        for response in (sent(middleware, asked), sent(theirs, asked)):
            assert decision.status == response[0]["status"]
            assert decision.headers == headers_of(response)
            assert decision.body == response[1]["body"]
            reasons = response[1]["body"].decode().removeprefix("Disallowed CORS ").split(", ")
            kinds = list(dict.fromkeys(denial.kind for denial in decision.denials))
            assert kinds == ([] if reasons == ["OK"] else reasons)
        for origin in (request["origin"], None):
            decision = policy.actual(origin=origin)
            for response in (sent(middleware, actual(origin)), sent(theirs, actual(origin))):
                assert decision.headers == headers_of(response)
                assert (decision.status, decision.body) == (None, None)
            allowed = origin is None or theirs.is_allowed_origin(origin)
            assert decision.allowed == allowed == (not decision.denials)


def test_a_preflight_that_is_allowed_has_the_whole_response() -> None:
    decision = POLICY.preflight(origin=ORIGIN, method="PUT", headers=["X-Token", "accept"])
    assert decision.allowed
    assert decision
    assert (decision.status, decision.body, decision.denials) == (200, b"OK", ())
    assert decision.headers == [
        (b"vary", VARY),
        (b"access-control-allow-methods", b"GET, PUT"),
        (b"access-control-max-age", b"600"),
        (
            b"access-control-allow-headers",
            b"Accept, Accept-Language, Content-Language, Content-Type, X-Token",
        ),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-allow-origin", ORIGIN.encode()),
        (b"content-length", b"2"),
        (b"content-type", b"text/plain; charset=utf-8"),
    ]


def test_a_rejected_preflight_has_every_reason() -> None:
    decision = POLICY.preflight(
        origin=OTHER, method="PATCH", headers=["X-Token", "x-a", "X-B", "x-a"], private_network=True
    )
    assert not decision.allowed
    assert not decision
    assert decision.status == 400
    assert decision.body == b"Disallowed CORS origin, method, headers, private-network"
    assert [(denial.kind, denial.value) for denial in decision.denials] == [
        ("origin", OTHER),
        ("method", "PATCH"),
        ("headers", "x-a"),
        ("headers", "X-B"),
        ("private-network", "true"),
    ]
    assert b"access-control-allow-origin" not in dict(decision.headers)


def test_an_actual_request_is_given_lines_and_no_status() -> None:
    allowed = POLICY.actual(origin=ORIGIN)
    assert (allowed.allowed, allowed.status, allowed.body) == (True, None, None)
    assert allowed.headers == [
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"X-Total"),
        (b"access-control-allow-origin", ORIGIN.encode()),
        (b"vary", b"Origin"),
    ]
    rejected = POLICY.actual(origin=OTHER)
    assert not rejected
    assert [denial.kind for denial in rejected.denials] == ["origin"]
    assert rejected.headers == [line for line in allowed.headers if b"allow-origin" not in line[0]]


def test_a_request_without_an_origin_is_not_rejected() -> None:
    decision = Policy().actual(origin=None)
    assert decision.allowed
    assert decision.denials == ()
    assert decision.headers == [(b"vary", b"Origin")]


# What is asked


def test_names_of_headers_are_joined_as_a_browser_does_and_a_text_is_the_whole_value() -> None:
    mirroring = Policy(allow_origins=[ORIGIN], allow_headers=["*"])

    def mirrored(headers: Any) -> bytes | None:
        decision = mirroring.preflight(origin=ORIGIN, method="GET", headers=headers)
        return dict(decision.headers).get(b"access-control-allow-headers")

    for headers, expected in [
        (["x-b", "X-A"], b"x-b,X-A"),
        (("x-b",), b"x-b"),
        (iter(["a", "b"]), b"a,b"),
        ({"a": 1, "b": 2}, b"a,b"),
        ("x-b, X-A", b"x-b, X-A"),
        ("", b""),
        ([""], b""),
        ((), None),
        ([], None),
        (None, None),
    ]:
        assert mirrored(headers) == expected


def test_a_header_without_a_value_is_rejected_and_no_header_is_not() -> None:
    for headers, allowed in [("", False), ([""], False), ([], True), (None, True)]:
        decision = POLICY.preflight(origin=ORIGIN, method="GET", headers=headers)
        assert decision.allowed == allowed
        assert [denial.value for denial in decision.denials] == ([] if allowed else [""])


@pytest.mark.parametrize("text", ["https://\u20ac.example", "\ud800", "a\U0001f600"])
@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize("allow_credentials", [False, True])
def test_a_value_that_no_header_can_hold_is_rejected_even_if_everything_is_allowed(
    text: str, allow_credentials: bool
) -> None:
    anything = Policy(
        allow_origins=["*", text, "https://?.example"],
        allow_headers=["*"],
        allow_methods=["*"],
        allow_credentials=allow_credentials,
    )
    decision = anything.preflight(origin=text, method=text, headers=["x-a", text])
    assert decision.status == 400
    assert [(each.kind, each.value) for each in decision.denials] == [
        ("origin", text),
        ("method", text),
        ("headers", text),
    ]
    assert b"?" not in b"".join(value for _, value in decision.headers)
    rejected = anything.actual(origin=text)
    assert [each.kind for each in rejected.denials] == ["origin"]
    for each in (decision, rejected):
        assert str(each).replace("\n", "").isprintable()
        assert repr(each).isprintable()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"origin": b"https://a.example"}, "origin is b'https://a.example', of type bytes.*write 'https://a"),
    ({"origin": None}, "origin is None, of type NoneType; write a str"),
    ({"origin": 1}, "origin is 1, of type int"),
    ({"method": b"PUT"}, "method is b'PUT', of type bytes.*write 'PUT'"),
    ({"method": None}, "method is None"),
    ({"headers": b"x-a"}, r"headers is b'x-a', of type bytes.*\['X-Token'\]"),
    ({"headers": 5}, "headers is 5, of type int"),
    ({"headers": [b"x-a"]}, "a name in headers is b'x-a', of type bytes.*write 'x-a'"),
    ({"headers": ["x-a", None]}, "a name in headers is None"),
    ({"private_network": "false"}, "private_network is 'false', of type str; write True or False"),
    ({"private_network": None}, "private_network is None"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=[repr(wrong) for wrong, _ in WRONG])
def test_a_value_of_another_type_is_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        POLICY.preflight(**{"origin": ORIGIN, "method": "GET", **wrong})
    if wrong.get("origin"):
        with pytest.raises(TypeError, match=message):
            POLICY.actual(**wrong)


def test_requests_are_described_by_keyword() -> None:
    asks: list[Any] = [POLICY.preflight, POLICY.actual]
    for ask in asks:
        with pytest.raises(TypeError):
            ask(ORIGIN)


def test_a_string_of_a_subclass_counts_as_its_text() -> None:
    class Where(StrEnum):
        APP = ORIGIN

        def __repr__(self) -> str:
            return "\n"

    decision = POLICY.actual(origin=Where.APP)
    assert decision == POLICY.actual(origin=ORIGIN)
    assert str(decision) == str(POLICY.actual(origin=ORIGIN))
    assert type(Policy().actual(origin=Where.APP).denials[0].value) is str


# A decision is a value


def decisions() -> list[Decision]:
    """Return decisions, no two of them equal."""
    return [
        POLICY.actual(origin=None),
        POLICY.actual(origin=ORIGIN),
        POLICY.actual(origin=OTHER),
        POLICY.replace(max_age=1).actual(origin=OTHER),
        POLICY.preflight(origin=ORIGIN, method="GET"),
        POLICY.preflight(origin=ORIGIN, method="PUT"),
        POLICY.preflight(origin=ORIGIN, method="GET", headers=["x-a"]),
        POLICY.preflight(origin=ORIGIN, method="GET", headers=["X-A"]),
        POLICY.preflight(origin=ORIGIN, method="GET", private_network=True),
    ]


def test_equal_requests_to_equal_policies_have_equal_decisions() -> None:
    assert decisions() == decisions()
    assert len({*decisions(), *decisions()}) == len(decisions())
    for place, one in enumerate(decisions()):
        assert [other == one for other in decisions()].index(True) == place
        assert one != one.headers
        assert one.__eq__(1) is NotImplemented
    reordered = Policy(allow_origins=["https://b.a.example", "https://c.a.example"])
    ordered = Policy(allow_origins=["https://c.a.example", "https://b.a.example"])
    one, other = (each.actual(origin="https://a.a.example") for each in (reordered, ordered))
    assert one == other
    assert str(one) == str(other)
    assert one.denials == other.denials
    joined = POLICY.preflight(origin=ORIGIN, method="GET", headers="a,b")
    assert joined == POLICY.preflight(origin=ORIGIN, method="GET", headers=["a", "b"])


@pytest.mark.parametrize("decision", decisions(), ids=repr)
def test_a_decision_that_was_pickled_or_copied_is_the_same(decision: Decision) -> None:
    for again in (
        *[
            pickle.loads(pickle.dumps(decision, protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ],
        copy.copy(decision),
        copy.deepcopy(decision),
    ):
        assert again == decision
        assert hash(again) == hash(decision)
        assert (str(again), repr(again)) == (str(decision), repr(decision))
        assert (again.denials, again.headers) == (decision.denials, decision.headers)


@pytest.mark.parametrize("decision", decisions(), ids=repr)
def test_neither_a_decision_nor_a_denial_changes(decision: Decision) -> None:
    for value in (decision, *decision.denials):
        for name in ("allowed", "status", "headers", "denials", "kind", "message", "anything"):
            with pytest.raises(AttributeError, match="does not change"):
                setattr(value, name, 1)
            with pytest.raises(AttributeError, match="does not change"):
                delattr(value, name)


def test_neither_a_decision_nor_a_denial_can_be_made_twice() -> None:
    decision = POLICY.actual(origin=OTHER)
    (denial,) = decision.denials
    before = str(decision), str(denial)
    request = POLICY.actual(origin=ORIGIN)._request
    with pytest.raises(AttributeError, match="a Decision does not change, so __init__"):
        decision.__init__(POLICY, request, allowed=True, status=None, body=None, lines=())  # type: ignore[misc]
    with pytest.raises(AttributeError, match="a Denial does not change, so __init__"):
        denial.__init__("origin", "a", "no")  # type: ignore[misc]
    assert (str(decision), str(denial)) == before


def test_the_lists_of_header_lines_are_new_each_time() -> None:
    decision = POLICY.actual(origin=ORIGIN)
    decision.headers.clear()
    assert decision.headers is not decision.headers
    assert dict(decision.headers)[b"access-control-allow-origin"] == ORIGIN.encode()
    assert all(type(line) is tuple for line in decision.headers)


def test_a_denial_is_a_value() -> None:
    one, other = Denial("origin", "a", "no"), Denial("origin", "a", "no")
    assert one == other
    assert hash(one) == hash(other)
    assert one != Denial("method", "a", "no")
    assert one != ("origin", "a", "no")
    assert pickle.loads(pickle.dumps(one)) == copy.copy(one) == one
    assert str(one) == "origin: no"
    assert eval(repr(one), {"Denial": Denial}) == one
    match one:
        case Denial(kind, value, message):
            assert (kind, value, message) == ("origin", "a", "no")


def test_the_repr_has_the_request_and_the_verdict() -> None:
    assert repr(POLICY.actual(origin=None)) == "<Decision: actual(origin=None) is allowed>"
    assert repr(
        POLICY.preflight(origin=OTHER, method="GET", headers=["x-a", "x-b"], private_network=True)
    ) == (
        f"<Decision: preflight(origin='{OTHER}', method='GET', headers='x-a,x-b', private_network=True) "
        "is rejected, status 400>"
    )
