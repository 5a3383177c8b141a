"""Finds where in its source a CORS middleware is made."""

from __future__ import annotations

import ast
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastcors.options import DEFAULTS

from .cors_layer import FASTCORS, STARLETTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from .cors_layer import CORSLayer

_CLASS = "CORSMiddleware"
_MAKERS = {"install", "Policy"}
_LARGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file.

    Attributes:
        file: the file, relative to the current folder if it is below it.
        line: the number of the line, from 1.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call with the options of a CORS middleware.

    Attributes:
        path: the file.
        node: the call.
        library: whose class it makes; empty if that is not seen.
        names_of_module: what is defined in its module.
    """

    path: Path
    node: ast.Call
    library: str
    names_of_module: dict[str, Any]

    @property
    def names(self) -> set[str]:
        """The names of the options that are written in it."""
        return {keyword.arg for keyword in self.node.keywords if keyword.arg is not None}

    def place(self, option: str = "") -> Place:
        """Return the line of an option's value, or of the call."""
        line = self.node.lineno
        for keyword in self.node.keywords:
            if keyword.arg == option:
                line = keyword.value.lineno
        return Place(shown_path(self.path), line)


def shown_path(path: Path) -> str:
    """Return a path relative to the current folder, with slashes, if it is below it."""
    relative = os.path.relpath(path)
    return Path(path if relative.startswith("..") else relative).as_posix()


def calls_in(module: str) -> list[Call]:
    """Return the calls in a module, and in the modules beside it that are imported."""
    start = _file(module)
    if start is None:
        return []
    folder = start.parent
    files = {start: sys.modules[module]}
    for name in sorted(sys.modules):
        file = _file(name)
        if file is not None and folder in file.parents and "site-packages" not in file.parts:
            files.setdefault(file, sys.modules[name])
    return [call for file, each in files.items() for call in _calls(file, each)]


def calls_of(layers: list[CORSLayer], calls: list[Call]) -> list[Call | None]:
    """Return the call that made each layer; None for one that is not found, or not for certain."""
    made: list[Call | None] = []
    taken: list[Call] = []
    for layer in layers:
        fitting = [call for call in calls if _may_make(call, layer)]
        others = sum(any(_may_make(call, each) for call in fitting) for each in layers)
        left = [call for call in fitting if not any(call is each for each in taken)]
        # One of more calls than layers may belong to another application.
        found = left[0] if left and len(fitting) <= others else None
        taken += [] if found is None else [found]
        made.append(found)
    return made


def _may_make(call: Call, layer: CORSLayer) -> bool:
    """Whether a call has the very options of a layer, and their values as far as they can be read."""
    if call.library not in ("", layer.library) or not call.names >= set(layer.options):
        return False
    for keyword in call.node.keywords:
        # A middleware that has been made does not know which defaults were written.
        value = layer.options.get(keyword.arg or "", DEFAULTS.get(keyword.arg or ""))
        written = written_value(keyword.value, call.names_of_module)
        if written is ... and keyword.arg not in layer.options:
            return False
        if written is not ... and repr(_plain(written)) != repr(_plain(value)):
            return False
    return True


def written_value(node: ast.expr, names: dict[str, Any]) -> Any:
    """Return the value of an expression that is a literal or a name; `...` for any other."""
    if isinstance(node, ast.Name):
        return names.get(node.id, ...)
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ...


def _plain(value: Any) -> Any:
    """Return a value in the form that it has both as it was written and in a middleware."""
    if isinstance(value, (list, tuple, set, frozenset)):
        # Starlette keeps names in lower case.
        return sorted(repr(each).lower() for each in value)
    return getattr(value, "pattern", value)


def _file(module: str) -> Path | None:
    file = getattr(sys.modules.get(module), "__file__", None)
    return Path(file) if isinstance(file, str) and file.endswith(".py") else None


def _calls(file: Path, module: ModuleType) -> Iterator[Call]:
    try:
        text = file.read_text(encoding="utf-8")
        if len(text) > _LARGEST or not any(name in text for name in (_CLASS, *_MAKERS)):
            return
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError):
        return
    classes = {_CLASS: ""}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name == _CLASS:
                    classes[alias.asname or alias.name] = _library(node.module or "")
    found = [(node, _maker(node, classes)) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for node, library in sorted(found, key=lambda each: (each[0].lineno, each[0].col_offset)):
        if library is not None:
            yield Call(file, node, library, vars(module))


def _library(module: str) -> str:
    package = module.partition(".")[0]
    return {"fastcors": FASTCORS, "fastapi": STARLETTE, "starlette": STARLETTE}.get(package, "")


def _maker(node: ast.Call, classes: dict[str, str]) -> str | None:
    """Return whose CORS middleware a call makes, itself or by an argument; None if it makes none."""
    for each in (node.func, *node.args):
        name = _name(each)
        if name in classes:
            # `fastcors.CORSMiddleware` needs no import of the name.
            owner = _name(each.value) if isinstance(each, ast.Attribute) else ""
            return _library(owner) or classes[name]
    names = {keyword.arg for keyword in node.keywords}
    if _name(node.func) in _MAKERS and names & set(DEFAULTS):
        return FASTCORS
    return None


def _name(node: Any) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
