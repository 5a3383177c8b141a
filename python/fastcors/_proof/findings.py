"""Finds what a regular expression for origins allows, and what was probably meant.

The compiled part searches the expression's language. What it finds is checked with Python's own
engine before it is shown, and a correction is proven like the expression itself before it is reported.
"""

from __future__ import annotations

from fastcors._format import raw, shown_expression
from fastcors._regex.backtracking import TooManyWays, count_ways, has_nested_repetition
from fastcors._regex.tree import Parsed, Untranslatable
from fastcors.problems import Problem

from .repair import NAMES, Mender, Proven

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Literal

    from fastcors._fastcors import _Proof

    from .rewrites import _Rewriting

# What a check with Python's engine may take: some ten milliseconds.
_MOST_STEPS = 1_000_000
# An expression longer than this is not searched: it would take a second.
_LONGEST_SEARCHED = 30_000

_UNPROVEN = {
    "too-large": "it is too large to search",
    "too-many-names": "it matches too many names to look up each in the public suffix list",
    "suffixes": "the names that anyone can register below {} cannot all be listed",
    "addresses": "it matches too many addresses to check each one",
    "long-names": "the matching hosts that were found are longer than a registered name can be",
}
# Where these are told, what is in doubt does not matter.
_KNOWN = {
    "regex-untrusted-origins",
    "regex-any-origin",
    "regex-public-suffix",
    "regex-joined-parts",
}
# Schemes that whoever makes an extension or an app has with a host of their own.
_ANYONES = {
    "moz-extension": "Firefox gives each extension a random UUID, so any extension may have such "
    "an origin; identify yours by something else that it sends, such as a token",
}
_ANY = "any extension or app can have one; write out the ones that you mean"


def expression_problems(
    pattern: re.Pattern[str], credentials: bool, parsed: Parsed | None = None
) -> tuple[list[Problem], bool]:
    """Return everything that is wrong with one compiled `allow_origin_regex`.

    Args:
        pattern: the expression.
        credentials: whether credentials are allowed.
        parsed: its syntax tree, where that is known.

    Returns:
        The problems, and whether the expression is proven to allow no untrusted origin. One that
        allows nothing at all is not said to be proven.
    """
    report = _Report(pattern, credentials)
    report.fill(parsed)
    return report.problems, report.proven


class _Report:
    """What is reported about one expression."""

    def __init__(self, pattern: re.Pattern[str], credentials: bool) -> None:
        self.pattern = pattern
        self.text: str = pattern.pattern
        self.credentials = credentials
        self.mender = Mender(pattern, credentials=credentials)
        self.problems: list[Problem] = []
        self.proven = False
        # Why it is not known whether it allows untrusted origins.
        self.doubt: str | None = None
        self.without: str | None = None

    def fill(self, parsed: Parsed | None) -> None:
        """Find out everything."""
        if len(self.text) > _LONGEST_SEARCHED:
            self.tell_unproven(_UNPROVEN["too-large"])
            return
        try:
            self.parsed = parsed or Parsed(self.pattern)
            proven = Proven(self.pattern, self.text)
        except Untranslatable as error:
            self.tell_unproven(f"it has {error}")
            return
        self.without = proven.without
        proof = self.shown_proof(proven)
        if proof["nothing"]:
            self.tell_nothing()
            return
        if proof["unproven"] is not None:
            reason, domain = proof["unproven"]
            self.doubt = _UNPROVEN[reason].format(domain)
        if self.tell_strangers(proof):
            return
        self.tell_null(proof)
        self.tell_other_hosts(proof)
        self.tell_joined(proven)
        self.tell_unmatched(proven)
        insecure = proof["insecure"]
        if self.credentials and insecure is not None and self.check(insecure):
            self.tell_insecure(insecure, local=proof["local"])
        codes = {problem.code for problem in self.problems}
        if self.doubt is not None and not codes & _KNOWN:
            self.tell_unproven(self.doubt)
        errors = any(problem.severity == "error" for problem in self.problems)
        self.proven = proven.is_safe and self.doubt is None and not errors
        if self.proven and not self.tell_misread():
            self.tell_dot()

    def shown_proof(self, proven: Proven) -> _Proof:
        """Prove it, at best with an untrusted origin that Python's engine allows, too."""
        names = NAMES[:1] if self.without is None else NAMES
        first = None
        for name in names:
            proof = proven.prove(name, credentials=self.credentials)
            if proof["stranger"] is None or self.check(proof["stranger"][0]):
                return proof
            first = first or proof
        return first or proof

    def tell(
        self,
        code: str,
        message: str,
        suggestion: str | None = None,
        severity: Literal["error", "warning"] | None = None,
    ) -> None:
        """Add a problem."""
        self.problems.append(
            Problem(
                code,
                "allow_origin_regex",
                self.text,
                f"{shown_expression(self.text)} {message}",
                suggestion,
                severity,
            )
        )

    def tell_nothing(self) -> None:
        """Report that it matches no origin, and why, if a repair shows that."""
        from .globs import is_any
        from .rewrites import GLOB

        _, reason, revived = self.mender.revived(self.text)
        meant = None if revived is None else self.mender.mended(revived.text)
        if revived is not None and meant is None:
            _, meant = self.mender.without_strangers(revived.text) or ([], None)
        instead = "" if meant is None else f"; write {raw(meant)}"
        if is_any(self.text):
            reason, instead = GLOB, "; write allow_origins=['*'] if you mean every origin"
        self.tell("regex-matches-no-origin", f"matches no origin: {reason}{instead}", meant)

    def tell_unmatched(self, proven: Proven) -> None:
        """Report which alternatives match no origin, where one is meant."""
        unmatched = self.mender.unmatched(proven)
        if not unmatched:
            return
        first = unmatched[0]
        # What repairs it otherwise comes first.
        before = next((problem.suggestion for problem in self.problems), None)
        meant = self.mender.mended(str(before or self.text))
        several = f" (and {len(unmatched) - 1} more)" if len(unmatched) > 1 else ""
        missed = "" if first.missed is None else f", so it does not allow {first.missed}"
        instead = "write what you mean, or remove it" if meant is None else f"write {raw(meant)}"
        self.tell(
            "regex-alternative-matches-no-origin",
            f"has an alternative that matches no origin, {shown_expression(first.text)}{several}: "
            f"{first.reason}{missed}; {instead}",
            meant,
            "error" if any(each.names_an_origin for each in unmatched) else "warning",
        )

    def tell_strangers(self, proof: _Proof) -> bool:
        """Report that it allows what its author did not write, and whether that is every origin."""
        if proof["stranger"] is not None and self.is_matched(proof["stranger"][0]):
            if proof["everything"] and self.without is None:
                self.tell_everything(proof["everything"])
                return True
            origin, domain, _ = proof["stranger"]
            self.tell_stranger(origin, f"anyone can register {domain}")
        elif proof["address"] is not None and self.is_matched(proof["address"]):
            self.tell_stranger(proof["address"], "anyone can have an address like that")
        elif proof["null"] == "open" and self.is_matched("null"):
            self.tell_stranger("null", "any site can send that, from a sandboxed frame")
        return False

    def tell_everything(self, schemes: Literal["https", "http", "both"]) -> None:
        every = "every origin" if schemes == "both" else f"every {schemes} origin"
        if self.credentials:
            self.tell(
                "regex-any-origin",
                f"allows {every}, with credentials: any site can act as the user who visits it; "
                "write out the domains that you mean",
            )
        else:
            self.tell(
                "regex-any-origin",
                f"allows {every}; write allow_origins=['*'] if you mean that, or else list the "
                "domains",
                severity="warning",
            )

    def tell_stranger(self, origin: str, who: str) -> None:
        from .rewrites import GLOB, glob

        reasons: list[str] = []
        meant = None
        like_glob = self.mender.rewritten(self.text, glob)
        if like_glob != self.text:
            # Whatever else would repair it, it is not what was meant.
            reasons, meant = [GLOB], self.mender.mended(like_glob)
        else:
            repaired = self.mender.without_strangers(self.text)
            if repaired is not None:
                reasons, meant = repaired
        reason = f", because {' and '.join(reasons)}" if reasons else ""
        instead = "write out the domains that you mean" if meant is None else f"write {raw(meant)}"
        message = f"also allows {origin}{reason}, and {who}; {instead}"
        self.tell("regex-untrusted-origins", message, meant)

    def tell_joined(self, proven: Proven) -> None:
        """Report that names are joined from parts that their author did not write next to each other."""
        if not proven.proof["safe"] or proven.is_safe:
            return
        joined = proven.joined()
        reason, domain = (joined and joined["unproven"]) or ("too-large", None)
        self.doubt = _UNPROVEN[reason].format(domain)
        found = _found(proven.joined_by_dots())
        if found is not None and self.is_matched(found[0]):
            origin, who = found
            meant = self.mender.with_dots(self.text)
            instead = (
                "write out the domains that you mean" if meant is None else f"write {raw(meant)}"
            )
            self.tell(
                "regex-untrusted-origins",
                f"also allows {origin}, because the dot before the domain is optional, and "
                f"{who}; {instead}",
                meant,
            )
            return
        found = _found(joined)
        if found is not None and self.is_matched(found[0]):
            self.tell(
                "regex-joined-parts",
                f"also allows {found[0]}, whose name is joined from parts that are optional or "
                f"alternatives of each other; write out the domains that you mean",
            )

    def tell_null(self, proof: _Proof) -> None:
        if proof["null"] != "written" or not self.is_matched("null"):
            return
        self.tell(
            "regex-null",
            "allows null, which any site can send from a sandboxed frame; remove it",
            severity="error" if self.credentials else "warning",
        )

    def tell_other_hosts(self, proof: _Proof) -> None:
        """Report hosts that are not wholly others', but not sure to be the author's either."""
        strangers = any(problem.code == "regex-untrusted-origins" for problem in self.problems)
        if not strangers:
            self.tell_hosted(proof)
            if proof["network"] is not None and self.is_matched(proof["network"]):
                self.tell(
                    "regex-address-range",
                    f"allows {proof['network']} and its neighbors, and somebody else may have one of "
                    f"these; write out the addresses that you mean",
                )
        scheme = proof["scheme"]
        # If untrusted origins are allowed with any scheme, both have one cause.
        if scheme is not None and self.is_matched(scheme) and not strangers:
            name = scheme.partition(":")[0]
            self.tell(
                "regex-any-of-scheme",
                f"allows {scheme}, and others like it, because the host is left open: "
                f"{_ANYONES.get(name, _ANY)}",
            )

    def tell_hosted(self, proof: _Proof) -> None:
        """Report names that a company gives to everyone.

        Anyone can have one, so a name left open is any site: dangerous with credentials,
        and without them what `*` is, which may be meant. Patterns are judged alike.
        """
        if proof["hosted"] is not None and self.is_matched(proof["hosted"][0]):
            origin, domain, suffix, everyone = proof["hosted"]
            who, whom = ("anyone", "everyone") if everyone else ("somebody else", "others, too")
            self.tell(
                "regex-public-suffix",
                f"also allows {origin}, and {who} can have {domain}, because {suffix} gives names to "
                f"{whom}; write out the names that are yours",
                severity="error" if self.credentials else "warning",
            )
        elif proof["shared"] is not None and self.is_matched(proof["shared"][0]):
            origin, domain, suffix = proof["shared"]
            self.tell(
                "regex-shared-suffix",
                f"also allows {origin}, and anyone can register {domain}, because {suffix} gives names "
                f"to everyone; write out the names that you mean, or use a domain of your own",
            )

    def tell_insecure(self, insecure: str, *, local: bool) -> None:
        """Report that it allows http, with credentials."""
        from .rewrites import escape_dots, only_https

        # What repairs it otherwise comes first.
        before = next((problem.suggestion for problem in self.problems), None)
        repaired = None if before is None else self.mender.prove(str(before))
        if repaired is not None and repaired.proof["insecure"] is None:
            return
        dotted = self.mender.prove(self.mender.rewritten(self.text, escape_dots))
        if dotted is not None and dotted.proof["insecure"] is None:
            # That is told.
            return
        before = str(before or self.text)
        meant = self.mender.rewritten(before, only_https)
        if self.problems and meant == self.text and "http:" not in meant:
            # The scheme is left open like the rest.
            return
        mended = None if local or meant == before else self.mender.mended(meant)
        corrected = None if mended is None else self.mender.prove(mended)
        meant = mended or ""
        if corrected is None or corrected.proof["insecure"] is not None:
            meant = ""
        only = "allow http only for this machine" if local else "allow https only"
        instead = f"write {raw(meant)}" if meant else only
        self.tell(
            "regex-insecure",
            f"allows {insecure}, with credentials: anyone on the network path can pose as that site; "
            f"{instead}",
            meant or None,
            "warning",
        )

    def tell_misread(self) -> bool:
        """Report that a `*` or `[` does not do what it does elsewhere, so what is meant is rejected."""
        from .rewrites import CLASS, GLOB, glob, groups

        if self.mender.rewritten(self.text, glob) != self.text:
            self.tell("regex-glob", *self.misread(glob, GLOB))
        elif self.mender.rewritten(self.text, groups) != self.text:
            self.tell("regex-character-class", *self.misread(groups, CLASS))
        else:
            return False
        self.proven = False
        return True

    def misread(self, rewriting: _Rewriting, reason: str) -> tuple[str, str | None]:
        """Return what is said of an expression that is meant as the rewriting leaves it, and that."""
        meant = self.mender.mended(self.mender.rewritten(self.text, rewriting))
        instead = "out the names that you mean" if meant is None else raw(meant)
        return f"does not match what it seems to: {reason}; write {instead}", meant

    def tell_dot(self) -> None:
        """Report that a `.` stands for any character, where that is harmless."""
        if "." not in self.text.replace(r"\.", ""):
            return
        from .rewrites import escape_dots

        meant = self.mender.rewritten(self.text, escape_dots)
        if meant != self.text and self.mender.is_sound(meant):
            self.tell(
                "regex-unescaped-dot",
                f"has a dot without \\ before it, which matches any character (nobody can register a "
                f"name that this adds); write {raw(meant)}",
                meant,
                "warning",
            )

    def tell_unproven(self, reason: str) -> None:
        self.tell(
            "regex-unverified",
            f"could not be verified: {reason}; list the origins, or write a simpler regex",
        )

    def is_matched(self, origin: str) -> bool:
        """Whether Python's engine matches an origin; where not, what was found is in doubt."""
        matched = self.check(origin)
        if matched is None:
            self.doubt = "it would take Python's engine too long to check what it seems to allow"
        elif not matched:
            self.doubt = f"it uses {self.without}, which only Python's engine matches"
            if has_nested_repetition(self.parsed):
                self.doubt += ", in exponential time if repetitions are nested"
        return matched or False

    def check(self, origin: str) -> bool | None:
        """Ask Python's engine whether it matches an origin; None where that would take too long."""
        try:
            count_ways(self.parsed, origin, _MOST_STEPS)
        except TooManyWays:
            return None
        try:
            return self.pattern.fullmatch(origin) is not None
        except SystemError:
            # A defect of the engine's, with groups in possessive repetition.
            return None


def _found(proof: _Proof | None) -> tuple[str, str] | None:
    """Return an origin that is no more than joined of written parts, and who can have it."""
    if proof is None:
        return None
    for site in (proof["stranger"], proof["hosted"], proof["shared"]):
        if site is not None:
            return site[0], f"anyone can register {site[1]}"
    for origin in (proof["address"], proof["network"], proof["scheme"]):
        if origin is not None:
            return origin, "somebody else may have that"
    return None
