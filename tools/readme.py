"""The README for a package index, where a relative link leads nowhere.

In the repository its links are relative, so that they work in each branch and in a clone. In what is
built they are absolute and lead to the documents of that release.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tools.distributions import version

ROOT = Path(__file__).parents[1]
# In `[text](target)` and `![text](target)`: an image, the text, and a target without a scheme.
_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?![a-z]+:)(?P<target>[^)\s]+)\)"
)


def repository() -> str:
    """Return the address of the repository, which is written only in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address: str = project["urls"]["Source"]
    return address


def absolute(text: str, revision: str | None = None) -> str:
    """Return a README whose links lead to a revision in the repository: the release's tag."""
    revision = revision or f"v{version()}"

    def replaced(found: re.Match[str]) -> str:
        target = found["target"]
        if target.startswith("#"):
            target = f"README.md{target}"
        # An image is loaded from where its bytes are, not from the page that shows it.
        kind = "raw" if found["image"] else "blob"
        return f"{found['image']}[{found['text']}]({repository()}/{kind}/{revision}/{target})"

    return _LINK.sub(replaced, text)
