"""`accept` names the codes of problems that are known and meant: they neither raise nor warn."""

from __future__ import annotations

import contextlib
import pickle
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, lint
from fastcors.problems import NEVER_ACCEPTED
from tests.exchange import ORIGIN, actual, responding, sent, values

APP = responding()
# Preview deployments, on a domain where anyone can have a name.
PREVIEW: dict[str, Any] = {"allow_origin_regex": r"https://[a-z0-9-]+\.vercel\.app"}
CODE = "regex-public-suffix"
WRONG = "https://a.example/"
ORIGINS: dict[str, Any] = {"allow_origins": [WRONG]}


@contextlib.contextmanager
def silence() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def codes(**options: Any) -> list[str]:
    return [problem.code for problem in lint(**options)]


def test_an_accepted_error_neither_raises_nor_warns() -> None:
    given: dict[str, Any] = {**PREVIEW, "allow_credentials": True}
    (problem,) = lint(**given)
    assert problem.severity == "error"
    for make in (Policy, lambda **options: CORSMiddleware(APP, **options)):
        with pytest.raises(ConfigError, match=problem.code):
            make(**given, strict=True)
        with silence():
            make(**given, strict=True, accept=[problem.code])
            make(**given, accept=[problem.code])
    assert lint(**given, accept=[problem.code]) == []


def test_accepted_advice_does_not_warn() -> None:
    with pytest.warns(ConfigWarning, match="max-age-negative"):
        Policy(allow_origins=[ORIGIN], max_age=-1, strict=True)
    with silence():
        Policy(allow_origins=[ORIGIN], max_age=-1, strict=True, accept=["max-age-negative"])


def test_what_is_not_accepted_is_reported() -> None:
    with pytest.raises(ConfigError) as raised:
        Policy(**ORIGINS, max_age=1.5, strict=True, accept=["origin-trailing-slash"])  # type: ignore[arg-type]
    assert [problem.code for problem in raised.value.problems] == ["max-age-type"]


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset, iter, dict.fromkeys])
def test_any_collection_of_codes_is_taken(kind: Any) -> None:
    found = codes(**ORIGINS, accept=kind(["origin-trailing-slash", "origin-path"]))
    assert set(found) <= {"mapping"}


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("regex-untrusted-origin", "regex-untrusted-origins"),
        ("origin-trailing-slashes", "origin-trailing-slash"),
        ("EXPRESSION", None),
        ("", None),
        ("x" * 1_000_000, None),
        (7, None),
        (b"origin-path", None),
        (None, None),
    ],
)
def test_a_code_of_no_problem_is_an_error_that_names_the_nearest(code: Any, meant: Any) -> None:
    (problem,) = lint(allow_origins=[ORIGIN], accept=[code])
    assert (problem.code, problem.severity, problem.option) == ("unknown-code", "error", "accept")
    assert problem.suggestion == meant
    assert problem.value is code
    assert len(str(problem)) < 300
    with pytest.warns(ConfigWarning, match="fastcors: accept: "):
        CORSMiddleware(APP, [ORIGIN], accept=[code])
    with pytest.raises(ConfigError, match="unknown-code"):
        CORSMiddleware(APP, [ORIGIN], strict=True, accept=[code])


@pytest.mark.parametrize("code", sorted(NEVER_ACCEPTED))
def test_what_always_raises_cannot_be_accepted(code: str) -> None:
    (problem,) = lint(allow_origins=[ORIGIN], accept=[code])
    assert (problem.code, problem.severity) == ("code-always-raises", "error")
    with pytest.raises(ConfigError):
        Policy(allow_origins=ORIGIN, accept=[code])
    assert "not-a-collection" in codes(allow_origins=ORIGIN, accept=["not-a-collection"])


@pytest.mark.parametrize("given", ["origin-path", b"origin-path", "*", "", None, 7, True])
def test_what_is_no_list_of_codes_always_raises(given: Any) -> None:
    with pytest.raises(ConfigError, match=r"^fastcors: accept: .*\[not-a-collection\] https:"):
        CORSMiddleware(APP, [ORIGIN], accept=given)


def test_a_string_of_codes_is_suggested_as_a_list() -> None:
    (problem,) = lint(allow_origins=[ORIGIN], accept="origin-path, origin-query")
    assert problem.suggestion == ["origin-path", "origin-query"]
    (problem,) = lint(allow_origins=[ORIGIN], accept="origin-paths")
    assert problem.suggestion is None


def test_a_problem_of_accept_itself_cannot_be_accepted_away() -> None:
    found = codes(allow_origins=[ORIGIN], accept=["unknown-code", "code-always-raises", "x"])
    assert found == ["code-always-raises", "code-always-raises", "unknown-code"]


def test_what_was_accepted_stays_accepted_until_it_is_given_anew() -> None:
    with silence():
        middleware = CORSMiddleware(APP, **ORIGINS, strict=True, accept=["origin-trailing-slash"])
        middleware.allow_origins = [WRONG, "https://b.example/"]
        middleware.reconfigure(max_age=5)
        copied = pickle.loads(pickle.dumps(middleware.policy))
        copied.replace(allow_origins=["https://c.example/"])
    for change in (middleware.reconfigure, copied.replace):
        with pytest.raises(ConfigError, match="origin-trailing-slash"):
            change(accept=[])
    with silence():
        middleware.reconfigure(accept=["origin-trailing-slash", "origin-upper-case"])
        middleware.allow_origins = [WRONG, "https://B.example"]


def test_what_is_accepted_changes_no_response() -> None:
    origin = "https://app-1.vercel.app"
    middleware = CORSMiddleware(APP, **PREVIEW, accept=[CODE])
    assert values(sent(middleware, actual(origin)), "access-control-allow-origin") == [origin]
    assert Policy(**PREVIEW, accept=[CODE]) == Policy(**PREVIEW)


# A subclass that decides on origins by itself.


class Tenants(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return origin.endswith(".example.com")


class Asynchronous(CORSMiddleware):
    async def is_allowed_origin(self, origin: str) -> bool:
        return True


@pytest.mark.parametrize("credentials", [True, False])
def test_no_origins_are_advice_unless_a_subclass_decides(credentials: bool) -> None:
    code = "credentials-without-origin" if credentials else "no-origins"
    assert codes(allow_credentials=credentials) == [code]
    with silence():
        CORSMiddleware(APP, allow_credentials=credentials)
        for cls in (Tenants, Asynchronous):
            middleware = cls(APP, allow_credentials=credentials, strict=True)
            middleware.max_age = 5
            cls(APP, allow_credentials=credentials, strict=True, accept=())
    with pytest.warns(ConfigWarning, match=code):
        CORSMiddleware(APP, allow_credentials=credentials, strict=True)


@pytest.mark.parametrize("given", [7, "origin-path", None])
def test_a_subclass_that_decides_reports_a_wrong_accept_too(given: Any) -> None:
    with pytest.raises(ConfigError, match="accept"):
        Tenants(APP, accept=given)
