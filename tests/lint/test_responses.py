"""The values of `responses`."""

from __future__ import annotations

from typing import Any

import pytest

from fastcors import ConfigError, Policy, lint

ORIGINS = ["https://app.example.com"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Minimal", "minimal"),
        (" minimal\n", "minimal"),
        ("minimum", "minimal"),
        (b"minimal", "minimal"),
        ("small", "minimal"),
        ("starlet", "starlette"),
        ("FastAPI", "starlette"),
        ("default", "starlette"),
        (None, "starlette"),
        ("", None),
        ("nothing like it", None),
        (True, None),
        (204, None),
        (["minimal"], None),
    ],
)
def test_a_value_that_is_none_raises_and_the_one_that_was_meant_is_suggested(
    given: Any, meant: str | None
) -> None:
    (problem,) = lint(allow_origins=ORIGINS, responses=given)
    assert (problem.code, problem.severity) == ("responses-value", "error")
    assert (problem.option, problem.suggestion) == ("responses", meant)
    assert problem.message.endswith(
        f"write {meant!r}" if meant else "write 'starlette' or 'minimal'"
    )
    with pytest.raises(ConfigError):
        Policy(allow_origins=ORIGINS, responses=given)


@pytest.mark.parametrize("given", ["starlette", "minimal"])
def test_each_value_is_right_with_any_other_option(given: Any) -> None:
    for other in (
        {},
        {"allow_origins": ["*"]},
        {"allow_credentials": True},
        {"enforce": True, "hosts": ["a.example"]},
    ):
        assert lint(**{"allow_origins": ORIGINS, **other}, responses=given) == []


def test_a_str_of_another_class_counts_as_its_text() -> None:
    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "another"

    policy = Policy(allow_origins=ORIGINS, responses=Text("minimal"))  # type: ignore[arg-type]
    assert policy.responses == "minimal"
    assert type(policy.responses) is str


@pytest.mark.parametrize("name", ["response", "responces", "minimal_responses"])
def test_a_name_that_is_close_to_the_option_is_suggested(name: str) -> None:
    given: dict[str, Any] = {name: "minimal"}
    with pytest.raises(TypeError, match="did you mean 'responses'"):
        Policy(allow_origins=ORIGINS, **given)


def test_what_other_libraries_call_response_headers_is_not_this_option() -> None:
    with pytest.raises(TypeError, match="did you mean 'expose_headers'"):
        Policy(allow_origins=ORIGINS, response_headers=["X-Total"])  # type: ignore[call-arg]
