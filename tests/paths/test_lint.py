"""What is wrong with `paths`: keys that are no paths, and values that are no policies."""

from __future__ import annotations

import enum
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastcors
from fastcors import ConfigError, CORSMiddleware, Policy, install
from tests.exchange import responding
from tests.lint.alone import lint

ORIGIN = "https://app.example.com"
PUBLIC = Policy(allow_origins=["*"])


class Route(enum.StrEnum):
    """A setting."""

    PUBLIC = "/public"


def found(paths: Any) -> list[tuple[str, Any]]:
    """Return code and suggestion of each problem."""
    problems = lint(allow_origins=[ORIGIN], paths=paths)
    assert {(problem.option, problem.severity) for problem in problems} <= {("paths", "error")}
    return [(problem.code, problem.suggestion) for problem in problems]


@pytest.mark.parametrize(
    "key",
    [
        "/",
        "/public",
        "/public/users",
        "/v1.2/a-b_c~d",
        "/.well-known",
        "/a..b",
        "/@user",
        "/c++",
        "/Products(1)",
        "/$batch",
        "/a:b",
        "/my files",
        "/café",
        "/日本",
        "/a=b&c,d!",
        Route.PUBLIC,
    ],
)
def test_a_path_is_a_key(key: str) -> None:
    assert found({key: PUBLIC}) == []
    assert Policy(allow_origins=[ORIGIN], paths={key: None}).paths == {key: None}


KEYS: list[tuple[Any, str, Any]] = [
    ("", "path-no-slash", "/"),
    ("public", "path-no-slash", "/public"),
    (" /public", "path-no-slash", "/public"),
    ("public/", "path-no-slash", None),
    ("./public", "path-no-slash", None),
    ("/public/", "path-trailing-slash", "/public"),
    ("/public//", "path-dots", "/public"),
    ("//public", "path-url", None),
    ("//api.example.com/public", "path-url", None),
    ("https://api.example.com/public", "path-url", "/public"),
    ("https://api.example.com/public?x=1", "path-url", "/public"),
    ("https://api.example.com", "path-url", "/"),
    ("/a//b", "path-dots", "/a/b"),
    ("/a/./b", "path-dots", "/a/b"),
    ("/a/../b", "path-dots", "/b"),
    ("/..", "path-dots", "/"),
    ("/search?q=1", "path-query", "/search"),
    ("/page#top", "path-query", "/page"),
    ("/api/*", "path-pattern", "/api"),
    ("/*", "path-pattern", None),
    ("*", "path-pattern", None),
    ("/api*", "path-pattern", None),
    ("/api/.*", "path-pattern", "/api"),
    (r"/api/\d+", "path-pattern", "/api"),
    (r"^/api/.*$", "path-pattern", "/api"),
    ("/api/(?P<version>.+)/users", "path-pattern", None),
    ("/users/{user_id}", "path-pattern", "/users"),
    ("/users/{user_id}/photos", "path-pattern", None),
    ("/users/<int:user_id>", "path-pattern", "/users"),
    ("/users/:id", "path-pattern", "/users"),
    ("/a|/b", "path-pattern", None),
    ("/api$", "path-pattern", "/api"),
    ("/my%20files", "path-percent-encoded", "/my files"),
    ("/caf%C3%A9", "path-percent-encoded", "/café"),
    ("/a%2Fb", "path-percent-encoded", "/a/b"),
    ("/%2e%2e", "path-percent-encoded", None),
    ("/100%", "path-percent-encoded", None),
    ("/%FF", "path-percent-encoded", None),
    ("/a;v=1", "path-malformed", None),
    ("/a\0", "path-malformed", None),
    ("/a\n", "path-malformed", None),
    ("/a\u2028b", "path-malformed", None),
    ("/a\udcffb", "path-malformed", None),
    ("/a\\b", "path-pattern", None),
    ("/a./b", "path-malformed", "/a/b"),
    ("/a ", "path-malformed", "/a"),
    ("/" + "a" * 5_000, "path-malformed", None),
    (b"/public", "path-type", "/public"),
    (1, "path-type", None),
    (None, "path-type", None),
    (("/public",), "path-type", None),
]


@pytest.mark.parametrize(("key", "code", "meant"), KEYS, ids=repr)
def test_a_key_that_is_no_path_always_raises_with_its_fix(key: Any, code: str, meant: Any) -> None:
    assert found({key: PUBLIC}) == [(code, meant)]
    with pytest.raises(ConfigError, match=code):
        CORSMiddleware(responding(), [ORIGIN], paths={key: PUBLIC})
    if meant is not None:
        assert found({meant: PUBLIC}) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/api", "/API"),
        ("/api/x", "/Api/y"),
        ("/a/Users", "/a/users/me"),
        ("/É", "/é"),
        ("/s", "/\u017f"),
    ],
)
def test_keys_that_differ_by_case_alone_are_twins(first: str, second: str) -> None:
    assert found({first: PUBLIC, second: None}) == [("path-duplicate", None)]


def test_keys_that_differ_elsewhere_before_are_no_twins() -> None:
    assert found({"/a/X": PUBLIC, "/b/x": None, "/c/x/y": None, "/c": None}) == []


VALUES: list[tuple[Any, str]] = [
    ({"allow_origins": ["*"]}, r"write Policy\(allow_origins=\.\.\.\)"),
    ({}, r"write Policy\(\.\.\.\)"),
    (False, r"write None for no CORS at all, or Policy\(\) to allow no origin"),
    (True, r"write Policy\(allow_origins=\['\*'\]\)"),
    ("*", r"write Policy\(allow_origins=\['\*'\]\)"),
    ([ORIGIN], r"write Policy\(allow_origins=\[\.\.\.\]\)"),
    (ORIGIN, r"write Policy\(allow_origins=\[\.\.\.\]\)"),
    (Policy, r"write Policy\(\.\.\.\), or None"),
    (0, r"write Policy\(\.\.\.\), or None"),
]


@pytest.mark.parametrize(("value", "fix"), VALUES, ids=repr)
def test_a_value_that_is_no_policy_always_raises_with_its_fix(value: Any, fix: str) -> None:
    assert found({"/public": value}) == [("path-policy", None)]
    with pytest.raises(ConfigError, match=fix):
        install_with({"/public": value})


def install_with(paths: Any) -> CORSMiddleware:
    from starlette.applications import Starlette

    return install(Starlette(), allow_origins=[ORIGIN], paths=paths)


def test_a_policy_in_paths_has_no_paths_and_no_hosts() -> None:
    nested = Policy(allow_origins=[ORIGIN], paths={"/inner": None})
    assert found({"/outer": nested}) == [("path-nested", None)]
    with pytest.raises(ConfigError, match=r"such as '/outer/inner'"):
        Policy(allow_origins=[ORIGIN], paths={"/outer": nested})
    hosted = Policy(allow_origins=[ORIGIN], hosts=["localhost"])
    assert found({"/outer": hosted}) == [("path-hosts", None)]
    with pytest.raises(ConfigError, match=r"write hosts=\['localhost'\] beside paths"):
        Policy(allow_origins=[ORIGIN], paths={"/outer": hosted})


@pytest.mark.parametrize("paths", [["/public"], "/public", PUBLIC, 1, True, ("/a", None)])
def test_what_is_no_mapping_always_raises(paths: Any) -> None:
    assert found(paths) == [("paths-type", None)]
    with pytest.raises(ConfigError, match=r"write paths=\{'/public': Policy\(\.\.\.\)"):
        Policy(allow_origins=[ORIGIN], paths=paths)


def test_any_mapping_is_read() -> None:
    paths = MappingProxyType({"/public": PUBLIC})
    assert Policy(allow_origins=[ORIGIN], paths=paths).paths == {"/public": PUBLIC}


def test_all_problems_are_reported_at_once() -> None:
    paths: Any = {"public": PUBLIC, "/a": {}, "/b/": None, "/c": None}
    codes = [code for code, _ in found(paths)]
    assert codes == ["path-no-slash", "path-policy", "path-trailing-slash"]


def test_a_bad_reconfiguration_changes_nothing() -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN], paths={"/public": PUBLIC})
    bad: Any = {"public": PUBLIC}
    with pytest.raises(ConfigError):
        middleware.paths = bad
    assert middleware.paths == {"/public": PUBLIC}


def test_origins_below_paths_are_enough() -> None:
    assert fastcors.lint(paths={"/public": PUBLIC}) == []
    assert [problem.code for problem in fastcors.lint(paths={})] == ["no-origins"]


@pytest.mark.parametrize("key", ["\ud800", "max age", "", "1a"])
def test_a_dict_for_a_policy_is_not_suggested_with_names_that_no_option_can_have(key: str) -> None:
    given: Any = {"/a": {key: 1}}
    (problem,) = lint(allow_origins=[ORIGIN], paths=given)
    assert problem.message.endswith("is a dict, not a Policy; write Policy(...)")
    given = {"/a": {key: 1, "max_age": 1}}
    (problem,) = lint(allow_origins=[ORIGIN], paths=given)
    assert problem.message.endswith("write Policy(max_age=...)")


def test_the_names_of_other_libraries_lead_to_paths() -> None:
    for name in ("resources", "path", "routes"):
        given: dict[str, Any] = {name: {}}
        with pytest.raises(TypeError, match="did you mean 'paths'"):
            Policy(**given)


@given(st.text("/.ab;%*{}:?#\\ \0Aé+", max_size=8).map(lambda text: f"/{text}"))
def test_a_key_that_has_no_problem_covers_itself_and_what_has_one_is_fixed(key: str) -> None:
    problems = found({key: None})
    if problems:
        ((_, meant),) = problems
        assert meant is None or found({meant: None}) == []
        return
    policy = Policy(allow_origins=[ORIGIN], paths={key: PUBLIC})
    for path in (key, f"{key.rstrip('/')}/x", f"{key.rstrip('/')}/"):
        assert policy.actual(origin="https://other.example", path=path).allowed


@given(st.dictionaries(st.text("/abA", max_size=5).map(lambda text: f"/{text}"), st.none()))
def test_keys_without_a_problem_can_be_used_together(paths: dict[str, None]) -> None:
    if found(paths) == []:
        assert Policy(allow_origins=[ORIGIN], paths=paths).paths == paths
