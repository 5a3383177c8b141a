"""Says what a regular expression for origins lets in, and what was probably meant.

The compiled part searches the expression's language. What it finds is checked with Python's own
engine before it is shown, and a correction is proven like the expression itself before it is told.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from itertools import chain, combinations
from re._constants import MAXREPEAT  # type: ignore[import-not-found]

from ._backtracking import TooManyWays, count_ways
from ._expressions import Parsed, Untranslatable, mark
from ._fastcors import prove_expression
from ._showing import shown
from .problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal

    from ._corrections import _Rewriting
    from ._fastcors import _Proof

# What a check with Python's engine may take: some ten milliseconds.
_MOST_STEPS = 1_000_000
# A dot that stands for itself between what may be labels, or the name of this machine.
_HOST = re.compile(r"\\?\.(?:\)[+*?]?)?[a-z(\[]|\\\.\d|localhost|\[[0-9a-f:]+\\?\]")
# A label that would begin with a hyphen: it was a part of the label before.
_BROKEN_LABEL = re.compile(r"\\\.\)[+*?]?-")
# What strangers are called, from the name that tells most. Another is asked for where a construct that
# only Python's engine matches keeps the first one out.
_NAMES = ("evil", "attacker", "mallory")
# An expression longer than this is not corrected.
_LONGEST_CORRECTED = 2000
# How many rewritings are tried together, unless it is all of them, and how many expressions that
# gives are looked at; how many of them may be without a proof.
_MOST_TOGETHER = 3
_MOST_CANDIDATES = 40
_MOST_DOUBTFUL = 3

_UNPROVEN = {
    "too-large": "it is too large to search",
    "too-many-names": "it allows too many names to look up each in the public suffix list",
    "suffixes": "the names that anybody can register below {} cannot all be listed",
    "addresses": "it allows too many addresses to look at each",
    "long-names": "the hosts that were found are longer than a registered name can be",
}


def expression_problems(pattern: re.Pattern[str], credentials: bool) -> tuple[list[Problem], bool]:
    """Give all that is wrong with one compiled `allow_origin_regex`.

    Args:
        pattern: the expression.
        credentials: whether credentials are allowed.

    Returns:
        The problems, and whether it is proven that the expression lets in no stranger. One that lets
        in nothing at all is not said to be proven.
    """
    problems, proven = _remembered(pattern, credentials)
    return list(problems), proven


def _found(pattern: re.Pattern[str], credentials: bool) -> tuple[tuple[Problem, ...], bool]:
    report = _Report(pattern, credentials)
    report.fill()
    return tuple(report.problems), report.proven


_remembered = lru_cache(maxsize=64)(_found)


class _Report:
    """What is told of one expression."""

    def __init__(self, pattern: re.Pattern[str], credentials: bool) -> None:
        self.pattern = pattern
        self.text: str = pattern.pattern
        self.credentials = credentials
        self.problems: list[Problem] = []
        self.proven = False
        # Why it is not known whether there are strangers.
        self.doubt: str | None = None
        self.without: str | None = None

    def fill(self) -> None:
        """Find out everything."""
        try:
            self.parsed = Parsed(self.pattern)
            marked, self.without = mark(self.parsed)
        except Untranslatable as error:
            self.tell_unproven(f"it has {error}")
            return
        proof = self.shown_proof(marked)
        if proof["nothing"]:
            self.tell_nothing()
            return
        if proof["unproven"] is not None:
            reason, domain = proof["unproven"]
            self.doubt = _UNPROVEN[reason].format(domain)
        everything = self.tell_strangers(proof)
        if proof["null"] == "written":
            self.tell_null()
        if not everything:
            self.tell_other_hosts(proof)
        if self.doubt is not None and not any(
            problem.code in ("expression-strangers", "expression-everything")
            for problem in self.problems
        ):
            self.tell_unproven(self.doubt)
        self.proven = proof["safe"] and self.doubt is None
        if self.proven and not self.tell_glob():
            self.tell_dot()

    def shown_proof(self, marked: str) -> _Proof:
        """Prove a marked expression, at best with a stranger that Python's engine lets in, too."""
        names = _NAMES[:1] if self.without is None else _NAMES
        first = None
        for name in names:
            proof = prove_expression(marked, name, self.credentials)
            if proof["stranger"] is None or self.check(proof["stranger"][0]):
                return proof
            first = first or proof
        return first or proof

    def tell(
        self,
        code: str,
        message: str,
        suggestion: str | None = None,
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        """Add a problem."""
        self.problems.append(
            Problem(
                code,
                "allow_origin_regex",
                self.text,
                f"{shown(self.text)} {message}",
                suggestion,
                severity,
            )
        )

    def tell_nothing(self) -> None:
        """Say that it matches no origin, and why, where that can be told by what repairs it."""
        reason = (
            "no text that it matches is one that a browser sends, such as https://app.example.com"
        )
        meant = None
        from ._corrections import NOTHING, escape_dots

        for names, candidate, proof in self.candidates(NOTHING):
            if not proof["nothing"]:
                reason = ", and ".join(names)
                if proof["safe"] and _names_a_host(candidate):
                    meant = self.safe(self.rewritten(candidate, escape_dots)) or candidate
                break
        instead = "" if meant is None else f"; write {shown(meant)}"
        self.tell("expression-matches-no-origin", f"matches no origin: {reason}{instead}", meant)

    def tell_strangers(self, proof: _Proof) -> bool:
        """Say that it lets in what its author did not write, and whether that is every origin."""
        if proof["stranger"] is not None and self.is_matched(proof["stranger"][0]):
            if proof["everything"] and self.without is None:
                self.tell_everything()
                return True
            origin, domain, _ = proof["stranger"]
            self.tell_stranger(origin, f"anybody can register {domain}")
        elif proof["address"] is not None and self.is_matched(proof["address"]):
            self.tell_stranger(proof["address"], "anybody can have an address like that")
        elif proof["null"] == "open" and self.is_matched("null"):
            self.tell_stranger("null", "any site can send that, from a sandboxed frame")
        return False

    def tell_everything(self) -> None:
        if self.credentials:
            self.tell(
                "expression-everything",
                "lets in every origin, with credentials: any site can act as the user who visits it; "
                "write out the domains that are meant",
            )
        else:
            self.tell(
                "expression-everything",
                "lets in every origin; write allow_origins=['*'] if that is meant, or else the "
                "domains that are",
                severity="warning",
            )

    def tell_stranger(self, origin: str, who: str) -> None:
        from ._corrections import GLOB, STRANGERS, escape_dots, glob

        reasons, meant = [], None
        like_glob = self.rewritten(self.text, glob)
        if like_glob != self.text:
            # Whatever else would repair it, it is not what was meant.
            reasons, meant = [GLOB], self.safe(self.rewritten(like_glob, escape_dots))
        else:
            for names, candidate, proof in self.candidates(STRANGERS):
                if proof["safe"] and _names_a_host(candidate):
                    reasons = names
                    meant = self.safe(self.rewritten(candidate, escape_dots)) or candidate
                    break
        reason = f", because {' and '.join(reasons)}" if reasons else ""
        instead = (
            "write out the domains that are meant" if meant is None else f"write {shown(meant)}"
        )
        message = f"also lets in {origin}{reason}, and {who}; {instead}"
        self.tell("expression-strangers", message, meant)

    def tell_null(self) -> None:
        self.tell(
            "expression-null",
            "lets in null, which any site can send from a sandboxed frame; leave it out",
            severity="error" if self.credentials else "warning",
        )

    def tell_other_hosts(self, proof: _Proof) -> None:
        """Say of hosts that are not wholly others', but not sure to be the author's either."""
        strangers = {problem.code for problem in self.problems}
        if (
            "expression-strangers" not in strangers
            and proof["shared"] is not None
            and self.is_matched(proof["shared"][0])
        ):
            origin, domain, suffix = proof["shared"]
            self.tell(
                "expression-shared-suffix",
                f"also lets in {origin}, and anybody can register {domain}, for {suffix} gives names "
                f"to everyone; write out the names that are meant, or use a domain of your own",
                severity="warning",
            )
        if (
            "expression-strangers" not in strangers
            and proof["network"] is not None
            and self.is_matched(proof["network"])
        ):
            self.tell(
                "expression-address-range",
                f"lets in {proof['network']} and others beside it, of which somebody else may have "
                f"one; write out the addresses that are meant",
                severity="warning",
            )
        scheme = proof["scheme"]
        if scheme is not None and self.is_matched(scheme):
            self.tell(
                "expression-any-of-scheme",
                f"lets in every origin of {scheme.partition(':')[0]}://, such as {shown(scheme)}: any "
                f"extension or app can have one; write out the ones that are meant",
                severity="warning",
            )
        insecure = proof["insecure"]
        if self.credentials and insecure is not None and self.check(insecure):
            from ._corrections import only_https

            # What repairs it otherwise comes first.
            before = next((problem.suggestion for problem in self.problems), self.text)
            meant = self.rewritten(str(before), only_https)
            corrected = None if proof["local"] else self.prove(meant)
            if corrected is None or not corrected["safe"] or corrected["insecure"] is not None:
                meant = ""
            only = "allow http only for this machine" if proof["local"] else "allow https only"
            instead = f"write {shown(meant)}" if meant else only
            self.tell(
                "expression-insecure",
                f"lets in {insecure}, with credentials: whoever is on the network between can pose as "
                f"that site; {instead}",
                meant or None,
                "warning",
            )

    def tell_glob(self) -> bool:
        """Say that a `*` does not do what it does in a glob, where that is harmless."""
        if not any(like in self.text for like in ("/*", ":*", "-*")):
            return False
        from ._corrections import GLOB, glob

        meant = self.rewritten(self.text, glob)
        if meant == self.text or not self.safe(meant):
            return False
        self.tell(
            "expression-glob",
            f"matches not what it seems to: {GLOB}; write {shown(meant)}",
            meant,
            "warning",
        )
        return True

    def tell_dot(self) -> None:
        """Say that a `.` stands for any character, where that is harmless."""
        if "." not in self.text.replace(r"\.", ""):
            return
        from ._corrections import escape_dots

        meant = self.rewritten(self.text, escape_dots)
        if meant != self.text and self.safe(meant):
            self.tell(
                "expression-dot",
                f"has a dot without \\ before it, which stands for any character; nobody can register "
                f"a name that this lets in, but write {shown(meant)}",
                meant,
                "warning",
            )

    def tell_unproven(self, reason: str) -> None:
        self.tell(
            "expression-unproven",
            f"cannot be proven to let in no stranger, because {reason}; list the origins, or write it "
            f"more simply",
            severity="warning",
        )

    def is_matched(self, origin: str) -> bool:
        """Say whether Python's engine matches an origin; where not, what was found is in doubt."""
        matched = self.check(origin)
        if matched is None:
            self.doubt = "it would take Python's engine too long to check what it seems to let in"
        elif not matched:
            self.doubt = f"it uses {self.without}, which only Python's engine matches"
            if _has_nested_repetition(self.parsed.nodes):
                self.doubt += ", in exponential time where repetitions are nested"
        return matched or False

    def check(self, origin: str) -> bool | None:
        """Ask Python's engine whether it matches an origin; None where that would take too long."""
        try:
            count_ways(self.parsed, origin, _MOST_STEPS)
        except TooManyWays:
            return None
        return self.pattern.fullmatch(origin) is not None

    def candidates(
        self, rewritings: list[tuple[_Rewriting, str]]
    ) -> Iterator[tuple[list[str], str, _Proof]]:
        """Give each expression that some rewritings lead to, with their reasons and its proof."""
        if len(self.text) > _LONGEST_CORRECTED:
            return
        counts = dict.fromkeys([*range(1, _MOST_TOGETHER + 1), len(rewritings)])
        seen, doubtful = {self.text}, 0
        for some in chain.from_iterable(combinations(rewritings, count) for count in counts):
            candidate = self.rewritten(self.text, *(rewriting for rewriting, _ in some))
            if candidate in seen:
                continue
            seen.add(candidate)
            proof = self.prove(candidate)
            if proof is None:
                continue
            yield [reason for _, reason in some], candidate, proof
            # What cannot be proven takes the longest.
            doubtful += proof["unproven"] is not None
            if len(seen) > _MOST_CANDIDATES or doubtful > _MOST_DOUBTFUL:
                break

    def rewritten(self, text: str, *rewritings: _Rewriting) -> str:
        if self.pattern.flags & re.VERBOSE or len(text) > _LONGEST_CORRECTED:
            return text
        from ._corrections import rewritten

        return rewritten(text, *rewritings)

    def prove(self, text: str) -> _Proof | None:
        """Prove another expression with the same flags; None where it cannot be."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                marked, without = mark(Parsed(re.compile(text, self.pattern.flags)))
        except (re.error, Untranslatable, OverflowError, RecursionError):
            return None
        return prove_expression(marked, _NAMES[0], self.credentials) if without is None else None

    def safe(self, text: str) -> str | None:
        """Give another expression if it is proven to let in no stranger, and keeps what was meant."""
        if not _names_a_host(text):
            return None
        proof = self.prove(text)
        return text if proof is not None and proof["safe"] else None


def _names_a_host(text: str) -> bool:
    """Say whether each alternative of a correction is an origin with a domain or as `localhost` is.

    What is left after what was open is taken away may be none: `https://mysite.*` without `.*`.
    """
    text = text.replace(r"\/", "/")
    alternatives = text.split("|") if "(" not in text.replace("(?:", "") else [text]
    if not all("://" in alternative for alternative in alternatives if "(" not in text):
        return False
    return _HOST.search(text) is not None and _BROKEN_LABEL.search(text) is None


def _has_nested_repetition(nodes: Any, endless: bool = False) -> bool:
    """Say whether endless repetition stands within endless repetition."""
    for node in nodes:
        name, argument = node[0].name, node[1]
        bodies, repeated = [], False
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            bodies, repeated = [argument[2]], argument[1] is MAXREPEAT
        elif name == "SUBPATTERN":
            bodies = [argument[3]]
        elif name == "BRANCH":
            bodies = argument[1]
        if repeated and endless:
            return True
        if any(_has_nested_repetition(body, endless or repeated) for body in bodies):
            return True
    return False
