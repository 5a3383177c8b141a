"""How Python's objects reach the compiled linter; what it says of them is in the tables here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fastcors import lint
from fastcors._fastcors import (
    lint_codes,
    lint_methods,
    lint_origins,
    lint_request_headers,
    lint_response_headers,
    regexes_to_prove,
)
from fastcors._proof.verdict import _remembered

LISTS = [lint_methods, lint_origins, lint_request_headers, lint_response_headers]
SURROGATES = ["\ud800", "https://\udfff.example", "X-\ud83d", "\ude00" * 3, "a\ud800\udc00b"]


class Named(str):
    """A text of a class of the caller's."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise AssertionError

    __hash__ = None  # type: ignore[assignment]


def test_a_problem_is_code_severity_place_message_suggestion_and_its_option() -> None:
    assert lint_origins(["https://a.example", "https://A.example/"], False) == [
        (
            "origin-upper-case",
            "error",
            1,
            "has upper-case letters, but a browser's Origin is in lower case, so it never "
            "matches; write 'https://a.example'",
            "https://a.example",
            None,
        ),
        (
            "origin-trailing-slash",
            "error",
            1,
            "ends with a slash, but a browser's Origin never does, so it never matches; "
            "write 'https://a.example'",
            "https://a.example",
            None,
        ),
    ]


def test_several_that_were_meant_are_a_list_and_an_expression_is_a_text() -> None:
    (several,) = lint_origins(["https://a.example,https://b.example"], False)
    (expression,) = lint_origins(["https://pr-*.a.example"], False)
    (none,) = lint_origins([""], False)
    assert several[4] == ["https://a.example", "https://b.example"]
    assert expression[4] == r"https://pr-[a-z0-9-]+\.a\.example"
    assert none[4] is None
    assert [reported[5] for reported in (several, expression, none)] == [
        None,
        "allow_origin_regex",
        None,
    ]


def test_a_regex_among_the_origins_is_suggested_as_it_is_proven() -> None:
    entries = [
        "https://a.example",
        r"https://b-.*\.example",
        r"https://evil-.*\.example",
        r"https://(c|d)\.example",
    ]
    assert regexes_to_prove(entries) == entries[1:]
    proofs: dict[str, str | list[str] | None] = {
        entries[1]: "https://b",
        entries[3]: ["https://c.example", "https://d.example"],
    }
    one, evil, several = lint_origins(entries, True, {**proofs, entries[2]: None})
    assert one[4:] == ("https://b", "allow_origin_regex")
    assert evil[4:] == (None, None)
    assert several[4:] == (["https://c.example", "https://d.example"], None)
    assert {reported[4] for reported in lint_origins(entries, True)} == {None}


def test_compiled_functions_call_no_python_while_linting() -> None:
    inside: list[str] = []
    seen: set[str] = set()
    called: list[tuple[str, str]] = []

    def watch(frame: Any, event: str, function: Any) -> None:
        if event == "call" and inside:
            called.append((inside[-1], frame.f_code.co_name))
        elif getattr(function, "__module__", None) == "fastcors._fastcors":
            seen.add(function.__name__)
            inside.append(function.__name__) if event == "c_call" else inside.pop()

    _remembered.cache_clear()
    sys.setprofile(watch)
    try:
        reported = lint(
            allow_origins=[
                "https://a.example/",
                r"https://b-.*.example",
                r"https://(c|d)\.example",
            ],
            allow_origin_regex=[
                "https://.*example.com",
                r"https://a\.com|b\.com",
                r"(www\.)?example\.com",
            ],
            allow_headers=["a b"],
            allow_credentials=True,
        )
    finally:
        sys.setprofile(None)
    assert len(reported) == 7
    assert seen >= {
        "lint_origins",
        "regexes_to_prove",
        "prove_expression",
        "matches_an_origin",
        "is_within",
    }
    assert called == []


@pytest.mark.parametrize("lint", LISTS)
def test_any_iterable_of_texts_is_taken(lint: Callable[[Any, bool], list[Any]]) -> None:
    def texts() -> Iterator[str]:
        yield from ["a b", "*"]

    expected = lint(["a b", "*"], True)
    assert expected
    for entries in (("a b", "*"), texts(), dict.fromkeys(["a b", "*"]), [Named("a b"), Named("*")]):
        assert lint(entries, True) == expected


@pytest.mark.parametrize("lint", LISTS)
@pytest.mark.parametrize("text", SURROGATES)
def test_a_lone_surrogate_is_reported_and_breaks_nothing(
    lint: Callable[[Any, bool], list[Any]], text: str
) -> None:
    reported = lint([text], False)
    assert {severity for _, severity, *_ in reported} == {"error"}
    for _, _, _, message, meant, _ in reported:
        assert message.isprintable()
        assert "\ufffd" not in repr(meant)


@pytest.mark.parametrize("lint", LISTS)
@pytest.mark.parametrize("entries", [[1], ["a", None], [b"a"], 1, None])
def test_what_is_no_text_raises_type_error(
    lint: Callable[[Any, bool], list[Any]], entries: Any
) -> None:
    with pytest.raises(TypeError):
        lint(entries, False)


def test_every_code_is_listed_once_and_named_by_its_option() -> None:
    codes = lint_codes()
    assert len(set(codes)) == len(codes)
    kinds = {code.partition("-")[0] for code in codes}
    assert kinds == {"origin", "method", "header", "expose", "not", "name"}
    assert [code for code in codes if code.startswith("n")] == ["name-breaks-header", "not-a-token"]


def test_a_long_list_is_read_to_its_end() -> None:
    entries = [f"https://shop-{number}.example.com" for number in range(100_000)]
    assert lint_origins(entries, True) == []
    reported = lint_origins([*entries, entries[0], "https://a.example/"], True)
    assert [(code, place) for code, _, place, *_ in reported] == [
        ("origin-duplicate", 100_000),
        ("origin-trailing-slash", 100_001),
    ]
