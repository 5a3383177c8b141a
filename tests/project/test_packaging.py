"""The files of the source distribution, and the files that are installed with the package."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOP = {
    "Cargo.lock",
    "Cargo.toml",
    "CHANGELOG.md",
    "LICENSE",
    "PKG-INFO",
    "README.md",
    "THIRD-PARTY-NOTICES.md",
    "benches/core.rs",
    "build.rs",
    "pyproject.toml",
    "tools/build_backend.py",
}
SOURCES = {
    "src": {".rs"},
    "python": {".py", ".pyi", ".typed"},
}


def test_the_source_distribution_holds_what_a_build_needs_and_no_more(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "maturin", "sdist", "--out", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "CARGO_NET_OFFLINE": "true"},
        check=True,
    )
    (archive,) = tmp_path.iterdir()
    with tarfile.open(archive) as packed:
        members = {member.name.partition("/")[2] for member in packed if member.isfile()}
    sources = {
        path.relative_to(ROOT).as_posix()
        for folder, kinds in SOURCES.items()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kinds
    }
    assert {"src/lib.rs", "python/fastcors/py.typed"} < sources
    assert members == TOP | sources


def test_no_list_of_what_it_was_built_from_is_installed() -> None:
    # The one that maturin makes names the folder of the build.
    files = distribution("fastcors").files
    assert files
    assert [file for file in files if "sboms" in file.parts] == []
