"""The text of an object that hides it is in nothing that the linter says."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.datastructures import Secret

import fastcors
from fastcors import ConfigError, CORSMiddleware
from fastcors.options import DEFAULTS

HIDDEN = "https://hush.example.com"


@pytest.mark.parametrize("hide", [Secret, SecretStr])
@pytest.mark.parametrize("text", [HIDDEN, "8617", "*", "GET", "-8617"])
@pytest.mark.parametrize("option", [*DEFAULTS, "origins", "password"])
@pytest.mark.parametrize("in_a_list", [False, True])
def test_what_an_object_hides_is_reported_and_never_shown(
    hide: Any, text: str, option: str, in_a_list: bool
) -> None:
    hidden = hide(text)
    report = fastcors.lint(**{option: [hidden] if in_a_list else hidden})
    about = [problem for problem in report if problem.option == option]
    assert about
    for shown in (str(report), repr(report)):
        assert "hush" not in shown
        assert "8617" not in shown


def test_an_origin_that_is_hidden_never_matches_and_is_in_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.warns(fastcors.ConfigWarning) as warned:
        middleware = CORSMiddleware(print, allow_origins=[Secret(HIDDEN)])  # type: ignore[arg-type, list-item]
    assert not middleware.is_allowed_origin(HIDDEN)
    assert "hush" not in caplog.text + "".join(str(each.message) for each in warned)
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(print, allow_origins=Secret(HIDDEN))  # type: ignore[arg-type]
    assert "hush" not in str(raised.value) + repr(raised.value)


def test_an_origin_that_is_hidden_is_to_be_written_as_a_str() -> None:
    (problem,) = fastcors.lint(allow_origins=[Secret(HIDDEN)])
    assert (problem.code, problem.severity, problem.suggestion) == ("origin-type", "error", None)
    assert problem.message.endswith("write the str that it holds: an origin is no secret")
