"""The pages of docs/migration: their tables of options, and the numbers of their differences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastcors import Policy
from tests.documents import ROOT, rows_below
from tests.migration import libraries
from tests.migration.libraries import Make


@dataclass(frozen=True)
class Page:
    """A page about one library."""

    # The name of its package, and of the file.
    package: str
    title: str
    make: Make

    @property
    def path(self) -> str:
        """The file, from the project's root."""
        return f"docs/migration/{self.package}.md"

    @property
    def text(self) -> str:
        """What is in it."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def rows(self) -> list[Row]:
        """The table of its options."""
        heading = f"| {self.title} | its default | fastcors | |"
        return [Row(*cells) for cells in rows_below(self.path, heading)]

    @property
    def numbers(self) -> list[int]:
        """The numbers of its differences."""
        part = self.text.split("## What behaves differently\n")[1].partition("\n## ")[0]
        return [int(number) for number in re.findall(r"^(\d+)\. \*\*", part, re.MULTILINE)]


@dataclass(frozen=True)
class Row:
    """Options of a library, and what they are in fastcors."""

    theirs: str
    default: str
    ours: str
    note: str

    @property
    def differs(self) -> bool:
        """Whether it says that what pages can do is not the same."""
        return self.note.startswith("Not the same: see ")

    @property
    def numbers(self) -> list[int]:
        """The differences that it names."""
        return [int(number) for number in re.findall(r"\bsee (\d+)", self.note, re.IGNORECASE)]


def is_theirs(origin: bytes) -> bool:
    """Decide as `is_ours` does, for asgi-cors."""
    return origin == b"https://shop.example.com"


def is_ours(origin: str, scope: object) -> bool:
    """Allow one origin."""
    return origin == "https://shop.example.com"


def options(cell: str, function: object = is_ours) -> dict[str, Any]:
    """Return the options that a cell writes."""
    if cell in ("no option", "nothing"):
        return {}
    names = {"Policy": Policy, "is_tenant": function, "re": re, "timedelta": timedelta}
    found: dict[str, Any] = eval(f"dict({cell})", names)
    return found


PAGES = [
    Page("asgi-cors", "asgi-cors", libraries.asgi_cors),
    Page("django-cors-headers", "django-cors-headers", libraries.django_cors_headers),
    Page("flask-cors", "Flask-CORS", libraries.flask_cors),
    Page("litestar", "CORSConfig", libraries.litestar),
    Page("quart-cors", "Quart-CORS", libraries.quart_cors),
    Page("starlette", "Starlette", libraries.starlette),
]
