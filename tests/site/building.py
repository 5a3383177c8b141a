"""Builds the documentation site, as `make docs` does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from mkdocs.config import load_config

ROOT = Path(__file__).parents[2]
CONFIGURATION = load_config(str(ROOT / "mkdocs.yml"))
# What the site is made of.
SOURCES = (
    *("docs", "mkdocs.yml", "python/fastcors", "tools/site"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"),
)


def build(checkout: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Build the site of a checkout into a folder."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(site)],
        cwd=checkout,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def copied(folder: Path) -> Path:
    """Copy what the site is made of, and link to the rest of the repository."""
    for name in SOURCES:
        source, copy = ROOT / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        else:
            shutil.copy(source, copy)
    for path in ROOT.iterdir():
        if not path.name.startswith(".venv") and not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
    for path in (ROOT / "tools").iterdir():
        if not (folder / "tools" / path.name).exists():
            (folder / "tools" / path.name).symlink_to(path)
    return folder
