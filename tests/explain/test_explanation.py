"""What a decision says to a person: the nearest rule, how it differs, and what to change."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcors import ALL_METHODS, Policy, lint
from fastcors._explain import origins as explain_origins
from tests.exchange import ORIGIN as APP
from tests.parity.exchanges import configuration
from tests.policy.test_decision import some_request

# What allow_origins holds, the origin that asks, and what is said of it.
LISTED: list[tuple[str | list[str], str, str]] = [
    # The scheme and the port.
    (APP, "http://app.example.com", f"the scheme differs: you allow {APP}; "),
    (APP, "http://app.example.com", 'allow_origins=[..., "http://app.example.com"], or open the page over https'),
    ("http://a.example", "https://a.example", "the scheme differs: you allow http://a.example"),
    ("http://localhost:3000", "http://localhost:5173", "the port differs: you allow http://localhost:3000, the request came from http://localhost:5173"),
    ("http://localhost:3000", "http://localhost:5173", '[..., "http://localhost:5173"], or "http://localhost:*" for every port'),
    ("http://[::1]:3000", "http://[::1]", '[..., "http://[::1]"], or "http://[::1]:*" for every port'),
    ("http://127.0.0.1", "http://127.0.0.1:8000", '"http://127.0.0.1:*" for every port'),
    ("http://localhost:3000", "https://localhost:8443", "the scheme and the port differ: you allow http://localhost:3000"),
    (APP, f"{APP}:8443", f"the port differs: you allow {APP}, the request came from {APP}:8443"),
    ("http://localhost:*", "https://localhost:5173", "the scheme differs: you allow http://localhost:*"),
    ("https://*.example.com", "http://a.example.com", "the scheme differs: you allow https://*.example.com"),
    ("https://*.example.com", "https://a.example.com:444", "the port differs: you allow https://*.example.com"),
    # The host.
    ("https://example.com", "https://www.example.com", 'the origin has an extra "www."; you allow https://example.com'),
    ("https://www.example.com", "https://example.com", 'the origin has no "www."; you allow https://www.example.com'),
    ("https://www.example.com", "http://example.com", 'the origin has no "www.", and the scheme differs too; you'),
    ("https://*.example.com", "https://example.com", "the apex itself is not covered by https://*.example.com"),
    ("https://*.example.com", "https://example.com", 'allow_origins=[..., "https://example.com"]'),
    ("https://*.example.com", "http://example.com", "by https://*.example.com, and the scheme differs too"),
    ("https://example.com", "https://a.b.example.com", "the host is a subdomain, and an entry stands for itself alone; you allow https://example.com"),
    ("https://example.com", "https://a.b.example.com", 'or "https://*.example.com" for every subdomain'),
    (APP, "https://example.com", f"you allow {APP}, which is below it"),
    (APP, "https://shop.example.com", f"you allow {APP}, which is another one of the same domain"),
    (APP, f"{APP}.", "the trailing dot makes it a different origin; you allow"),
    (f"{APP}.", APP, "the missing trailing dot makes it a different origin"),
    ("http://localhost:3000", "http://127.0.0.1:3000", "localhost, 127.0.0.1 and [::1] are three origins to a browser; you allow http://localhost:3000"),
    # A typing error.
    (APP, "https://app.exmaple.com", f"possible typo: did you mean {APP}, which is allowed? Otherwise, to allow this origin if it is yours: "),
    (APP, "https://app.exmaple.com", 'if it is yours: allow_origins=[..., "https://app.exmaple.com"]'),
    (APP, "https://ap.exmaple.com", f"possible typo: did you mean {APP}, which is allowed?"),
    (APP, "http://app.exmaple.com", "did you mean https://app.example.com, which is allowed (the scheme differs too)? "),
    # Another site.
    ("https://example.com", "https://example.com.evil.com", "it only starts like https://example.com; it belongs to evil.com, so rejecting it is correct"),
    ("https://*.example.com", "https://a.example.com.evil.com", "it belongs to evil.com, so rejecting it is correct"),
    ("https://example.com", "https://notexample.com", "it only ends like https://example.com; it belongs to notexample.com, so rejecting it is correct"),
    ("https://*.example.com", "https://notexample.com", "it only ends like https://*.example.com; "),
    ("http://10.0.0.1", "http://10.0.0.11", "it is another host, so rejecting it is correct; only if it is yours"),
    # Entries that no browser sends.
    (f"{APP}/", APP, f'you allow {APP}/ with a trailing slash, which never matches; write allow_origins=[..., "{APP}"] instead'),
    (f"{APP}/login", APP, "with a path, which never matches"),
    (f"{APP}:443", APP, "with the scheme's default port, which never matches"),
    (f"{APP}:0", APP, "the port differs"),
    ("https://App.Example.com", APP, "only upper and lower case differ: you allow https://App.Example.com with upper case, which never matches"),
    ("app.example.com", APP, "you allow app.example.com without a scheme, which never matches"),
    ("*.example.com", APP, 'without a scheme, which never matches; write allow_origins=[..., "https://*.example.com"] instead'),
    (".example.com", APP, 'you allow .example.com without a scheme, with a dot before its host, which never matches; write allow_origins=[..., "https://*.example.com"] instead'),
    (f" {APP}", APP, "with white space or something invisible around it, which never matches"),
    (f"{APP}\u200b", APP, "with white space or something invisible around it"),
    (f"'{APP}'", APP, "with quotation marks around it, which never matches"),
    (f"https://a.example,{APP}", APP, f'with several origins in one text, which never matches; write allow_origins=[..., "{APP}"]'),
    ("https://u:p@app.example.com", APP, "with a user in it, which never matches"),
    ("https://b\u00fccher.example", "https://xn--bcher-kva.example", 'with letters that browsers write in punycode, which never matches; write allow_origins=[..., "https://xn--bcher-kva.example"]'),
    ("https://app-*.example.com", "https://app-7.example.com", 'with a * that is neither the whole first label nor the whole port, which never matches; to allow this origin if it is yours: allow_origins=[..., "https://app-7.example.com"]'),
    ("*://app.example.com", APP, f'which never matches; to allow this origin if it is yours: allow_origins=[..., "{APP}"]'),
    ("https://*.*.example.com", "https://a.b.example.com", "which never matches; to allow this origin if it is yours"),
    # A * that a stranger's name can stand for.
    ("https://*example.com", "https://evilexample.com", "which never matches; it belongs to evilexample.com, so rejecting it is correct; only if evilexample.com is yours"),
    ("https://a*", "https://abc.evil.com", "which never matches; it belongs to evil.com, so rejecting it is correct"),
    ("http*", "https://evil.com", "which never matches; it belongs to evil.com, so rejecting it is correct"),
    ("https://example.*", "https://example.evil", "which never matches; it belongs to example.evil, so rejecting it is correct"),
    ("https://a*.co.uk", "https://abc.co.uk", "which never matches; it belongs to abc.co.uk, so rejecting it is correct"),
    ("https://app-*.vercel.app", "https://app-7.vercel.app", "which never matches; it belongs to app-7.vercel.app, so rejecting it is correct"),
    (".com", "https://evil.com", "which never matches; it belongs to evil.com, so rejecting it is correct"),
    ("*.com", "https://a.evil.com", "which never matches; it belongs to evil.com, so rejecting it is correct"),
    ("http://192.168.*.1", "http://192.168.0.1", "which never matches; it is another host, so rejecting it is correct"),
    ("https//app.example.com", APP, "possible typo of an entry: you allow https//app.example.com"),
    ("http://App.example.com/", APP, "the scheme differs: you allow http://App.example.com/ (an entry with upper case, with a trailing slash never matches)"),
    # Origins that no browser sends.
    (APP, f"{APP}/", f"no browser sends an origin with a trailing slash: you allow {APP}, so let the client send that"),
    (APP, "https://App.example.com", f"no browser sends upper case in an origin: you allow {APP}, so"),
    (APP, f"{APP}:443", "no browser sends an origin with the scheme's default port: you"),
    (APP, f"{APP}/x/y?z", "no browser sends an origin with a path: you allow"),
    (APP, f"{APP},https://b.example", "no browser sends several origins at once: you allow"),
    (APP, f"https://u@{APP[8:]}", "no browser sends an origin with a user in it: you allow"),
    (APP, "https://app.example.com:443@evil.com", "no browser sends an origin with a user in it; no listed origin is near; 1 origin, 0 patterns and 0 expressions are allowed; let the client send an origin as browsers do"),
    ("https://*.example.com", "https://evil.com/.example.com", "no browser sends an origin with a path; no listed origin is near; 0 origins, 1 pattern and 0 expressions are allowed; let the client"),
    (APP, "app.example.com", f"no browser sends an origin without a scheme; you allow {APP}, so let the client send {APP}"),
    (APP, "http://app.example.com/", "no browser sends an origin with a trailing slash; the scheme differs"),
    (APP, "https://app..example.com", "no browser sends an origin with an impossible host"),
    ("https://*.example.com", "https://a%2eb.example.com", "no browser sends an origin with an impossible host"),
    (APP, f" {APP}", f"it holds ' ', and no browser sends that in an origin: you allow {APP}"),
    (APP, f"{APP}\r\nX: y", r"it holds '\r', and no browser sends that in an origin"),
    ("*", f"{APP}\r\nX: y", r"""it holds '\r', which no header can hold, so not even the "*" in allow_origins allows it; let the client send an origin as browsers do"""),
    (["*", APP], "https://\xe4.example\0", r"""it holds '\x00', which no header can hold, so not even the "*" in allow_origins allows it"""),
    (APP, "https://\xe4.example", "it holds 'ä', and browsers write such a host in punycode"),
    (APP, "https://\u20ac.example", "it holds '€', and browsers write such a host in punycode"),
    (APP, "https://x\ud800", r"it holds a character that no header can hold, '\ud800'; let the client send an origin as browsers do"),
    (APP, "https://a\u202eb.example", r"it holds a character that no header can hold, '\u202e'; let"),
    (APP, "https://\xe4\u2028.example", r"it holds a character that no header can hold, '\u2028'; let"),
    ("http://localhost:*", "http://localhost:99999", "with an impossible port; you allow http://localhost:*; let the client send an origin as browsers do"),
    ("http://localhost:*", "http://localhost:0", "you allow http://localhost:*; let the client send an origin as browsers do"),
    ("http://localhost:*", "http://localhost:abc", "you allow http://localhost:*; let the client send an origin as browsers do"),
    ("https://*.example.com", "https://a..example.com", "you allow https://*.example.com; let the client send an origin as browsers do"),
    ("https://*.example.com", "https://a~b.example.com", "you allow https://*.example.com; let the client send an origin as browsers do"),
    ("https://*.example.com", "https://*.example.com", "is not allowed; no browser sends an origin with a * in it, so let the client send an origin as browsers do"),
    ("http://localhost:*", "http://localhost:*", "no browser sends an origin with a * in it, so let"),
    (APP, "https://app-*.example.com", "no browser sends an origin with a * in it, so let"),
    ("https://q.example", "HTTPS://127.0.0.1", 'allow_origins=[..., "https://127.0.0.1"], and let the client send that'),
    ("https://q.example", "https://b.example/", 'allow_origins=[..., "https://b.example"], and let the client send that'),
    ("https://example.com", "https://NotExample.com", 'allow_origins=[..., "https://notexample.com"], and let the client send that'),
    # What the linter calls an error is not recommended.
    (APP, "https://1.2.3", "let the client send an origin as browsers do"),
    (APP, "null", "null is not allowed; the page was opened from a file, a sandboxed frame or after a redirect"),
    (APP, "", "an empty Origin is not allowed; no browser sends one"),
    # Nothing near.
    (APP, "https://elsewhere.net", "no listed origin is near; 1 origin, 0 patterns and 0 expressions are allowed"),
    (["https://a.example", "https://b.example", "https://*.c.example"], "https://elsewhere.net", "2 origins, 1 pattern and 0 expressions"),
    ([], APP, f'no origin is allowed at all: allow_origins and allow_origin_regex are empty; to allow this origin if it is yours: allow_origins=["{APP}"]'),
    (["https://app-*.example.com"], "https://foo.test", 'no origin is allowed at all: the one entry of allow_origins can match none (fastcors.lint tells why); to allow this origin if it is yours: allow_origins=[..., "https://foo.test"]'),
    (["https://m\xfcnchen.example", "HTTPS://localhost:*", "*.foo"], "https://foo.test", "no origin is allowed at all: none of the 3 entries of allow_origins can match one (fastcors.lint tells why)"),
    # The nearest of several.
    (["http://elsewhere.net", "https://example.com", APP, "https://shop.example.com"], "http://app.example.com", f"the scheme differs: you allow {APP}"),
    (["https://b.example.com", f"{APP}/", "http://app.example.com"], APP, f"you allow {APP}/ with a trailing slash"),
]  # fmt: skip

# An expression, the origin that asks, and what is said of it.
EXPRESSIONS: list[tuple[str, str, str]] = [
    (r"https://.*\.example\.com", "http://app.example.com", rf"the scheme differs: allow_origin_regex https://.*\.example\.com matches {APP}"),
    (r"https://app\.example\.com", f"{APP}:8443", rf"the port differs: allow_origin_regex https://app\.example\.com matches {APP}, the request came from {APP}:8443"),
    (r"https://.*\.example\.com", "https://example.com", r'the origin has no "www."; allow_origin_regex https://.*\.example\.com matches https://www.example.com'),
    (r"https://[a-z]+\.com", "https://www.example.com", 'the origin has an extra "www."; allow_origin_regex'),
    (r"https://.*\.example\.com", "https://app.example.com.evil.com", rf"allow_origin_regex is matched whole: https://.*\.example\.com matches only the beginning, {APP}: it belongs to evil.com, so rejecting it is correct"),
    (r"https://app", APP, "https://app matches only the beginning, https://app: it belongs to example.com"),
    (r"https://app\.example\.com", f"{APP}:80x", f"with an impossible port; allow_origin_regex https://app\\.example\\.com matches {APP}"),
    (r"example\.com", APP, r"allow_origin_regex is matched whole: example\.com matches only the end, example.com; write an expression for all of it"),
    (r"example", APP, "example matches only a part, example"),
    (r"https://.*\.example\.com", "https://app.example.com/", f"no browser sends an origin with a trailing slash: you allow {APP}"),
    (r"https://z\.test", APP, "no listed origin is near; 0 origins, 0 patterns and 1 expression are allowed"),
    (r"(?=https)http://app", APP, "and those that only Python can match are not compared"),
]  # fmt: skip

METHODS: list[tuple[list[str], str, str]] = [
    (["GET", "POST"], "PUT", 'PUT is not in allow_methods, which are GET, POST; to allow this method: allow_methods=[..., "PUT"]'),
    (["GET"], "PUT", "PUT is not in allow_methods, which is GET"),
    ([], "PUT", 'PUT is not in allow_methods, which is empty; to allow this method: allow_methods=["PUT"]'),
    (["PATCH"], "patch", 'methods are case-sensitive: you allow PATCH, the request asks for patch; fetch() does not upper-case it, so let the page write method: "PATCH"'),
    (["patch"], "PATCH", 'you allow patch, the request asks for PATCH; to allow this method: allow_methods=[..., "PATCH"]'),
    (["PUT"], "put", "you allow PUT, the request asks for put; a browser upper-cases this one, so let the client send PUT"),
    (["GET"], "patch", 'allow_methods=[..., "PATCH"], and let the page write method: "PATCH"'),
    (["*"], "PURGE", 'PURGE is not in allow_methods: it is none of those that * stands for (DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY); to allow this method: allow_methods=[*ALL_METHODS, "PURGE"]'),
    (list(ALL_METHODS), "PURGE", "it is none of those that * stands for (DELETE"),
    (["*"], "patch", "methods are case-sensitive: you allow PATCH"),
    (["PATCH"], "PACTH", "which is PATCH; did you mean PATCH"),
    (["GET"], "TRACE", "TRACE is not in allow_methods, and no browser sends it from a page"),
    (["GET"], "", "an empty method is not in allow_methods"),
    (["GET"], "GE T", "'GE T' is not in allow_methods, and is no method"),
    (["*"], "*", "* is not in allow_methods, and is no method"),
    (["GET"], "[", "[ is not in allow_methods, and is no method"),
    (["GET"], "\xe4", "'ä' is not in allow_methods, and is no method"),
    ([f"M{number}" for number in range(12)], "PUT", "M8, M9 and 2 more"),
]  # fmt: skip

HEADERS: list[tuple[list[str], str, str]] = [
    ([], "X-Token", 'X-Token is not in allow_headers; to allow this header: allow_headers=["X-Token"]'),
    (["X-Other"], "X-Token", 'X-Token is not in allow_headers; to allow this header: allow_headers=[..., "X-Token"]'),
    (["X-Token"], "x-tokne", "x-tokne is not in allow_headers; did you mean X-Token, which is"),
    (["X-Token"], "x_token", "x_token is not in allow_headers: you allow X-Token, with - for _"),
    ([], "Content_Type", "you allow Content-Type, with - for _"),
    (["X-Token"], "x-token,", "an empty name is not in allow_headers"),
    (["X-Token"], "", "Access-Control-Request-Headers has a comma too many, or no value"),
    (["X-Token"], "x-a b", "'x-a b' is not in allow_headers, and is no header name"),
    (["X-Token"], "*", "* is not in allow_headers, and is no header name"),
    ([], "access-control-allow-origin", "it is a response header, which the server sets; remove it from the request"),
    ([], "set-cookie", "set-cookie is not in allow_headers: it is a response header"),
    (["X-Token"], "Cookie", "Cookie is not in allow_headers, and no browser lets a page send it; let the client leave it out"),
    (["X-Token"], "origin", "no browser lets a page send it"),
    (["X-Token"], "sec-fetch-mode", "no browser lets a page send it"),
    (["X-Token"], "access-control-request-method", "no browser lets a page send it"),
    (["X-Token"], "x-\r\ny", r"'x-\r\ny' holds '\r', which no header can hold, so it is rejected whatever allow_headers is; let the client send names with one comma between"),
    (["X-Token"], "x-token\n", r"'x-token\n' holds '\n', which no header can hold"),
    (["*"], "accept, x-token\0", r"'x-token\x00' holds '\x00', which no header can hold"),
    (["X-Token"], "x-\ty", r"'x-\ty' is not in allow_headers, and is no header name"),
]  # fmt: skip


def policy(**options: Any) -> Policy:
    """Give a policy, in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Policy(**options)


def message(policy: Policy, **request: Any) -> str:
    """Give what is said of the one thing that is refused."""
    asked = {"origin": APP, "method": "GET", **request}
    (denial,) = policy.preflight(**asked).denials
    if denial.kind == "origin":
        assert policy.actual(origin=asked["origin"]).denials == (denial,)
    assert denial.message in str(policy.preflight(**asked))
    assert denial.message.isprintable()
    return denial.message


@pytest.mark.parametrize(("entries", "origin", "expected"), LISTED)
def test_the_nearest_entry_is_told(entries: str | list[str], origin: str, expected: str) -> None:
    listed = [entries] if isinstance(entries, str) else entries
    assert expected in message(policy(allow_origins=listed), origin=origin)


@pytest.mark.parametrize(("expression", "origin", "expected"), EXPRESSIONS)
def test_the_nearest_expression_is_told(expression: str, origin: str, expected: str) -> None:
    assert expected in message(policy(allow_origin_regex=expression), origin=origin)
    several = policy(allow_origin_regex=[r"zz\.test", expression, "(?=x)zzz"])
    if "0 origins" not in expected:
        assert expected in message(several, origin=origin)


@pytest.mark.parametrize(("methods", "method", "expected"), METHODS)
def test_a_refused_method_is_told(methods: list[str], method: str, expected: str) -> None:
    mine = policy(allow_origins=[APP], allow_methods=methods)
    assert expected in message(mine, method=method)


@pytest.mark.parametrize(("names", "headers", "expected"), HEADERS)
def test_a_refused_header_is_told(names: list[str], headers: str, expected: str) -> None:
    mine = policy(allow_origins=[APP], allow_headers=names)
    assert expected in message(mine, headers=headers)


def test_a_refused_private_network_is_told() -> None:
    said = message(policy(allow_origins=[APP]), private_network=True)
    assert said.startswith("allow_private_network is False")
    assert said.endswith("allow_private_network=True")


ALLOWED: list[tuple[dict[str, Any], str]] = [
    ({"allow_origins": [APP]}, "allow_origins lists it"),
    ({"allow_origins": [APP, "*"]}, 'allow_origins has "*", so that every origin is allowed'),
    ({"allow_origins": ["https://*.example.org", "https://*.example.com"]}, "the pattern https://*.example.com in allow_origins covers it"),
    ({"allow_origin_regex": ["b", r"https://.*\.example\.com"]}, r"allow_origin_regex https://.*\.example\.com matches it"),
    ({"allow_origin_regex": ["b", r"(?=h)https://.*\.example\.com"]}, r"allow_origin_regex (?=h)https://.*\.example\.com matches it"),
    ({"allow_origins": [APP]}, "a request with credentials (cookies, client certificates or HTTP authentication) will be blocked by the browser: allow_credentials is False"),
    ({"allow_origins": [APP]}, "allow_credentials is False; to allow it: allow_credentials=True"),
    ({"allow_origins": ["*"]}, 'and * is not enough for one; to allow it: name the origins in allow_origins in place of "*", and set allow_credentials=True'),
    ({"allow_origins": [APP], "allow_credentials": True}, "a request with credentials (cookies, client certificates or HTTP authentication) is allowed too"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "expected"), ALLOWED)
def test_what_is_allowed_says_by_which_rule(options: dict[str, Any], expected: str) -> None:
    mine = policy(**options)
    for decision in (mine.actual(origin=APP), mine.preflight(origin=APP, method="GET")):
        assert decision
        assert str(decision).startswith("allowed: ")
        assert expected in str(decision)
        assert str(decision).count("\n") == 1


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
        assert ("* in expose_headers is a name" in str(mine.actual(origin=APP))) == credentials


def test_a_request_without_an_origin_is_said_to_be_no_matter_of_cors() -> None:
    assert str(Policy().actual(origin=None)).startswith(
        "not a cross-origin request: it has no Origin"
    )


def test_everything_that_is_refused_has_a_line() -> None:
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
    refused = str(policy(allow_origins=[APP]).actual(origin="null"))
    assert refused.startswith("blocked: pages on null cannot read the response")


def test_many_refused_headers_are_cut_in_the_text_and_not_among_the_denials() -> None:
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
def test_what_is_said_is_bounded_whatever_is_sent(
    options: dict[str, Any], request_: dict[str, Any]
) -> None:
    mine = policy(**{"allow_origins": [APP], **options})
    decision = mine.preflight(**{"origin": APP, "method": "GET", **request_})
    assert not decision
    assert len(str(decision)) < 2000
    assert len(repr(decision)) < 2000
    assert all(len(denial.message) < 1000 for denial in decision.denials)


def tokens(texts: list[str]) -> list[str]:
    """Give those that may stand in allow_methods and allow_headers."""
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
def test_the_change_that_is_told_allows_what_was_refused(random: Random) -> None:
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
def test_no_change_that_is_told_is_an_error_to_the_linter(random: Random) -> None:
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
    """Give the errors that the linter finds."""
    return {
        (problem.option, problem.code, repr(problem.value))
        for problem in lint(**options)
        if problem.severity == "error"
    }


def changed(mine: Policy, option: str, items: str) -> dict[str, Any]:
    """Give the change that a message tells, with the items that there are for the dots."""
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
        "print(decision.status, [name for name in sys.modules if 'explanation' in name])"
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


def test_everything_that_the_core_names_has_words() -> None:
    core = Path(__file__).parents[2] / "src/explain"
    oddities = re.findall(r'\(Self::[A-Z_]+, "([a-z-]+)"\)', (core / "parts.rs").read_text())
    assert {*oddities} == explain_origins._ENTRY_WITH.keys()
    hosts = re.findall(r'=> "([a-z-]+)"', (core / "host.rs").read_text())
    others = {"same", "apex", "begins-alike", "ends-alike", "glob", "typo"}
    assert {*hosts} == explain_origins._HOSTS.keys() | others


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
