"""What a release consists of, and what keeps one from being made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.project.test_documents import anchors_of
from tools import distributions, notices, readme, release_check, wheels

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VERSION = distributions.version()
# A wheel is looked at, not run: what is quick to compile will do.
QUICK = {
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a source distribution and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patched:
        for name, value in QUICK.items():
            patched.setenv(name, value)
        patched.chdir(ROOT)
        archive = wheels.source_distribution(folder)
        arguments = ["--interpreter", sys.executable, "--compatibility", "linux"]
        wheels.wheels(archive, folder, arguments, ROOT / "target" / "quick-wheel")
    return folder


def only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def test_nothing_is_wrong_with_the_distributions(made: Path) -> None:
    assert release_check.problems_of_source(only(made, "*.tar.gz")) == []
    assert release_check.problems_of_wheel(only(made, "*.whl")) == []


def test_the_module_names_no_folder_of_the_machine_that_built_it(made: Path) -> None:
    with zipfile.ZipFile(only(made, "*.whl")) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith((".so", ".pyd"))]
        module = wheel.read(name)
    assert release_check.machine_paths(module) == []
    folders = [str(ROOT), str(Path.home()), str(Path.home() / ".cargo")]
    assert [folder for folder in folders if os.fsencode(f"{folder}/") in module] == []
    # What is left of them shows that paths are still there to be found.
    assert b"crates/" in module or b"src/" in module


@pytest.mark.parametrize(
    "text",
    [
        "/root/.cargo/registry/src/example-1949cf8c6b5b557f/regex-1.13.1/src/lib.rs",
        "/home/someone/fastcors/src/lib.rs",
        "/Users/someone/fastcors/src/lib.rs",
        r"C:\Users\someone\fastcors\src\lib.rs",
        "/build/.rustup/toolchains/stable/lib/rustlib/src",
        "example-1949cf8c6b5b557f/regex-1.13.1/src/lib.rs",
    ],
)
def test_a_folder_of_a_machine_is_found(text: str) -> None:
    assert release_check.machine_paths(b"\0\x01" + text.encode() + b"\0") == [text]


def test_a_path_that_every_machine_has_is_none() -> None:
    for text in (b"/rustc/59807616e1fa/library/core/src/str.rs", b"crates/regex-1.13.1/src/lib.rs"):
        assert release_check.machine_paths(text) == []


def test_the_wheel_installs_into_a_clean_environment(made: Path, tmp_path: Path) -> None:
    environment = tmp_path / "clean"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-index"]
    subprocess.run([*pip, "--find-links", str(made), "fastcors"], check=True)
    code = (
        "import fastcors; p = fastcors.Policy(allow_origins=['https://a.example']);"
        "print(fastcors.__file__, p.actual(origin='https://a.example').allowed)"
    )
    checked = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert checked.stdout.startswith(str(environment))
    assert checked.stdout.endswith(" True\n")


def test_the_source_distribution_is_what_the_wheel_is_made_of(made: Path) -> None:
    with (
        tarfile.open(only(made, "*.tar.gz")) as packed,
        zipfile.ZipFile(only(made, "*.whl")) as wheel,
    ):
        sources = {
            member.name.partition("/python/")[2] for member in packed if "/python/" in member.name
        }
        modules = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert {name for name in modules if not name.endswith((".so", ".pyd"))} == sources


def test_the_notices_are_those_of_the_crates_that_are_compiled() -> None:
    written = notices.FILE.read_text(encoding="utf-8")
    assert written == notices.notices(), "run `make notices`"
    assert "Mozilla Public License 2.0" in written


def test_the_readme_of_a_package_index_has_no_relative_link() -> None:
    text = readme.absolute(README)
    assert re.findall(r"\]\((?!https?://)", README)
    assert re.findall(r"\]\((?!https?://)", text) == []
    # Else nothing changes.
    address = re.escape(f"{readme.repository()}/") + rf"(?:blob|raw)/v{re.escape(VERSION)}/"
    assert re.sub(address + r"(?:README\.md(?=#))?", "", text) == README


def test_each_link_of_the_readme_leads_to_what_the_repository_has() -> None:
    links = re.findall(
        re.escape(readme.repository()) + r"/(?:blob|raw)/main/([^)#\s]+)(?:#([^)\s]+))?",
        readme.absolute(README, "main"),
    )
    assert links
    for file, place in links:
        assert (ROOT / file).exists(), file
        assert not place or place in anchors_of((ROOT / file).read_text(encoding="utf-8"))


def test_an_image_is_linked_by_its_bytes() -> None:
    address = f"{readme.repository()}/raw/v{VERSION}/docs/img/a.svg"
    assert readme.absolute("![A plot](docs/img/a.svg)") == f"![A plot]({address})"


def test_the_names_of_wheels_are_those_of_their_pythons() -> None:
    assert distributions.wheel_name("1.2.3", "3.14t", "win_arm64") == (
        "fastcors-1.2.3-cp314-cp314t-win_arm64.whl"
    )
    expected = distributions.expected(VERSION)
    assert len(expected) == len(distributions.PYTHONS) * len(distributions.PLATFORMS) + 1


def test_a_file_that_is_missing_and_one_too_many_are_named() -> None:
    found = distributions.expected(VERSION)
    assert distributions.differences(found, VERSION) == []
    lost = f"fastcors-{VERSION}-cp311-cp311-win_amd64.whl"
    assert distributions.differences(found - {lost} | {"notes.txt"}, VERSION) == [
        f"missing: {lost}",
        "unexpected: notes.txt",
    ]


def test_each_python_that_is_declared_has_wheels() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = re.findall(r":: (3\.\d+)(?=\n|$)", "\n".join(project["classifiers"]))
    assert {*declared} <= {*distributions.PYTHONS}


def test_the_version_and_the_changelog_are_ready() -> None:
    assert release_check.problems_here() == []


def test_a_tag_needs_the_version_a_date_and_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    def changelog(text: str) -> None:
        monkeypatch.setattr(release_check, "_read", lambda name: text)

    changelog(f"# Changelog\n\n## {VERSION} - 2026-12-01\n\n- All.\n")
    here = readme.repository()
    assert release_check.problems_of_tag(f"v{VERSION}", here) == []
    assert release_check.problems_of_tag(f"v{VERSION}", None) == []
    assert len(release_check.problems_of_tag("v9.9.9", here)) == 1
    assert len(release_check.problems_of_tag(f"v{VERSION}", f"{here}-fork")) == 1
    changelog(f"# Changelog\n\n## {VERSION} - unreleased\n")
    (problem,) = release_check.problems_of_tag(f"v{VERSION}", here)
    assert problem.startswith("CHANGELOG.md: write '## ")


def test_a_tag_needs_documents_that_know_of_the_release() -> None:
    telling = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))
        if "here is no release yet" in path.read_text(encoding="utf-8")
    }
    found = release_check.problems_of_tag(f"v{VERSION}", None)
    assert {line.partition(":")[0] for line in found} - {"CHANGELOG.md"} == telling
