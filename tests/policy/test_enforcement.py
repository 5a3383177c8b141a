"""What a policy decides on requests and handshakes by `enforce` and `hosts`, and what it says of that."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from fastcors import Denial, Policy

HOST = "api.example.com"
APP = "https://app.example.com"
OTHER = "https://evil.example"
POLICY = Policy(allow_origins=[APP], enforce=True, hosts=[HOST, "*.internal"])
MODES: tuple[Any, ...] = (False, "unsafe", True, "isolate", "report")
NEVER, ALWAYS = (), (False, "unsafe", True, "isolate")
ENFORCED = ("unsafe", True, "isolate")

# The rows of the table: the request, the modes that reject it, the status and the rule.
REQUESTS: list[tuple[dict[str, Any], tuple[Any, ...], int, str]] = [
    ({"method": "GET", "host": "evil.example"}, ALWAYS, 421, "host"),
    ({"method": "POST", "origin": APP, "host": "evil.example"}, ALWAYS, 421, "host"),
    ({"method": "POST", "origin": APP, "host": None}, ALWAYS, 421, "host"),
    ({"method": "GET", "host": "api.example.com:"}, ALWAYS, 421, "host"),
    ({"method": "GET", "host": "x.INTERNAL:8000"}, NEVER, 0, ""),
    ({"method": "POST", "origin": APP, "sec_fetch_site": "cross-site"}, NEVER, 0, ""),
    ({"method": "GET"}, NEVER, 0, ""),
    ({"method": "GET", "sec_fetch_site": "none"}, NEVER, 0, ""),
    ({"method": "GET", "sec_fetch_site": "cross-site"}, ("isolate",), 403, "cross-site-read"),
    ({"method": "HEAD", "sec_fetch_site": "same-site"}, ("isolate",), 403, "cross-site-read"),
    (
        {"method": "GET", "sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"},
        NEVER,
        0,
        "",
    ),
    (
        {
            "method": "GET",
            "sec_fetch_site": "cross-site",
            "sec_fetch_mode": "navigate",
            "sec_fetch_dest": "embed",
        },
        ("isolate",),
        403,
        "cross-site-read",
    ),
    ({"method": "POST"}, NEVER, 0, ""),
    ({"method": "POST", "sec_fetch_site": "same-origin"}, NEVER, 0, ""),
    ({"method": "DELETE", "sec_fetch_site": "cross-site"}, ENFORCED, 403, "cross-site-write"),
    ({"method": "POST", "origin": "null", "sec_fetch_site": "same-origin"}, NEVER, 0, ""),
    ({"method": "POST", "origin": "https://api.example.com"}, NEVER, 0, ""),
    (
        {"method": "POST", "origin": "http://api.example.com", "scheme": "https"},
        ENFORCED,
        403,
        "origin-write",
    ),
    ({"method": "GET", "origin": OTHER}, (True, "isolate"), 403, "origin-read"),
    ({"method": "GET", "origin": "null"}, (True, "isolate"), 403, "origin-read"),
    ({"method": "POST", "origin": OTHER}, ENFORCED, 403, "origin-write"),
    ({"method": "POST", "origin": "null"}, ENFORCED, 403, "origin-write"),
]
HANDSHAKES: list[tuple[dict[str, Any], tuple[Any, ...], int, str]] = [
    ({"origin": APP, "host": "evil.example"}, ALWAYS, 421, "host"),
    ({}, NEVER, 0, ""),
    ({"origin": APP}, NEVER, 0, ""),
    ({"origin": "https://api.example.com"}, NEVER, 0, ""),
    ({"origin": OTHER}, ENFORCED, 403, "websocket"),
    ({"origin": "null"}, ENFORCED, 403, "websocket"),
]
BODIES = {
    "host": b"Misdirected request: the Host is not one of this server's hosts",
    "cross-site-read": b"Forbidden: another site's page sent this request",
    "cross-site-write": b"Forbidden: another site's page sent this request",
    "origin-read": b"Forbidden: the Origin is not allowed",
    "origin-write": b"Forbidden: the Origin is not allowed",
    "websocket": b"Forbidden: the Origin is not allowed to open a WebSocket",
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("kind", "row"),
    [("request", row) for row in REQUESTS] + [("websocket", row) for row in HANDSHAKES],
    ids=lambda value: value if isinstance(value, str) else str(value[0]),
)
def test_each_row_of_the_table_is_decided_and_explained(kind: str, row: Any, mode: Any) -> None:
    request, modes, status, rule = row
    decision = getattr(POLICY.replace(enforce=mode), kind)(**{"host": HOST, **request})
    if mode not in modes:
        assert (decision.status, decision.body) == (None, None)
        assert str(decision).startswith("reported: ") == (mode == "report" and True in modes)
        return
    assert not decision.allowed
    assert (decision.status, decision.body) == (status, BODIES[rule])
    assert [denial.kind for denial in decision.denials] == [rule]
    first, denial = str(decision).splitlines()
    assert first.startswith(f"rejected with status {status}: ")
    assert denial == f"  {decision.denials[0]}"


def test_a_rejection_has_the_headers_of_a_short_text_and_says_what_it_depends_on() -> None:
    isolating = POLICY.replace(enforce="isolate")
    for decision, vary in (
        (POLICY.request(method="GET", host="x"), b"Origin"),
        (POLICY.request(method="POST", host=HOST, origin=OTHER), b"Origin, Sec-Fetch-Site"),
        (
            POLICY.request(method="POST", host=HOST, sec_fetch_site="cross-site"),
            b"Origin, Sec-Fetch-Site",
        ),
        (
            isolating.request(method="GET", host=HOST, sec_fetch_site="cross-site"),
            b"Origin, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest",
        ),
        (POLICY.websocket(origin=OTHER, host=HOST), b"Origin"),
        (POLICY.websocket(origin=APP, host="x"), b"Origin"),
    ):
        assert decision.body is not None
        assert decision.headers == [
            (b"vary", vary),
            (b"content-length", str(len(decision.body)).encode()),
            (b"content-type", b"text/plain; charset=utf-8"),
        ]


def test_only_a_rejection_of_an_allowed_origin_has_the_headers_of_cors() -> None:
    policy = POLICY.replace(allow_credentials=True, expose_headers=["X-Total"])
    decision = policy.request(method="GET", host="x", origin=APP)
    assert decision.status == 421
    assert decision.headers[3:] == [
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"X-Total"),
        (b"access-control-allow-origin", APP.encode()),
    ]
    assert len(policy.request(method="GET", host="x", origin=OTHER).headers) == 3
    assert len(policy.request(method="GET", host=HOST, origin=OTHER).headers) == 3


def test_what_passes_has_the_headers_that_cors_sets() -> None:
    for origin in (None, APP, "https://api.example.com"):
        decision = POLICY.request(method="POST", host=HOST, origin=origin)
        assert decision.headers == POLICY.actual(origin=origin).headers
        assert decision.allowed
    assert POLICY.websocket(origin=APP, host=HOST).headers == []


def test_where_the_application_runs_cors_still_decides_what_a_page_reads() -> None:
    modes: tuple[Any, ...] = (False, "unsafe", "report")
    for mode in modes:
        policy = POLICY.replace(enforce=mode)
        decision = policy.request(method="GET", host=HOST, origin=OTHER)
        assert not decision.allowed
        assert decision.status is None
        assert decision.denials == policy.actual(origin=OTHER).denials
        # Its own page needs no permission to read.
        own = policy.request(method="GET", host=HOST, origin="https://api.example.com")
        assert own.allowed
        assert own.denials == ()


SAID = [
    (
        POLICY.request(method="POST", host="x.example", origin=APP).denials,
        Denial(
            "host",
            "x.example",
            "the Host x.example is not in hosts, which has api.example.com, *.internal; if clients reach "
            'this server by that name: hosts=[..., "x.example"]',
        ),
    ),
    (
        POLICY.request(method="POST").denials,
        Denial(
            "host",
            "",
            "there is no Host header, and hosts has api.example.com, *.internal; let the client send the "
            "host of the URL",
        ),
    ),
    (
        POLICY.request(method="POST", host="user@api.example.com").denials,
        Denial(
            "host",
            "user@api.example.com",
            "the Host user@api.example.com is not a host with or without a port; let the client send the "
            "host of the URL",
        ),
    ),
    (
        POLICY.request(method="POST", host=HOST, sec_fetch_site="cross-site").denials,
        Denial(
            "cross-site-write",
            "cross-site",
            "Sec-Fetch-Site is cross-site, so another site's page sent this request, and it has no Origin "
            "that could be allowed; if that page is yours, find what removes the Origin on the way, and list "
            "it in allow_origins",
        ),
    ),
]


@pytest.mark.parametrize(("found", "expected"), SAID, ids=[denial.value for _, denial in SAID])
def test_a_denial_says_which_rule_and_what_to_change(
    found: tuple[Denial, ...], expected: Denial
) -> None:
    assert found == (expected,)


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"host": HOST}, "because the Host is api.example.com"),
        ({"host": HOST, "sec_fetch_site": "same-site"}, "because Sec-Fetch-Site is same-site"),
        (
            {"host": "api.example.com", "origin": "http://api.example.com", "scheme": "https"},
            "because the server is reached by https",
        ),
        (
            {"host": HOST, "origin": "http://evil.example", "scheme": "https"},
            "because the Host is api.example.com",
        ),
        ({}, "because there is no sound Host header to compare it with"),
        ({"host": "a b"}, "because there is no sound Host header to compare it with"),
    ],
)
def test_a_denial_of_an_origin_says_what_cors_says_and_why_it_is_not_the_servers_own(
    request_: dict[str, Any], reason: str
) -> None:
    policy = POLICY.replace(hosts=())
    origin = request_.get("origin", OTHER)
    (denial,) = policy.request(method="POST", **{"origin": origin, **request_}).denials
    (cors,) = policy.actual(origin=origin).denials
    assert denial.value == origin
    assert denial.message == (
        f"{cors.message}; it is not this server's own origin either, {reason}"
    )


@pytest.mark.parametrize(
    ("mode", "kind", "request_", "said"),
    [
        (True, "request", {"method": "POST", "origin": APP}, f"POST from {APP} is allowed: allow_"),
        (
            True,
            "request",
            {"method": "PUT"},
            "PUT is allowed: it has neither Origin nor Sec-Fetch-",
        ),
        (
            True,
            "request",
            {"method": "PUT", "sec_fetch_site": "none"},
            "PUT is allowed: Sec-Fetch-Site is none, so this server's own page or the user sent it",
        ),
        (
            True,
            "request",
            {"method": "GET", "sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"},
            "GET is allowed: another site links to this server, and following a link is safe",
        ),
        (
            True,
            "request",
            {"method": "GET", "sec_fetch_site": "cross-site"},
            "GET is allowed: another site's page may load it but not read it; to reject it: "
            'enforce="isolate"',
        ),
        (
            True,
            "request",
            {"method": "GET", "origin": f"https://{HOST}"},
            f"GET from https://{HOST} is allowed: its Origin https://{HOST} is this server's own, "
            f"because its Host is {HOST}",
        ),
        (
            True,
            "websocket",
            {},
            "a WebSocket handshake is allowed: it has no Origin, so it comes from",
        ),
        (
            False,
            "websocket",
            {"origin": OTHER},
            f"a WebSocket handshake from {OTHER} is allowed: CORS does not cover WebSockets, and "
            "enforce is False; to reject it with status 403: enforce=True",
        ),
        (
            False,
            "request",
            {"method": "POST", "sec_fetch_site": "cross-site"},
            "POST is allowed, although another site's page sent it: enforce is False; to reject it with "
            "status 403: enforce=True",
        ),
        (
            "report",
            "websocket",
            {"origin": OTHER},
            f'reported: a WebSocket handshake from {OTHER} passes, because enforce="report" only counts '
            "and logs; enforce=True would reject it with status 403\n  websocket: ",
        ),
        (
            "unsafe",
            "request",
            {"method": "GET", "origin": OTHER},
            f"blocked: pages on {OTHER} cannot read the response (the application still handles GET",
        ),
    ],
)
def test_the_text_says_why_a_request_passes_and_what_would_reject_it(
    mode: Any, kind: str, request_: dict[str, Any], said: str
) -> None:
    decision = getattr(POLICY.replace(enforce=mode), kind)(**{"host": HOST, **request_})
    assert str(decision).startswith(said)


@pytest.mark.parametrize("mode", [False, "unsafe"])
def test_a_read_that_passes_says_how_to_reject_it(mode: Any) -> None:
    decision = POLICY.replace(enforce=mode).request(method="GET", host=HOST, origin=OTHER)
    assert str(decision).endswith("enforce=True")


def test_a_hostile_request_is_explained_in_one_line_each() -> None:
    for text in ("a\r\nb: c", "\x1b[31m", "é" * 3, "x" * 9_000, ""):
        policy = POLICY.replace(hosts=())
        for decision in (
            POLICY.request(method=text, host=text, origin=text),
            policy.request(method="POST", host=text, origin=text, sec_fetch_site=text),
            policy.request(method="POST", host=HOST, sec_fetch_site=text or "x"),
            policy.websocket(origin=text, host=text),
        ):
            assert len(str(decision).splitlines()) == 2
            assert len(str(decision)) < 2_000
            assert decision.body is None or len(decision.body) < 100


def test_decisions_are_equal_if_request_and_policy_are_and_come_back_from_a_pickle() -> None:
    decision = POLICY.request(method="POST", host=HOST, origin=OTHER, scheme="https")
    same = POLICY.request(method="POST", host=HOST, origin=OTHER, scheme="https")
    assert decision == same == pickle.loads(pickle.dumps(decision))
    assert hash(decision) == hash(same)
    for other in (
        POLICY.request(method="POST", host=HOST, origin=OTHER),
        POLICY.websocket(host=HOST, origin=OTHER, scheme="https"),
        POLICY.actual(origin=OTHER),
        POLICY.replace(enforce="unsafe").request(
            method="POST", host=HOST, origin=OTHER, scheme="https"
        ),
    ):
        assert decision != other
    assert repr(decision) == (
        "<Decision: request(origin='https://evil.example', method='POST', host='api.example.com', "
        'scheme="https") is rejected, status 403>'
    )
    assert repr(POLICY.websocket(host=HOST)) == (
        "<Decision: websocket(host='api.example.com') is allowed>"
    )


def test_a_value_of_another_type_is_named() -> None:
    with pytest.raises(TypeError, match="sec_fetch_site is 5, of type int"):
        POLICY.request(method="GET", sec_fetch_site=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="host is b'a', of type bytes; write 'a'"):
        POLICY.websocket(host=b"a")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="method is None"):
        POLICY.request(method=None)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
def test_what_no_header_can_hold_is_rejected() -> None:
    policy = POLICY.replace(allow_origin_regex="https://.{0,9}")
    assert policy.request(method="POST", host=HOST, origin="https://a.example").status is None
    assert policy.request(method="POST", host=HOST, origin="https://\u20ac.example").status == 403
    assert POLICY.request(method="POST", host="\u20ac.internal").status == 421


def test_hosts_are_compared_as_a_set_without_case() -> None:
    one = Policy(allow_origins=[APP], hosts=["B.example", "a.example"])
    assert one == Policy(allow_origins=[APP], hosts=("a.example", "b.example", "a.example"))
    assert one != Policy(allow_origins=[APP], hosts=["a.example"])
    assert one.hosts == ["B.example", "a.example"]
    assert "hosts=['B.example', 'a.example']" in repr(one)


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize("host", ["\ud800", "\xfc.example", "例え.example"])
def test_a_host_beyond_ascii_matches_nothing(host: str) -> None:
    policy = Policy(allow_origins=[APP], hosts=[host])
    for sent in (host, host.encode("ascii", "backslashreplace").decode(), "xn--fsq.example"):
        assert policy.request(method="GET", origin=APP, host=sent).status == 421
    assert policy == Policy(allow_origins=[APP], hosts=[host])


@pytest.mark.parametrize(
    "host", ["[:]", "[:]:80", "[a:b]", "[:", "::", "localhost:000080", "[::1]:000080"]
)
def test_a_host_that_is_no_address_though_it_looks_like_one_is_explained(host: str) -> None:
    policy = Policy(allow_origins=["https://app.example.com"], enforce=True, hosts=["localhost"])
    decision = policy.request(method="GET", host=host)
    assert decision.status == 421
    assert "is not a host with or without a port" in str(decision)
