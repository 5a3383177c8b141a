"""docs/command.md and docs/debugging.md are what the command prints and knows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fastcors._command.findings import LAYER_CODES
from fastcors._command.kinds import ENGINES, KINDS, OTHERS, page_of
from fastcors.testing import wording
from fastcors.testing.blocked import FIREFOX, firefox_key
from tests.command import documents
from tests.documents import ROOT, blocks_of

COMMAND = "docs/command.md"
KNOWN = {name for kind in KINDS for name in kind.names}


def test_each_example_shows_what_it_prints() -> None:
    assert len(blocks_of(COMMAND, "console")) == 5
    assert all(block.printed for block in blocks_of(COMMAND, "console"))


def test_the_tables_of_the_kinds_are_in_the_document() -> None:
    text = documents.DEBUGGING.read_text(encoding="utf-8")
    assert text == documents.renewed_debugging(), "run 'python -m tests.command.documents'"


def test_nothing_that_the_examples_print_is_wider_than_80_columns() -> None:
    printed = "".join(block.printed or "" for block in blocks_of(COMMAND, "console"))
    assert [line for line in printed.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("kind", wording._REASONS)
def test_each_kind_that_a_browser_reports_is_in_the_table(kind: str) -> None:
    assert KNOWN & {kind, f"Preflight{kind}"}
    assert page_of(kind).startswith("https://fastcors.github.io/fastcors/debugging/#")


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_each_kind_in_the_table_is_one_that_a_browser_reports(name: str) -> None:
    assert wording._known(name) in wording._REASONS


def test_each_kind_that_a_preflight_and_a_request_have_is_named_for_both() -> None:
    checks = {
        "MissingAllowOriginHeader",
        "MultipleAllowOriginValues",
        "InvalidAllowOriginValue",
        "AllowOriginMismatch",
        "WildcardOriginNotAllowed",
        "InvalidAllowCredentials",
    }
    assert {kind.names for kind in KINDS if len(kind.names) == 2} == {
        (name, f"Preflight{name}") for name in checks
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.names[0])
def test_firefox_has_words_for_the_kinds_that_it_has_a_key_for(kind: Any) -> None:
    assert bool(kind.firefox) == bool(firefox_key(kind.names[0]))


def test_each_key_of_firefox_belongs_to_a_kind_in_the_table() -> None:
    assert {*map(firefox_key, KNOWN)} - {None} == {*FIREFOX.values()}


@pytest.mark.parametrize("kind", [*KINDS, *OTHERS], ids=lambda kind: kind.names[0])
def test_each_kind_has_words_of_an_engine_and_says_what_to_change(kind: Any) -> None:
    assert any(kind.words(engine) for engine in ENGINES)
    assert all((kind.meaning, kind.fastcors, kind.starlette, kind.nginx))


def test_each_kind_has_a_heading_of_its_own_that_the_console_names() -> None:
    headings = re.findall(
        "^### (.*)$", documents.DEBUGGING.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert headings == [kind.title for kind in (*KINDS, *OTHERS)]
    assert len({kind.anchor for kind in (*KINDS, *OTHERS)}) == len(headings)


def test_each_code_of_the_command_is_in_the_document_with_its_page() -> None:
    text = (ROOT / COMMAND).read_text(encoding="utf-8")
    linked = re.findall(r"^\| \[`([a-z-]+)`\]\(problems/\1\.md\)", text, re.MULTILINE)
    assert linked == list(LAYER_CODES)


def test_the_address_of_a_kind_leads_to_its_heading() -> None:
    for kind in (*KINDS, *OTHERS):
        page, _, anchor = kind.url.partition("#")
        assert page == "https://fastcors.github.io/fastcors/debugging/"
        # The slug that both GitHub and the site make of a heading.
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", anchor)


def yaml(text: str) -> Any:
    return pytest.importorskip("ruamel.yaml").YAML(typ="safe").load(text)


def test_the_workflow_keeps_the_schema_and_uses_what_this_project_uses(tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema")
    (workflow,) = [block.code for block in blocks_of(COMMAND, "yaml") if "runs-on" in block.code]
    path = tmp_path / "cors.yml"
    path.write_text(workflow)
    schema = ["--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    own = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    used = re.findall(r"- uses: (.*)", workflow)
    assert used
    assert [each for each in used if each not in own] == []


def test_the_hook_of_the_document_is_the_one_that_this_project_has() -> None:
    (hook,) = yaml((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["entry"] == "fastcors lint"
    assert hook["pass_filenames"] is False
    (configuration,) = [block.code for block in blocks_of(COMMAND, "yaml") if "rev:" in block.code]
    (repository,) = yaml(configuration)["repos"]
    assert [each["id"] for each in repository["hooks"]] == [hook["id"]]
    assert json.dumps(repository["hooks"][0]["args"]) == '["shop:app"]'
