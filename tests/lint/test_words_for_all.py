"""Another library's option for everything, such as `allow_all_origins`, means `*` here."""

from __future__ import annotations

from typing import Any

import pytest

import fastcors

ORIGIN = "https://app.example.com"


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("allow_all_origins", "allow_origins"),
        ("allow_any_origin", "allow_origins"),
        ("CORS_ALLOW_ALL_ORIGINS", "allow_origins"),
        ("cors_origin_allow_all", "allow_origins"),
        ("AllowAllOrigins", "allow_origins"),
        ("allow_all", "allow_origins"),
        ("allow_all_methods", "allow_methods"),
        ("allow_all_headers", "allow_headers"),
    ],
)
def test_true_for_all_of_them_is_suggested_as_the_star(name: str, option: str) -> None:
    problems = fastcors.lint(**{"allow_origins": [ORIGIN], name: True})
    (problem,) = [each for each in problems if each.code == "unknown-option"]
    assert (problem.suggested_option, problem.suggestion) == (option, ["*"])
    assert problem.message.endswith(f"write {option}=['*']")
    fixed = fastcors.lint(**{"allow_origins": [ORIGIN], option: problem.suggestion})
    assert fixed == []


def test_a_star_for_every_origin_explains_why_none_is_listed() -> None:
    assert [problem.code for problem in fastcors.lint(allow_all_origins=True)] == ["unknown-option"]


@pytest.mark.parametrize(
    "options",
    [
        {"allow_all_origins": True, "allow_credentials": True},
        {"allow_all_origins": False},
        {"allow_all_origins": "true"},
        {"allow_origin": True},
    ],
)
def test_no_star_is_suggested_with_credentials_or_for_anything_but_true(options: Any) -> None:
    (problem,) = [each for each in fastcors.lint(**options) if each.code == "unknown-option"]
    assert problem.suggestion == "allow_origins"
