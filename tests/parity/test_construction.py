"""The constructed middleware has the attributes and methods of Starlette 1.10.0's."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
import starlette.middleware.cors
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware as Starlette

import fastcors
from fastcors import CORSMiddleware
from tests.exchange import ORIGIN, actual, preflight, responding, sent

# Odd configurations run here; tests/lint has what is reported about them.
pytestmark = pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")

APP = responding()
CONFIGURATIONS: list[dict[str, Any]] = [
    {},
    {"allow_origins": [ORIGIN]},
    {"allow_origins": (ORIGIN, "https://b.example")},
    {"allow_origins": {ORIGIN}},
    {"allow_origins": ["*"]},
    {"allow_origins": [ORIGIN, "*", ORIGIN]},
    {"allow_origins": ["*"], "allow_credentials": True},
    {"allow_origins": {ORIGIN: "a tenant"}.keys()},
    {"allow_origins": ["https://\xe4.example", "https://\u20ac.example", "\ud800"]},
    {"allow_methods": ["*"]},
    {"allow_methods": ("PUT", "PURGE", "get", "PUT")},
    {"allow_methods": []},
    {"allow_headers": ["*"]},
    {"allow_headers": ["X-Token", "accept", "Accept", "a", "_"]},
    {"allow_headers": {"X-B", "X-A"}},
    {"allow_origin_regex": r"https://.*\.example\.com"},
    {"allow_origin_regex": re.compile(r"HTTPS://A", re.IGNORECASE)},
    {"allow_origin_regex": ""},
    {"allow_private_network": True},
    {"expose_headers": ["X-A", "X-B", "X-A"], "allow_credentials": True},
    {"expose_headers": ("*",)},
    {"max_age": 0},
    {"max_age": -1},
    {"max_age": 10**30},
    {"max_age": True},
    {"max_age": None},
    {"max_age": 1.5},
    {"max_age": "60"},
    {"allow_credentials": 1, "allow_private_network": 0},
    # The star alone counts as a list of it.
    {"allow_origins": "*"},
    {"allow_methods": "*"},
    {"allow_headers": "*"},
    {"allow_origins": "*", "expose_headers": "*", "allow_credentials": True},
    # Names that are none, as a setting that is split at commas has them.
    {"allow_methods": ["GET", "", " PUT", "PUT "]},
    {"allow_methods": [""]},
    {"allow_headers": ["", " X-Token", "x-a"]},
    {"allow_headers": ["X-T\xd6ken", "X Y", "A,B", "\xa0X", "\ta"]},
    {"expose_headers": ["X-A", "", " X-B"]},
    {"expose_headers": [""]},
    {"expose_headers": None},
    {"max_age": "6\xe9"},
]
ATTRIBUTES = [
    "app",
    "allow_origins",
    "allow_methods",
    "allow_headers",
    "allow_all_origins",
    "allow_all_headers",
    "allow_credentials",
    "preflight_explicit_allow_origin",
    "allow_origin_regex",
    "allow_private_network",
    "simple_headers",
    "preflight_headers",
]


def test_the_signature_is_starlettes_and_none_is_keyword_only() -> None:
    def shape(cls: type) -> list[tuple[str, Any, Any]]:
        parameters = inspect.signature(cls).parameters.values()
        return [(each.name, each.default, each.kind) for each in parameters]

    assert shape(CORSMiddleware)[: len(shape(Starlette))] == shape(Starlette)


def test_every_option_can_be_given_by_position() -> None:
    given = ([ORIGIN], ["PUT"], ["X-A"], True, "https://b", True, ["X-B"], 7)
    ours, theirs = CORSMiddleware(APP, *given), Starlette(APP, *given)
    for scope in (actual(), preflight(method="PUT", headers="x-a", private_network="true")):
        assert sent(ours, scope) == sent(theirs, scope)


@pytest.mark.parametrize("name", ["ALL_METHODS", "SAFELISTED_HEADERS"])
def test_the_module_names_are_starlettes(name: str) -> None:
    ours, theirs = getattr(fastcors, name), getattr(starlette.middleware.cors, name)
    assert ours == theirs
    assert type(ours) is type(theirs)


def test_the_class_has_starlettes_name() -> None:
    assert CORSMiddleware.__name__ == Starlette.__name__


def test_what_the_package_exports_is_there() -> None:
    assert sorted(fastcors.__all__) == sorted(
        name for name in fastcors.__all__ if hasattr(fastcors, name)
    )
    assert len(set(fastcors.__all__)) == len(fastcors.__all__)


@pytest.mark.parametrize("name", ATTRIBUTES)
@pytest.mark.parametrize("options", CONFIGURATIONS, ids=repr)
def test_an_attribute_equals_starlettes(options: dict[str, Any], name: str) -> None:
    ours = getattr(CORSMiddleware(APP, **options), name)
    theirs = getattr(Starlette(APP, **options), name)
    if name == "allow_origins" and not isinstance(theirs, list | tuple | set | str):
        theirs = list(theirs)
    assert ours == theirs


@pytest.mark.parametrize("name", ["allow_headers", "simple_headers", "preflight_headers"])
def test_a_derived_collection_is_of_starlettes_type(name: str) -> None:
    ours = getattr(CORSMiddleware(APP, ["*"], expose_headers=["X-A"]), name)
    theirs = getattr(Starlette(APP, ["*"], expose_headers=["X-A"]), name)
    assert isinstance(ours, type(theirs))
    assert list(ours) == list(theirs)


@pytest.mark.parametrize("options", CONFIGURATIONS, ids=repr)
def test_its_responses_equal_starlettes(options: dict[str, Any]) -> None:
    ours, theirs = CORSMiddleware(APP, **options), Starlette(APP, **options)
    for scope in (
        actual(),
        actual(None),
        actual("https://untrusted.example"),
        preflight(),
        preflight(method="PUT", headers="X-Token,x-a", private_network="true"),
        preflight("https://untrusted.example", "PURGE", "x-b"),
        preflight(method="", headers=""),
        preflight(method=" PUT", headers="x-t\xf6ken,"),
        preflight(method="PUT ", headers="X Y, x-a,\xa0x"),
    ):
        assert sent(ours, scope) == sent(theirs, scope)


@pytest.mark.parametrize("origin", [ORIGIN, "https://b.example", "", "https://untrusted.example"])
@pytest.mark.parametrize(
    "options",
    [
        {"allow_origins": [ORIGIN]},
        {"allow_origins": ["*"]},
        {"allow_origin_regex": "https://b.*"},
        {},
    ],
    ids=repr,
)
def test_is_allowed_origin_returns_the_same_as_starlettes(
    options: dict[str, Any], origin: str
) -> None:
    ours, theirs = CORSMiddleware(APP, **options), Starlette(APP, **options)
    assert ours.is_allowed_origin(origin=origin) is theirs.is_allowed_origin(origin=origin)


@pytest.mark.parametrize(
    "lines",
    [
        {"origin": ORIGIN, "access-control-request-method": "GET"},
        {
            "origin": "https://untrusted.example",
            "access-control-request-method": "PUT",
            "access-control-request-headers": "X-Token",
            "access-control-request-private-network": "true",
        },
    ],
)
@pytest.mark.parametrize(
    "options", [{"allow_origins": [ORIGIN]}, {"allow_origins": ["*"], "allow_headers": ["*"]}]
)
def test_preflight_response_called_from_outside_returns_starlettes_response(
    options: dict[str, Any], lines: dict[str, str]
) -> None:
    ours = CORSMiddleware(APP, **options).preflight_response(request_headers=Headers(lines))
    theirs = Starlette(APP, **options).preflight_response(request_headers=Headers(lines))
    assert type(ours) is type(theirs)
    assert (ours.status_code, ours.body, ours.raw_headers) == (
        theirs.status_code,
        theirs.body,
        theirs.raw_headers,
    )


@pytest.mark.parametrize("origin", [None, ORIGIN, "https://untrusted.example"])
def test_simple_response_called_from_outside_sends_the_same_as_starlettes(
    origin: str | None,
) -> None:
    scope = actual(origin)
    request_headers = Headers(raw=scope["headers"])

    def through(middleware: Any) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await middleware.simple_response(scope, receive, send, request_headers=request_headers)

        return app

    options: dict[str, Any] = {"allow_origins": [ORIGIN], "allow_credentials": True}
    ours, theirs = CORSMiddleware(APP, **options), Starlette(APP, **options)
    assert sent(through(ours), scope) == sent(through(theirs), scope)


def test_an_invalid_regular_expression_is_pythons_own_error() -> None:
    with pytest.raises(re.error) as theirs:
        re.compile("https://(a")
    with pytest.raises(re.error) as ours:
        CORSMiddleware(APP, allow_origin_regex="https://(a")
    assert str(ours.value) == str(theirs.value)


def test_what_has_been_consumed_by_starlette_as_a_collection_is_read_once() -> None:
    once: Any = (origin for origin in [ORIGIN])
    middleware = CORSMiddleware(APP, allow_origins=once)
    assert middleware.is_allowed_origin(ORIGIN)
    assert list(middleware.allow_origins) == [ORIGIN]
