"""Each block of code in the documents runs and prints what is shown, or something else checks it."""

from __future__ import annotations

import json
import logging
import re
import tomllib
from pathlib import Path

import pytest

from fastcors._log import enforcement, limit
from tests.documents import ROOT, Block, blocks_of
from tests.running_examples import (
    DOCUMENTS,
    NEEDS,
    commands_of,
    printed_by,
    runnable,
    started_below,
)

BLOCKS = [block for document in DOCUMENTS for block in blocks_of(document, None)]
RUN = [block for block in BLOCKS if runnable(block)]
# What no parser reads and nothing prints, by its document and section: the test that checks it, or why
# nothing does.
CHECKED = {
    ("docs/architecture.md", "The parts"): "a drawing",
    ("docs/command.md", "Fetch"): "sh: it goes over the network",
    ("docs/configuration.md", "How problems are reported"): (
        "tests/project/test_configuration.py::test_the_text_of_a_problem_is_as_it_is_shown"
    ),
    ("docs/configuration.md", "Where a warning points"): (
        "tests/servers/test_documents.py::test_uvicorn_shows_what_is_documented_if_a_configuration_raises"
    ),
    ("docs/enforcement.md", "What CORS does not do"): (
        "tests/project/test_enforcement_document.py::test_the_summary_of_the_modes_is_true"
    ),
    ("docs/recipes.md", "nginx"): (
        "tests/servers/test_documents.py::"
        "test_behind_nginx_the_application_handles_cors_and_nginx_its_own_errors"
    ),
}
TARGETS = re.findall("^([a-z][a-z-]*):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.fixture(autouse=True)
def nothing_was_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report each origin anew."""
    monkeypatch.setattr(enforcement, "_limit", limit.Limit())


def name_of(block: Block) -> str:
    return f"{block.document.removesuffix('.md')} {block}"


def key(block: Block) -> tuple[str, str]:
    return block.document, block.section


@pytest.mark.parametrize("block", RUN, ids=name_of)
def test_an_example_runs_without_a_warning_and_prints_and_logs_what_is_shown(
    block: Block, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("fastcors")
    level = logger.level
    try:
        printed = printed_by(block, tmp_path)
    finally:
        logger.setLevel(level)
    assert printed.rstrip() == (block.printed or "").rstrip(), (
        "if this is right, run 'python -m tests.running_examples'"
    )
    logged = [
        f"# {record.levelname}:{record.name}:{record.message}"
        for record in caplog.records
        if record.name == "fastcors"
    ]
    assert logged == re.findall("^# [A-Z]+:fastcors:.*$", block.code, re.MULTILINE)


@pytest.mark.parametrize("block", [block for block in BLOCKS if not runnable(block)], ids=name_of)
def test_what_does_not_run_is_parsed_or_checked_by_another_test(block: Block) -> None:
    match block.language:
        case "json":
            json.loads(block.code)
        case "toml":
            tomllib.loads(block.code)
        case "yaml":
            pytest.importorskip("ruamel.yaml").YAML(typ="safe").load(block.code)
        case "diff":
            lines = re.findall(r"^\+(.*)$", block.code, re.MULTILINE)
            exec("\n".join(lines), {})
        case "console":
            for command in commands_of(block):
                check_command(command)
        case "python":
            assert started_below(block)
        case _:
            assert key(block) in CHECKED, "it neither runs nor is it in CHECKED"
            checked = CHECKED[key(block)]
            file, _, test = checked.partition("::")
            assert not test or f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


def check_command(command: str) -> None:
    program, *arguments = command.split()
    match program, arguments:
        case "make", [target, *_]:
            assert target in TARGETS
        case "pip", ["install", what]:
            extras = re.findall(r"\[(\w+)\]", what)
            assert what.startswith("/path/to/checkout") or extras
            assert {*extras} <= {*EXTRAS}
        case _:
            pytest.fail(f"nothing checks {command!r}")


def test_each_exception_is_about_a_block() -> None:
    keys = {key(block) for block in BLOCKS if not runnable(block)}
    assert CHECKED.keys() <= keys
    needing = {(block.document, block.section, block.number) for block in RUN}
    assert NEEDS.keys() <= needing


def test_no_block_is_left_out() -> None:
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        found = blocks_of(document, None)
        fences = len(re.findall("^ *```", text, re.MULTILINE))
        assert fences == 2 * (len(found) + sum(block.printed is not None for block in found)), (
            document
        )
