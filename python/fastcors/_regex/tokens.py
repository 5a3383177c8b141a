"""Splits a regular expression into its pieces."""

from __future__ import annotations

import re

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


def tokens(text: str) -> list[tuple[str, str]]:
    """Split a regex that Python takes into its pieces, each with its kind and its text.

    Kinds are character (literal ones that are escaped, too), any (`.`), class, repeat, open, close,
    or, anchor, and nothing for what matches nothing.
    """
    return [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text)]
