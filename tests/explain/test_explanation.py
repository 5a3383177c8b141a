"""What a decision says to a person: the nearest rule, how it differs, and what to change."""

from __future__ import annotations

import ast
import re
import warnings
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcors import ALL_METHODS, CORSMiddleware, Policy, lint
from fastcors._explain.never_matching import NeverMatching
from tests.exchange import ORIGIN as APP
from tests.exchange import actual, responding, sent
from tests.explain import golden
from tests.parity.exchanges import configuration
from tests.policy.test_decision import some_request

OTHER = "https://other.example.net"

# What people report, and what the message has to say: options, the origin, and parts of the message.
MENDED: list[tuple[dict[str, Any], str, list[str]]] = [
    # https is advised where it is allowed.
    ({"allow_origins": [APP]}, "http://app.example.com", ["or open the page over https"]),
    ({"allow_origins": ["https://*.example.com"]}, "http://app.example.com", ["or open the page over https"]),
    # A glob that covers the origin's host is not another host.
    ({"allow_origins": ["http://192.168.1.*"]}, "http://192.168.1.20:3000", ["'http://192.168.1.*' has a *", "if it is yours"]),
    ({"allow_origins": ["http://192.168.*.1"]}, "http://192.168.0.1", ["was probably meant to allow it: 'http://192.168.*.1'"]),
    # Entries that can match nothing.
    ({"allow_origins": [golden.AnyHttpUrl(APP)]}, APP, ["AnyHttpUrl('https://app.example.com/') is an AnyHttpUrl, not a str", "write 'https://app.example.com'"]),
    ({"allow_origins": [None]}, APP, ["None is not a str"]),
    ({"allow_origins": [[APP]]}, APP, ["['https://app.example.com'] is a list, not a str", "write 'https://app.example.com'"]),
    ({"allow_origins": ["${ORIGIN}"]}, APP, ["'${ORIGIN}', a placeholder that was never filled in"]),
    ({"allow_origins": ["{{origin}}"]}, APP, ["'{{origin}}', a placeholder that was never filled in"]),
    ({"allow_origins": ["<origin>"]}, APP, ["'<origin>', a placeholder that was never filled in"]),
    ({"allow_origins": [f'["{APP}"]']}, APP, ["has quotes or brackets around it", "write 'https://app.example.com'"]),
    ({"allow_origins": [r"https://.*\.example\.com"]}, APP, [r"r'https://.*\.example\.com' is a regular expression", "write 'https://*.example.com'"]),
    ({"allow_origins": [r"https://app\\.example\\.com"]}, APP, ["is a regular expression", "write 'https://app.example.com'"]),
    ({"allow_origins": [r"/https:\/\/app\.example\.com/"]}, APP, ["is a regular expression", "write 'https://app.example.com'"]),
    ({"allow_origin_regex": r"https://app\\.example\\.com"}, APP, ["its backslashes are doubled", "write allow_origins=['https://app.example.com'] instead"]),
    ({"allow_origins": [f"{APP}https://b.example"]}, APP, ["contains several origins", "write 'https://app.example.com', 'https://b.example'"]),
    # An entry that can match nothing is not what is allowed.
    ({"allow_origins": ["http://elsewhere.net", None, "${ORIGIN}"]}, APP, ["you allow http://elsewhere.net; besides, 2 entries of allow_origins can match nothing"]),
    # http is nearer to https than to another scheme.
    ({"allow_origins": ["capacitor://localhost", "https://localhost"]}, "http://localhost", ["you allow https://localhost"]),
    # This machine has several names.
    ({"allow_origins": ["http://localhost:3000"]}, "http://0.0.0.0:3000", ["are all this machine", "you allow http://localhost:3000"]),
    ({"allow_origins": ["http://0.0.0.0:3000"]}, "http://127.0.0.1:3000", ["are all this machine", "you allow http://0.0.0.0:3000"]),
    ({"allow_origins": ["http://localhost:*"]}, "http://127.0.0.1:3000", ["are all this machine", 'or "http://127.0.0.1:*" for every port']),
    ({"allow_origin_regex": r"http://localhost(:\d+)?"}, "http://127.0.0.1:3000", ["are all this machine", "matches http://localhost:3000"]),
    # A browser sends this machine's name as it is, so that the entry has the typing error.
    ({"allow_origins": ["http://loclhost:3000"]}, "http://localhost:3000", ["possible typo in an entry of allow_origins"]),
]  # fmt: skip

# The same, with what the message must not say.
NOT_TOLD: list[tuple[dict[str, Any], str, str]] = [
    ({"allow_origins": ["https://app.example.com:8443"]}, "http://app.example.com", "over https"),
    ({"allow_origins": [f"{APP}/"]}, "http://app.example.com", "over https"),
    ({"allow_origins": ["ftp://app.example.com"]}, "http://app.example.com", "over https"),
    ({"allow_origins": ["https://localhost"]}, "http://localhost", "over https"),
    ({"allow_origins": ["http://192.168.1.*"]}, "http://192.168.1.20:3000", "another host"),
    ({"allow_origins": [None]}, APP, "are empty"),
    ({"allow_origins": [golden.AnyHttpUrl(APP)]}, APP, "are empty"),
    ({"allow_origins": ["${ORIGIN}"]}, APP, "you allow"),
    ({"allow_origins": ["https://app-*.example.com"]}, "https://elsewhere.net", "you allow"),
]


def policy(**options: Any) -> Policy:
    """Return a policy without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Policy(**options)


def message(policy: Policy, **request: Any) -> str:
    """Return the message of the one denial."""
    asked = {"origin": APP, "method": "GET", **request}
    (denial,) = policy.preflight(**asked).denials
    if denial.kind == "origin":
        assert policy.actual(origin=asked["origin"]).denials == (denial,)
    assert denial.message in str(policy.preflight(**asked))
    assert denial.message.isprintable()
    return denial.message


@pytest.mark.parametrize(("options", "origin", "parts"), MENDED)
def test_the_message_says_what_is_wrong_and_what_to_write(
    options: dict[str, Any], origin: str, parts: list[str]
) -> None:
    said = message(policy(**options), origin=origin)
    assert all(part in said for part in parts), said


@pytest.mark.parametrize(("options", "origin", "wrong"), NOT_TOLD)
def test_the_message_does_not_say_what_is_not_so(
    options: dict[str, Any], origin: str, wrong: str
) -> None:
    assert wrong not in message(policy(**options), origin=origin)


def test_an_entry_that_was_added_to_a_live_list_is_known_to_match_nothing() -> None:
    entries = [OTHER]
    middleware = CORSMiddleware(responding(), entries)
    entries.append(f"{APP}/")
    sent(middleware, actual(APP))
    assert "probably meant to allow it: 'https://app.example.com/'" in message(middleware.policy)
    entries.pop()
    sent(middleware, actual(APP))
    assert f"you allow {OTHER}" in message(middleware.policy)


def test_an_entry_that_was_removed_from_a_live_list_is_not_told() -> None:
    entries = [OTHER, f"{APP}/"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        middleware = CORSMiddleware(responding(), entries)
    entries.pop()
    sent(middleware, actual(APP))
    assert "meant" not in message(middleware.policy)


def test_an_entry_whose_problem_is_accepted_is_known_to_match_nothing() -> None:
    mine = policy(allow_origins=[f"{APP}/"], accept=["origin-trailing-slash"])
    assert "probably meant to allow it: 'https://app.example.com/'" in message(mine)


def test_what_the_core_finds_odd_and_the_linter_calls_dead_are_the_same_for_most_entries() -> None:
    """The linter's words decide: a change of them would hide every entry that can match nothing."""
    for entry in (
        f"{APP}/",
        "${ORIGIN}",
        "https://a.examplehttps://b.example",
        "https://a-*.example",
        "",
    ):
        mine = policy(allow_origins=[entry])
        assert list(NeverMatching(mine._compiled).texts) == [entry]
        assert mine._compiled.odd_entries(10) == [entry]


def test_a_rejected_private_network_is_explained() -> None:
    said = message(policy(allow_origins=[APP]), private_network=True)
    assert said.startswith("allow_private_network is False")
    assert said.endswith("allow_private_network=True")


@pytest.mark.parametrize(
    ("options", "origin"),
    [
        ({"allow_origins": ["null"]}, "null"),
        ({"allow_origins": [APP, "null"]}, APP),
        ({"allow_origin_regex": ".*"}, APP),
        ({"allow_origin_regex": r"https://.*example\.com"}, APP),
        ({"allow_origins": [APP], "expose_headers": ["*"]}, APP),
    ],
)
def test_credentials_are_not_recommended_where_the_linter_would_call_them_an_error(
    options: dict[str, Any], origin: str
) -> None:
    said = str(policy(**options).actual(origin=origin))
    assert said.endswith("will be blocked by the browser: allow_credentials is False")


def test_an_error_that_has_nothing_to_do_with_credentials_does_not_forbid_them() -> None:
    said = str(policy(allow_origins=[APP], max_age=1.5).actual(origin=APP))
    assert said.endswith("to allow it: allow_credentials=True")


def test_credentials_do_not_allow_an_authorization_that_a_script_sets() -> None:
    for credentials in (False, True):
        mine = policy(allow_origins=[APP], allow_credentials=credentials)
        said = message(mine, headers=["Authorization"])
        assert said.startswith("Authorization is not in allow_headers")
        assert said.endswith('to allow this header: allow_headers=["Authorization"]')
        assert ("(allow_credentials does not allow a header that a script sets)" in said) == (
            credentials
        )


def test_a_star_among_the_exposed_headers_is_a_name_where_there_are_credentials() -> None:
    for credentials in (False, True):
        mine = policy(allow_origins=[APP], expose_headers=["*"], allow_credentials=credentials)
        assert (
            "read * in expose_headers as a literal header name" in str(mine.actual(origin=APP))
        ) == credentials


def test_a_request_without_an_origin_is_said_to_be_no_matter_of_cors() -> None:
    assert str(Policy().actual(origin=None)).startswith(
        "not a cross-origin request: it has no Origin"
    )


def test_everything_that_is_rejected_has_a_line() -> None:
    decision = policy(allow_origins=[APP]).preflight(
        origin="http://app.example.com", method="PUT", headers=["X-A", "X-B"], private_network=True
    )
    first, *lines = str(decision).splitlines()
    assert first == (
        "rejected with status 400: a preflight for PUT from http://app.example.com with the headers X-A,X-B "
        "into a private network"
    )
    assert [line.split(":")[0] for line in lines] == [
        "  origin", "  method", "  headers", "  headers", "  private-network",
    ]  # fmt: skip
    blocked = str(policy(allow_origins=[APP]).actual(origin="null"))
    assert blocked.startswith("blocked: pages on null cannot read the response")


def test_requested_names_are_read_as_the_policy_reads_them() -> None:
    asked = policy(allow_origins=["https://a.example"], allow_headers=["X-Token", "X-?"])
    decision = asked.preflight(
        origin="https://a.example", method="GET", headers="\x1cx-token\xa0,X-€,\x85x-a, ,x-a\r,x-a"
    )
    assert [each.value for each in decision.denials] == ["X-€", "x-a", "", "x-a\r"]


def test_many_rejected_headers_are_cut_in_the_text_and_not_among_the_denials() -> None:
    names = [f"x-{number}" for number in range(1000)]
    decision = policy(allow_origins=[APP]).preflight(origin=APP, method="GET", headers=names)
    assert [denial.value for denial in decision.denials] == names
    assert str(decision).endswith("\n  and 984 more")
    assert all("x-" in denial.message for denial in decision.denials)


# Whatever is asked

CHANGE = re.compile(r"(allow_(?:origins|methods|headers))=(\[.*?\])(?=[;, ]|$)")
TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(
        alphabet="htps:/.*aA-_@,;?#[]0123456789%\\\"' \r\n\x00\x85\xa0\u2028\u202e", max_size=40
    ),
    st.sampled_from([APP, "https://*.example.com", "null", "", "http://localhost:3000"]),
)


LONG = "x" * 1_000_000
LONG_REQUESTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"allow_methods": ["GET"]}, {"method": LONG}),
    ({"allow_methods": ["*"]}, {"method": LONG}),
    ({"allow_methods": []}, {"method": LONG}),
    ({"allow_methods": [LONG]}, {"method": LONG.upper()}),
    ({"allow_methods": [LONG.upper()]}, {"method": LONG}),
    ({}, {"headers": [LONG]}),
    ({"allow_headers": [f"{LONG}_y"]}, {"headers": [f"{LONG}-y"]}),
    ({"allow_headers": [LONG]}, {"headers": [f"{LONG}y", "\xe4" * 1000, "\x00" * 1000]}),
    ({"allow_origins": [LONG]}, {"origin": f"{LONG}/"}),
    ({"allow_origins": [f"https://{LONG}"]}, {"origin": f"https://{LONG}/"}),
    ({"allow_origins": [f"{LONG}://a.example/"]}, {"origin": f"{LONG}://a.example"}),
    ({"allow_origins": [f"{LONG}://a.example"]}, {"origin": f"{LONG}://b.a.example"}),
    ({"allow_origins": [f"https://a.example/{LONG}"]}, {"origin": "https://a.example"}),
    ({"allow_origins": [f"https://{LONG}*"]}, {"origin": f"https://{LONG}y"}),
]


@pytest.mark.parametrize(("options", "request_"), LONG_REQUESTS, ids=range(len(LONG_REQUESTS)))
def test_a_message_is_short_whatever_is_sent(
    options: dict[str, Any], request_: dict[str, Any]
) -> None:
    mine = policy(**{"allow_origins": [APP], **options})
    decision = mine.preflight(**{"origin": APP, "method": "GET", **request_})
    assert not decision
    assert len(str(decision)) < 2000
    assert len(repr(decision)) < 2000
    assert all(len(denial.message) < 1000 for denial in decision.denials)


def tokens(texts: list[str]) -> list[str]:
    """Return those that may stand in allow_methods and allow_headers."""
    return [text for text in texts if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text)]


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(TEXTS, max_size=4),
    st.lists(TEXTS, max_size=3),
    TEXTS,
    TEXTS,
    st.one_of(st.none(), TEXTS),
    st.booleans(),
)
def test_any_text_is_explained_in_lines_that_can_be_printed(
    entries: list[str],
    names: list[str],
    origin: str,
    method: str,
    headers: str | None,
    private_network: bool,
) -> None:
    mine = policy(
        allow_origins=entries,
        allow_methods=tokens(names),
        allow_headers=tokens(names),
        allow_origin_regex=[re.escape(name) for name in names],
    )
    asked: Any = {
        "origin": origin,
        "method": method,
        "headers": headers,
        "private_network": private_network,
    }
    for decision in (mine.preflight(**asked), mine.actual(origin=origin)):
        assert bool(decision.denials) == (not decision.allowed)
        lines = str(decision).split("\n")
        assert all(line.isprintable() for line in lines)
        assert all(len(line) < 2000 for line in lines)
        assert repr(decision).isprintable()
        kinds = [denial.kind for denial in decision.denials]
        assert kinds == sorted(kinds, key=["origin", "method", "headers", "private-network"].index)
        assert len({*decision.denials}) == len(decision.denials)
        for denial in decision.denials:
            assert denial.message.isprintable()
            assert denial.value.encode("utf-8", "surrogatepass") is not None


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_a_suggested_change_allows_what_was_rejected(random: Random) -> None:
    mine = policy(**configuration(random))
    request = some_request(random)
    for denial in mine.preflight(**request).denials:
        for option, items in CHANGE.findall(denial.message):
            change = changed(mine, option, items)
            again = policy(**{**mine._given(), **change}).preflight(**request).denials
            assert (
                denial not in again
                or "let the page" in denial.message
                or "let the client send that" in denial.message
            ), denial


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_no_suggested_change_is_an_error_to_the_linter(random: Random) -> None:
    mine = policy(**configuration(random))
    given = mine._given()
    before = errors(given)
    request = some_request(random)
    for decision in (mine.preflight(**request), mine.actual(origin=request["origin"])):
        if "; to allow it: allow_credentials=True" in str(decision):
            assert errors({**given, "allow_credentials": True}) <= before
        for option, items in CHANGE.findall(str(decision)):
            # It stands there to be warned of.
            if "would allow the sandboxed frames" not in str(decision):
                assert errors({**given, **changed(mine, option, items)}) <= before, str(decision)


def errors(options: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return the errors that the linter finds."""
    return {
        (problem.option, problem.code, repr(problem.value))
        for problem in lint(**options)
        if problem.severity == "error"
    }


def changed(mine: Policy, option: str, items: str) -> dict[str, Any]:
    """Return the change that a message suggests, with the items that there are for the dots."""
    tree = ast.parse(items, mode="eval").body
    assert isinstance(tree, ast.List)
    values: list[str] = []
    for node in tree.elts:
        if isinstance(node, ast.Starred):
            values += ALL_METHODS
        elif isinstance(node, ast.Constant) and node.value is ...:
            values += list(
                mine._options.sent_headers() if "headers" in option else getattr(mine, option)
            )
        else:
            values.append(ast.literal_eval(node))
    return {option: values}


def test_a_hostile_origin_is_explained_in_linear_time() -> None:
    """A backtracking engine would take longer than the universe lasts."""
    mine = policy(
        allow_origin_regex=[r"https://([a-z0-9-]+\.?)+example\.com"],
        allow_origins=[f"https://shop-{number}.example.com" for number in range(1000)],
    )
    origin = "https://" + "a" * 20_000 + "!"
    for hostile in (origin, "https://" + "a." * 10_000 + "example.com!", APP + "/x" * 10_000):
        said = message(mine, origin=hostile)
        assert "is not allowed" in said
        assert len(said) < 1000


def test_explaining_is_imported_when_it_is_asked_for() -> None:
    import subprocess
    import sys

    code = (
        "import sys, fastcors\n"
        "decision = fastcors.Policy().preflight(origin='https://a', method='GET')\n"
        "print(decision.status, [name for name in sys.modules if '_explain' in name])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert printed == "400 []\n"


def test_the_words_do_not_depend_on_the_order_of_the_options() -> None:
    entries = [f"https://{letter}.example.com" for letter in "bcd"]
    expressions = [r"https://x\.example\.net", r"https://[x-z]\.example\.net"]
    said = set()
    for order in (1, -1):
        mine = policy(allow_origins=entries[::order], allow_origin_regex=expressions[::order])
        said.add(message(mine, origin="https://a.example.com"))
        said.add(message(mine, origin="http://x.example.net"))
        said.add(str(mine.actual(origin="https://x.example.net")))
    assert len(said) == 3


@pytest.mark.parametrize(
    ("options", "origin"),
    [
        ({"allow_origins": ["http://app.example.com"]}, "http://app.example.com"),
        (
            {"allow_origin_regex": r"https://my-[a-z]+\.vercel\.app"},
            "https://my-a.vercel.app",
        ),
        ({"allow_origin_regex": "chrome-extension://.*"}, "chrome-extension://abc"),
    ],
)
def test_credentials_are_not_advised_where_the_linter_would_warn(
    options: dict[str, Any], origin: str
) -> None:
    said = str(Policy(**options).actual(origin=origin))
    assert "allow_credentials is False" in said
    assert "allow_credentials=True" not in said
