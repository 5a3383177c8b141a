"""The policy as a text: what is read, what is said about the rest, and how a suggestion is written into it."""

from __future__ import annotations

import pytest

from examples.demo.control import problems_of
from examples.demo.policy import (
    MOST,
    PolicyTextError,
    default_policy,
    keywords_of,
    options_of,
    policy_of,
)
from fastcors import Policy, lint

# The text, and what the error says.
NOT_READ = {
    "a bracket that is not closed": (
        'allow_methods=["GET"],\nallow_origins=[\n  "https://a.example",\nmax_age=5,',
        "Line 2: the '[' is not closed: write ']' where it ends.",
    ),
    "a bracket on one line": (
        'allow_origins=["https://a.example"',
        "Line 1: the '[' is not closed",
    ),
    "a bracket too many": (
        'max_age=5,\nhosts=["a"]],',
        "Line 2: the ']' closes nothing: remove it",
    ),
    "a comma that is missing": ("max_age=5\nenforce=True", "Line 1: 'max_age=5' is not Python"),
    "a quote that is missing": ('max_age=5,\nhosts=["a],', "Line 2: 'hosts=[\"a],' is not Python"),
    "a value without a name": ('\n["GET"],', "Line 2: '[\"GET\"],' has no name"),
    "one behind others": ('max_age=5,\n["GET"],', "Line 2: '[\"GET\"],' is not Python"),
    "a generator": ("name for name in x", "Line 1: 'name for name in x' has no name"),
    "a name": ("hosts=HOSTS", "Line 1: hosts is 'HOSTS', which is no literal: write strings"),
    "an attribute": ("\nmax_age=os.x", "Line 2: max_age is 'os.x', which is no literal"),
    "a call": ("hosts=list()", "Line 1: hosts is 'list()', which is no literal"),
    "an f-string": ('hosts=[f"{1}"]', "which is no literal"),
    "an option twice": ("max_age=1,\nmax_age=2", "Line 2: max_age is written twice: remove one"),
    "options of elsewhere": ("**OPTIONS", "Line 1: '**' is not read here"),
    "a call of its own": ("max_age=1)(hosts=2", "a closing parenthesis too many"),
    "an expression": ("max_age=1) + (2", "a closing parenthesis too many"),
    "a statement": ("max_age=1; import os", "is not Python"),
    "too many brackets": (f"max_age={'[' * 3000}", "is not Python (too many nested parentheses)"),
    "too deep": (f"max_age={'-' * 3900}1", "write"),
    "too long": ("#" * (MOST + 1), "The policy has 4,001 characters: write at most 4,000."),
    "a surrogate": ('hosts=["\ud800"]', "The policy cannot be read"),
    "a null": ('hosts=["\0"]', "null bytes"),
}
# What is read, but what fastcors never runs with.
REJECTED = {
    "a string for a list": ('allow_origins="https://a.example"', "[not-a-collection]"),
    "an option that is none": ("allow_origin=[]", "there is no option 'allow_origin'"),
    "a regex that is none": ('allow_origin_regex="("', "missing )"),
    "a regex with a number that is too large": (
        'allow_origin_regex="a{99999999999}"',
        "the repetition number is too large",
    ),
    "a regex that is nested too deeply": (
        f'allow_origin_regex="{"(" * 1900}{")" * 1900}"',
        "maximum recursion depth exceeded",
    ),
    "an error with strict": ('strict=True, allow_origins=["a.example"]', "[origin-no-scheme]"),
    "a function that is none": ("allow_origin_func=1", "[function-type]"),
    "another policy": ("policy=1", "there is no option 'policy'"),
}


@pytest.mark.parametrize(("text", "words"), NOT_READ.values(), ids=NOT_READ)
def test_what_is_no_policy_is_an_error_with_the_place_and_the_fix(text: str, words: str) -> None:
    for read in (options_of, policy_of, problems_of):
        with pytest.raises(PolicyTextError) as raised:
            read(text)
        assert words in str(raised.value)
        assert ": write " in str(raised.value) or ": remove " in str(raised.value)
        # Nothing of the call that the text is put into.
        assert "options(" not in str(raised.value)


@pytest.mark.parametrize(("text", "words"), REJECTED.values(), ids=REJECTED)
def test_what_fastcors_never_runs_with_is_an_error_that_names_it(text: str, words: str) -> None:
    with pytest.raises(PolicyTextError) as raised:
        policy_of(text)
    assert str(raised.value).startswith("fastcors does not run with this policy: ")
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert problems_of(text)["problems"]


def test_the_policy_at_the_start_allows_the_page_and_has_no_problems() -> None:
    policy = policy_of(default_policy(8001))
    assert policy.actual(origin="http://127.0.0.1:8001")
    assert not policy.actual(origin="http://localhost:8001")
    assert lint(**options_of(default_policy(8001))) == []


def test_comments_and_every_literal_are_read() -> None:
    text = '# ours\nallow_origins={"https://a.example"},  # one\nmax_age=-1, paths={"/a": None}, hosts=()'
    assert options_of(text) == {
        "allow_origins": {"https://a.example"},
        "max_age": -1,
        "paths": {"/a": None},
        "hosts": (),
    }
    assert policy_of("") == Policy()


def test_an_escape_sequence_that_python_warns_about_is_read_in_silence() -> None:
    assert options_of('allow_origin_regex="https://a\\.example"') == {
        "allow_origin_regex": "https://a\\.example"
    }


# The text, and the text after the first suggestion; None if none is written into it.
FIXES = {
    "an entry": (
        'allow_origins=[\n    "https://a.example/",  # ours\n    "https://b.example",\n],',
        'allow_origins=[\n    "https://a.example",  # ours\n    "https://b.example",\n],',
    ),
    "behind other letters": (
        '# é\nhosts=["a"], allow_methods=["é", "delete"]',
        '# é\nhosts=["a"], allow_methods=["é", "DELETE"]',
    ),
    "a whole value": ('allow_headers="*"', 'allow_headers=["*"]'),
    "a number": ('max_age="600"', "max_age=600"),
    "the same entry twice": ('allow_origins=["https://a.example/", "https://a.example/"]', None),
    "a value in two parts": (
        'allow_origins=["https://a.example" "/"]',
        'allow_origins=["https://a.example"]',
    ),
    "another option": (r'allow_origins=["https://a-*.example.com"]', None),
    "no suggestion": ("allow_origins=[]", None),
}


@pytest.mark.parametrize(("text", "fix"), FIXES.values(), ids=FIXES)
def test_a_suggestion_is_written_where_the_value_stands(text: str, fix: str | None) -> None:
    fixes = [problem["fix"] for problem in problems_of(text)["problems"]]
    assert fixes
    assert (fix in fixes) if fix else set(fixes) == {None}


def test_each_fix_is_read_and_has_that_problem_no_more() -> None:
    text = 'allow_origins=["https://A.example", "b.example"], allow_methods=["get"], max_age="5"'
    found = problems_of(text)["problems"]
    fixes = {problem["code"]: problem["fix"] for problem in found if problem["fix"]}
    assert len(fixes) >= 3
    for code, fix in fixes.items():
        assert keywords_of(fix)
        assert code not in [problem["code"] for problem in problems_of(fix)["problems"]]


def test_each_problem_has_a_page_of_its_own() -> None:
    (problem, *_) = problems_of('allow_origins=["https://a.example/"]')["problems"]
    assert problem["page"] == (
        "https://fastcors.github.io/fastcors/problems/origin-trailing-slash/"
    )
