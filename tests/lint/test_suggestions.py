"""Whatever is suggested is right itself: entries have no error, expressions allow an origin and no untrusted one."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcors import Problem
from fastcors.options import DEFAULTS
from tests.lint.alone import lint

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
OPTIONS = {
    "origins": "allow_origins",
    "methods": "allow_methods",
    "request_headers": "allow_headers",
    "response_headers": "expose_headers",
}
LISTS = set(OPTIONS.values())
# With these, what an expression allows is not known, or is everything.
UNPROVEN = {"regex-any-origin", "regex-null", "regex-unverified"}


def tables() -> list[tuple[str, list[str]]]:
    """Give every case of the tables: the option, and its entries."""
    found = []
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        if path.stem == "real":
            continue
        for group in tomllib.loads(path.read_text(encoding="utf-8"))["group"]:
            for case in group["case"]:
                entries = case.get("entries", [case["entry"]] if "entry" in case else [])
                found.append((OPTIONS[group["list"]], entries))
    return found


def wrong(problem: Problem, credentials: bool) -> list[str]:
    """Give what is wrong with the suggestion of a problem."""
    option, suggestion = problem.suggested_option, problem.suggestion
    if suggestion is None:
        return [] if option is None else ["an option without a suggestion"]
    if option not in DEFAULTS:
        return [] if problem.code == "unknown-option" else [f"{option} is no option"]
    if option in LISTS and isinstance(suggestion, str):
        suggestion = [suggestion]
    reported = lint(**{"allow_credentials": credentials, option: suggestion})
    return [
        str(each)
        for each in reported
        if each.option == option and (each.severity == "error" or each.code in UNPROVEN)
    ]


def check(options: dict[str, Any]) -> list[Problem]:
    """Fail where what is suggested for these options is wrong; give the problems."""
    problems = lint(**options)
    for problem in problems:
        credentials = bool(options.get("allow_credentials"))
        assert wrong(problem, credentials) == [], (options, repr(problem))
        if isinstance(problem.value, str) and problem.suggested_option == problem.option:
            assert problem.suggestion != problem.value, repr(problem)
        if isinstance(problem.suggestion, str) and len(problem.suggestion) < 60:
            shown = problem.suggestion
            assert shown in problem.message or repr(shown)[1:-1] in problem.message
        if problem.suggested_option not in (None, problem.option):
            assert f"write {problem.suggested_option}=r" in problem.message
    return problems


@pytest.mark.parametrize("credentials", [False, True])
def test_what_is_suggested_for_an_entry_of_the_tables_is_right(credentials: bool) -> None:
    counts: dict[str | None, int] = {}
    for option, entries in tables():
        for problem in check({option: entries, "allow_credentials": credentials}):
            counts[problem.suggested_option] = counts.get(problem.suggested_option, 0) + 1
    assert min(counts.get(option, 0) for option in [*LISTS, "allow_origin_regex"]) > 2


@pytest.mark.parametrize("credentials", [False, True])
def test_what_is_suggested_for_a_text_or_a_nested_list_of_the_tables_is_right(
    credentials: bool,
) -> None:
    for option, entries in tables():
        for entry in entries:
            for value in (entry, [[entry]], {entry: 1}, {"a": entry}, [entry.encode()]):
                check({option: value, "allow_credentials": credentials})


PIECES = st.sampled_from(
    [
        "https://",
        "http://",
        "https",
        "http",
        "://",
        "//",
        "/",
        ":",
        ".",
        "*",
        "*.",
        "**",
        "?",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        "^",
        "$",
        "\\",
        "\\.",
        ".*",
        ".+",
        "\\d+",
        "[a-z]+",
        "(:\\d+)?",
        "\\/",
        "www.",
        "app",
        "a-",
        "-b",
        "example",
        ".com",
        "com",
        ".co.uk",
        "example.com",
        "localhost",
        "127.0.0.1",
        "192.168.1",
        ".0/24",
        "/8",
        ":3000",
        ":300?",
        ":*",
        ":[3000-3010]",
        "{a,b}",
        "3000,3001",
        "-",
        ",",
        ";",
        "&",
        "or",
        "and",
        "#",
        "@",
        "%",
        "null",
        "None",
        "Null",
        "${X}",
        "process.env.",
        'r"',
        "b'",
        "'",
        '"',
        "`",
        "<",
        ">",
        "](",
        "~",
        "vercel.app",
        "github.io",
        ".1",
        "0x7f",
        "[::1]",
        "::1",
        "é",
        "münchen",
        "xn--",
        "%3A%2F%2F",
        "_",
        "--",
        "chrome-extension://",
        "file://",
        "ws://",
        "A",
        "Z",
    ]
)
ODD = st.one_of(
    st.lists(PIECES, min_size=1, max_size=8).map("".join),
    st.lists(PIECES, min_size=1, max_size=5).map(lambda pieces: "https://" + "".join(pieces)),
    st.lists(PIECES, min_size=2, max_size=6).map(" ".join),
    st.from_regex(r"(https?://)?([a-z*?]{1,3}\.){1,3}(com|dev|vercel\.app)(:[0-9*?-]{1,5})?/?", fullmatch=True),
    st.from_regex(r"\^?https?://(\.[*+]|[a-z(|)]{1,3}|\[a-z\]\+){1,3}\\?\.example\\?\.(com|[a-z]+)\$?", fullmatch=True),
)  # fmt: skip
WRAPPED = st.one_of(
    ODD,
    st.lists(ODD, max_size=2),
    ODD.map(lambda text: text.encode("utf-8")),
    st.dictionaries(ODD, ODD | st.lists(ODD, max_size=2), max_size=2),
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(WRAPPED | st.lists(WRAPPED, max_size=3), st.booleans())
def test_what_is_suggested_for_odd_entries_is_right(value: Any, credentials: bool) -> None:
    check({"allow_origins": value, "allow_credentials": credentials})
