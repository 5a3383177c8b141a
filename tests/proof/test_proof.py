"""An expression's language is searched for untrusted origins, and what is found is true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fastcors import lint
from fastcors._format import raw, shown_expression
from fastcors._proof.entries import entries
from fastcors._proof.verdict import findings, judge
from fastcors.problems import Problem
from tests.proof.expressions import (
    EVERYTHING,
    HOSTED,
    JOINED,
    JOINED_BY_DOTS,
    NOTHING,
    SAFE,
    SHARED,
    UNMATCHED,
    UNPROVEN,
    UNTRUSTED,
)

LINT = Path(__file__).parents[1] / "lint"


def reported(expression: Any, credentials: bool = False) -> tuple[list[Problem], bool]:
    """Return the problems of a regex, after checks that apply to every regex."""
    pattern = re.compile(expression)
    problems, proven = findings(pattern, credentials=credentials)
    for problem in problems:
        assert problem.option == "allow_origin_regex"
        assert problem.value == pattern.pattern
        assert problem.message.startswith(shown_expression(pattern.pattern))
        for origin in re.findall(r" allows (\S+?)[,;]? ", problem.message):
            assert origin == "every" or pattern.fullmatch(origin), problem.message
        if isinstance(problem.suggestion, str):
            assert raw(problem.suggestion) in problem.message
            corrected = re.compile(problem.suggestion, pattern.flags)
            assert findings(corrected, credentials=False) == ([], True)
        elif problem.suggestion is not None:
            assert problem.suggested_option == "allow_origins"
            assert f"write allow_origins={problem.suggestion} instead" in problem.message
            assert not [
                each for each in lint(allow_origins=problem.suggestion) if each.severity == "error"
            ]
    return problems, proven


def as_suggested(expression: Any, correction: str | None) -> str | list[str] | None:
    """Return a corrected regex as it is suggested: at best as entries of allow_origins."""
    if correction is None:
        return None
    return entries(re.compile(expression), correction) or correction


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.code, problem.severity) for problem in problems]


@pytest.mark.parametrize("expression", SAFE, ids=lambda e: str(e)[:60])
def test_an_expression_for_the_authors_own_domains_is_verified_and_not_reported(
    expression: Any,
) -> None:
    assert reported(expression) == ([], True)
    problems, proven = reported(expression, credentials=True)
    assert proven
    assert {problem.code for problem in problems} <= {"regex-insecure"}


@pytest.mark.parametrize(
    ("expression", "origin", "correction"), UNTRUSTED, ids=lambda value: str(value)[:60]
)
@pytest.mark.parametrize("credentials", [False, True])
def test_an_untrusted_origin_is_shown(
    expression: str, origin: str, correction: str | None, credentials: bool
) -> None:
    problems, proven = reported(expression, credentials)
    assert not proven
    assert ("regex-untrusted-origins", "error") in codes(problems)
    assert f" also allows {origin}" in problems[0].message
    if correction is not None:
        assert problems[0].suggestion == as_suggested(expression, correction)


@pytest.mark.parametrize(
    ("expression", "name", "correction"), JOINED_BY_DOTS, ids=lambda value: str(value)[:60]
)
@pytest.mark.parametrize("credentials", [False, True])
def test_a_label_that_is_joined_to_the_domain_without_a_dot_is_untrusted(
    expression: str, name: str, correction: str | None, credentials: bool
) -> None:
    problems, proven = reported(expression, credentials)
    assert not proven
    assert codes(problems)[0] == ("regex-untrusted-origins", "error")
    assert f" also allows https://{name}" in problems[0].message
    assert problems[0].suggestion == as_suggested(expression, correction)


@pytest.mark.parametrize(("expression", "origin"), JOINED, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("credentials", [False, True])
def test_a_name_that_is_put_together_of_parts_is_a_warning(
    expression: str, origin: str, credentials: bool
) -> None:
    problems, proven = reported(expression, credentials)
    assert codes(problems) == [("regex-joined-parts", "warning")]
    assert f" also allows {origin}" in problems[0].message
    assert not proven


def test_null_that_only_look_around_keeps_out_is_not_reported() -> None:
    problems, proven = reported(r"(?!null$)(?:https://app\.example\.com|null)", credentials=True)
    assert codes(problems) == [("regex-unverified", "warning")]
    assert not proven


@pytest.mark.parametrize(
    "expression",
    ["https://(?!x)" + "(?:a?b?)*" * 50 + r"c\.com.*", r"https://(?!x)([a-z]+\.)*example\.com.*"],
)
def test_what_takes_too_long_to_check_is_not_proven(expression: str) -> None:
    problems, proven = reported(expression)
    assert codes(problems) == [("regex-unverified", "warning")]
    assert "in exponential time if repetitions are nested" in problems[0].message
    assert not proven


@pytest.mark.parametrize("expression", EVERYTHING)
def test_everything_is_an_error_with_credentials_and_else_to_be_written_as_such(
    expression: str,
) -> None:
    problems, proven = reported(expression, credentials=True)
    assert codes(problems) == [("regex-any-origin", "error")]
    assert not proven
    problems, proven = reported(expression)
    assert codes(problems) == [("regex-any-origin", "warning")]
    assert "allow_origins=['*']" in problems[0].message
    assert not proven


@pytest.mark.parametrize(
    ("expression", "what"),
    [(r".*", "every origin"), (r"https?://.+", "every origin"), (r"http://.*", "every http origin"),
     (r"https://[^/]+", "every https origin")],
)  # fmt: skip
@pytest.mark.parametrize("credentials", [False, True])
def test_everything_of_a_scheme_is_reported_as_that(
    expression: str, what: str, credentials: bool
) -> None:
    problems, _ = reported(expression, credentials)
    assert re.search(rf" allows {what}[,;] ", problems[0].message)


@pytest.mark.parametrize(
    ("expression", "correction"),
    [
        (r"http://localhost:*", r"http://localhost(?::\d+)?"),
        (r"http://(localhost|127\.0\.0\.1):*", r"http://(localhost|127\.0\.0\.1)(?::\d+)?"),
        (r"https://app-*\.example\.com", r"https://app-[a-z0-9-]+\.example\.com"),
        (r"http*://example\.com", r"https?://example\.com"),
        (r"http://localhost:*/*", r"http://localhost(?::\d+)?/*"),
        (r"https://app-*.example.com:*|https://b\.com", None),
        (r"https://*--myapp.netlify.app", None),
    ],
)
def test_a_star_that_is_meant_as_in_a_glob_is_an_error(
    expression: str, correction: str | None
) -> None:
    problems, proven = reported(expression)
    error = problems[0]
    if correction is not None:
        assert codes(problems) == [("regex-glob", "error")]
        assert error.suggestion == as_suggested(expression, correction)
    assert "written like a glob" in error.message
    assert not proven


@pytest.mark.parametrize(
    ("expression", "correction"),
    [
        (r"https://[app|www]\.example\.com", r"https://(?:app|www)\.example\.com"),
        (r"http://localhost:[3000|5000]", r"http://localhost:(?:3000|5000)"),
        (r"https://[acme]\.com", r"https://acme\.com"),
        (r"https://my-app\.[vercel]\.app", r"https://my-app\.vercel\.app"),
        (r"https://[seen]-app\.example\.com", r"https://seen-app\.example\.com"),
        (r"http://localhost:[3000-4000]", r"http://localhost:\d{4}"),
        (r"http://localhost:[3000-3999]+", r"http://localhost:\d{4}"),
        (r"http://localhost:[80-8080]", r"http://localhost:\d{2,4}"),
        (r"http://(localhost|127\.0\.0\.1):[1-65535]", r"http://(localhost|127\.0\.0\.1):\d{1,5}"),
        (r"http://192\.168\.1\.[0-255]:3000", r"http://192\.168\.1\.\d{1,3}:3000"),
        (r"https://app[1-10]\.example\.com", r"https://app\d{1,2}\.example\.com"),
        (r"http://localhost:300[0-9]", None),
        (r"http://localhost:[0-9]{4}", None),
        (r"https://[abc]\.example\.com", None),
        (r"https://[135]\.example\.com", None),
        (r"https://[a|b]\.example\.com", None),
        (r"https://[abc|def]+\.example\.com", None),
        (r"https://[a-z|0-9]+\.example\.com", None),
    ],
)
def test_brackets_that_are_meant_as_a_group_are_an_error(
    expression: str, correction: str | None
) -> None:
    problems, proven = reported(expression)
    assert codes(problems) == ([("regex-character-class", "error")] if correction else [])
    suggested = as_suggested(expression, correction)
    assert [problem.suggestion for problem in problems] == ([suggested] if suggested else [])
    assert proven is (correction is None)


def test_a_range_of_numbers_misses_its_last_one() -> None:
    problems, _ = reported(r"http://localhost:[3000-4000]")
    assert [problem.severity for problem in problems] == ["error"]
    assert "does not allow http://localhost:4000: [ and ]" in problems[0].message


@pytest.mark.parametrize(
    ("expression", "code", "missed", "suggestion"),
    [
        (
            r"https://(www\\.)?example\.com",
            "regex-doubled-backslash",
            "https://www.example.com",
            ["https://example.com", "https://www.example.com"],
        ),
        (
            r"https://([a-z]+\\.)*example\.com",
            "regex-doubled-backslash",
            "https://a.example.com",
            r"https://([a-z]+\.)*example\.com",
        ),
        (
            r"http?://(a|b)\.example\.com",
            "regex-misspelled-scheme",
            "https://a.example.com",
            [f"{scheme}://{name}.example.com" for scheme in ("http", "https") for name in "ab"],
        ),
        (
            r"http?://[a-z]+\.example\.com",
            "regex-misspelled-scheme",
            "https://a.example.com",
            r"https?://[a-z]+\.example\.com",
        ),
    ],
)
def test_a_letter_too_much_or_too_few_is_an_error_with_an_origin_that_is_rejected(
    expression: str, code: str, missed: str, suggestion: str | list[str]
) -> None:
    problems, proven = reported(expression)
    assert codes(problems) == [(code, "error")]
    assert f"does not allow {missed}: " in problems[0].message
    assert not re.fullmatch(expression, missed)
    assert problems[0].suggestion == suggestion
    assert not proven


@pytest.mark.parametrize(
    "expression", [r"https://a\.com\\?", r"https://[^\\]+\.example\.com", r"https?://a\.com"]
)
def test_a_backslash_or_a_question_mark_that_rejects_nothing_is_not_reported(
    expression: str,
) -> None:
    assert reported(expression) == ([], True)


@pytest.mark.parametrize(
    "expression", [r"https://(?!admin)[a-z]+\.example\.com", r"https://([a-z])\1\.example\.com"]
)
def test_what_only_python_matches_is_a_warning_and_may_be_verified(expression: str) -> None:
    report = lint(allow_origin_regex=expression, allow_credentials=True)
    assert codes(report) == [("regex-python-only", "warning")]
    assert report.safe == (expression,)


@pytest.mark.parametrize(
    ("expression", "suggestion"),
    [
        (r"https://acme\.com.", ["https://acme.com"]),
        (r"^https://acme\.com.$", ["https://acme.com"]),
        (r"https://[a-z]+\.acme\.com.", r"https://[a-z]+\.acme\.com"),
    ],
)
def test_a_dot_after_the_host_ends_a_sentence(expression: str, suggestion: str | list[str]) -> None:
    problems, _ = reported(expression)
    assert [problem.suggestion for problem in problems] == [suggestion]


@pytest.mark.parametrize(
    ("host", "warned"),
    [
        ("127.0.0.1", False),
        ("192.168.1.5", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("169.254.1.1", False),
        ("[::1]", False),
        ("[fd00::1]", False),
        ("[fe80::1]", False),
        ("localhost", False),
        ("app.localhost", False),
        ("203.0.113.7", True),
        ("[2001:db8::7]", True),
        ("jenkins", True),
        ("example.com", True),
    ],
)
def test_http_with_credentials_is_judged_alike_as_an_entry_and_as_a_regex(
    host: str, warned: bool
) -> None:
    entry = lint(allow_origins=[f"http://{host}"], allow_credentials=True)
    regex = lint(allow_origin_regex=re.escape(f"http://{host}"), allow_credentials=True)
    assert [problem.code for problem in entry] == ["origin-insecure"] * warned
    assert [problem.code for problem in regex] == ["regex-insecure"] * warned


def test_http_is_reported_beside_other_warnings() -> None:
    problems, _ = reported(r"https?://myapp-[a-z0-9]+\.vercel\.app", credentials=True)
    assert codes(problems) == [("regex-shared-suffix", "warning"), ("regex-insecure", "warning")]


def test_no_suggestion_leaves_what_an_alternative_allowed() -> None:
    # The second alternative's correction would be for hosts that the first one names.
    problems, _ = reported(r"https://.*\.example\.com|https://mysite.*")
    assert [problem.suggestion for problem in problems] == [None]


@pytest.mark.parametrize(
    "expression",
    [
        r"https://a\.com/*",
        r"https://[a-z]+-*[a-z0-9]+\.example\.com",
        r"https://a-*b?\.example\.com",
        r"http://localhost:*\d+",
        r"https://(?:a-*)+\.example\.com",
    ],
)
def test_a_star_that_repeats_what_it_may_be_meant_to_is_not_reported(expression: str) -> None:
    assert reported(expression) == ([], True)


@pytest.mark.parametrize(("expression", "origin"), HOSTED)
def test_any_name_below_a_suffix_for_everyone_is_an_error_with_credentials_as_for_patterns(
    expression: str, origin: str
) -> None:
    for credentials, severity in ((False, "warning"), (True, "error")):
        problems, proven = reported(expression, credentials)
        (found,) = [problem for problem in problems if problem.code == "regex-public-suffix"]
        assert found.severity == severity
        assert f" also allows {origin}" in found.message
        assert not proven
        assert {problem.code for problem in problems} <= {found.code, "regex-insecure"}


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("github.io", "warning"),
        ("amazonaws.com", "warning"),
        ("windows.net", "warning"),
        ("salesforce.com", "warning"),
        ("eu-west-1.amazonaws.com", "warning"),
        ("run.app", "warning"),
        ("gov.uk", "warning"),
        ("ac.jp", "warning"),
        ("mil", "warning"),
        ("com", "error"),
        ("co.uk", "error"),
        ("akershus.no", "error"),
        ("example.com", None),
        ("you.github.io", None),
        ("my-bucket.s3.amazonaws.com", None),
    ],
)
def test_a_pattern_and_an_expression_below_a_public_suffix_are_judged_alike(
    host: str, code: str | None
) -> None:
    name = host.replace(".", r"\.")
    for credentials in (False, True):
        expected = [] if code is None else ["error" if credentials else code]
        pattern = lint(allow_origins=[f"https://*.{host}"], allow_credentials=credentials)
        expression = lint(
            allow_origin_regex=rf"https://(?:[a-z0-9-]+\.)+{name}", allow_credentials=credentials
        )
        assert [problem.severity for problem in pattern] == expected
        assert [
            problem.severity for problem in expression if "everything" not in problem.code
        ] == expected


@pytest.mark.parametrize(("expression", "origin"), SHARED)
def test_a_name_that_is_partly_written_below_a_shared_suffix_is_a_warning(
    expression: str, origin: str
) -> None:
    problems, proven = reported(expression)
    assert codes(problems) == [("regex-shared-suffix", "warning")]
    assert f" also allows {origin}" in problems[0].message
    assert not proven


@pytest.mark.parametrize(
    ("expression", "reason", "correction"), NOTHING, ids=lambda value: str(value)[:60]
)
def test_an_expression_that_matches_no_origin_is_reported_with_the_reason(
    expression: str, reason: str, correction: str | None
) -> None:
    problems, proven = reported(expression)
    assert codes(problems) == [("regex-matches-no-origin", "error")]
    assert reason in problems[0].message
    assert problems[0].suggestion == as_suggested(expression, correction)
    assert not proven


@pytest.mark.parametrize(
    ("expression", "alternative", "missed", "correction"),
    UNMATCHED,
    ids=lambda value: str(value)[:60],
)
@pytest.mark.parametrize("credentials", [False, True])
def test_an_alternative_that_matches_no_origin_is_an_error(
    expression: str,
    alternative: str,
    missed: str | None,
    correction: str | None,
    credentials: bool,
) -> None:
    problems, proven = reported(expression, credentials)
    problem = problems[0]
    assert (problem.code, problem.severity) == ("regex-alternative-matches-no-origin", "error")
    assert shown_expression(alternative) in problem.message
    assert problem.suggestion == as_suggested(expression, correction)
    assert not proven
    if missed is not None:
        assert f" does not allow {missed};" in problem.message
        assert not re.fullmatch(expression, missed)
    if missed is not None and correction is not None:
        assert re.fullmatch(correction, missed)
    assert {problem.code for problem in problems[1:]} <= {"regex-insecure"}


@pytest.mark.parametrize(
    "expression",
    [r"(https?|ftp)://example\.com", r"https://a\.com|about:blank", r"https://a\.com|data:.*"],
)
def test_an_alternative_that_was_never_an_origin_is_a_warning(expression: str) -> None:
    problems, proven = reported(expression)
    assert codes(problems) == [("regex-alternative-matches-no-origin", "warning")]
    assert proven


@pytest.mark.parametrize(("expression", "reason"), UNPROVEN)
def test_what_cannot_be_decided_is_said_with_its_reason(expression: str, reason: str) -> None:
    problems, proven = reported(expression)
    assert codes(problems) == [("regex-unverified", "warning")]
    assert reason in problems[0].message
    assert not proven


@pytest.mark.parametrize(
    ("expression", "origin"),
    [
        (r"https?://.*\.example\.com", "http://a.example.com"),
        (r"http(s)?://example\.com", "http://example.com"),
        (r"(http|https)://example\.com", "http://example.com"),
        (r"https{0,1}://example\.com", "http://example.com"),
        (r"http[s]?://example\.com:8080", "http://example.com:8080"),
        (r"https?:\/\/example\.com", "http://example.com"),
        (r"https?://(localhost|example\.com)", "http://example.com"),
        (r"http://example\.com", "http://example.com"),
        (r".*\.example\.com", "http://a.example.com"),
        (r"http://203\.0\.113\.7", "http://203.0.113.7"),
        (r"http://[a-z]+:\d+", "http://a:1"),
    ],
)
def test_http_with_credentials_is_a_warning(expression: str, origin: str) -> None:
    problems, proven = reported(expression, credentials=True)
    assert codes(problems) == [("regex-insecure", "warning")]
    assert f" allows {origin}, " in problems[0].message
    assert problems[0].suggestion is None
    assert proven
    assert reported(expression) == ([], True)


@pytest.mark.parametrize(
    "expression",
    [
        r"https?://localhost(:\d+)?",
        r"http://.*\.localhost",
        r"http://127\.0\.0\.1:\d+",
        r"http://10\.\d+\.\d+\.\d+",
        r"http://192\.168\.1\.\d+:3000",
        r"http://\[::1\]:\d+",
        r"https://example\.com",
    ],
)
def test_http_is_no_matter_on_ones_own_machine_and_network(expression: str) -> None:
    assert reported(expression, credentials=True) == ([], True)


@pytest.mark.parametrize(
    ("expression", "code", "shown"),
    [
        (r"chrome-extension://.*", "regex-any-of-scheme", "chrome-extension://a"),
        (r"chrome-extension://[a-p]{32}", "regex-any-of-scheme", "chrome-extension://a"),
        (r"https://example\.com|capacitor://.+", "regex-any-of-scheme", "capacitor://a"),
        (r"https://203\.0\.113\.\d+", "regex-address-range", "https://203.0.113.1"),
        (r"https?://203\.0\.\d+\.\d+(:\d+)?", "regex-address-range", "https://203.0."),
        (r"null|https://example\.com", "regex-null", "null"),
        (r"https://example.com", "regex-unescaped-dot", "['https://example.com']"),
        (r"http://127.0.0.1:3000", "regex-unescaped-dot", "['http://127.0.0.1:3000']"),
        (r"https://.*\.example.com", "regex-unescaped-dot", "['https://*.example.com']"),
    ],
)
def test_what_is_doubtful_is_a_warning(expression: str, code: str, shown: str) -> None:
    problems, proven = reported(expression)
    assert codes(problems) == [(code, "warning")]
    assert shown in problems[0].message
    assert proven is (code == "regex-unescaped-dot")


def test_null_with_credentials_is_an_error() -> None:
    problems, _ = reported(r"null|https://example\.com", credentials=True)
    assert codes(problems) == [("regex-null", "error")]


@pytest.mark.parametrize("expression", ["file://", r"file://.*", r"https://a\.com|file://"])
@pytest.mark.parametrize(("credentials", "severity"), [(False, "warning"), (True, "error")])
def test_the_origin_of_local_files_is_judged_as_the_entry_is(
    expression: str, credentials: bool, severity: str
) -> None:
    problems, proven = reported(expression, credentials)
    assert codes(problems) == [("regex-file", severity)]
    (entry,) = lint(allow_origins=["file://"], allow_credentials=credentials)
    assert (entry.code, entry.severity) == ("origin-file", severity)
    assert not proven


def test_what_was_judged_is_not_judged_again() -> None:
    text = r"https://never\.asked\.example"
    assert judge(re.compile(text), True) is judge(re.compile(text), True)
    assert judge(re.compile(text), True) is not judge(re.compile(text), False)


@pytest.mark.parametrize("depth", [100, 300])
def test_deep_nesting_is_decided_or_said_to_be_too_deep(depth: int) -> None:
    try:
        pattern = re.compile("https://" + "(?:" * depth + "a" + ")?" * depth + r"\.example\.com")
    except RecursionError:
        pytest.skip("Python's parser does not take it")
    problems, proven = findings(pattern, credentials=False)
    assert proven is not bool(problems)
    assert codes(problems) in ([], [("regex-unverified", "warning")])


def every_expression() -> Iterator[str]:
    """Return all that the tables have, expressions and entries of allow_origins alike."""
    for table in (EVERYTHING, SAFE, (row[0] for row in (*HOSTED, *SHARED, *UNMATCHED, *UNPROVEN))):
        yield from (each for each in table if isinstance(each, str))
    yield from (row[0] for row in (*NOTHING, *UNTRUSTED, *JOINED_BY_DOTS))
    yield from (row[0] for row in JOINED)
    tables = tomllib.loads((LINT / "origins.toml").read_text(encoding="utf-8"))
    for group in tables["group"]:
        for case in group["case"]:
            yield from (case[key] for key in ("entry", "one", "expression") if key in case)


@pytest.mark.parametrize("credentials", [False, True])
def test_every_corrected_regex_matches_an_origin_and_no_untrusted_one(
    credentials: bool,
) -> None:
    corrected = {}
    for expression in every_expression():
        for problem in lint(allow_origin_regex=expression, allow_credentials=credentials):
            if problem.option == "allow_origin_regex" and isinstance(problem.suggestion, str):
                corrected[problem.suggestion] = expression
    assert len(corrected) > 20
    for correction, expression in corrected.items():
        report = lint(allow_origin_regex=correction, allow_credentials=credentials)
        found = {(problem.code, problem.severity) for problem in report}
        assert found <= {("regex-insecure", "warning")}, (expression, correction)
        assert report.safe == (correction,), (expression, correction)


@pytest.mark.parametrize(
    "expression",
    [
        r"https://mysite.*",
        r".*mysite.*",
        r"https://*",
        r"https://[a-z]+-example\.com",
    ],
)
def test_a_correction_that_keeps_no_domain_is_not_suggested(expression: str) -> None:
    problems, proven = reported(expression)
    assert not proven
    assert [problem.suggestion for problem in problems if problem.severity == "error"] == [None]


@pytest.mark.parametrize("word", ["a", "e", "ada", "fe", "cafe"])
@pytest.mark.parametrize("form", [r"https://.*{}.*", r"https://[^.]*{}", r"https://\[.*{}.*\]"])
def test_what_may_be_an_endless_address_ends_the_search(form: str, word: str) -> None:
    problems, proven = reported(form.format(word))
    # A host of one label is nobody's to register.
    assert (problems == []) == proven == form.startswith(r"https://[^.]")
