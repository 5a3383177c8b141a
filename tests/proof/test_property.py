"""What is reported of generated regexes is true of origins that are matched one by one."""

from __future__ import annotations

import os
import re
import warnings
from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fastcors import Policy
from fastcors._proof.prove import Proven
from fastcors._proof.verdict import findings
from fastcors._regex.mark import mark
from fastcors._regex.tree import Untranslatable, parse
from tests.cors.expressions.generated import fullmatch, generated

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
SETTINGS = settings(
    max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck)
)

# Pieces of expressions. Whatever is made of them, its author wrote example.com, example.co.uk,
# app.example and me.github.io, and no other domain.
SCHEMES = [
    "https://",
    "https?://",
    "(?:https|http)://",
    ".*://",
    "",
    "(?i:HTTPS)://",
    r"https:\/\/",
]
HEADS = [
    "",
    ".*",
    ".+",
    r".*\.",
    r"(.+\.)?",
    "(.*.)?",
    r"[a-z0-9-]+\.",
    "[a-z-]*",
    r"([a-z]+\.)*",
    r"([a-z]+\.?)*",
    r"(?!evil)[a-z]+\.",
    "(?!evil).*",
    r"(?:www\.)?",
    "(?:www.)?",
    r"\w+[.-]",
    r"[^.]+\.",
    "[^/]*",
    r"(?:[a-z])?\.?",
    r"(?=.*\.com).*",
    r"\S*\b",
    r"(?>[a-z]*)\.",
]
DOMAINS = [
    r"example\.com",
    "example.com",
    r"(?:example\.com|example\.co\.uk)",
    r"example\.(com|co\.uk)",
    r"example.co\.uk",
    r"app\.example",
    r"me\.github\.io",
    r"me.github\.io",
    r"example\.co(?:m|\.uk)",
    r"exampl[e]\.com",
    r"EXAMPLE\.com",
]
TAILS = [
    "",
    "$",
    r"\Z",
    r"(:\d+)?",
    ":443",
    "/?",
    ".*",
    ".+",
    r"\.?",
    r"\..*",
    r"(?!\.).*",
    "[^.]*",
    r"\b.*",
    "(?:/.*)?",
    r"(?<!evil)",
    r":.*",
    "[a-z]*",
]
WRITTEN = ("example.com", "example.co.uk", "app.example", "me.github.io")

HOSTS = [
    "evil.com",
    "evil.co.uk",
    "evil.github.io",
    "evil.org",
    "a.evil.com",
    "example.com.evil.com",
    "example.com-evil.com",
    "example.com_.evil.com",
    "example.com!.evil.com",
    "example.com.com",
    "example.co.uk.evil.com",
    "me.github.io.evil.com",
    "app.example.evil.com",
    "app.example.com.evil.com",
    "evilexample.com",
    "evil-example.com",
    "wwwexample.com",
    "www-example.com",
    "wwwxexample.com",
    "aexample.com",
    "evilexample.co.uk",
    "example-co.uk",
    "examplexco.uk",
    "evilme.github.io",
    "me-github.io",
    "mexgithub.io",
    "example.community",
    "example.company",
    "attacker.com",
    "attackerexample.com",
    "203.0.113.7",
    "[2001:db8::7]",
]
UNTRUSTED = [
    f"{scheme}://{host}{end}"
    for scheme in ("https", "http")
    for host in HOSTS
    for end in ("", ".", ":8080")
    if not (end == "." and host[0] in "2[")
] + ["null"]


@SETTINGS
@given(
    st.sampled_from(SCHEMES),
    st.sampled_from(HEADS),
    st.sampled_from(DOMAINS),
    st.sampled_from(TAILS),
    st.booleans(),
)
def test_no_untrusted_origin_matches_what_is_verified_and_one_matches_what_is_not(
    scheme: str, head: str, domain: str, tail: str, credentials: bool
) -> None:
    pattern = re.compile(scheme + head + domain + tail)
    problems, proven = findings(pattern, credentials=credentials)
    matched = [origin for origin in UNTRUSTED if pattern.fullmatch(origin)]
    codes = {problem.code for problem in problems}
    if proven:
        assert not matched
        assert not any(problem.severity == "error" for problem in problems)
    if "regex-matches-no-origin" in codes:
        assert not matched
    for problem in problems:
        if problem.code != "regex-untrusted-origins":
            continue
        shown = re.search(r"allows (\S+?),", problem.message)
        assert shown is not None
        origin = shown[1]
        assert pattern.fullmatch(origin)
        host = origin.partition("://")[2].rstrip(".")
        assert not any(f".{host}".endswith(f".{written}") for written in WRITTEN)
        if problem.suggestion is not None:
            if isinstance(problem.suggestion, str):
                suggested = Policy(allow_origin_regex=problem.suggestion)
            else:
                suggested = Policy(allow_origins=problem.suggestion)
            assert not [origin for origin in UNTRUSTED if suggested.actual(origin=origin).allowed]
    if matched:
        assert codes & {
            "regex-untrusted-origins",
            "regex-any-origin",
            "regex-shared-suffix",
            "regex-unverified",
        }


OWN = [
    f"{scheme}://{below}{host}{port}"
    for scheme in ("https", "http")
    for below in ("", "a.", "www.", "a.b.")
    for host in ("example.com", "example.co.uk", "app.example", "me.github.io")
    for port in ("", ":8080")
]
BROKEN = [r"b\.com", r"https://b\.com/", r"https://B\.com", r"https://b\.com:443", "x", "wss://b"]


@SETTINGS
@given(
    st.lists(
        st.tuples(*map(st.sampled_from, (SCHEMES, HEADS, DOMAINS, TAILS))).map("".join)
        | st.sampled_from(BROKEN),
        min_size=2,
        max_size=4,
    ),
    st.sampled_from(["{}", "^(?:{})$", r"({})(?::\d+)?"]),
)
def test_an_alternative_is_dead_where_no_origin_matches_it_and_not_elsewhere(
    alternatives: list[str], form: str
) -> None:
    pattern = re.compile(form.format("|".join(alternatives)))
    proven = Proven(pattern, pattern.pattern, credentials=False)
    if proven.proof["nothing"]:
        dead = alternatives
    else:
        dead = [pattern.pattern[each.start : each.stop] for each in proven.unmatched()]
    for alternative in alternatives:
        alone = re.compile(form.format(alternative))
        matched = any(alone.fullmatch(origin) for origin in (*OWN, *UNTRUSTED))
        # What only Python's engine matches may be kept from matching by what it is proven without.
        if matched:
            assert alternative not in dead, (pattern.pattern, alternative)
        elif alternative in BROKEN and form.startswith("{"):
            assert alternative in dead, (pattern.pattern, alternative)


def unmarked(marked: str) -> str:
    """Return a marked regex as one that matches what is meant, without its seams."""
    marked = re.sub(r"\\x0[1-3]", "", marked)
    return re.sub(
        r"\\x([89a-f][0-9a-f])", lambda match: f"\\x{int(match[1], 16) & 0x7F:02x}", marked
    )


@SETTINGS
@given(st.randoms(use_true_random=False))
def test_a_marked_expression_matches_the_same_and_what_it_does_without_only_more(
    random: Random,
) -> None:
    case = generated(random)
    assume(case is not None)
    assert case is not None
    source, texts = case
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pattern = re.compile(source)
    try:
        marked, without = mark(parse(pattern))
    except Untranslatable:
        return
    same = re.compile(unmarked(marked).replace(r"\z", r"\Z"))
    for text in texts:
        expected, found = fullmatch(pattern, text), fullmatch(same, text)
        if None not in (expected, found):
            assert found is expected or (without is not None and found), (source, marked, text)


@SETTINGS
@given(st.randoms(use_true_random=False), st.booleans())
def test_any_regex_is_judged_without_an_error(random: Random, credentials: bool) -> None:
    case = generated(random)
    assume(case is not None)
    assert case is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pattern = re.compile(case[0])
    problems, proven = findings(pattern, credentials=credentials)
    assert proven is False or not any(problem.severity == "error" for problem in problems)
    for problem in problems:
        assert str(problem)
