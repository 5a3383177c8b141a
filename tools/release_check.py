"""`python -m tools.release_check [FOLDER]`: whether this can be released.

It checks what is written here, and each distribution in the folder: `make release-check` builds them
first. With `--tag` the changelog has to have a date for the version.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools import readme
from tools.distributions import version

if TYPE_CHECKING:
    from email.message import Message

ROOT = Path(__file__).parents[1]
# A folder of a person, of a toolchain, of a CI, or of a registry, whose name ends with a hash.
_MACHINE = re.compile(
    rb"[\w./:\\+-]*"
    rb"(?:/root/|/home/|/Users/|[A-Z]:[/\\](?:Users|a)[/\\]|/tmp/|/work/"
    rb"|\.(?:cargo|rustup)[/\\]|-[0-9a-f]{16}[/\\])"
    rb"[\w./\\+-]*"
)
_COMPILED = (".so", ".pyd")
_FILES = {"LICENSE", "THIRD-PARTY-NOTICES.md"}
# What these documents say until the first release.
_UNRELEASED = "here is no release yet"
_DOCUMENTS = ("README.md", "docs/command.md", "docs/index.md", "docs/start.md")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _package(lock: str) -> dict[str, Any]:
    packages: list[dict[str, Any]] = tomllib.loads(_read(lock))["package"]
    return next(package for package in packages if package["name"] == "fastcors")


def problems_here() -> list[str]:
    """Return what is wrong with the version and the changelog."""
    project, found = tomllib.loads(_read("pyproject.toml"))["project"], []
    if project.get("version") or project["dynamic"] != ["version"]:
        found.append("pyproject.toml: the version belongs into Cargo.toml alone")
    found += [
        f"{lock} has another version than Cargo.toml: run cargo update --workspace"
        for lock in ("Cargo.lock", "fuzz/Cargo.lock")
        if _package(lock)["version"] != version()
    ]
    found += [
        f"{path.relative_to(ROOT)}: the version belongs into Cargo.toml alone"
        for path in (ROOT / "python").rglob("*.py")
        if re.search(r"^__version__ = [\"']", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    entries = re.findall(r"^## (.*)$", _read("CHANGELOG.md"), re.MULTILINE)
    if not entries or entries[0].split()[0] != version():
        found.append(f"CHANGELOG.md: the first entry is not that of {version()}")
    return found


def problems_of_tag(tag: str, repository: str | None) -> list[str]:
    """Return what keeps a tag of a repository from being released."""
    found = []
    if tag != f"v{version()}":
        found.append(f"the tag is {tag}, but Cargo.toml has the version {version()}")
    dated = rf"^## {re.escape(version())} - \d{{4}}-\d\d-\d\d$"
    if not re.search(dated, _read("CHANGELOG.md"), re.MULTILINE):
        found.append(f"CHANGELOG.md: write '## {version()} - ' and the date of the release")
    found += [
        f"{name}: remove what it says of there being no release yet"
        for name in _DOCUMENTS
        if _UNRELEASED in _read(name)
    ]
    if repository not in (None, readme.repository()):
        found.append(f"pyproject.toml: the repository is {repository}, not {readme.repository()}")
    return found


def machine_paths(module: bytes) -> list[str]:
    """Return each text in a compiled module that names a folder of the machine that built it."""
    return [text.decode() for text in _MACHINE.findall(module)]


def problems_of_metadata(metadata: Message) -> list[str]:
    """Return what is wrong with the metadata that a package index shows."""
    found = []
    if metadata["Version"] != version():
        found.append(f"its version is {metadata['Version']}")
    if missing := _FILES - {*metadata.get_all("License-File", [])}:
        found.append(f"it does not name {', '.join(sorted(missing))}")
    if len(metadata.get_all("Project-URL", [])) < 4:
        found.append("it has no links to the project")
    description = metadata.get_payload()
    relative = re.findall(r"\]\(((?![a-z]+:)[^)\s]+)\)", str(description))
    if relative:
        found.append(f"relative links lead nowhere on a package index: {', '.join(relative)}")
    return found


def problems_of_wheel(path: Path) -> list[str]:
    """Return what is wrong with a wheel."""
    found = []
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        found += problems_of_metadata(message_from_bytes(wheel.read(metadata)))
        folder = metadata.removesuffix("METADATA")
        found += [
            f"it does not hold {name}"
            for name in sorted(_FILES)
            if f"{folder}licenses/{name}" not in names
        ]
        for name in (name for name in names if name.endswith(_COMPILED)):
            found += [f"{name} names {text}" for text in machine_paths(wheel.read(name))]
    if "-manylinux" in path.name:
        checked = subprocess.run(
            [sys.executable, "-m", "auditwheel", "show", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        tags = path.stem.rpartition("-")[2].split(".")
        if not any(f'"{tag}"' in checked.stdout for tag in tags):
            found.append(f"auditwheel finds it not to be {tags}: {checked.stdout}{checked.stderr}")
    return [f"{path.name}: {problem}" for problem in found]


def problems_of_source(path: Path) -> list[str]:
    """Return what is wrong with a source distribution."""
    folder = path.name.removesuffix(".tar.gz")
    with tarfile.open(path) as packed:
        metadata = packed.extractfile(f"{folder}/PKG-INFO")
        assert metadata
        found = problems_of_metadata(message_from_bytes(metadata.read()))
    return [f"{path.name}: {problem}" for problem in found]


def main() -> None:
    """Exit with everything that is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where distributions are")
    parser.add_argument("--tag", help="the tag that is about to be released")
    parser.add_argument("--repository", help="the address of the repository that releases it")
    given = parser.parse_args()
    problems = problems_here()
    if given.tag:
        problems += problems_of_tag(given.tag, given.repository)
    if given.folder:
        wheels = sorted(given.folder.glob("*.whl"))
        sources = sorted(given.folder.glob("*.tar.gz"))
        for path in wheels:
            problems += problems_of_wheel(path)
        for path in sources:
            problems += problems_of_source(path)
        paths = [*map(str, [*sources, *wheels])]
        twine = [sys.executable, "-m", "twine", "check", "--strict", *paths]
        if not paths or subprocess.run(twine, check=False).returncode:
            problems.append(f"twine finds fault with what is in {given.folder}")
    if problems:
        sys.exit("\n".join(problems))
    print(f"fastcors {version()} can be released")


if __name__ == "__main__":
    main()
