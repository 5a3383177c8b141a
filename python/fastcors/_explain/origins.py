"""Chooses the sentences that explain why an origin is rejected, or what allows it."""

from __future__ import annotations

from fastcors._fastcors import lint_origins, matched_part
from fastcors._format import shown, shown_expression
from fastcors.decision import never_mirrored

from . import wording
from .never_matching import NeverMatching
from .wording import addition, counted, cut, joined, printable, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from fastcors._fastcors import CompiledPolicy, _Closest, _NearestEntry, _NearestVariant
    from fastcors.problems import Problem

# The longest origin that a browser can send is shorter.
_LONGEST_CHANGE = 300
# What can be removed from an origin without changing its intent. A user or a path may be an attempt
# to pass for another origin, and a change would allow that.
_CLEAR = frozenset({"space", "quotes", "case", "default-port", "slash"})
# What is the one thing to say of an origin, whatever else is odd about it.
_FIRST_ODDITIES = ("case", "several", "star")
# The most entries that are read to name the few that can match.
_MOST_READ = 100
# Relations whose sentences name scheme and port.
_SAME_HOST = ("scheme", "port", "scheme-and-port")
# An entry with a * that would stand for this origin is closer than what costs more.
_GLOB_COST = 3


def rule(compiled: CompiledPolicy, origin: str) -> str:
    """Return the sentence for what allows an origin that is allowed."""
    kind, entry = compiled.origin_rule(origin.encode("latin-1"))
    if kind == "any":
        return wording.ANY_ORIGIN
    if kind == "listed":
        return wording.LISTED
    if kind == "pattern" and entry is not None:
        return wording.PATTERN.format(pattern=printable(entry))
    return wording.REGEX.format(regex=_matching_regex(compiled, origin))


def rejection(compiled: CompiledPolicy, origin: str) -> str:
    """Return why an origin is rejected, which rule comes closest, and what to change."""
    if compiled.is_ambiguous:
        return wording.AMBIGUOUS_PATH.format(origin=printable(origin))
    if not origin:
        return wording.NO_VALUE
    if origin == "null":
        return wording.NULL.format(addition=_addition(compiled, origin))
    if origin == "file://":
        return wording.FILE.format(addition=_addition(compiled, origin))
    return joined(
        [wording.NOT_ALLOWED.format(origin=printable(origin)), *_sentences(compiled, origin)]
    )


def _sentences(compiled: CompiledPolicy, origin: str) -> Iterator[str]:
    """Yield the sentences after "... is not allowed"."""
    unsendable = _unsendable(compiled, origin)
    if unsendable is not None:
        yield from unsendable
        return
    never = NeverMatching(compiled)
    closest = compiled.closest_to(
        origin.encode("latin-1"), list(never.texts), list(never.meant_entries())
    )
    odd = _odd_origin(origin, closest["oddities"])
    if odd is not None:
        yield odd
    corrected = closest["corrected"]
    if corrected is not None and compiled.allows(corrected):
        yield wording.SEND_CORRECTED.format(corrected=printable(corrected))
        return
    # A pattern is compared with nothing: that it looks like an entry means nothing.
    if not _is_visible(origin) or "star" in closest["oddities"]:
        yield wording.SEND_ORIGIN
        return
    yield from _Rejected(compiled, origin, closest, never).sentences()


def _unsendable(compiled: CompiledPolicy, origin: str) -> list[str] | None:
    """Return what is said of an origin that no header can hold, or that has a host beyond ASCII."""
    for character in origin:
        if ord(character) > 0xFF and not character.isprintable():
            return [wording.NO_HEADER.format(character=shown(character)), wording.SEND_ORIGIN]
    breaking = never_mirrored(origin)
    if breaking is not None and compiled.any_origin:
        said = wording.NO_HEADER_WITH_STAR.format(character=shown(breaking))
        return [said, wording.SEND_ORIGIN]
    for character in origin:
        if ord(character) > 0x7F and character.isprintable():
            return [wording.UNICODE.format(character=shown(character))]
    return None


def _is_visible(origin: str) -> bool:
    return all("!" <= character <= "~" for character in origin)


def _odd_origin(origin: str, oddities: list[str]) -> str | None:
    """Return why no browser sends such an origin, or None if one may."""
    if "space" in oddities:
        return wording.ODD_ORIGINS["space"]
    for character in origin:
        if not "!" <= character <= "~":
            return wording.UNSEEN.format(character=shown(character))
    for oddity in (*_FIRST_ODDITIES, *oddities):
        if oddity in oddities:
            return wording.ODD_ORIGINS[oddity]
    return None


class _Rejected:
    """An origin that is rejected, beside the rules that come closest to it."""

    def __init__(
        self, compiled: CompiledPolicy, origin: str, closest: _Closest, never: NeverMatching
    ) -> None:
        self.compiled = compiled
        self.origin = origin
        self.closest = closest
        self.never = never
        self.site = closest["site"]

    def sentences(self) -> Iterator[str]:
        """Yield the sentences for the closest rule, and for what to change."""
        nears = self.closest["entry"], self.closest["meant"], self.closest["variant"]
        least = min((near["cost"] for near in nears if near is not None), default=None)
        found = self.never_matching(least)
        if found is None and self.closest["far"]:
            found = self.matched_part()
        yield from self.nearest(least) if found is None else found

    def never_matching(self, least: int | None) -> list[str] | None:
        """Return which entry was meant to allow the origin, but can match nothing."""
        problem = self.never.meant_for(self.origin)
        if problem is not None:
            return [_meant_template(problem).format(problem=cut(problem))]
        if least is None or least > _GLOB_COST:
            problem = self.never.glob_for(self.origin)
            if problem is not None:
                said = wording.MEANT_GLOB.format(problem=cut(problem))
                is_own = self.site is None or _ends_below(problem.value, self.site)
                return [said, *self.only_if_owner()] if is_own else [*self.foreign(), said]
        return None

    def nearest(self, least: int | None) -> Iterator[str]:
        """Yield how the closest rule differs, and what to change."""
        entry, meant = self.closest["entry"], self.closest["meant"]
        variant = self.closest["variant"]
        if entry is not None and entry["cost"] == least:
            yield from self.from_entry(entry)
        elif meant is not None and meant["cost"] == least:
            problem = self.never.meant_entries()[meant["text"]]
            yield wording.MEANT_CLOSEST.format(problem=cut(problem))
            yield from self.from_entry(meant, matches=False)
        elif variant is not None:
            yield from self.from_variant(variant)
        else:
            yield from self.nothing_near()

    def from_variant(self, variant: _NearestVariant) -> Iterator[str]:
        """Yield how the origin differs from what a regular expression matches, and what to change."""
        relation = variant["relation"]
        yield wording.REGEX_DIFFERENCES[relation].format(
            regex=_matching_regex(self.compiled, variant["text"]),
            rule=printable(variant["text"]),
            origin=printable(self.origin),
        )
        yield from self.others_and_change(variant)

    def from_entry(self, entry: _NearestEntry, *, matches: bool = True) -> Iterator[str]:
        """Yield how an entry, or what one was meant as, differs, and what to change."""
        relation = entry["relation"]
        differences = wording.DIFFERENCES if matches else wording.MEANT_DIFFERENCES
        difference = differences[relation].format(
            rule=printable(entry["text"]), origin=printable(self.origin)
        )
        if relation in {"begins-alike", "ends-alike"}:
            yield difference
            yield from self.foreign()
            return
        if relation == "typo":
            yield from self.from_typo(entry, matches=matches)
            return
        yield difference
        yield from self.others_and_change(entry, entry)

    def others_and_change(
        self, near: _NearestVariant, entry: _NearestEntry | None = None
    ) -> Iterator[str]:
        """Yield whether scheme or port differ beside the host, and what to change."""
        if near["relation"] == "same":
            return
        if near["relation"] not in _SAME_HOST and (near["scheme"] or near["port"]):
            yield wording.OTHERS[near["scheme"], near["port"]]
        yield from self.change(entry=entry)

    def from_typo(self, entry: _NearestEntry, *, matches: bool) -> Iterator[str]:
        """Yield which entry looks like the origin, and what to change."""
        rule = printable(entry["text"])
        differences = wording.DIFFERENCES if matches else wording.MEANT_DIFFERENCES
        if self.closest["this_machine"]:
            said = wording.TYPO_IN_ENTRY if matches else wording.MEANT_TYPO_IN_ENTRY
            yield said.format(rule=rule)
            yield from self.change(entry=entry)
        elif self.meant() is None:
            yield differences["same"].format(rule=rule)
        else:
            yield differences["typo"].format(rule=rule)
            yield from self.change(wording.ADD_OTHERWISE)

    def nothing_near(self) -> Iterator[str]:
        """Yield what is allowed at all, and which entries can match nothing."""
        options = self.compiled.options
        listed, patterns = self.compiled.origin_counts()
        listed -= sum("*" not in text and _is_visible(text) for text in self.never.texts)
        dead = self.never.dead_regexes()
        regexes = len(options.patterns()) - len(dead)
        problems = self.never.problems
        first = cut(problems[0]) if problems else ""
        count = f"{len(problems):,}"
        if listed + patterns + regexes or (self.compiled.entry_count() and not problems):
            rules = counted((listed, "origin"), (patterns, "pattern"), (regexes, "regex"))
            if listed + patterns + regexes <= wording.MOST_NAMED:
                rules = self.named_rules() or rules
            yield wording.NOTHING_NEAR.format(rules=rules)
            if options.python_only:
                yield wording.PYTHON_ONLY
            if dead:
                yield _about_regex(dead)
            if problems:
                said = wording.NEVER_MATCHES if len(problems) == 1 else wording.NEVER_MATCH
                yield said.format(problem=first, count=count)
        elif problems:
            said = wording.ONLY_ENTRY if len(problems) == 1 else wording.NO_ENTRY
            yield said.format(problem=first, count=count)
            if dead:
                yield _about_regex(dead)
        elif dead:
            yield wording.ONLY_REGEX.format(problem=cut(next(iter(dead.values()))))
        else:
            yield wording.NO_RULES
        yield from self.change(self.add_if_own())

    def named_rules(self) -> str:
        """Return the few entries and regular expressions that there are; nothing if there are too many entries."""
        if self.compiled.entry_count() > _MOST_READ:
            return ""
        entries = dict.fromkeys(self.compiled.origins())
        names = [printable(entry) for entry in entries if entry not in self.never.texts]
        dead = self.never.dead_regexes()
        texts = [pattern.pattern for pattern, _ in _regexes(self.compiled)]
        names += [shown_expression(text) for text in texts if text not in dead]
        return wording.listed(names)

    def matched_part(self) -> list[str] | None:
        """Return what a regular expression matches of the origin, if that is not all of it."""
        found: tuple[int, str, int, int] | None = None
        for pattern, expression in _regexes(self.compiled):
            part = None
            if expression is not None:
                part = matched_part(expression, self.origin.encode("latin-1"))
            if part is not None and (found is None or part[1] - part[0] > found[0]):
                found = (part[1] - part[0], pattern.pattern, *part)
        if found is None:
            return None
        _, text, start, end = found
        part_text = self.origin[start:end]
        said = wording.REGEX_INSIDE
        if start == 0:
            said = wording.REGEX_BEGINNING
        elif end == len(self.origin):
            said = wording.REGEX_END
        difference = said.format(regex=shown_expression(text), part=printable(part_text))
        host = part_text.partition("://")[2]
        if start == 0 and "." in host.rstrip(".") and not self.origin[end:].startswith(":"):
            return [difference, *self.foreign()]
        return [difference, wording.WRITE_WHOLE_REGEX, *self.change(self.add_if_own())]

    def foreign(self) -> Iterator[str]:
        """Yield that a likeness in the text of an origin means nothing."""
        if self.site is None:
            yield wording.BELONGS_TO_OTHERS
        else:
            yield wording.BELONGS_TO.format(site=printable(self.site))
        yield from self.only_if_owner()

    def only_if_owner(self) -> Iterator[str]:
        """Yield the change for whoever owns the origin's domain."""
        if self.meant() is not None:
            said = wording.ONLY_IF_OWN if self.site is None else wording.ONLY_IF_OWNER
            yield from self.change(said)

    def change(self, said: str | None = None, entry: _NearestEntry | None = None) -> Iterator[str]:
        """Yield the change that allows the origin: as it is said, or as it fits the closest rule."""
        meant = self.meant()
        if meant is None:
            yield wording.SEND_ORIGIN
            return
        pattern = ""
        if said is None:
            said, pattern = self.alternative(entry, meant)
        site = "" if self.site is None else printable(self.site)
        yield said.format(
            addition=_addition(self.compiled, meant), pattern=written(pattern), site=site
        )
        if self.closest["corrected"] is not None:
            yield wording.THEN_SEND

    def add_if_own(self) -> str:
        """Return the template for a change that allows an origin whose owner is unknown."""
        return wording.ADD if self.closest["this_machine"] else wording.ADD_IF_OWN

    def alternative(self, entry: _NearestEntry | None, meant: str) -> tuple[str, str]:
        """Return the template for a change that has an alternative, and the pattern that it may name."""
        scheme, _, rest = meant.partition("://")
        if entry is not None:
            pattern = entry["pattern"]
            if pattern is not None and _is_flawless(self.compiled, pattern):
                return wording.ADD_OR_SUBDOMAINS, pattern
            has_port = entry["port"] or entry["text"].endswith(":*")
            # The pages of an app have no port.
            if self.closest["this_machine"] and has_port and scheme in ("http", "https"):
                port = rest.rpartition(":")[2]
                host = rest.removesuffix(f":{port}") if port.isdigit() else rest
                return wording.ADD_OR_PORTS, f"{scheme}://{host}:*"
        is_http = scheme == "http" and not self.closest["this_machine"]
        if is_http and self.compiled.allows(f"https://{rest}"):
            return wording.ADD_OR_HTTPS, ""
        return wording.ADD, ""

    def meant(self) -> str | None:
        """Return the origin as a browser sends it, if there is one that may be recommended."""
        meant = self.closest["corrected"] or self.origin
        clear = _CLEAR.issuperset(self.closest["oddities"])
        return meant if clear and _is_sound(self.compiled, meant) else None


def _meant_template(problem: Problem) -> str:
    """Return the template for a rule whose problem suggests what would allow the origin."""
    if problem.option == "allow_origin_regex":
        return wording.MEANT_REGEX
    return wording.MEANT


def _about_regex(dead: dict[str, Problem]) -> str:
    """Return the sentence about the first regex that can match nothing."""
    problem = next(iter(dead.values()))
    return wording.REGEX_NEVER_MATCHES.format(problem=cut(problem))


def _ends_below(glob: str, site: str) -> bool:
    """Whether all that a glob stands for is below a domain: its end is fixed, from a dot on."""
    host = glob.lower().partition("://")[2].partition("/")[0].partition(":")[0]
    return host.rpartition("*")[2].endswith(f".{site}")


def _is_sound(compiled: CompiledPolicy, entry: str) -> bool:
    """Whether an entry may be recommended: the linter finds no error in it, and it is not long."""
    if len(entry) > _LONGEST_CHANGE:
        return False
    problems = lint_origins([entry], compiled.options.allow_credentials)
    return all(severity != "error" for _, severity, *_ in problems)


def _is_flawless(compiled: CompiledPolicy, entry: str) -> bool:
    """Whether the linter finds nothing wrong with an entry, as with one for more than was asked."""
    return not lint_origins([entry], compiled.options.allow_credentials)


def _addition(compiled: CompiledPolicy, origin: str) -> str:
    return addition("allow_origins", origin, others=bool(compiled.entry_count()))


def _regexes(compiled: CompiledPolicy) -> list[tuple[re.Pattern[str], str | None]]:
    """Return the expressions in a lasting order, each with its text for the Rust engine if it has one."""
    return sorted(compiled.options.engines, key=lambda pair: (pair[0].pattern, pair[0].flags))


def _matching_regex(compiled: CompiledPolicy, origin: str) -> str:
    """Return the expression that matches an origin, as it is shown."""
    for pattern, expression in _regexes(compiled):
        if expression is None:
            matches = pattern.fullmatch(origin) is not None
        else:
            matches = matched_part(expression, origin.encode("latin-1")) == (0, len(origin))
        if matches:
            return shown_expression(pattern.pattern)
    return ""
