"""`python -m tools.notices`: the licenses of the crates in a wheel, into THIRD-PARTY-NOTICES.md.

Each crate's own text is copied, with its copyright lines. Where a crate offers several licenses, it is
the MIT license.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = ROOT / "THIRD-PARTY-NOTICES.md"
# The first of these that a crate has is its license; what it has of the second is added.
LICENSES = ("LICENSE-MIT", "LICENSE")
MORE = ("COPYRIGHT", "NOTICE")
# A change of license, or a new one, is for a person to read.
READ = {"MIT", "Unicode-3.0", "Zlib"}
HEAD = """# Third-party notices

fastcors is under the license in the file LICENSE. Its compiled module contains the Rust crates that are named below, under these licenses. `make notices` writes this file.

The module also contains

- parts of the Rust standard library, © The Rust Project Contributors, under the MIT license or the Apache License 2.0, at your choice;
- the rules of the Public Suffix List (https://publicsuffix.org), which the crate `psl` compiles. The list is under the Mozilla Public License 2.0 (https://mozilla.org/MPL/2.0/), and https://publicsuffix.org/list/public_suffix_list.dat is its source.
"""

Crate = tuple[str, str]


def _cargo(*arguments: str) -> str:
    features = ("--locked", "--no-default-features", "--features", "python")
    return subprocess.run(
        ["cargo", *arguments, *features], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def crates() -> set[Crate]:
    """Return name and version of each crate that is in a wheel, on any platform."""
    # A procedural macro runs in the compiler, and nothing of it is in the wheel.
    lines = _cargo(
        *("tree", "--edges", "normal,no-proc-macro", "--target", "all"),
        *("--prefix", "none", "--format", "{p}"),
    ).splitlines()
    named = {(line.split()[0], line.split()[1].removeprefix("v")) for line in lines if line}
    return {crate for crate in named if crate[0] != "fastcors"}


def text_of(folder: Path) -> str:
    """Return what a crate says of its license."""
    files = [folder / name for name in LICENSES if (folder / name).exists()][:1]
    if not files:
        sys.exit(f"{folder.name} has none of {', '.join(LICENSES)}: look what it has")
    files += [folder / name for name in MORE if (folder / name).exists()]
    texts = [file.read_text(encoding="utf-8").strip() for file in files]
    return "\n\n".join("\n".join(line.rstrip() for line in text.splitlines()) for text in texts)


def notices() -> str:
    """Return the notices."""
    packages = json.loads(_cargo("metadata", "--format-version", "1"))["packages"]
    wanted = crates()
    users = defaultdict(list)
    for package in packages:
        name, version, terms = package["name"], package["version"], package["license"]
        if (name, version) not in wanted:
            continue
        if not READ & {*terms.replace("/", " ").split()}:
            sys.exit(f"{name} {version} is under {terms}, which is not among {sorted(READ)}")
        users[text_of(Path(package["manifest_path"]).parent)].append(f"{name} {version} ({terms})")
    parts = [HEAD]
    for text, named in sorted(users.items(), key=lambda item: item[1]):
        parts.append(f"## {', '.join(sorted(named))}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def main() -> None:
    """Write the file."""
    FILE.write_text(notices(), encoding="utf-8")


if __name__ == "__main__":
    main()
