"""All intended differences from Starlette."""

from __future__ import annotations

import collections
import copy
import enum
import pickle
import weakref
from typing import Any

import pytest
from starlette.datastructures import URL, Headers
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, lint
from fastcors.problems import reference
from tests.cors.patterns.twin import covers
from tests.exchange import (
    ORIGIN,
    actual,
    headers_of,
    never,
    preflight,
    receive,
    responding,
    run,
    sent,
    values,
)

# Odd configurations run here; tests/lint has what is reported about them.
pytestmark = pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")

APP = responding()
COLLECTIONS = ["allow_origins", "allow_methods", "allow_headers", "expose_headers"]


# 1. A str or bytes instead of a collection.


@pytest.mark.parametrize("option", COLLECTIONS)
@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("GET", ["GET"]),
        ("GET, PUT", ["GET", "PUT"]),
        ("*, GET", ["*", "GET"]),
        (b"*", ["*"]),
        (b"GET", ["GET"]),
        (bytearray(b"GET"), ["GET"]),
        ("", []),
    ],
)
def test_1_a_string_instead_of_a_collection_raises(option: str, value: Any, meant: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, **{option: value})
    (problem,) = raised.value.problems
    assert (problem.code, problem.option, problem.value) == ("not-a-collection", option, value)
    if option == "allow_origins" and meant not in ([], ["*"]):
        # No origin is meant by a method.
        meant = None
    assert problem.suggestion == meant
    for part in (option, repr(value), repr(meant or "a list").strip("'")):
        assert part in str(raised.value)


@pytest.mark.parametrize("option", COLLECTIONS)
def test_1_the_star_alone_is_taken_as_in_starlette(option: str) -> None:
    given: dict[str, Any] = {option: "*"}
    star_in_a_list: dict[str, Any] = {option: ["*"]}
    ours, listed = CORSMiddleware(APP, **given), CORSMiddleware(APP, **star_in_a_list)
    assert ours.policy == listed.policy
    for scope in (actual(), preflight(method="PUT", headers="x-a")):
        assert sent(ours, scope) == sent(Starlette(APP, **given), scope)
    for change in (
        lambda middleware: setattr(middleware, option, "*"),
        lambda middleware: middleware.reconfigure(**given),
    ):
        changed = CORSMiddleware(APP)
        change(changed)
        assert changed.policy == listed.policy
        with pytest.raises(ConfigError):
            setattr(changed, option, "GET")
        assert changed.policy == listed.policy
    assert Policy(**given) == listed.policy
    assert pickle.loads(pickle.dumps(Policy(**given))) == listed.policy


def test_1_an_attribute_that_was_the_star_equals_starlettes() -> None:
    ours, theirs = CORSMiddleware(APP, "*", "*", "*"), Starlette(APP, "*", "*", "*")
    for name in ("allow_origins", "allow_methods", "allow_headers"):
        assert getattr(ours, name) == getattr(theirs, name)


@pytest.mark.parametrize(
    ("option", "value"),
    # Starlette accepts None as expose_headers.
    [*((option, 7) for option in COLLECTIONS), *((option, None) for option in COLLECTIONS[:3])],
)
def test_1_what_cannot_be_iterated_raises_too(option: str, value: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, **{option: value})
    assert option in str(raised.value)


# 2. Names that would break a header, and strings for bools.


@pytest.mark.parametrize("option", ["allow_methods", "allow_headers", "expose_headers"])
@pytest.mark.parametrize(
    "name", ["X\r\nSet-Cookie: a=b", "X\n", "\rX", "X\x00", "X\x0b", "X\x1b", "X\x7f", "X\u20ac"]
)
def test_2_a_name_that_would_break_a_header_raises(option: str, name: str) -> None:
    options: dict[str, Any] = {option: ["X-Good", name]}
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, **options)
    (problem,) = raised.value.problems
    assert (problem.option, problem.value) == (option, name)
    assert repr(name) in problem.message
    assert not set("\r\n") & set(problem.message)


@pytest.mark.parametrize("option", ["allow_methods", "allow_headers", "expose_headers"])
@pytest.mark.parametrize(
    "name",
    ["", " ", " X", "X ", "\tX", "X A", "A,B", "X:", "X\xe9", "X\x80\x9f\xa0", "(a)", "X: b"],
)
def test_2_any_other_malformed_name_warns_and_is_sent_as_by_starlette(
    option: str, name: str
) -> None:
    options: dict[str, Any] = {"allow_origins": [ORIGIN], option: ["X-Good", name]}
    # Browsers split exposed headers at commas, so these work, and only strict warns.
    works = option == "expose_headers" and name in {" X", "X ", "\tX", "A,B"}
    with pytest.warns(ConfigWarning) as reported:
        ours = CORSMiddleware(APP, **options, strict=works)
    (warning,) = reported
    assert str(warning.message).startswith(f"fastcors: {option}: {name!r} ")
    assert str(warning.message).endswith(f" {reference('not-a-token')}")
    theirs = Starlette(APP, **options)
    for scope in (
        actual(),
        preflight(),
        preflight(method=name, headers=name),
        preflight(headers=f"x-good, {name.upper()}"),
        preflight(headers=name.strip()),
    ):
        assert sent(ours, scope) == sent(theirs, scope)


@pytest.mark.parametrize("name", [b"GET", None, 7])
def test_2_a_name_that_is_no_text_raises(name: Any) -> None:
    with pytest.raises(ConfigError):
        CORSMiddleware(APP, allow_methods=[name])


@pytest.mark.parametrize("option", ["allow_credentials", "allow_private_network"])
@pytest.mark.parametrize(
    ("value", "meant"),
    [("false", False), ("False", False), ("0", False), ("yes?", None), (b"no", False)],
)
def test_2_a_string_for_a_bool_that_counts_as_something_else_raises(
    option: str, value: Any, meant: bool | None
) -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, **{option: value})
    (problem,) = raised.value.problems
    assert (problem.option, problem.value, problem.suggestion) == (option, value, meant)


@pytest.mark.parametrize("option", ["allow_credentials", "allow_private_network"])
@pytest.mark.parametrize("value", ["true", "True", "1", "on", "", b"yes"])
def test_2_a_string_for_a_bool_with_the_same_truth_works(option: str, value: Any) -> None:
    options: dict[str, Any] = {"allow_origins": [ORIGIN], option: value}
    found = [(problem.code, problem.severity) for problem in lint(**options)]
    assert ("bool-type", "warning") in found
    ours = CORSMiddleware(APP, **options)
    for scope in (actual(), preflight(private_network="true")):
        assert sent(ours, scope) == sent(Starlette(APP, **options), scope)


@pytest.mark.parametrize("value", ["1\r\nSet-Cookie: a=b", "60\n", "\x00", "6\u20ac", "6\x7f"])
def test_2_a_max_age_that_would_break_the_header_raises(value: Any) -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, max_age=value)
    assert raised.value.problems[0].suggestion == 600


@pytest.mark.parametrize(
    ("option", "value", "suggestion", "says"),
    [
        (
            "allow_origins",
            '["https://a.b", "https://c.d"]',
            ["https://a.b", "https://c.d"],
            "a str",
        ),
        ("allow_origins", "https://a.b https://c.d", ["https://a.b", "https://c.d"], "a str"),
        ("allow_origins", "https://a.b;https://c.d", ["https://a.b", "https://c.d"], "a str"),
        ("allow_origins", "['https://a.b']", ["https://a.b"], "a str"),
        ("allow_origins", memoryview(b"https://a.b"), ["https://a.b"], "a memoryview"),
        ("allow_origins", None, (), "None"),
        ("allow_methods", [b"GET"], ["GET"], "bytes, not a str"),
        ("allow_methods", [None], None, "None is not a str"),
        ("allow_methods", ["GET\nPUT"], ["GET", "PUT"], "control character"),
        ("allow_headers", ["X\r\nSet-Cookie: a"], ["X", "Set-Cookie"], "control character"),
        ("expose_headers", ["X\u2013A"], "X-A", "beyond latin-1"),
        ("allow_credentials", "enabled", None, "write True or False"),
        ("allow_credentials", "off", False, "write False"),
        ("max_age", "1\n", 600, "would break the header"),
        ("allow_origin_regex", 3, None, "an int"),
        ("allow_origin_regex", [None], None, "None"),
        ("allow_origin_regex", b"https://a", ["https://a"], "bytes"),
    ],
)
def test_2_the_suggestion_is_the_value_that_was_probably_intended(
    option: str, value: Any, suggestion: Any, says: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, **{option: value})
    (problem,) = raised.value.problems
    assert (problem.option, problem.suggestion) == (option, suggestion)
    assert says in problem.message


def test_2_all_problems_are_reported_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(
            APP,
            allow_origins="https://a",  # type: ignore[arg-type, unused-ignore]
            allow_methods=["GET\nPOST"],
            allow_headers=["X\n", "Y\n"],
            allow_credentials="false",  # type: ignore[arg-type]
        )
    assert [problem.option for problem in raised.value.problems] == [
        "allow_origins",
        "allow_methods",
        "allow_headers",
        "allow_headers",
        "allow_credentials",
    ]
    assert len(str(raised.value).splitlines()) == 5


def test_2_a_value_whose_repr_fails_or_is_long_is_still_reported() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError

    with pytest.raises(ConfigError, match="Rude"):
        CORSMiddleware(APP, allow_origins=Rude())  # type: ignore[arg-type]
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, allow_origins="a" * 10_000)
    assert len(str(raised.value)) < 500


# 3. Vary.


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["Origin"], ["Origin"]),
        (["origin"], ["origin"]),
        (["Accept, Origin"], ["Accept, Origin"]),
        (["Accept , ORIGIN,Cookie"], ["Accept , ORIGIN,Cookie"]),
        (["Accept", "Origin"], ["Accept, Origin"]),
        (["*"], ["*"]),
        (["*", "Accept"], ["*, Accept"]),
        (["Accept"], ["Accept, Origin"]),
        (["X-Origin"], ["X-Origin, Origin"]),
    ],
)
@pytest.mark.parametrize("origin", [None, ORIGIN])
def test_3_origin_is_not_repeated_in_vary_and_a_star_stays(
    origin: str | None, given: list[str], expected: list[str]
) -> None:
    app = responding([(b"vary", value.encode()) for value in given])
    assert values(sent(CORSMiddleware(app, [ORIGIN]), actual(origin)), "vary") == expected


# 4. Bytes outside visible ASCII in an Origin, and values that are never mirrored.


@pytest.mark.parametrize(
    "origin",
    ["https://\xe4.example", "https://a.example ", "a\tb", "\x01", "\x7f", "https://a\x0b", "\xa0"],
)
def test_4_an_origin_outside_visible_ascii_is_rejected_unless_all_are_allowed(origin: str) -> None:
    # The last expression is one that only Python's engine matches.
    expressions = ["(?s:.*)", "(?s:.(?!x))*"]
    with pytest.warns(ConfigWarning):
        middleware = CORSMiddleware(APP, [origin], allow_origin_regex=expressions)
    assert not middleware.is_allowed_origin(origin)
    assert values(sent(middleware, actual(origin)), "access-control-allow-origin") == []
    assert sent(middleware, preflight(origin))[0]["status"] == 400
    everyone = CORSMiddleware(APP, ["*"], allow_credentials=True)
    assert everyone.is_allowed_origin(origin)
    assert values(sent(everyone, actual(origin)), "access-control-allow-origin") == [origin]


class Everyone(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return True


class AsynchronousEveryone(CORSMiddleware):
    async def is_allowed_origin(self, origin: str) -> bool:
        return True


BREAKING = ["https://a.example\r\nx-injected: 1", "https://a.example\n", "\r", "a\x00"]
each_class = pytest.mark.parametrize(
    "middleware_class", [CORSMiddleware, Everyone, AsynchronousEveryone]
)


@each_class
@pytest.mark.parametrize("allow_credentials", [False, True])
@pytest.mark.parametrize("origin", BREAKING)
def test_4_an_origin_that_would_break_a_header_is_rejected_even_with_a_star(
    origin: str, allow_credentials: bool, middleware_class: Any
) -> None:
    middleware = middleware_class(
        APP, ["*"], allow_credentials=allow_credentials, expose_headers=["X-A"]
    )
    response = sent(middleware, actual(origin))
    assert values(response, "access-control-allow-origin") == []
    assert values(response, "access-control-expose-headers") == ["X-A"]
    assert values(response, "vary") == ["Origin"]
    start, body = sent(middleware, preflight(origin))
    assert (start["status"], body["body"]) == (400, b"Disallowed CORS origin")
    assert not any(origin.encode() in value for _, value in start["headers"])
    assert middleware.stats()["rejected"]["origin"] == 2
    policy = Policy(allow_origins=["*"], allow_credentials=allow_credentials)
    assert not policy.actual(origin=origin)
    assert policy.preflight(origin=origin, method="GET").status == 400
    assert not middleware.policy.actual(origin=origin)
    # What this differs from:
    starlette = Starlette(APP, ["*"], allow_credentials=allow_credentials)
    reported = [origin if allow_credentials else "*"]
    assert values(sent(starlette, actual(origin)), "access-control-allow-origin") == reported


@each_class
@pytest.mark.parametrize("options", [{}, {"allow_origins": [ORIGIN]}])
@pytest.mark.parametrize("origin", BREAKING)
def test_4_a_subclass_is_not_asked_about_an_origin_that_would_break_a_header(
    origin: str, options: dict[str, Any], middleware_class: Any
) -> None:
    middleware = middleware_class(APP, **options)
    assert values(sent(middleware, actual(origin)), "access-control-allow-origin") == []
    assert sent(middleware, preflight(origin))[0]["status"] == 400
    headers = Headers(raw=preflight(origin)["headers"])
    assert middleware.preflight_response(request_headers=headers).status_code == 400


@each_class
@pytest.mark.parametrize("allow_headers", [["*"], ["X-Token"]])
@pytest.mark.parametrize(
    "requested",
    ["x-token\r\nx-injected: 1", "x-token\n", "\r", "x-token\x00", "x-token,\r\n accept"],
)
def test_4_requested_headers_that_would_break_a_header_are_rejected_even_with_a_star(
    requested: str, allow_headers: list[str], middleware_class: Any
) -> None:
    middleware = middleware_class(APP, [ORIGIN], allow_headers=allow_headers)
    start, body = sent(middleware, preflight(headers=requested))
    assert (start["status"], body["body"]) == (400, b"Disallowed CORS headers")
    assert not any(requested.encode() in value for _, value in start["headers"])
    decision = middleware.policy.preflight(origin=ORIGIN, method="GET", headers=requested)
    assert (decision.status, decision.headers) == (400, start["headers"])
    assert decision.denials
    assert {denial.kind for denial in decision.denials} == {"headers"}
    assert middleware.policy.preflight(origin=ORIGIN, method="GET", headers="x-token")


# 5. `*` inside an entry of allow_origins.


@pytest.mark.parametrize(
    ("pattern", "origin", "allowed"),
    [
        ("https://*.example.com", "https://a.example.com", True),
        ("https://*.example.com", "https://a.b.example.com", True),
        ("https://*.example.com", "https://example.com", False),
        ("https://*.example.com", "https://evilexample.com", False),
        ("https://*.example.com", "http://a.example.com", False),
        ("https://*.example.com", "https://*.example.com", False),
        ("http://localhost:*", "http://localhost:3000", True),
        ("http://localhost:*", "http://localhost", True),
        ("http://localhost:*", "http://localhost:65536", False),
        ("https://*.example.com:*", "https://a.example.com:8443", True),
    ],
)
def test_5_a_star_inside_an_entry_is_a_pattern(pattern: str, origin: str, allowed: bool) -> None:
    assert covers(pattern, origin) is allowed
    middleware = CORSMiddleware(APP, [pattern])
    assert middleware.is_allowed_origin(origin) is allowed
    found = values(sent(middleware, actual(origin)), "access-control-allow-origin")
    assert found == ([origin] if allowed else [])


@pytest.mark.parametrize(
    "entry",
    ["https://app-*.example.com", "https://*", "*.example.com", "https://*.*", "http://a:8*"],
)
def test_5_a_star_that_has_no_meaning_is_reported_and_matches_nothing(entry: str) -> None:
    with pytest.warns(ConfigWarning, match="allow_origins") as reported:
        middleware = CORSMiddleware(APP, [ORIGIN, entry])
    assert repr(entry) in str(reported[0].message)
    assert reported[0].filename == __file__
    assert not middleware.is_allowed_origin(entry)
    assert middleware.is_allowed_origin(ORIGIN)


@pytest.mark.parametrize("entry", [b"https://a.example", None, 7])
def test_5_an_entry_that_is_no_string_is_reported_and_matches_nothing(entry: Any) -> None:
    with pytest.warns(ConfigWarning, match="allow_origins"):
        middleware = CORSMiddleware(APP, [entry, ORIGIN])
    assert list(middleware.policy.allow_origins) == [ORIGIN]


# 6. Nothing of the application's is changed.


def test_6_a_constant_message_does_not_carry_one_callers_origin_to_the_next() -> None:
    message = {"type": "http.response.start", "status": 200, "headers": [(b"a", b"1")]}
    before = copy.deepcopy(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(message)

    middleware = CORSMiddleware(app, ["https://a.example", "https://b.example"])
    for origin in ("https://a.example", "https://b.example", "https://c.example"):
        found = values(sent(middleware, actual(origin)), "access-control-allow-origin")
        assert found == ([origin] if origin != "https://c.example" else [])
        assert message == before
    # What this differs from:
    starlette = Starlette(app, ["https://a.example"])
    sent(starlette, actual("https://a.example"))
    assert values(sent(starlette, actual(None)), "access-control-allow-origin") == [
        "https://a.example"
    ]


@pytest.mark.parametrize("shape", [list, tuple, iter])
def test_6_the_scope_is_not_changed_and_the_application_still_sees_its_headers(shape: Any) -> None:
    saw: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        saw.append([*scope["headers"]])

    lines = [(b"origin", ORIGIN.encode()), (b"a", b"b")]
    scope = {"type": "http", "method": "GET", "headers": shape(lines), "state": object()}
    before = dict(scope)
    run(CORSMiddleware(app, [ORIGIN])(scope, receive, never))
    assert saw == [lines]
    assert all(scope[key] is before[key] for key in before)
    assert scope.keys() == before.keys()


# 7. `async def is_allowed_origin`.


class Asynchronous(CORSMiddleware):
    async def is_allowed_origin(self, origin: str) -> bool:
        return origin == ORIGIN


@pytest.mark.parametrize("options", [{}, {"allow_origins": ["https://untrusted.example"]}])
def test_7_a_coroutine_is_allowed_origin_is_awaited(options: dict[str, Any]) -> None:
    middleware = Asynchronous(APP, **options)
    for origin, allowed in ((ORIGIN, True), ("https://untrusted.example", False)):
        found = values(sent(middleware, actual(origin)), "access-control-allow-origin")
        assert found == ([origin] if allowed else [])
        assert sent(middleware, preflight(origin))[0]["status"] == (200 if allowed else 400)


def test_7_an_awaitable_of_a_plain_method_is_awaited_too_and_never_taken_for_true() -> None:
    class Hidden(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            async def verdict() -> bool:
                return False

            return verdict()  # type: ignore[return-value]

    assert values(sent(Hidden(APP), actual()), "access-control-allow-origin") == []
    assert sent(Hidden(APP), preflight())[0]["status"] == 400
    with pytest.raises(TypeError, match="awaitable"):
        Hidden(APP).preflight_response(request_headers=Headers(raw=preflight()["headers"]))


# 8. Assigning attributes.


def test_8_assigning_an_option_reconfigures() -> None:
    middleware = CORSMiddleware(APP, [ORIGIN], ["GET", "PUT"], ["X-Token"], max_age=5)
    middleware.allow_origins = ["https://b.example"]
    assert not middleware.is_allowed_origin(ORIGIN)
    assert sent(middleware, preflight("https://b.example", "PUT", "x-token"))[0]["status"] == 200
    middleware.allow_credentials = True
    assert values(sent(middleware, preflight("https://b.example")), "access-control-max-age") == [
        "5"
    ]
    found = headers_of(sent(middleware, actual("https://b.example")))
    assert (b"access-control-allow-credentials", b"true") in found


@pytest.mark.parametrize(
    ("base", "allowed"), [(Starlette, "https://b.example"), (CORSMiddleware, ORIGIN)]
)
def test_8_a_property_in_the_place_of_an_option_is_not_asked(base: Any, allowed: str) -> None:
    class Tenants(base):  # type: ignore[misc]
        @property
        def allow_origins(self) -> list[str]:
            return ["https://b.example"]

        @allow_origins.setter
        def allow_origins(self, given: Any) -> None:
            pass

    middleware = Tenants(APP, [ORIGIN])
    for origin in (ORIGIN, "https://b.example"):
        assert middleware.is_allowed_origin(origin=origin) == (origin == allowed)


@pytest.mark.parametrize(
    ("option", "value", "shown"),
    [
        ("allow_origins", ["https://b.example"], ["https://b.example"]),
        ("allow_methods", ("PUT",), ("PUT",)),
        (
            "allow_headers",
            ["X-B"],
            ["accept", "accept-language", "content-language", "content-type", "x-b"],
        ),
        ("allow_credentials", True, True),
        ("allow_private_network", True, True),
        ("expose_headers", {"X-B"}, {"X-B"}),
        ("max_age", 7, 7),
    ],
)
def test_8_reconfigure_equals_a_new_middleware(option: str, value: Any, shown: Any) -> None:
    options: dict[str, Any] = {"allow_origins": [ORIGIN], "expose_headers": ["X-A"]}
    expected = CORSMiddleware(APP, **{**options, option: value})
    for change in (
        lambda middleware: setattr(middleware, option, value),
        lambda middleware: middleware.reconfigure(**{option: value}),
    ):
        middleware = CORSMiddleware(APP, **options)
        change(middleware)
        assert getattr(middleware, option) == shown
        for origin in (ORIGIN, "https://b.example"):
            for scope in (actual(origin), preflight(origin, "PUT", "x-b", "1")):
                assert sent(middleware, scope) == sent(expected, scope)


class Suspending(set[str]):
    def __contains__(self, origin: object) -> bool:
        return super().__contains__(origin) and origin != "https://suspended.example"


class Live:
    def __contains__(self, origin: object) -> bool:
        return True


@pytest.mark.parametrize("given", [Suspending([ORIGIN]), Live()])
def test_8_a_collection_with_a_membership_test_of_its_own_is_rejected(given: Any) -> None:
    with pytest.raises(ConfigError, match="is_allowed_origin") as raised:
        CORSMiddleware(APP, given)
    assert raised.value.problems[0].code == "own-membership-test"


@pytest.mark.parametrize(
    "given",
    [
        collections.deque([ORIGIN]),
        collections.UserList([ORIGIN]),
        {ORIGIN: 1}.keys(),
        {ORIGIN: 1},
        collections.OrderedDict({ORIGIN: 1}),
        map(str, [ORIGIN]),
        frozenset([ORIGIN]),
        (URL(ORIGIN),),
        (enum.StrEnum("Origins", {"APP": ORIGIN}).APP,),  # type: ignore[attr-defined]
    ],
    ids=lambda given: type(given).__name__,
)
def test_8_any_other_collection_is_copied(given: Any) -> None:
    middleware = CORSMiddleware(APP, given)
    assert list(middleware.allow_origins) == [ORIGIN]
    assert middleware.is_allowed_origin(ORIGIN)


def test_8_a_bad_reconfiguration_changes_nothing() -> None:
    middleware = CORSMiddleware(APP, [ORIGIN])
    before = sent(middleware, preflight())
    with pytest.raises(ConfigError):
        middleware.reconfigure(allow_methods=["PUT"], allow_origins="https://b.example")
    with pytest.raises(ConfigError):
        middleware.allow_headers = "X-A"
    with pytest.raises(TypeError, match="did you mean 'allow_origins'"):
        middleware.reconfigure(allow_origin=["https://b.example"])  # type: ignore[call-arg]
    assert sent(middleware, preflight()) == before
    assert middleware.allow_origins == [ORIGIN]


@pytest.mark.parametrize(
    "name",
    [
        "allow_all_origins",
        "allow_all_headers",
        "preflight_explicit_allow_origin",
        "simple_headers",
        "preflight_headers",
    ],
)
def test_8_a_derived_attribute_is_read_only_and_names_reconfigure(name: str) -> None:
    middleware = CORSMiddleware(APP, [ORIGIN])
    with pytest.raises(AttributeError, match="reconfigure"):
        setattr(middleware, name, getattr(middleware, name))
    with pytest.raises(AttributeError, match=name):
        delattr(middleware, name)


@pytest.mark.parametrize(
    "change",
    [
        lambda middleware: middleware.simple_headers.update({"X": "Y"}),
        lambda middleware: middleware.preflight_headers.__setitem__("X", "Y"),
        lambda middleware: middleware.policy.allow_origins.append("https://b.example"),
        lambda middleware: middleware.allow_headers.append("x-b"),
        lambda middleware: middleware.allow_methods.clear(),
    ],
)
def test_8_a_copy_rejects_a_change_that_would_change_nothing(change: Any) -> None:
    with pytest.raises(TypeError, match="reconfigure"):
        change(CORSMiddleware(APP, [ORIGIN], ["GET"]))


def test_8_a_later_change_to_another_list_than_allow_origins_does_not_count() -> None:
    methods, headers, exposed = ["GET"], ["X-A"], ["X-B"]
    middleware = CORSMiddleware(APP, [ORIGIN], methods, headers, expose_headers=exposed)
    before = [sent(middleware, scope) for scope in (actual(), preflight(headers="x-a"))]
    for given in (methods, headers, exposed):
        given.clear()
    assert [sent(middleware, scope) for scope in (actual(), preflight(headers="x-a"))] == before


# 9. The class, and the `send` that the application gets.


def test_9_the_class_is_another_one_than_starlettes() -> None:
    middleware = CORSMiddleware(APP)
    assert not isinstance(middleware, Starlette)
    assert not issubclass(CORSMiddleware, Starlette)
    assert CORSMiddleware.__name__ == Starlette.__name__


def test_9_the_send_that_the_application_gets_takes_no_attribute_and_no_weak_reference() -> None:
    got: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        got.append(send)

    for middleware in (Starlette(app, [ORIGIN]), CORSMiddleware(app, [ORIGIN])):
        run(middleware(actual(), receive, never))
    theirs, ours = got
    theirs.mark = 1
    assert weakref.ref(theirs)() is theirs
    with pytest.raises(AttributeError):
        ours.mark = 1
    with pytest.raises(TypeError):
        weakref.ref(ours)
