"""Finds what was probably meant by a regular expression, and proves it before it is suggested."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import NamedTuple

from fastcors._fastcors import missed_origin, share_an_origin
from fastcors._regex.branches import Alternative, alternatives
from fastcors._regex.mark import mark
from fastcors._regex.tree import parse

from . import rewrites
from .prove import UNREADABLE, Proven

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .rewrites import _Rewriting

# A longer regex is not corrected.
_LONGEST = 2000
# So many regexes are proven to find what one was meant as: a second or two at worst.
_MOST_PROVEN = 60
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
# A dot at the end that ends a sentence.
_LAST_DOT = re.compile(r"(?<!\\)\.(?=\$?\)*$)")


class Unmatched(NamedTuple):
    """An alternative that matches no origin, where one is meant."""

    place: Alternative
    text: str
    # Why it matches none, and what would match one.
    reason: str
    meant: str
    # Whether its author wrote an origin or a part of one, or a setting that is not set.
    is_origin: bool
    # An origin that is meant and that the regex does not match, if that is evident.
    missed: str | None = None


class Suggester:
    """Finds what a regex was meant as, with the flags of its pattern."""

    def __init__(self, pattern: re.Pattern[str], *, credentials: bool) -> None:
        self._pattern = pattern
        self._credentials = credentials
        self._proven: dict[str, Proven | None] = {}
        has_placeholder = rewrites.PLACEHOLDER.search(pattern.pattern) is not None
        self._is_readable = not (pattern.flags & re.VERBOSE or has_placeholder)

    def prove(self, text: str) -> Proven | None:
        """Prove a regex that Rust can match; return None for any other, and after too many."""
        if text not in self._proven and len(self._proven) < _MOST_PROVEN:
            self._proven[text] = None
            with suppress(*UNREADABLE):
                proven = Proven(self._pattern, text, credentials=self._credentials)
                self._proven[text] = proven if proven.without is None else None
        return self._proven.get(text)

    def missed(self, text: str, proven: Proven) -> str | None:
        """Return an origin that another regex matches and a proven one does not."""
        other = self.prove(text)
        return None if other is None else missed_origin(other.marked, proven.marked)

    def rewritten(self, text: str, *rewritings: _Rewriting) -> str:
        """Return a regex as the rewritings leave it, or as it is if it cannot be corrected."""
        if self._is_readable and len(text) <= _LONGEST:
            for rewriting in rewritings:
                text = rewriting(text)
        return text

    def revived(self, text: str) -> tuple[list[_Rewriting], str, str | None]:
        """Return what makes a regex match an origin, why it matches none, and what it is then."""

        def matching(other: str) -> str | None:
            proven = self.prove(other)
            return None if proven is None or proven.proof["nothing"] else other

        used, revived = self._fewest(text, rewrites.NOTHING, matching)
        if revived is None:
            reason = next(why for found, why in rewrites.NOTHING_ELSE.items() if found.search(text))
            return [], reason, None
        return used, ", and ".join(rewrites.NOTHING[each] for each in used), revived

    def without_untrusted(self, text: str) -> tuple[list[str], str | None]:
        """Return why a regex matches untrusted origins, and one that does not, if that is evident."""
        used, meant = self._fewest(text, rewrites.UNTRUSTED, lambda other: self.sound(other, text))
        return [rewrites.UNTRUSTED[each] for each in used], meant

    def _fewest(
        self, text: str, rewritings: Iterable[_Rewriting], right: Callable[[str], str | None]
    ) -> tuple[list[_Rewriting], str | None]:
        """Return the fewest rewritings that make a regex right, and what it is then.

        Either one of them does, or it is found out which of all are needed.
        """
        for each in rewritings:
            other = self.rewritten(text, each)
            if other != text and (found := right(other)) is not None:
                return [each], found
        used = list(rewritings)
        other = self.rewritten(text, *used)
        found = None if other == text else right(other)
        if found is None:
            return [], None
        for each in reversed(used):
            fewer = [other for other in used if other is not each]
            if (still := right(self.rewritten(text, *fewer))) is not None:
                used, found = fewer, still
        return used, found

    def sound(self, text: str, original: str | None = None) -> str | None:
        """Return a regex with what makes it sound, if that is evident.

        Each alternative that differs from the original's shares an origin with it, so that none is
        suggested that the author did not allow.
        """
        whole = self.rewritten(text, rewrites.glob, rewrites.groups, rewrites.escape_dots)
        for each in dict.fromkeys((whole, self.rewritten(text, rewrites.escape_dots), text)):
            proven = self.prove(each)
            if proven is None or not proven.proof["safe"]:
                continue
            found = each
            for unmatched in reversed(self.unmatched(proven)):
                place = unmatched.place
                found = found[: place.start] + unmatched.meant + found[place.stop :]
            if self.is_sound(found) and self._keeps_to(found, original):
                return found
        return None

    def is_sound(self, text: str) -> bool:
        """Whether a regex names hosts, matches no untrusted origin and misses nothing that is meant."""
        if self.rewritten(text, rewrites.glob, rewrites.groups) != text:
            return False
        proven = self.prove(text)
        return proven is not None and proven.proof["safe"] and not self.unmatched(proven)

    def _keeps_to(self, text: str, original: str | None) -> bool:
        """Whether each alternative matches an origin below a written domain that the original matches."""
        parts = _top(text)
        originals = parts if original is None else _top(self.rewritten(original, rewrites.groups))
        originals = [_LAST_DOT.sub("", each) for each in originals]
        if len(parts) != len(originals):
            parts, originals = [text], [original or text]
        return all(
            (original is not None and one == other)
            or (_DOMAIN.search(_OPEN_LABELS.sub("", one)) and self._share(one, other))
            for one, other in zip(parts, originals, strict=True)
        )

    def _share(self, one: str, other: str) -> bool:
        """Whether two regexes match an origin that is the same and has a domain or an address."""
        with suppress(*UNREADABLE):
            return share_an_origin(*(mark(parse(self._pattern, text))[0] for text in (one, other)))
        return False

    def unmatched(self, proven: Proven) -> list[Unmatched]:
        """Return the alternatives that match no origin, except those that make the regex miss no origin.

        `(/|$)` and `(:443)?` match the same without them.
        """
        found = (self._unmatched(proven, place) for place in proven.unmatched()[:_MOST_UNMATCHED])
        return [each for each in found if each is not None]

    def _unmatched(self, proven: Proven, place: Alternative) -> Unmatched | None:
        text = proven.text[place.start : place.stop]
        if text.strip("^$()").lower() in _UNSET:
            return Unmatched(place, text, _UNSET_REASON, "", is_origin=True)
        used, reason, revived = self.revived(place.alone(proven.text))
        if revived is None:
            # What is no part of an origin misses none: `(/|$)`, `(\\w|\\s)+`.
            if re.search(r"\w", re.sub(r"\\.", "", text)) is None:
                return None
            is_origin = _ORIGIN.search(text) is not None
            return Unmatched(place, text, reason, text, is_origin)
        missed = self.missed(self.rewritten(revived, rewrites.escape_dots), proven)
        if missed is not None and "://" in text and re.match(r"\W*ws", text):
            # A page with https may open such a socket, too.
            secure = self.missed(revived.replace("http:", "https:"), proven)
            missed = None if secure is None else missed
        if missed is None:
            return None
        meant = self.rewritten(text, *used)
        return Unmatched(place, text, reason, meant, is_origin=True, missed=missed)


def _top(text: str) -> list[str]:
    """Return the alternatives of a regex, or the regex if it has none."""
    found = [each for each in alternatives(text) if each.outer is None]
    return [text[each.start : each.stop] for each in found] or [text]
