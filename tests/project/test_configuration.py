"""docs/configuration.md: its programs run, and it names what always raises and where problems are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from fastcors import ConfigWarning, CORSMiddleware, Policy, install, lint
from fastcors.problems import ALWAYS_RAISE, CODES
from tests.documents import blocks_of

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_what_always_raises_is_on_the_page() -> None:
    table = TEXT.split("\n| what raises | code |\n", 1)[1].split("\n\n", 1)[0]
    written = re.findall(r"\[`([a-z-]+)`\]\(problems/\1\.md\)", table)
    assert sorted(written) == sorted(ALWAYS_RAISE)


def test_each_option_links_to_its_problems() -> None:
    for option in {code.options[0] for code in CODES.values() if len(code.options) == 1}:
        section = TEXT.split(f"\n## {option}\n", 1)[1].split("\n## ", 1)[0]
        assert f"(problems/index.md#{option})" in section or f"(problems/{option}-" in section


def test_the_text_of_a_problem_is_as_it_is_shown() -> None:
    given = {
        "allow_origins: 'https://app.example.com/' ": ["https://app.example.com/"],
        "allow_origins: 'https://app.example.com' is a str": "https://app.example.com",
    }
    shown = re.findall("^fastcors: (allow_.*)$", TEXT, re.MULTILINE)
    assert len(shown) == len(given)
    for line in shown:
        (options,) = [value for begin, value in given.items() if line.startswith(begin)]
        (problem,) = lint(allow_origins=options)
        assert line == str(problem)


def test_the_logging_configuration_that_is_shown_is_the_file_that_is_linked() -> None:
    (block,) = blocks_of("docs/configuration.md", "json")
    assert block.code == (PAGE.parents[1] / "examples" / "log_config.json").read_text()


def test_a_warning_points_at_the_line_or_into_the_framework() -> None:
    """The line is the one that creates the policy; `add_middleware` creates it later."""
    options: Any = {"allow_origins": ["https://app.example.com/"]}
    here = Path(__file__)
    for create in (
        lambda: Policy(**options),
        lambda: CORSMiddleware(print, **options),  # type: ignore[arg-type]
        lambda: install(FastAPI(), **options),
    ):
        with pytest.warns(ConfigWarning) as heard:
            create()
        assert [Path(warning.filename) for warning in heard] == [here]
    app = FastAPI()
    app.add_middleware(CORSMiddleware, **options)
    with pytest.warns(ConfigWarning) as heard:
        app.build_middleware_stack()
    assert [Path(warning.filename).parent.name for warning in heard] == ["fastapi"]
