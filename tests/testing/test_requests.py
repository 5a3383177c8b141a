"""What of a request a browser normalizes, drops, and asks about in a preflight."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fastcors.testing import methods
from fastcors.testing.headers import extract_list, get, lines_of
from fastcors.testing.request_headers import guarded, is_safelisted, unsafe_names

METHODS = tomllib.loads((Path(__file__).parent / "methods.toml").read_text("utf-8"))
HEADERS = tomllib.loads((Path(__file__).parent / "request_headers.toml").read_text("utf-8"))
VALUES = [
    (group["header"], value, expected)
    for group in HEADERS["group"]
    for expected in (True, False)
    for value in group["safelisted" if expected else "unsafe"]
]


@pytest.mark.parametrize("case", METHODS["case"], ids=lambda case: case["method"])
def test_a_method_is_normalized_and_safelisted_as_the_standard_says(
    case: dict[str, object],
) -> None:
    method = methods.normalize(str(case["method"]))
    assert method == case["sent"]
    assert methods.is_safelisted(method) == case["safelisted"]
    assert not methods.is_forbidden(method)


@pytest.mark.parametrize("method", METHODS["forbidden"])
def test_a_forbidden_method_is_found_in_any_case(method: str) -> None:
    assert methods.is_forbidden(method)


@pytest.mark.parametrize(("name", "value"), HEADERS["forbidden"])
def test_a_forbidden_header_is_dropped(name: str, value: str) -> None:
    assert guarded([(name, value)], "cors") == ()
    assert guarded([(name, value)], "no-cors") == ()


@pytest.mark.parametrize(("name", "value"), HEADERS["permitted"])
def test_any_other_header_is_kept(name: str, value: str) -> None:
    assert guarded([(name, value)], "cors") == ((name, value),)


@pytest.mark.parametrize(("name", "value", "expected"), VALUES)
def test_a_header_is_safelisted_by_its_value(name: str, value: str, *, expected: bool) -> None:
    assert is_safelisted(name, value) == expected
    assert unsafe_names(((name, value),)) == (() if expected else (name,))


def test_a_value_of_more_than_128_bytes_needs_a_preflight() -> None:
    assert is_safelisted("accept", "a" * 128)
    assert not is_safelisted("accept", "a" * 129)


def test_safelisted_values_of_more_than_1024_bytes_together_need_a_preflight() -> None:
    eight = tuple(("accept", "a" * 128) for _ in range(8))
    assert unsafe_names(eight) == ()
    assert unsafe_names((*eight, ("accept-language", "a"))) == ("accept", "accept-language")


def test_names_are_asked_for_in_lower_case_sorted_and_once() -> None:
    lines = (("X-B", "1"), ("x-a", "1"), ("x-b", "2"), ("accept", "*/*"))
    assert unsafe_names(lines) == ("x-a", "x-b")


def test_a_no_cors_request_keeps_only_safelisted_headers() -> None:
    lines = [
        ("accept", "a" * 60),
        ("accept", "b" * 60),
        # Together they would be longer than 128 bytes.
        ("accept", "c" * 60),
        ("content-type", "application/json"),
        ("range", "bytes=0-1"),
        ("x-token", "1"),
    ]
    assert guarded(lines, "no-cors") == (("accept", "a" * 60), ("accept", "b" * 60))


@pytest.mark.parametrize(
    ("name", "value", "safe"),
    [
        ("save-data", "On", True),
        ("save-data", "off", False),
        ("dpr", "2.0", True),
        ("dpr", "", False),
        ("dpr", ".5", False),
        ("width", "35", True),
        ("width", "35.5", False),
        ("ect", "slow-2g", True),
        ("ect", "4G", False),
        ("user-agent", "x", True),
        ("range", "bytes=0-9223372036854775808", False),
    ],
)
def test_chromium_needs_no_preflight_for_what_it_sends_itself(
    name: str, value: str, *, safe: bool
) -> None:
    assert is_safelisted(name, value, follow="chromium") == safe
    assert not is_safelisted(name, value) or name == "range"


@pytest.mark.parametrize(
    ("name", "value"),
    [("", "x"), ("a b", "x"), ("x-é", "x"), ("x", "a\nb"), ("x", "a\0"), ("x", "…")],
)
def test_what_is_no_header_raises(name: str, value: str) -> None:
    with pytest.raises(TypeError):
        lines_of({name: value})


def test_a_value_loses_its_outer_space_and_several_are_joined() -> None:
    lines = lines_of([("X-A", " 1\t"), ("x-a", "\r\n2 ")])
    assert lines == (("x-a", "1"), ("x-a", "2"))
    assert get(lines, "X-A") == "1, 2"
    assert get(lines, "x-b") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a, b", ("a", "b")),
        (",a,,\t , b,", ("a", "b")),
        ("", ()),
        ("*", ("*",)),
        ("a b", None),
        ("a, (b)", None),
        ('"a"', None),
    ],
)
def test_a_list_of_tokens_is_read_with_its_empty_items(
    value: str, expected: tuple[str, ...] | None
) -> None:
    assert extract_list([("X", value)], "x") == expected
