"""The workflows are valid and safe, and build each file that a release is expected to have."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tools.distributions import PLATFORMS, PYTHONS

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# What a job may do that is not reading the repository.
RIGHTS = {
    ("release", "publish"): {"id-token": "write"},
    ("site", "publish"): {"id-token": "write", "pages": "write"},
}
PINNED = re.compile(r"[\w-]+(/[\w-]+)+@[0-9a-f]{40}")

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe").load(path)
    return document


def steps_of(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def test_there_are_workflows() -> None:
    assert [path.stem for path in WORKFLOWS] == ["release", "site", "test"]


def test_they_keep_the_schema() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.github-workflows"),
            *map(str, WORKFLOWS),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def audited(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(Path(sysconfig.get_path("scripts"), "zizmor"), "--offline", "--quiet"),
            *("--persona", "pedantic", "--no-progress", path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


@each_workflow
def test_nothing_unsafe_is_found_in_it(path: Path) -> None:
    done = audited(path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("dc37677b2e1c63e2034f94d8a5b11f265b73ba33", "release/v1"),
        ("permissions: {}", "permissions: write-all"),
        ('"$TAG"', "${{ github.ref_name }}"),
    ],
)
def test_what_is_unsafe_would_be_found(tmp_path: Path, written: str, instead: str) -> None:
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    changed = tmp_path / ".github" / "workflows" / "release.yml"
    changed.parent.mkdir(parents=True)
    changed.write_text(text.replace(written, instead, 1), encoding="utf-8")
    assert changed.read_text(encoding="utf-8") != text
    assert audited(changed).returncode != 0


@each_workflow
def test_each_action_is_pinned_by_its_commit(path: Path) -> None:
    used = [step["uses"] for step in steps_of(path) if "uses" in step]
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@each_workflow
def test_no_checkout_leaves_the_token_behind(path: Path) -> None:
    checkouts = [step for step in steps_of(path) if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)


def test_all_workflows_pin_the_same_commits() -> None:
    pinned: dict[str, set[str]] = {}
    for step in itertools.chain(*map(steps_of, WORKFLOWS)):
        if "uses" in step:
            action, _, commit = step["uses"].partition("@")
            pinned.setdefault(action, set()).add(commit)
    assert [action for action, commits in pinned.items() if len(commits) > 1] == []


@each_workflow
def test_a_job_has_no_more_rights_than_it_needs(path: Path) -> None:
    document = read(path)
    assert document["permissions"] == {}
    for name, job in document["jobs"].items():
        assert job["permissions"] == RIGHTS.get((path.stem, name), {"contents": "read"})


def test_a_release_is_built_for_each_python_and_platform_that_is_expected() -> None:
    matrix = read(ROOT / ".github/workflows/release.yml")["jobs"]["wheels"]["strategy"]["matrix"]
    assert tuple(matrix["python"]) == PYTHONS
    assert tuple(platform["name"] for platform in matrix["platform"]) == PLATFORMS


def test_what_is_published_as_the_site_is_what_make_docs_builds() -> None:
    jobs = read(ROOT / ".github/workflows/site.yml")["jobs"]
    assert jobs["publish"]["needs"] == "build"
    *_, build, upload = jobs["build"]["steps"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"$(BIN)/{build['run']}" in makefile
    assert f"site_dir: {upload['with']['path']}\n" in (ROOT / "mkdocs.yml").read_text()


def test_each_python_is_tested_on_each_system() -> None:
    matrix = read(ROOT / ".github/workflows/test.yml")["jobs"]["python"]["strategy"]["matrix"]
    assert tuple(matrix["python"]) == PYTHONS
    assert {system.partition("-")[0] for system in matrix["system"]} == {
        "ubuntu",
        "macos",
        "windows",
    }


def test_only_a_complete_release_is_published() -> None:
    jobs = read(ROOT / ".github/workflows/release.yml")["jobs"]
    assert jobs["publish"]["needs"] == "complete"
    assert set(jobs["complete"]["needs"]) == {"sdist", "wheels"}
    commands = [step.get("run") for step in jobs["complete"]["steps"]]
    assert "python -m tools.distributions dist" in commands


@each_workflow
def test_each_module_that_a_step_runs_is_there(path: Path) -> None:
    modules = {
        module
        for step in steps_of(path)
        for module in re.findall(r"-m (tools\.\w+)", step.get("run", ""))
    }
    assert modules or path.stem == "site"
    for module in modules:
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()
