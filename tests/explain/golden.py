"""The golden file of all explanations: `python -m tests.explain.golden` writes each text anew.

A row has options and a request, as the arguments of a Python call, and the text of the decision. To add
one, write it with an empty text, and run `make explanations`.
"""

from __future__ import annotations

import re
import tomllib
import warnings
from pathlib import Path
from typing import Any, NamedTuple

from fastcors import ALL_METHODS, Decision, Policy

FILE = Path(__file__).with_name("explanations.toml")
HEADER = """\
# Every kind of explanation, with what it is of. `make explanations` renews the texts; read what changes.
"""


class AnyHttpUrl:
    """Shown and written as pydantic's: it is no str, and its text ends with a slash."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return f"{self.text}/"

    def __repr__(self) -> str:
        return f"AnyHttpUrl('{self}')"


def is_tenant(origin: str, scope: Any) -> bool:
    """Allow nothing; a policy does not call it."""
    return False


# As it is called in the file, however this one is run.
is_tenant.__module__ = "tenants"

# What options and requests may name.
NAMES = {
    "AnyHttpUrl": AnyHttpUrl,
    "ALL_METHODS": ALL_METHODS,
    "Policy": Policy,
    "is_tenant": is_tenant,
    "re": re,
}


class Row(NamedTuple):
    """A row of the file; `about` is the heading above it, for the first of its kind."""

    about: str
    options: str
    request: str
    text: str

    def decision(self) -> Decision:
        """Return what the policy decides."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            policy = Policy(**_arguments(self.options))
        request = _arguments(self.request)
        return policy.preflight(**request) if "method" in request else policy.actual(**request)

    def written(self) -> str:
        """Return the row with the text as it is now, as TOML."""
        text = str(self.decision())
        assert "'''" not in self.options + self.request + text
        heading = f"\n# {self.about}\n" if self.about else ""
        return (
            f"{heading}\n[[explanation]]\noptions = '''{self.options}'''\nrequest = '''{self.request}'''\n"
            f"text = '''\n{text}\n'''\n"
        )


def rows() -> list[Row]:
    """Return the rows of the file, in their order."""
    text = FILE.read_text()
    headings = iter(re.findall(r"(?:^# (.*)\n\n)?^\[\[explanation\]\]$", text, re.MULTILINE))
    return [
        Row(next(headings), row["options"], row["request"], row["text"].removesuffix("\n"))
        for row in tomllib.loads(text)["explanation"]
    ]


def renewed() -> str:
    """Return the file as it has to be."""
    return HEADER + "".join(row.written() for row in rows())


def _arguments(text: str) -> dict[str, Any]:
    arguments: dict[str, Any] = eval(f"dict({text})", dict(NAMES))
    return arguments


if __name__ == "__main__":
    FILE.write_text(renewed())
