"""Finds the entries of allow_origins that can match nothing, and which origins they were meant for."""

from __future__ import annotations

from fastcors._fastcors import entries_allow, matched_part
from fastcors._lint.values import linted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fastcors._fastcors import CompiledPolicy
    from fastcors.problems import Problem

# What the linter says of each entry that can match nothing.
_NEVER = "so it never matches"
# What the linter says of a regular expression that can match nothing.
_DEAD_REGEX = ("regex-matches-no-origin", "regex-empty")
# How many entries that the linter has not reported are looked at: those that were added to a live
# list, or whose problems are accepted.
_MOST_ADDED = 100
# How many regular expressions that are suggested are compiled for one explanation.
_MOST_REGEXES = 50
# The most entries among which one that was reported is looked for, in case it was removed since.
_MOST_CHECKED = 10_000


class NeverMatching:
    """The entries of a policy that can match nothing: the first problem of each."""

    def __init__(self, compiled: CompiledPolicy) -> None:
        options = compiled.options
        # Entries that are not strings are not compiled.
        others: list[Problem] = []
        self.texts: dict[str, Problem] = {}
        for problem in options.problems:
            if problem.option != "allow_origins" or not _never_matches(problem):
                continue
            if problem.code == "origin-type":
                others.append(problem)
            elif type(problem.value) is str:
                self.texts.setdefault(problem.value, problem)
        if self.texts and compiled.entry_count() <= _MOST_CHECKED:
            listed = set(compiled.origins())
            self.texts = {text: each for text, each in self.texts.items() if text in listed}
        added = [each for each in compiled.odd_entries(_MOST_ADDED) if each not in self.texts]
        for problem in linted("allow_origins", added, options.allow_credentials):
            if _never_matches(problem):
                self.texts.setdefault(problem.value, problem)
        # What is wrong with the regular expressions, as it may be why they do not match.
        self.regexes = [each for each in options.problems if each.option == "allow_origin_regex"]
        self.problems = [*others, *self.texts.values()]

    def meant_entries(self) -> dict[str, Problem]:
        """Return the entries to write instead, each with the problem that suggests it."""
        return {entry: problem for problem in self.problems for entry in _entries(problem)}

    def dead_regexes(self) -> dict[str, Problem]:
        """Return the texts of the regular expressions that can match nothing, with the problem of each."""
        return {
            getattr(problem.value, "pattern", problem.value): problem
            for problem in self.regexes
            if problem.code in _DEAD_REGEX
        }

    def meant_for(self, origin: str) -> Problem | None:
        """Return the problem whose suggestion would allow an origin; one that is for it alone first."""
        sent = origin.encode("latin-1")
        found: Problem | None = None
        regexes = 0
        for problem in [*self.problems, *self.regexes]:
            entries = _entries(problem)
            if origin in entries:
                return problem
            regexes += problem.suggested_option == "allow_origin_regex"
            patterns = [entry for entry in entries if "*" in entry]
            if found is None and (
                (patterns and entries_allow(patterns, sent))
                or (regexes <= _MOST_REGEXES and _regex_allows(problem, sent))
            ):
                found = problem
        return found

    def glob_for(self, origin: str) -> Problem | None:
        """Return the problem of an entry that would match an origin if each * stood for any text."""
        sent = origin.encode("latin-1")
        globs = [text for text in self.texts if "*" in text and text.isascii()]
        for glob in globs[:_MOST_REGEXES]:
            if matched_part(_glob_regex(glob), sent) == (0, len(sent)):
                return self.texts[glob]
        return None


def _never_matches(problem: Problem) -> bool:
    """Whether an entry can match nothing. A warning says that of one that matches for a while."""
    return problem.severity == "error" and _NEVER in problem.message


def _entries(problem: Problem) -> list[str]:
    """Return the entries that a problem suggests."""
    if problem.suggested_option != "allow_origins":
        return []
    suggestion = problem.suggestion
    if isinstance(suggestion, str):
        return [suggestion]
    return [each for each in suggestion if isinstance(each, str)]


def _regex_allows(problem: Problem, origin: bytes) -> bool:
    regex = problem.suggestion
    if problem.suggested_option != "allow_origin_regex" or not isinstance(regex, str):
        return False
    return matched_part(regex, origin) == (0, len(origin))


def _glob_regex(glob: str) -> str:
    import re

    return ".*".join(map(re.escape, glob.split("*")))
