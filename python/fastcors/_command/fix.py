"""Corrects options by the suggestions of their problems, and shows the difference."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from fastcors._format import raw
from fastcors._lint.lint import lint
from fastcors.options import DEFAULTS

from .cors_layer import STARLETTE, is_pattern
from .source import shown_path, written_value

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence
    from pathlib import Path

    from fastcors.problems import Problem

    from .cors_layer import CORSLayer
    from .source import Call

    # A node of the source, and the code that replaces it.
    _Edit = tuple[ast.expr, str]

_WIDTH = 88
# A correction may show another problem; each round corrects at least one.
_ROUNDS = 10


def corrected(layer: CORSLayer, *, strict: bool) -> dict[str, Any]:
    """Return the options of a layer with every suggestion followed, as far as there are some.

    Args:
        layer: the middleware.
        strict: whether those of warnings are followed, too.
    """
    options = {name: _editable(value) for name, value in layer.options.items()}
    problems = layer.problems()
    for _ in range(_ROUNDS):
        before = repr(options)
        for problem in problems:
            if (strict or problem.severity == "error") and is_applicable(problem, layer):
                _apply(problem, options)
        if repr(options) == before:
            break
        problems = list(lint(**options))
    return options


def is_applicable(problem: Problem, layer: CORSLayer) -> bool:
    """Whether a suggestion works with the class of a layer: patterns are fastcors' alone."""
    if problem.suggestion is None:
        return False
    suggested = problem.suggestion if isinstance(problem.suggestion, list) else [problem.suggestion]
    return layer.library != STARLETTE or not any(map(is_pattern, suggested))


def _editable(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value


def _apply(problem: Problem, options: dict[str, Any]) -> None:
    suggestion, target = problem.suggestion, problem.suggested_option or problem.option
    if problem.code == "unknown-option":
        if problem.option in options:
            value = options.pop(problem.option)
            if isinstance(suggestion, str) and suggestion in DEFAULTS:
                options.setdefault(suggestion, value)
            else:
                options[target] = suggestion
        return
    given = options.get(problem.option)
    if target == problem.option:
        options[target] = _replaced(given, problem.value, suggestion)
        return
    # The suggestion belongs to another option, and replaces what is wrong.
    if isinstance(given, list):
        options[problem.option] = [entry for entry in given if entry != problem.value]
    else:
        options.pop(problem.option, None)
    known = options.get(target)
    if isinstance(known, list):
        added = suggestion if isinstance(suggestion, list) else [suggestion]
        options[target] = [*known, *(each for each in added if each not in known)]
    elif not known:
        options[target] = suggestion


def _replaced(given: Any, value: Any, suggestion: Any) -> Any:
    """Return an option's value with the suggestion in the place of what is wrong."""
    if not isinstance(given, list):
        return suggestion
    if value not in given:
        return suggestion if isinstance(suggestion, list) else given
    new = suggestion if isinstance(suggestion, list) else [suggestion]
    replaced: list[Any] = []
    for entry in given:
        replaced += [each for each in (new if entry == value else [entry]) if each not in replaced]
    return replaced


def differences(layers: Sequence[tuple[CORSLayer, Call | None]], *, strict: bool) -> str:
    """Return a unified diff that corrects the options of layers; empty if there is nothing to correct.

    Args:
        layers: each middleware, with the call that makes it, if it was found.
        strict: whether warnings are corrected, too.

    It is one of the source where every option that changes is written as it is; else of the options
    alone.
    """
    edits: dict[Path, list[_Edit]] = {}
    alone = []
    for layer, call in layers:
        before = {name: _editable(value) for name, value in layer.options.items()}
        after = corrected(layer, strict=strict)
        edited = None if call is None else _edits(call, before, after)
        if call is not None and edited is not None:
            edits.setdefault(call.path, []).extend(edited)
            continue
        where = "options" if call is None else str(call.place())
        texts = _written(layer, before), _written(layer, after)
        alone.append(_unified(*texts, f"{where} (as they are)", f"{where} (corrected)"))
    sources = [_edited(path, found) for path, found in edits.items()]
    return "".join([*sources, *alone])


def _edits(call: Call, before: dict[str, Any], after: dict[str, Any]) -> list[_Edit] | None:
    """Return what changes in the source; None if an option that changes is not written there."""
    edits = []
    names = {keyword.arg: keyword for keyword in call.node.keywords}
    for name in before.keys() | after.keys():
        if repr(before.get(name, ...)) == repr(after.get(name, ...)):
            continue
        keyword = names.get(name)
        if keyword is None or name not in before or name not in after:
            return None
        written = written_value(keyword.value, {})
        if repr(_editable(written)) != repr(before[name]):
            return None
        edits.append((keyword.value, _value(after[name], name, keyword.value.col_offset)))
    return edits


def _edited(path: Path, edits: list[_Edit]) -> str:
    """Return the diff of a file."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    for node, text in sorted(edits, key=lambda edit: _start(edit[0]), reverse=True):
        _replace(lines, node, text)
    name = shown_path(path)
    return _unified(source, "".join(lines), f"a/{name}", f"b/{name}")


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _replace(lines: list[str], node: ast.expr, text: str) -> None:
    """Replace a node of the source, whose columns are counted in bytes."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    head = lines[first].encode()[: node.col_offset].decode()
    tail = lines[last].encode()[node.end_col_offset :].decode()
    indent = head[: len(head) - len(head.lstrip())]
    lines[first : last + 1] = (head + text.replace("\n", f"\n{indent}") + tail).splitlines(
        keepends=True
    )


def _written(layer: CORSLayer, options: dict[str, Any]) -> str:
    """Return the call that makes a layer with these options."""
    lines = [
        f"    {name}={_value(value, name, 4)},".splitlines() for name, value in options.items()
    ]
    body = "\n".join(
        "\n".join([first, *(f"    {each}" for each in rest)]) for first, *rest in lines
    )
    return f"{layer.factory.__name__}(\n    app,\n{body}\n)\n"


def _value(value: Any, name: str, column: int) -> str:
    """Return a value as Python code, a long list with an entry a line."""
    if isinstance(value, list):
        texts = [_literal(entry, name) for entry in value]
        line = f"[{', '.join(texts)}]"
        if len(line) + column <= _WIDTH:
            return line
        entries = "".join(f"    {text},\n" for text in texts)
        return f"[\n{entries}]"
    return _literal(value, name)


def _literal(value: Any, name: str) -> str:
    if name == "allow_origin_regex":
        value = getattr(value, "pattern", value)
        text = raw(value)
        return text.replace("r'", 'r"', 1)[:-1] + '"' if _can_double(text) else text
    if isinstance(value, str) and '"' not in value and "\\" not in value and value.isprintable():
        return f'"{value}"'
    return repr(value)


def _can_double(text: str) -> bool:
    return text.startswith("r'") and '"' not in text


def _unified(before: str, after: str, old: str, new: str) -> str:
    return "".join(
        difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), old, new
        )
    )
