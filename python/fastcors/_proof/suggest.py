"""Finds what was probably meant by a regular expression, and proves it before it is suggested."""

from __future__ import annotations

import re
from itertools import chain
from typing import NamedTuple

from fastcors._regex.branches import alternatives, tokens

from . import rewrites
from .entries import entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from fastcors._regex.branches import Alternative

    from .prove import Proven, Prover
    from .rewrites import _Rewriting

# A longer regex is not corrected.
_LONGEST = 2000
# Of so many alternatives that match no origin it is found out what is meant by each.
_MOST_UNMATCHED = 5
# What a setting that is not set looks like as a string.
_UNSET = ("none", "undefined", "nan")
_UNSET_REASON = "it is what an unset setting looks like as a string"
# A part of an origin that an author has written.
_ORIGIN = re.compile(r"://|\\\.|\.(?![*+?{])|[^\x00-\x7f]|^:?[0-9]+\$?$")
# A dot that stands for itself between labels, the name of this machine, an address, or another scheme.
_DOMAIN = re.compile(r"\\\.|\[\\?\.\]|localhost|\\\[|^\^?\(*(?!https?\b|http)[a-z][a-z0-9+.-]*:")
_OPEN_LABELS = re.compile(r"\(\?:\[a-z0-9-\]\+\\\.\)[+*]")
# A label that would begin with a hyphen: it was a part of the label before.
_BROKEN_LABEL = re.compile(r"\\\.\)[+*?]?(?:\((?:\?:)?)?-")
# A dot at the end that ends a sentence.
_LAST_DOT = re.compile(r"(?<!\\)\.(?=\$?\)*$)")


class Unmatched(NamedTuple):
    """An alternative that matches no origin, where one is meant."""

    place: Alternative
    text: str
    # Why it matches none, and what makes it match one.
    reason: str
    rewritings: Sequence[_Rewriting] = ()
    # An origin that is meant and that the regex does not match, if that is evident.
    missed: str | None = None

    @property
    def is_unset(self) -> bool:
        """Whether it stands in the place of a setting that is not set."""
        return self.text.strip("^$()").lower() in _UNSET

    @property
    def names_an_origin(self) -> bool:
        """Whether its author wrote an origin, or a part of one."""
        return self.missed is not None or self.is_unset or _ORIGIN.search(self.text) is not None


class Suggester:
    """Finds what a regex was meant as, with the flags of the prover's pattern."""

    def __init__(self, prover: Prover) -> None:
        self.prover = prover
        self.text: str = prover.pattern.pattern
        self.is_readable = not (
            prover.pattern.flags & re.VERBOSE or rewrites.PLACEHOLDER.search(self.text) is not None
        )

    def rewritten(self, text: str, *rewritings: _Rewriting) -> str:
        """Return a regex as the rewritings leave it, or as it is if it cannot be corrected."""
        if not self.is_readable or len(text) > _LONGEST:
            return text
        return rewrites.rewritten(text, *rewritings)

    def entries(self, text: str | None) -> list[str] | None:
        """Return the entries of allow_origins that match the same origins as a regex, if it has such."""
        return None if text is None else entries(self.prover, text)

    def revived(self, text: str) -> tuple[list[_Rewriting], str, str | None]:
        """Return why a regex matches no origin, by what makes it match one, and that."""
        used, revived = self._fewest(text, rewrites.NOTHING, self._matches_an_origin)
        if revived is None:
            reason = next(why for found, why in rewrites.NOTHING_ELSE.items() if found.search(text))
            return [], reason, None
        reasons = [rewrites.NOTHING[each] for each in used]
        return used, ", and ".join(reasons), revived

    def without_untrusted(self, text: str) -> tuple[list[str], str | None]:
        """Return why a regex matches untrusted origins, and one that does not, if that is evident."""

        def is_right(other: str) -> bool:
            return self.sound(other, text) is not None

        used, other = self._fewest(text, rewrites.UNTRUSTED, is_right)
        meant = None if other is None else self.sound(other, text)
        return [rewrites.UNTRUSTED[each] for each in used], meant

    def _fewest(
        self, text: str, rewritings: Iterable[_Rewriting], is_right: Callable[[str], bool]
    ) -> tuple[list[_Rewriting], str | None]:
        """Return the fewest rewritings that make a regex right, and what it is then.

        Either one of them does, or it is found out which of all are needed.
        """
        changing = [each for each in rewritings if self.rewritten(text, each) != text]
        for each in changing:
            if is_right(self.rewritten(text, each)):
                return [each], self.rewritten(text, each)
        used = list(rewritings)
        if not changing or not is_right(self.rewritten(text, *used)):
            return [], None
        for each in reversed(used):
            fewer = [other for other in used if other is not each]
            if is_right(self.rewritten(text, *fewer)):
                used = fewer
        return used, self.rewritten(text, *used)

    def _matches_an_origin(self, text: str) -> bool:
        proven = self.prover.prove(text)
        return proven is not None and not proven.proof["nothing"]

    def with_dots(self) -> str | None:
        """Return the regex in which no dot is left out, if that is evident."""
        rewritten = self.rewritten(self.text, rewrites.dot_always)
        return None if rewritten == self.text else self.sound(rewritten, self.text)

    def unmatched(self, proven: Proven) -> list[Unmatched]:
        """Return the alternatives that match no origin, except those that make the regex miss no origin.

        `(/|$)` and `(:443)?` match the same without them.
        """
        found = (self._unmatched(proven, place) for place in proven.unmatched()[:_MOST_UNMATCHED])
        return [each for each in found if each is not None]

    def sound(self, text: str, original: str | None = None) -> str | None:
        """Return a regex with what makes it sound, if that is evident.

        Each alternative that differs from the original's shares an origin with it, so that none is
        suggested that the author did not allow.
        """
        whole = self.rewritten(text, rewrites.glob, rewrites.groups, rewrites.escape_dots)
        for each in dict.fromkeys((whole, self.rewritten(text, rewrites.escape_dots), text)):
            proven = self.prover.prove(each)
            if proven is None or not proven.proof["safe"]:
                continue
            unmatched = self.unmatched(proven)
            candidates = self._repaired(proven, unmatched) if unmatched else iter((each,))
            for found in candidates:
                if self.is_sound(found) and self._keeps_to(found, original):
                    return found
        return None

    def is_sound(self, text: str) -> bool:
        """Whether a regex names hosts, matches no untrusted origin and misses nothing that is meant."""
        if self.rewritten(text, rewrites.glob, rewrites.groups) != text:
            return False
        proven = self.prover.prove(text)
        return proven is not None and proven.proof["safe"] and not self.unmatched(proven)

    def _keeps_to(self, text: str, original: str | None) -> bool:
        """Whether each alternative matches an origin below a written domain that the original matches."""
        if _BROKEN_LABEL.search(text):
            return False
        parts = _top(text)
        originals = parts if original is None else _top(self.rewritten(original, rewrites.groups))
        originals = [_LAST_DOT.sub("", each) for each in originals]
        if len(parts) != len(originals):
            parts, originals = [text], [original or text]
        return all(
            (original is not None and one == other)
            or (_DOMAIN.search(_OPEN_LABELS.sub("", one)) and self.prover.share(one, other))
            for one, other in zip(parts, originals, strict=True)
        )

    def _unmatched(self, proven: Proven, place: Alternative) -> Unmatched | None:
        text = proven.text[place.start : place.stop]
        each = Unmatched(place, text, _UNSET_REASON)
        if each.is_unset:
            return each
        rewritings, reason, revived = self.revived(place.alone(proven.text))
        if revived is None:
            # What is no part of an origin misses none: `(/|$)`, `(\\w|\\s)+`.
            written = any(piece.isalnum() for kind, piece in tokens(text) if kind == "character")
            return Unmatched(place, text, reason) if written else None
        missed = self.prover.missed(self.rewritten(revived, rewrites.escape_dots), proven)
        if missed is not None and "://" in text and re.match(r"\W*ws", text):
            # A page with https may open such a socket, too.
            secure = self.prover.missed(revived.replace("http:", "https:"), proven)
            missed = None if secure is None else missed
        return None if missed is None else Unmatched(place, text, reason, rewritings, missed)

    def _repaired(self, proven: Proven, unmatched: list[Unmatched]) -> Iterator[str]:
        """Yield regexes in which those alternatives can match the intended origins."""
        text = proven.text
        for each in reversed(unmatched):
            meant = "" if each.is_unset else self.rewritten(each.text, *each.rewritings)
            text = text[: each.place.start] + meant + text[each.place.stop :]
        yield text
        together = dict.fromkeys(chain.from_iterable(each.rewritings for each in unmatched))
        yield self.rewritten(proven.text, *together)


def _top(text: str) -> list[str]:
    """Return the alternatives of a regex, or the regex if it has none."""
    found = [each for each in alternatives(text) if each.group.outer is None]
    return [text[each.start : each.stop] for each in found] or [text]
