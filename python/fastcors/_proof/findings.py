"""Names what is wrong with a regular expression for origins, from what is proven of it."""

from __future__ import annotations

from fastcors._format import raw, shown, shown_expression
from fastcors.problems import Problem

from . import rewrites
from .entries import entries
from .suggest import Suggester

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Literal, TypeAlias

    from .prove import Proven

    _Severity: TypeAlias = Literal["error", "warning"]

OPTION = "allow_origin_regex"
_LIST_DOMAINS = "write out the domains that you mean"
_LIST_ADDRESSES = "write out the addresses that you mean"
_LIST_HOSTS = "any extension or app can have one; write out the ones that you mean"
# With these, it does not matter what else could not be verified.
_KNOWN = {"regex-untrusted-origins", "regex-public-suffix", "regex-joined-parts"}


class Findings:
    """The problems of one regex, and whether it is verified to match no untrusted origin."""

    def __init__(self, pattern: re.Pattern[str], proven: Proven, *, credentials: bool) -> None:
        self.text: str = proven.text
        self.pattern = pattern
        self.credentials = credentials
        self.proven = proven
        self.proof = proven.proof
        self.suggester = Suggester(pattern, credentials=credentials)
        self.problems: list[Problem] = []
        # The regex as the last problem leaves it.
        self.repaired = self.text
        self.safe = False
        # How bad it is that an origin is anyone's.
        self.graver: _Severity = "error" if credentials else "warning"
        # Why it is not known whether it matches untrusted origins.
        self.doubt = self.proof["unproven"]
        if self.proof["nothing"]:
            self._nothing()
        elif not self._everything():
            self._untrusted()
            self._joined()
            self._hosted()
            self._null_and_schemes()
            self._unmatched()
            self._misread(("regex-doubled-backslash", "regex-misspelled-scheme"), evident=False)
            self._insecure()
            if self.doubt is not None and not _KNOWN & {each.code for each in self.problems}:
                self.problems.append(unproven(self.text, self.doubt))
            errors = any(problem.severity == "error" for problem in self.problems)
            self.safe = self.proof["safe"] and self.doubt is None and not errors
            if self.safe:
                self._misread(("regex-glob", "regex-character-class"), evident=True)
            if self.safe:
                self._dot()

    def add(
        self,
        code: str,
        said: str,
        otherwise: str,
        meant: str | None = None,
        severity: _Severity | None = None,
    ) -> None:
        """Add a problem, with what to write instead: at best a list of origins."""
        self.repaired = meant or self.repaired
        listed = None if meant is None else entries(self.pattern, meant)
        if listed is not None:
            instead = f"write allow_origins={shown(listed, 500)} instead of the regex"
        else:
            instead = otherwise if meant is None else f"write {raw(meant)}"
        message = f"{shown_expression(self.text)} {said}{'; ' if instead else ''}{instead}"
        option = None if listed is None else "allow_origins"
        self.problems.append(
            Problem(code, OPTION, self.text, message, listed or meant, severity, option)
        )

    def matched(self, origin: str) -> bool:
        """Whether Python's engine, too, matches an origin that was found; if not, it is in doubt."""
        matched = self.proven.is_matched(origin)
        if not matched:
            self.doubt = (
                f"it uses {self.proven.without}, which only Python's engine matches, in exponential "
                "time if repetitions are nested"
            )
        return matched

    def _nothing(self) -> None:
        _, reason, revived = self.suggester.revived(self.text)
        otherwise, meant = "", None
        if rewrites.ANY_GLOB.fullmatch(self.text):
            reason, otherwise = rewrites.GLOB, "write allow_origins=['*'] if you mean every origin"
        elif revived is not None:
            meant = self.suggester.sound(revived) or self.suggester.without_untrusted(revived)[1]
        self.add("regex-matches-no-origin", f"matches no origin: {reason}", otherwise, meant)

    def _everything(self) -> bool:
        every = self.proof["everything"]
        if every is None or self.proven.without is not None:
            return False
        said = f"allows {'every origin' if every == 'both' else f'every {every} origin'}"
        otherwise = "write allow_origins=['*'] if you mean that, or else list the domains"
        if self.credentials:
            said += ", with credentials: any site can act as the user who visits it"
            otherwise = _LIST_DOMAINS
        self.add("regex-any-origin", said, otherwise, severity=self.graver)
        return True

    def _untrusted(self) -> None:
        """Report that it matches what its author did not write."""
        found, address = self.proof["untrusted"], self.proof["address"]
        if found is not None and self.matched(found[0]):
            origin, who, otherwise = found[0], f"anyone can register {found[1]}", _LIST_DOMAINS
        elif address is not None and self.matched(address):
            origin, who, otherwise = address, "anyone can have such an address", _LIST_ADDRESSES
        elif self.proof["null"] == "open" and self.matched("null"):
            origin, who = "null", "any site can send that, from a sandboxed frame"
            otherwise = _LIST_DOMAINS
        else:
            return
        like_glob = self.suggester.rewritten(self.text, rewrites.glob)
        if like_glob == self.text:
            reasons, meant = self.suggester.without_untrusted(self.text)
        else:
            # Another fix would not match what the author intended.
            reasons, meant = [rewrites.GLOB], self.suggester.sound(like_glob)
        because = f", because {' and '.join(reasons)}" if reasons else ""
        said = f"also allows {origin}{because}, and {who}"
        self.add("regex-untrusted-origins", said, otherwise, meant)

    def _joined(self) -> None:
        """Report that a name is joined from parts that their author did not write next to each other."""
        origin, domain, without_dot = self.proof["joined"] or ("", None, False)
        if not origin or not self.matched(origin):
            return
        who = f"anyone can register {domain}" if domain else "somebody else may have that"
        if without_dot:
            said = f"also allows {origin}, because the dot before the domain is optional, and {who}"
            dotted = self.suggester.rewritten(self.text, rewrites.dot_always)
            meant = None if dotted == self.text else self.suggester.sound(dotted, self.text)
            self.add("regex-untrusted-origins", said, _LIST_DOMAINS, meant)
        else:
            said = f"also allows {origin}, whose name is joined from parts that are optional or alternatives of each other"
            self.add("regex-joined-parts", said, _LIST_DOMAINS)

    def _hosted(self) -> None:
        """Report hosts that are not wholly others', but not sure to be the author's either.

        A company may give the names below its domain to everyone. With credentials that is dangerous;
        without them it is what `*` is, which may be meant. Patterns are judged alike.
        """
        if self.problems:
            return
        hosted, shared, network = self.proof["hosted"], self.proof["shared"], self.proof["network"]
        if hosted is not None and self.matched(hosted[0]):
            origin, domain, suffix, is_anyones = hosted
            who, whom = ("anyone", "everyone") if is_anyones else ("somebody else", "others, too")
            said = f"also allows {origin}, and {who} can have {domain}, because {suffix} gives names to {whom}"
            otherwise = "write out the names that are yours"
            self.add("regex-public-suffix", said, otherwise, severity=self.graver)
        elif shared is not None and self.matched(shared[0]):
            origin, domain, suffix = shared
            said = f"also allows {origin}, and anyone can register {domain}, because {suffix} gives names to everyone"
            otherwise = "write out the names that you mean, or use a domain of your own"
            self.add("regex-shared-suffix", said, otherwise)
        if network is not None and self.matched(network):
            said = f"allows {network} and its neighbors, and somebody else may have one of these"
            self.add("regex-address-range", said, _LIST_ADDRESSES)

    def _null_and_schemes(self) -> None:
        if self.proof["null"] == "written" and self.matched("null"):
            said = "allows null, which any site can send from a sandboxed frame"
            self.add("regex-null", said, "remove it", severity=self.graver)
        if self.proof["file"] and self.matched("file://"):
            said = "allows file://, the Origin of each local file that Electron and some web views open"
            otherwise = "load the app's pages from a scheme of its own, such as app://localhost"
            self.add("regex-file", said, otherwise, severity=self.graver)
        scheme = self.proof["scheme"]
        # If untrusted origins are matched with any scheme, both have one cause.
        known = {each.code for each in self.problems}
        if scheme is not None and "regex-untrusted-origins" not in known and self.matched(scheme):
            said = f"allows {scheme}, and others like it, because the host is left open"
            self.add("regex-any-of-scheme", said, _LIST_HOSTS)

    def _unmatched(self) -> None:
        """Report which alternatives match no origin, if one is meant."""
        unmatched = self.suggester.unmatched(self.proven)
        if not unmatched:
            return
        first = unmatched[0]
        said = f"has an alternative that matches no origin, {shown_expression(first.text)}"
        said += f" (and {len(unmatched) - 1} more)" if len(unmatched) > 1 else ""
        said += f": {first.reason}"
        said += "" if first.missed is None else f", so it does not allow {first.missed}"
        otherwise, meant = "write what you mean, or remove it", self.suggester.sound(self.repaired)
        severity: _Severity = "error" if any(each.is_origin for each in unmatched) else "warning"
        self.add("regex-alternative-matches-no-origin", said, otherwise, meant, severity)

    def _insecure(self) -> None:
        """Report that it allows http, with credentials, unless what repairs it otherwise ends that."""
        origin, local = self.proof["insecure"], self.proof["local"]
        if origin is None or not self.proven.is_matched(origin):
            return
        other = self.suggester.rewritten(self.repaired, rewrites.escape_dots)
        proven = self.suggester.prove(other)
        if other != self.text and proven is not None and proven.proof["insecure"] is None:
            return
        errors = any(problem.severity == "error" for problem in self.problems)
        if errors and "http" not in self.text:
            # The scheme is left open like the rest.
            return
        said = f"allows {origin}, with credentials: "
        said += "anyone on the network path can pose as that site"
        otherwise = f"allow {'http only for this machine' if local else 'https only'}"
        self.add("regex-insecure", said, otherwise)

    def _misread(self, codes: tuple[str, ...], *, evident: bool) -> None:
        """Report what does not do what it does elsewhere, so an origin is rejected."""
        for code in codes:
            rewriting, reason = rewrites.MISREAD[code]
            rewritten = self.suggester.rewritten(self.repaired, rewriting)
            if rewritten == self.repaired:
                continue
            missed = self.suggester.missed(rewrites.last_number(self.repaired), self.proven)
            missed = missed or self.suggester.missed(rewritten, self.proven)
            if missed is not None or evident:
                said = f"does not allow {missed or 'what it seems to'}: {reason}"
                meant = self.suggester.sound(rewritten)
                self.add(code, said, "write what you mean without that", meant)
                self.safe = False

    def _dot(self) -> None:
        """Report that a `.` stands for any character, if that is harmless."""
        meant = self.suggester.rewritten(self.text, rewrites.escape_dots)
        if meant != self.text and self.suggester.is_sound(meant):
            said = "has a dot without \\ before it, which matches any character (nobody can register a name that this adds)"
            self.add("regex-unescaped-dot", said, "", meant)


def unproven(text: str, reason: str) -> Problem:
    """Return the problem of a regex that could not be verified."""
    message = f"{shown_expression(text)} could not be verified: {reason}"
    message += "; list the origins, or write a simpler regex"
    return Problem("regex-unverified", OPTION, text, message)
