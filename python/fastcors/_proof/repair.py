"""Proves regular expressions for origins, and those that their authors probably meant."""

from __future__ import annotations

import re
import warnings
from itertools import chain, combinations

from fastcors._fastcors import missed_origin, prove_expression
from fastcors._regex.branches import Alternatives
from fastcors._regex.joined import mark_joined
from fastcors._regex.mark import mark
from fastcors._regex.tokens import joined, tokens
from fastcors._regex.tree import Parsed, Untranslatable

from .dots import dot_always, dot_of_each, dot_of_group
from .rewrites import (
    NOTHING,
    STRANGERS,
    escape_dots,
    glob,
    groups,
    one_host,
    one_scheme,
    rewritten,
    web_scheme,
    with_scheme,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fastcors._fastcors import _Proof
    from fastcors._regex.tokens import Token

    from .rewrites import _Rewriting

# A dot that stands for itself between what may be labels, or the name of this machine.
_HOST = re.compile(r"\\?\.(?:\)[+*?]?)?[a-z(\[]|\\\.\d|\\\.\\d|localhost|\[[0-9a-f:]+\\?\]")
# What stands for labels that are open: none is a name.
_ANY_LABELS = re.compile(r"\(\?:\[a-z0-9-\]\+\\\.\)[+*]")
# A label that would begin with a hyphen: it was a part of the label before.
_BROKEN_LABEL = re.compile(r"\\\.\)[+*?]?-")
# What untrusted origins are called, from the name that tells most. Another is asked for where a construct that
# only Python's engine matches keeps the first one out.
NAMES = ("evil", "attacker", "mallory")
# An expression longer than this is not corrected.
_LONGEST_CORRECTED = 2000
# How many rewritings are tried together, unless it is all of them, and how many expressions that
# gives are looked at; how many of them may be without a proof.
_MOST_TOGETHER = 3
_MOST_CANDIDATES = 40
_MOST_DOUBTFUL = 3
# How many expressions are proven to find what one was meant as: a second or two at worst.
_MOST_PROVEN = 60
# Of so many alternatives that match no origin it is asked what is meant by each.
_MOST_DEAD = 5
# What a setting that is not set looks like as text.
_UNSET = ("none", "undefined", "nan")
_UNSET_REASON = "it is what an unset setting looks like as a string"
# A part of an origin that an author has written, and a port alone.
_ORIGIN = re.compile(r"://|\\\.|\.(?![*+?{])")
_PORT_ALONE = re.compile(r":?[0-9]+\$?")
_PORT_REASON = "the host before it belongs to another alternative"
_FILE_REASON = "a page that is loaded from a file sends null"
_DEFAULT_REASON = (
    "no string that it matches is an origin that a browser sends, such as https://app.example.com"
)


class Proven:
    """An expression with what is proven of it.

    Attributes:
        text: the expression.
        proof: what the compiled part found.
        marked: what it was asked about.
        without: what stands in the expression that it was asked about without.
        alternatives: those of the expression.
        parsed: its syntax tree, with the numbers of the alternatives.
    """

    __slots__ = ("_joined", "alternatives", "marked", "parsed", "proof", "text", "without")

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        """Mark an expression with a pattern's flags; the proof is still to come.

        Raises:
            re.error, Untranslatable, OverflowError, RecursionError: where that cannot be.
        """
        self.text = text
        self.alternatives = Alternatives([] if pattern.flags & re.VERBOSE else tokens(text))
        self.proof: _Proof
        self._joined: _Proof | None = None
        if self.alternatives.ranges:
            try:
                self._mark(pattern, self.alternatives.numbered())
            except re.error:
                # The width of what is looked back at, for one, has changed.
                self.alternatives = Alternatives([])
            else:
                return
        self._mark(pattern, text)

    def _mark(self, pattern: re.Pattern[str], text: str) -> None:
        self.parsed = Parsed(pattern, text)
        self.marked, self.without = mark(self.parsed, numbered=bool(self.alternatives.ranges))

    def prove(self, name: str, *, credentials: bool) -> _Proof:
        """Prove it, and show an untrusted origin of that name if there is one."""
        self.proof = prove_expression(self.marked, name, credentials)
        return self.proof

    def joined(self) -> _Proof | None:
        """Prove it with what may be joined to something else as open, too; None where it is too large."""
        if self._joined is None:
            self._joined = self._prove_joined(dots=False)
        return self._joined

    def joined_by_dots(self) -> _Proof | None:
        """Prove it with what is joined as open, where a dot between is not there."""
        return self._prove_joined(dots=True)

    def _prove_joined(self, *, dots: bool) -> _Proof | None:
        try:
            marked = mark_joined(self.parsed, dots=dots)
        except Untranslatable:
            return None
        credentials = False
        return prove_expression(marked, NAMES[0], credentials)

    @property
    def is_safe(self) -> bool:
        """Whether both proofs find that it allows no untrusted origin, and something."""
        if not self.proof["safe"]:
            return False
        joined = self.joined()
        return joined is not None and joined["safe"]

    def dead(self) -> list[range]:
        """Return the alternatives that no origin takes."""
        taken = self.proof["taken"]
        return [] if taken is None else self.alternatives.besides(taken)


class Unmatched:
    """An alternative that matches no origin, where one is meant.

    Attributes:
        place: the alternative.
        text: its text.
        reason: why it matches none.
        rewritings: what makes it match one.
        missed: an origin that is meant and that the expression does not match, if that is evident.
    """

    __slots__ = ("missed", "place", "reason", "rewritings", "text")

    def __init__(
        self,
        place: range,
        text: str,
        reason: str,
        rewritings: Sequence[_Rewriting],
        missed: str | None,
    ) -> None:
        self.place = place
        self.text = text
        self.reason = reason
        self.rewritings = rewritings
        self.missed = missed

    @property
    def is_unset(self) -> bool:
        """Whether it stands in the place of a setting that is not set."""
        return self.text.strip("^$()").lower() in _UNSET

    @property
    def names_an_origin(self) -> bool:
        """Whether its author wrote an origin, or a part of one, that would be refused."""
        return self.missed is not None or self.is_unset or _ORIGIN.search(self.text) is not None


class Mender:
    """Proves an expression, and others that it may have been meant as, with the same flags."""

    def __init__(self, pattern: re.Pattern[str], *, credentials: bool) -> None:
        self.pattern = pattern
        self.credentials = credentials
        self._proven: dict[str, Proven | None] = {}

    def prove(self, text: str) -> Proven | None:
        """Prove another expression; None where it cannot be, as one that only Python matches."""
        if text not in self._proven and len(self._proven) < _MOST_PROVEN:
            self._proven[text] = self._prove(text)
        return self._proven.get(text)

    def _prove(self, text: str) -> Proven | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                re.compile(text, self.pattern.flags)
                proven = Proven(self.pattern, text)
        except (re.error, Untranslatable, OverflowError, RecursionError):
            return None
        if proven.without is not None:
            return None
        proven.prove(NAMES[0], credentials=self.credentials)
        return proven

    def rewritten(self, text: str, *rewritings: _Rewriting) -> str:
        """Return an expression as the rewritings leave it, or as it is where it cannot be read."""
        if self.pattern.flags & re.VERBOSE or len(text) > _LONGEST_CORRECTED:
            return text
        return rewritten(text, *rewritings)

    def candidates(
        self, text: str, rewritings: list[tuple[_Rewriting, str]]
    ) -> Iterator[tuple[list[_Rewriting], list[str], Proven]]:
        """Return each expression that some rewritings lead to, with them, their reasons and its proof."""
        if self.pattern.flags & re.VERBOSE or len(text) > _LONGEST_CORRECTED:
            return
        counts = dict.fromkeys([*range(1, _MOST_TOGETHER + 1), len(rewritings)])
        places = range(len(rewritings))
        known: dict[tuple[int, ...], list[Token]] = {(): tokens(text)}
        seen, doubtful = {text}, 0
        for some in chain.from_iterable(combinations(places, count) for count in counts):
            candidate = joined(_rewritten(some, rewritings, known))
            if candidate in seen:
                continue
            seen.add(candidate)
            proven = self.prove(candidate)
            if proven is None:
                continue
            used = [rewritings[place] for place in some]
            yield [rewriting for rewriting, _ in used], [reason for _, reason in used], proven
            # What cannot be proven takes the longest.
            doubtful += proven.proof["unproven"] is not None
            if len(seen) > _MOST_CANDIDATES or doubtful > _MOST_DOUBTFUL:
                break

    def revived(self, text: str) -> tuple[list[_Rewriting], str, Proven | None]:
        """Return why an expression matches no origin, by what makes it match one, and that."""
        for rewritings, reasons, proven in self.candidates(text, NOTHING):
            if not proven.proof["nothing"]:
                return rewritings, ", and ".join(reasons), proven
        return [], _FILE_REASON if "file:" in text else _DEFAULT_REASON, None

    def without_strangers(self, text: str) -> tuple[list[str], str] | None:
        """Return an expression without the untrusted origins that it allows, and why it does, if evident."""
        for _, reasons, proven in self.candidates(text, STRANGERS):
            if proven.is_safe:
                meant = self.mended(proven.text)
                if meant is not None:
                    return reasons, meant
        return None

    def with_dots(self, text: str) -> str | None:
        """Return an expression in which a label does not come without the dot after it, if evident."""
        for rewriting in (dot_of_group, dot_of_each, dot_always):
            meant = self.rewritten(text, rewriting)
            if meant != text:
                found = self.mended(meant)
                if found is not None:
                    return found
        return None

    def unmatched(self, proven: Proven) -> list[Unmatched]:
        """Return the alternatives that match no origin, but for those by which no origin is missed.

        `(/|$)` and `(:443)?` say what is so without them.
        """
        found = []
        for place in proven.dead()[:_MOST_DEAD]:
            each = self._unmatched(proven, place)
            if each is not None:
                found.append(each)
        return found

    def _unmatched(self, proven: Proven, place: range) -> Unmatched | None:
        text = proven.alternatives.text(place)
        each = Unmatched(place, text, _UNSET_REASON, (), None)
        if each.is_unset:
            return each
        if _PORT_ALONE.fullmatch(text):
            missed = self._missed(self.rewritten(proven.text, one_host), proven)
            if missed is not None:
                return Unmatched(place, text, _PORT_REASON, (), missed)
        rewritings, reason, revived = self.revived(proven.alternatives.alone(place))
        if revived is None:
            # What is no part of an origin misses none: `(/|$)`, `(\\w|\\s)+`.
            written = any(
                piece.kind == "character" and piece.text.isalnum() for piece in tokens(text)
            )
            return Unmatched(place, text, reason, (), None) if written else None
        missed = self._missed(self.rewritten(revived.text, escape_dots), proven)
        if missed is not None and web_scheme in rewritings:
            # A page with https may open such a socket, too.
            secure = self._missed(revived.text.replace("http:", "https:"), proven)
            missed = None if secure is None else missed
        return None if missed is None else Unmatched(place, text, reason, rewritings, missed)

    def _missed(self, text: str, proven: Proven) -> str | None:
        """Return an origin that another expression matches and a proven one does not."""
        other = self.prove(text)
        return None if other is None else missed_origin(other.marked, proven.marked)

    def is_glob(self, text: str) -> bool:
        """Whether something in it seems to be meant as in a glob."""
        return self.rewritten(text, glob, groups) != text

    def is_sound(self, text: str) -> bool:
        """Whether an expression names hosts, allows no untrusted origin and misses nothing that is meant."""
        proven = self.prove(text) if names_a_host(text) and not self.is_glob(text) else None
        return proven is not None and proven.is_safe and not self.unmatched(proven)

    def mended(self, text: str) -> str | None:
        """Return an expression with what makes it sound, if that is evident."""
        whole = self.rewritten(text, glob, groups, escape_dots)
        for each in dict.fromkeys((whole, self.rewritten(text, escape_dots), text)):
            proven = self.prove(each)
            if proven is None or not proven.is_safe:
                continue
            unmatched = self.unmatched(proven)
            candidates = self._repaired(proven, unmatched) if unmatched else iter((each,))
            found = next(filter(self.is_sound, candidates), None)
            if found is not None:
                return found
        return None

    def _repaired(self, proven: Proven, unmatched: list[Unmatched]) -> Iterator[str]:
        """Return expressions in which those alternatives may match what was meant."""
        if all(with_scheme in each.rewritings for each in unmatched):
            yield self.rewritten(proven.text, one_scheme)
        yield self.rewritten(proven.text, one_host)
        alternatives = proven.alternatives
        yield alternatives.replaced(
            {
                each.place: None if each.is_unset else self.rewritten(each.text, *each.rewritings)
                for each in unmatched
            }
        )
        together = dict.fromkeys(chain.from_iterable(each.rewritings for each in unmatched))
        yield self.rewritten(proven.text, *together)


def _rewritten(
    some: tuple[int, ...],
    rewritings: list[tuple[_Rewriting, str]],
    known: dict[tuple[int, ...], list[Token]],
) -> list[Token]:
    """Return the pieces that some rewritings leave, from what those before the last leave."""
    if some not in known:
        rewriting, _ = rewritings[some[-1]]
        known[some] = rewriting(_rewritten(some[:-1], rewritings, known))
    return known[some]


def names_a_host(text: str) -> bool:
    """Whether each alternative of a correction is an origin with a domain or as `localhost` is.

    What is left after what was open is taken away may be none: `https://mysite.*` without `.*`.
    """
    if _BROKEN_LABEL.search(text) is not None:
        return False
    text = _ANY_LABELS.sub("", text.replace(r"\/", "/"))
    alternatives = text.split("|") if "(" not in text.replace("(?:", "") else [text]
    if not all("://" in alternative for alternative in alternatives if "(" not in text):
        return False
    return _HOST.search(text) is not None
