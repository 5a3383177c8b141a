"""Hooks of MkDocs: files of the top level as pages, links that leave `docs`, and pages in no menu.

The pages are written for the repository, where each link is relative to its file. A link to a page stays
one in the site. A link to any other file of the repository leads to the file there. MkDocs reports what
is left: a link to nothing.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page

# Files of the top level, and the pages that they are.
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "vulnerabilities.md",
}
# A block of code, or the target of a link.
_LINK = re.compile(r"^ *```.*?^ *```$|\]\((?P<target>[^)\s]+)\)", re.DOTALL | re.MULTILINE)
# MkDocs finds the title of a page only at its beginning.
_COMMENT = re.compile(r"\A<!--.*?-->\s*", re.DOTALL)
# A block of code, or a row of a table.
_ROW = re.compile(r"^ *```.*?^ *```$|^(?P<row>\|[^\n]*)$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"(`+).+?\1")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are files of the top level."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(_root(config) / source)))
    return files


def on_nav(nav: Navigation, files: Files, **_: Any) -> Navigation:
    """Put each page that the navigation leaves out into the section of its folder's index."""
    for file in files.documentation_pages():
        index = files.get_file_from_path(
            posixpath.join(posixpath.dirname(file.src_uri), "index.md")
        )
        if file.page is not None and file.page.parent is None and index and index.page:
            file.page.parent = index.page.parent
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a page whose links lead to pages of the site, or into the repository."""
    uri = page.file.src_uri
    if uri.startswith(("api/", "problems/")):
        # The search shows a page that explains something before the one that defines its name, and
        # before the many that are about a mistake with it.
        page.meta["search"] = {"boost": 0.2}
    sources = {name: source for source, name in PAGES.items()}
    root, repository = _root(config), f"{config.repo_url}".rstrip("/")
    source = sources.get(uri, f"docs/{uri}")

    def replaced(found: re.Match[str]) -> str:
        written = found["target"]
        if written is None or written.startswith("#") or re.match("[a-z]+:", written):
            return found[0]
        path, mark, anchor = written.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        name = PAGES.get(path, path.removeprefix("docs/") if path.startswith("docs/") else "")
        if files.get_file_from_path(name) is not None:
            target = posixpath.relpath(name, posixpath.dirname(uri) or ".")
        elif (root / path).exists():
            kind = "tree" if (root / path).is_dir() else "blob"
            target = f"{repository}/{kind}/main/{path}"
        else:
            return found[0]
        return f"]({target}{mark}{anchor})"

    return _without_escapes(_LINK.sub(replaced, _COMMENT.sub("", markdown)))


def _without_escapes(markdown: str) -> str:
    r"""Return a text without the `\|` that GitHub needs for a bar in code in a table.

    Python-Markdown shows the backslash.
    """

    def row(found: re.Match[str]) -> str:
        return found[0] if found["row"] is None else _CODE.sub(bars, found["row"])

    def bars(code: re.Match[str]) -> str:
        return code[0].replace(r"\|", "|")

    return _ROW.sub(row, markdown)


def _root(config: MkDocsConfig) -> Path:
    """Return the folder of mkdocs.yml."""
    return Path(str(config.config_file_path)).parent
