"""How problems are reported at start-up: what raises, what warns, and at which line."""

from __future__ import annotations

import contextlib
import inspect
import pickle
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware

import fastcors
from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, lint
from fastcors.problems import reference
from tests.exchange import ORIGIN, actual, preflight, responding, sent

APP = responding()
# One error and one piece of advice.
WRONG: dict[str, Any] = {"allow_origins": ["https://a.example/"], "max_age": -1}
ERROR, ADVICE = "origin-trailing-slash", "max-age-negative"


@contextlib.contextmanager
def listening() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        yield heard


def codes(heard: list[warnings.WarningMessage]) -> list[str]:
    """Give the codes that warnings end with, all of which must be ours."""
    assert {warning.category for warning in heard} <= {ConfigWarning}
    found = [re.search(r" \[([a-z-]+)\] https:", str(warning.message)) for warning in heard]
    assert None not in found
    return [match[1] for match in found if match]


def line() -> int:
    """Give the line of whoever asks."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


# Errors warn, advice is silent; with strict=True errors raise, advice warns.


def test_an_error_is_a_warning_and_advice_is_silent() -> None:
    with listening() as heard:
        CORSMiddleware(APP, **WRONG)
    assert codes(heard) == [ERROR]
    (error, _) = lint(**WRONG)
    assert str(heard[0].message) == f"fastcors: {error}"
    for part in ("allow_origins", "'https://a.example/'", "slash", "'https://a.example'", ERROR):
        assert part in str(heard[0].message)


def test_strict_raises_all_errors_at_once_in_readable_form_and_as_data() -> None:
    with listening() as heard, pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, **WRONG, allow_credentials=lambda: False, strict=True)  # type: ignore[arg-type]
    assert heard == []
    assert [problem.code for problem in raised.value.problems] == [ERROR, "bool-type"]
    lines = str(raised.value).splitlines()
    assert lines == [f"fastcors: {problem}" for problem in raised.value.problems]


def test_strict_warns_of_advice() -> None:
    with listening() as heard:
        CORSMiddleware(APP, [ORIGIN], max_age=-1, strict=True)
    assert codes(heard) == [ADVICE]


@pytest.mark.parametrize("strict", [True, False])
def test_a_sound_configuration_starts_in_silence(strict: bool) -> None:
    with listening() as heard:
        CORSMiddleware(APP, [ORIGIN], allow_credentials=True, strict=strict)
    assert heard == []


@pytest.mark.parametrize("strict", [True, False])
def test_what_is_dangerous_raises_always_and_all_errors_come_with_it(strict: bool) -> None:
    with listening() as heard, pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, **WRONG, allow_credentials="no", expose_headers="X", strict=strict)  # type: ignore[arg-type]
    assert heard == []
    found = [problem.code for problem in raised.value.problems]
    assert found == ["not-a-bool", "not-a-collection", ERROR]


def test_an_invalid_expression_is_pythons_own_error_with_all_errors_as_notes() -> None:
    with listening() as heard, pytest.raises(re.error) as raised:
        CORSMiddleware(APP, **WRONG, allow_origin_regex="(")
    assert heard == []
    syntax, other = raised.value.__notes__
    assert syntax.startswith("fastcors: allow_origin_regex: r'(' is not a valid regular expression")
    assert other.startswith("fastcors: allow_origins: 'https://a.example/'")
    assert other.endswith(reference(ERROR))


def test_with_strict_an_invalid_expression_is_one_error_of_all_in_a_config_error() -> None:
    with listening() as heard, pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, **WRONG, allow_origin_regex="https://(a", strict=True)
    assert heard == []
    assert {problem.code for problem in raised.value.problems} == {"regex-syntax", ERROR}
    assert isinstance(raised.value.__cause__, re.error)
    assert (
        "r'https://(a' is not a valid regular expression: missing ), unterminated subpattern at "
        "position 8 [regex-syntax]"
    ) in str(raised.value)


def test_strict_is_a_bool_by_keyword() -> None:
    with pytest.raises(ConfigError, match="not-a-bool"):
        CORSMiddleware(APP, strict="no")  # type: ignore[arg-type]
    with pytest.warns(ConfigWarning, match="bool-type"):
        CORSMiddleware(APP, [ORIGIN], strict="yes")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        CORSMiddleware(APP, [], [], [], False, None, False, [], 600, True)  # type: ignore[call-arg, arg-type]
    parameter = inspect.signature(CORSMiddleware).parameters["strict"]
    assert (parameter.kind, parameter.default) == (parameter.KEYWORD_ONLY, False)


def test_an_unknown_option_is_a_type_error_as_with_starlette() -> None:
    with pytest.raises(TypeError, match="allow_origin"):
        CORSMiddleware(APP, allow_origin=[ORIGIN])  # type: ignore[call-arg]


def test_a_policy_of_its_own_is_reported_of_and_strict_alike() -> None:
    with listening() as heard:
        Policy(**WRONG)
        made = line() - 1
    assert codes(heard) == [ERROR]
    assert (heard[0].filename, heard[0].lineno) == (__file__, made)
    with pytest.raises(ConfigError):
        Policy(**WRONG, strict=True)


# Many that are alike.


def test_of_many_alike_the_first_ten_and_their_number_are_reported() -> None:
    origins = [f"https://t{number}.example/" for number in range(1234)]
    with listening() as heard:
        CORSMiddleware(APP, [*origins, "https://A.example"], ["get", "put"], ["Cookie", "Host"])
    found = codes(heard)
    assert found.count(ERROR) == 11
    assert {found.count(code) for code in {*found} - {ERROR}} <= {1, 2}
    (rest,) = [str(warning.message) for warning in heard if "more like" in str(warning.message)]
    assert rest.startswith("fastcors: allow_origins: 1,224 more")
    assert "lint(...)" in rest


def test_a_config_error_of_many_has_them_all_as_data_and_few_as_text() -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, [f"https://t{number}.example/" for number in range(500)], strict=True)
    assert len(raised.value.problems) == 500
    lines = str(raised.value).splitlines()
    assert len(lines) == 11
    assert "490 more" in lines[-1]
    assert ".problems" in lines[-1]


# The line.


class Plain(CORSMiddleware):
    """A subclass without a constructor."""


class Forwarding(CORSMiddleware):
    """A subclass that hands its options on."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)

    line = line() - 2


@pytest.mark.parametrize("cls", [CORSMiddleware, Plain])
def test_a_warning_points_at_the_line_that_makes_the_middleware(cls: type[CORSMiddleware]) -> None:
    with listening() as heard:
        cls(APP, **WRONG)
        made = line() - 1
    assert [(warning.filename, warning.lineno) for warning in heard] == [(__file__, made)]


def test_a_warning_points_at_the_line_of_a_subclass_that_hands_the_options_on() -> None:
    with listening() as heard:
        Forwarding(APP, **WRONG)
    assert [(warning.filename, warning.lineno) for warning in heard] == [
        (__file__, Forwarding.line)
    ]


def reconfigured(middleware: CORSMiddleware) -> int:
    middleware.reconfigure(**WRONG)
    return line() - 1


def assigned(middleware: CORSMiddleware) -> int:
    middleware.allow_origins = WRONG["allow_origins"]
    return line() - 1


def set_by_name(middleware: CORSMiddleware) -> int:
    setattr(middleware, "allow_origins", WRONG["allow_origins"])  # noqa: B010
    return line() - 1


@pytest.mark.parametrize("change", [reconfigured, assigned, set_by_name])
@pytest.mark.parametrize("cls", [CORSMiddleware, Plain, Forwarding])
def test_a_warning_points_at_the_line_that_changes_the_middleware(
    cls: type[CORSMiddleware], change: Callable[[CORSMiddleware], int]
) -> None:
    middleware = cls(APP, allow_origins=[ORIGIN])
    with listening() as heard:
        changed = change(middleware)
    assert [(warning.filename, warning.lineno) for warning in heard] == [(__file__, changed)]


@pytest.mark.parametrize("kind", [FastAPI, Starlette])
@pytest.mark.parametrize("added", [True, False])
def test_a_framework_that_makes_it_later_makes_the_warning_too(kind: Any, added: bool) -> None:
    app = kind() if added else kind(middleware=[Middleware(CORSMiddleware, **WRONG)])
    if added:
        app.add_middleware(CORSMiddleware, **WRONG)
    with listening() as heard:
        app.build_middleware_stack()
    assert codes(heard) == [ERROR]
    # The package itself, for the folder of the checkout may have its name.
    assert not Path(heard[0].filename).is_relative_to(Path(fastcors.__file__).parent)


# Changes.


def test_a_change_reports_only_what_is_new() -> None:
    with listening():
        middleware = CORSMiddleware(APP, **WRONG, allow_headers=["Cookie"])
    with listening() as heard:
        middleware.max_age = 5
        middleware.allow_origins = ["https://a.example/"]
        middleware.reconfigure(allow_methods=["GET", "PUT"])
    assert heard == []
    with listening() as heard:
        middleware.allow_origins = ["https://a.example/", "https://b.example/"]
    assert codes(heard) == [ERROR]
    assert "b.example" in str(heard[0].message)
    with listening() as heard:
        middleware.allow_origins = ["*"]
    assert heard == []
    with listening() as heard:
        middleware.allow_credentials = True
    assert codes(heard) == ["origin-any-with-credentials"]


def test_what_was_put_right_and_is_wrong_again_is_reported_again() -> None:
    middleware = CORSMiddleware(APP, [ORIGIN])
    for _ in range(2):
        with listening() as heard:
            middleware.allow_origins = ["https://a.example/"]
        assert codes(heard) == [ERROR]
        middleware.allow_origins = [ORIGIN]


def test_a_middleware_stays_as_strict_as_it_was_made() -> None:
    strict = CORSMiddleware(APP, [ORIGIN], strict=True)
    before = sent(strict, preflight())
    for change in (reconfigured, assigned):
        with pytest.raises(ConfigError, match=ERROR):
            change(strict)
        assert sent(strict, preflight()) == before
    with listening() as heard:
        strict.max_age = -1
        strict.allow_methods = ["GET"]
    assert codes(heard) == [ADVICE]
    strict.reconfigure(strict=False)
    with listening() as heard:
        reconfigured(strict)
    assert codes(heard) == [ERROR]


def test_strict_that_is_new_reports_all_that_is_wrong() -> None:
    with listening():
        wrong = CORSMiddleware(APP, **WRONG)
    with pytest.raises(ConfigError, match=ERROR):
        wrong.reconfigure(strict=True)
    advised = CORSMiddleware(APP, [ORIGIN], max_age=-1)
    with listening() as heard:
        advised.reconfigure(strict=True)
    assert codes(heard) == [ADVICE]


@pytest.mark.parametrize("strict", [True, False])
def test_a_copy_is_as_strict_and_is_reported_of_no_more(strict: bool) -> None:
    options = {"allow_origins": [ORIGIN]} if strict else WRONG
    with listening():
        policy = Policy(**options, max_age=-1, strict=True) if strict else Policy(**options)
    with listening() as heard:
        copied = pickle.loads(pickle.dumps(policy))
    assert heard == []
    assert copied == policy
    with contextlib.ExitStack() as stack:
        if strict:
            stack.enter_context(pytest.raises(ConfigError))
        else:
            stack.enter_context(pytest.warns(ConfigWarning))
        copied.replace(allow_origins=["https://b.example/"])


# Warnings that are errors.


def test_where_the_warning_is_an_error_nothing_is_half_made() -> None:
    middleware = CORSMiddleware(APP, [ORIGIN])
    before = sent(middleware, preflight())
    policy = middleware.policy
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConfigWarning)
        with pytest.raises(ConfigWarning, match=ERROR):
            CORSMiddleware(APP, **WRONG)
        for change in (reconfigured, assigned):
            with pytest.raises(ConfigWarning, match=ERROR):
                change(middleware)
    assert middleware.policy is policy
    assert sent(middleware, preflight()) == before
    assert middleware.allow_origins == [ORIGIN]
    middleware.max_age = 7
    assert middleware.max_age == 7


def test_what_is_reported_changes_no_response() -> None:
    options: dict[str, Any] = {"allow_origins": [ORIGIN, "https://a.example/"], "max_age": "60"}
    with listening():
        reported = CORSMiddleware(APP, **options)
    silent = CORSMiddleware(APP, [ORIGIN], max_age=60)
    for origin in (ORIGIN, "https://a.example"):
        for scope in (actual(origin), preflight(origin)):
            assert sent(reported, scope) == sent(silent, scope)


def test_a_subclass_that_decides_by_itself_starts_in_silence() -> None:
    class Tenants(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            return origin.endswith(".example.com")

    with listening() as heard:
        middleware = Tenants(APP, allow_credentials=True)
    assert heard == []
    assert sent(middleware, preflight(ORIGIN))[0]["status"] == 200
