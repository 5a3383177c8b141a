"""Every explanation is in the golden file, and the golden file has every sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fastcors._explain import wording
from fastcors._fastcors import oddities, relations
from tests.explain import golden

ROWS = golden.rows()


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_each_explanation_is_the_one_in_the_golden_file(row: golden.Row) -> None:
    assert str(row.decision()) == row.text, "if this is right, run 'make explanations'"


def test_the_golden_file_is_written_as_the_command_writes_it() -> None:
    assert golden.FILE.read_text() == golden.renewed(), "run 'make explanations'"


def test_each_relation_and_each_oddity_has_a_sentence() -> None:
    assert wording.DIFFERENCES.keys() == set(relations())
    assert wording.REGEX_DIFFERENCES.keys() <= set(relations())
    assert wording.ODD_ORIGINS.keys() == set(oddities())


def templates() -> dict[str, str]:
    """Return each template by its name, those of a table by its key too."""
    found: dict[str, str] = {}
    for name, value in vars(wording).items():
        if not name.isupper() or name.startswith(("_", "LOG_")):
            continue
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, dict):
            found.update({f"{name}[{key!r}]": template for key, template in value.items()})
    return found


@pytest.mark.parametrize("name", templates())
def test_each_sentence_is_in_the_golden_file(name: str) -> None:
    parts: list[Any] = re.split(r"\{[a-z_]+\}", templates()[name])
    template = re.compile(r"(?:^|; |: |  |\? )" + ".+".join(map(re.escape, parts)), re.MULTILINE)
    assert any(template.search(row.text) for row in ROWS)
