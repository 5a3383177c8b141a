"""Finds the pieces and the alternatives of a regular expression in its text."""

from __future__ import annotations

import re

# What an alternative must have one of, or else nothing is meant by it: `(|www\.)`, `(/|$)`.
_CONSUMING = ("literal", "character", "any", "class")
_LOOKING = ("(?=", "(?!", "(?<=", "(?<!")
_VERBOSE = re.compile(r"\(\?[aiLmsu]*x")


_TOKEN = re.compile(
    r"""
    (?P<class>\\[wWdDsS] | \[\^?\]?(?:\\.|[^\]\\])*\])
  | (?P<anchor>\\[AZbB] | [\^$])
  | (?P<literal>\\(?:x[0-9a-fA-F]{2} | u[0-9a-fA-F]{4} | U[0-9a-fA-F]{8} | N\{[^}]*\} | [0-9]{1,3} | .))
  | (?P<nothing>\(\?(?:[aiLmsux]+\) | \#[^)]*\)))
  | (?P<open>\((?:\?(?:P<\w+> | <?[=!] | > | [aiLmsux]*(?:-[imsx]+)?: ))?)
  | (?P<close>\))
  | (?P<or>\|)
  | (?P<repeat>(?:[*+?] | \{[0-9]*,?[0-9]*\})[?+]?)
  | (?P<any>\.)
  | (?P<character>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class _Group:
    """A group of alternatives, from `start` to `stop`, within an alternative of another group."""

    __slots__ = ("alternatives", "looks", "outer", "start", "stop")

    def __init__(self, start: int, outer: Alternative | None, *, looks: bool) -> None:
        self.start = self.stop = start
        self.outer = outer
        self.looks = looks
        self.alternatives: list[Alternative] = []


class Alternative:
    """One alternative of a group, from `start` to `stop`; `consumes` means that it reads something."""

    __slots__ = ("consumes", "group", "start", "stop")

    def __init__(self, start: int, group: _Group) -> None:
        self.start = self.stop = start
        self.group = group
        self.consumes = False

    def alone(self, text: str) -> str:
        """Return the regex without the alternatives that stand in the place of this one."""
        found, each = text[self.start : self.stop], self
        while (outer := each.group.outer) is not None:
            group = each.group
            found = text[outer.start : group.start] + found + text[group.stop : outer.stop]
            each = outer
        return found


def alternatives(text: str) -> list[Alternative]:
    """Return the alternatives of groups that have several, each before those within it.

    Left out are those that read nothing, and those in look-around, where they keep strings from
    matching. None are found if white space means nothing in the regex, or a group is conditional.
    """
    place, found = 0, []
    current = Alternative(0, _Group(0, None, looks=False))
    pieces = tokens(text)
    for index, (kind, piece) in enumerate([*pieces, ("close", "")]):
        following = pieces[index + 1][1] if index + 1 < len(pieces) else ""
        if _VERBOSE.match(piece) or (piece == "(" and following.startswith("?")):
            return []
        group, after = current.group, place + len(piece)
        if kind == "open":
            looks = group.looks or piece in _LOOKING
            current = Alternative(after, _Group(after, current, looks=looks))
        elif kind in ("or", "close"):
            current.stop = group.stop = place
            group.alternatives.append(current)
            if kind == "or":
                current = Alternative(after, group)
            else:
                if len(group.alternatives) > 1 and not group.looks:
                    found += [each for each in group.alternatives if each.consumes]
                if group.outer is not None:
                    group.outer.consumes |= any(each.consumes for each in group.alternatives)
                    current = group.outer
        else:
            current.consumes |= kind in _CONSUMING
        place = after
    return sorted(found, key=lambda each: each.start)


def tokens(text: str) -> list[tuple[str, str]]:
    """Split a regex that Python takes into its pieces, each with its kind and its text.

    Kinds are character (literal ones that are escaped, too), any (`.`), class, repeat, open, close,
    or, anchor, and nothing for what matches nothing.
    """
    return [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text)]
