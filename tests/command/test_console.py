"""`fastcors console` recognizes what the engines write."""

from __future__ import annotations

import re

import pytest

from fastcors._command.console import meant_by
from fastcors._command.kinds import ENGINES, KINDS, OTHERS, Kind
from tests.command.running import run

CHROME = "Access to fetch at 'https://api.example.com/' from origin 'https://shop.example.com' has been blocked by CORS policy: "
PREFLIGHT = "Response to preflight request doesn't pass access control check: "
FIREFOX = "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://api.example.com/. (Reason: {}). Status code: 200."
ROWS = [
    (kind, engine, words)
    for kind in (*KINDS, *OTHERS)
    for engine in ENGINES
    for words in kind.words(engine)
]


def firefox(reason: str) -> str:
    """Return a message of Firefox, with its typographic quotes."""
    return FIREFOX.format(re.sub("'([^']*)'", "\u2018\\1\u2019", reason))


def names(message: str) -> list[str]:
    return [one.name for one in meant_by(message)]


@pytest.mark.parametrize(("kind", "engine", "words"), ROWS, ids=lambda each: str(each)[:40])
def test_the_words_of_each_engine_are_recognized(kind: Kind, engine: str, words: str) -> None:
    found = meant_by(f"before {words.replace('{}', 'x-value')} after")
    assert kind in [one.kind for one in found]
    assert engine in next(one.engines for one in found if one.kind is kind)
    # Another kind has the very same words.
    for other in found:
        assert other.kind is kind or words in other.kind.words(engine)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"{CHROME}No 'Access-Control-Allow-Origin' header is present on the requested resource.", ["MissingAllowOriginHeader"]),
        (f"{CHROME}{PREFLIGHT}No 'Access-Control-Allow-Origin' header is present on the requested resource.", ["PreflightMissingAllowOriginHeader"]),
        (f"{CHROME}{PREFLIGHT}It does not have HTTP ok status.", ["PreflightInvalidStatus"]),
        (f"{CHROME}{PREFLIGHT}Redirect is not allowed for a preflight request.", ["PreflightDisallowedRedirect"]),
        (f"{CHROME}The 'Access-Control-Allow-Origin' header contains multiple values 'https://a, https://b', but only one is allowed.", ["MultipleAllowOriginValues"]),
        (f"{CHROME}The 'Access-Control-Allow-Origin' header has a value 'https://a' that is not equal to the supplied origin.", ["AllowOriginMismatch"]),
        (f"{CHROME}Request header field x-token is not allowed by Access-Control-Allow-Headers in preflight response.", ["HeaderDisallowedByPreflightResponse"]),
        (firefox("CORS header 'Access-Control-Allow-Origin' missing"), ["MissingAllowOriginHeader"]),
        (firefox("CORS header 'Access-Control-Allow-Origin' does not match 'https://a'"), ["InvalidAllowOriginValue", "AllowOriginMismatch"]),
        (firefox("expected 'true' in CORS header 'Access-Control-Allow-Credentials'"), ["InvalidAllowCredentials"]),
        (firefox("CORS request did not succeed"), ["NetworkError"]),
        ("Origin https://a.example is not allowed by Access-Control-Allow-Origin. Status code: 200", ["MissingAllowOriginHeader", "InvalidAllowOriginValue", "AllowOriginMismatch"]),
        ("Preflight response is not successful. Status code: 400", ["PreflightInvalidStatus", "PreflightDisallowedRedirect"]),
        ("Fetch API cannot load https://a.example/ due to access control checks.", ["SeeOtherMessage"]),
        ("Method PUT is not\n  allowed by   Access-Control-Allow-Methods.", ["MethodDisallowedByPreflightResponse"]),
    ],
)  # fmt: skip
def test_whole_messages_are_recognized(message: str, expected: list[str]) -> None:
    assert names(message) == expected


def test_what_the_message_names_is_in_the_change() -> None:
    message = f"{CHROME}Request header field x-token is not allowed by Access-Control-Allow-Headers in preflight response."
    ran = run("console", message)
    assert ran.status == 0
    assert 'fastcors: allow_headers=[..., "x-token"]' in ran.printed
    missing = (
        f"{CHROME}No 'Access-Control-Allow-Origin' header is present on the requested resource."
    )
    assert 'allow_origins=[..., "https://shop.example.com"]' in run("console", missing).printed


def test_a_message_can_come_from_the_input() -> None:
    ran = run("console", "-", text="Method PUT is not allowed by Access-Control-Allow-Methods.\n")
    assert ran.printed.startswith("The method is not allowed: PUT (")


def test_another_message_is_not_recognized() -> None:
    ran = run("console", "Uncaught TypeError: Failed to fetch")
    assert ran.status == 2
    assert ran.complained.startswith("fastcors: this is no message about CORS")


def test_a_long_message_takes_no_long_time() -> None:
    # Each pattern reads a bounded part of it: this ends.
    assert names("Request header field " * 100_000) == []
