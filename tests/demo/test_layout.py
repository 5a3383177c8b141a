"""The table of the demo's files names each of them, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from examples import demo


def test_the_table_of_files_has_each_file() -> None:
    assert demo.__doc__
    (folder,) = map(Path, demo.__path__)
    named = re.findall(r"^\| `([\w./]+)` \|", demo.__doc__, re.MULTILINE)
    files = {path.name for path in folder.glob("*.py")} - {"__init__.py"}
    assert sorted(named) == sorted([*files, "page/"])
