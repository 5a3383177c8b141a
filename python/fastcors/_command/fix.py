"""Corrects options by the suggestions of their problems, and shows the difference."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
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
_MOST_LINES = 2_000
_CONTEXT = 3


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
        followed = [
            problem
            for problem in problems
            if (strict or problem.severity == "error") and is_applicable(problem, layer)
        ]
        for option in {problem.option for problem in followed}:
            _follow([problem for problem in followed if problem.option == option], option, options)
        if repr(options) == before:
            break
        problems = list(lint(**options))
    return options


def is_applicable(problem: Problem, layer: CORSLayer) -> bool:
    """Whether a suggestion works with the class of a layer: patterns are fastcors' alone."""
    if problem.suggestion is None:
        return False
    return layer.library != STARLETTE or not any(map(is_pattern, _listed(problem.suggestion)))


def is_key(problem: Problem, given: Any) -> bool:
    """Whether a problem is about a key of `paths`, and suggests another."""
    return isinstance(given, Mapping) and problem.option == "paths" and problem.value in given


def _editable(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value


def _follow(problems: list[Problem], option: str, options: dict[str, Any]) -> None:
    """Follow the suggestions of the problems of one option."""
    given = options.get(option)
    entries: dict[Any, list[Any]] = {}
    for problem in problems:
        target = problem.suggested_option or option
        suggested = _listed(problem.suggestion)
        if problem.code == "unknown-option":
            _rename(problem, target, options)
        elif given is not None and is_key(problem, given):
            options[option] = given = {
                suggested[0] if key == problem.value else key: value for key, value in given.items()
            }
        elif isinstance(given, list) and isinstance(problem.value, str):
            # What belongs to another option leaves this one.
            entries[problem.value] = suggested if target == option else []
            if target != option:
                options[target] = _added(options.get(target), problem.suggestion)
        elif target == option:
            options[option] = problem.suggestion
        else:
            options.pop(option, None)
            options[target] = _added(options.get(target), problem.suggestion)
    if isinstance(given, list) and entries:
        options[option] = _replaced(given, entries)


def _rename(problem: Problem, target: str, options: dict[str, Any]) -> None:
    """Write an option by the name that was probably intended."""
    value, suggestion = options.pop(problem.option), problem.suggestion
    if isinstance(suggestion, str) and suggestion in DEFAULTS:
        known = options.get(suggestion)
        both = isinstance(known, list) and isinstance(value, list)
        options[suggestion] = _added(known, value) if both else (known or value)
    else:
        options[target] = suggestion


def _listed(suggestion: Any) -> list[Any]:
    return suggestion if isinstance(suggestion, list) else [suggestion]


def _added(known: Any, suggestion: Any) -> Any:
    """Return an option's value with a suggestion added to it."""
    if isinstance(known, list):
        return [*known, *(each for each in _listed(suggestion) if each not in known)]
    return known or suggestion


def _replaced(given: list[Any], entries: dict[Any, list[Any]]) -> list[Any]:
    """Return a list with entries replaced, and none of the new ones twice."""
    replaced: list[Any] = []
    new = {repr(entry) for entry in given}
    for entry in given:
        if isinstance(entry, str) and entry in entries:
            fresh = [each for each in entries[entry] if repr(each) not in new]
            new |= {repr(each) for each in fresh}
            replaced += fresh
        else:
            replaced.append(entry)
    return replaced


def differences(layers: Sequence[tuple[CORSLayer, Call | None]], *, strict: bool) -> str:
    """Return a unified diff that corrects the options of layers; empty if there is nothing to correct.

    Args:
        layers: each middleware, with the call that makes it, if it was found.
        strict: whether warnings are corrected, too.

    It is a diff of the source if every option that changes is written there as a literal, otherwise of
    the options alone.
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
    one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(one), len(other)) <= _MOST_LINES:
        return "".join(difflib.unified_diff(one, other, old, new))
    # `difflib` takes minutes for a long list whose entries all change: one hunk for all.
    start, end = 0, 0
    shortest = min(len(one), len(other))
    while start < shortest and one[start] == other[start]:
        start += 1
    while end < shortest - start and one[-1 - end] == other[-1 - end]:
        end += 1
    if one == other:
        return ""
    before_it, after_it = one[max(start - _CONTEXT, 0) : start], one[len(one) - end :][:_CONTEXT]
    removed, added = one[start : len(one) - end], other[start : len(other) - end]
    around = len(before_it) + len(after_it)
    first = start - len(before_it) + 1
    hunk = f"@@ -{first},{len(removed) + around} +{first},{len(added) + around} @@\n"
    lines = [
        *(f" {line}" for line in before_it),
        *(f"-{line}" for line in removed),
        *(f"+{line}" for line in added),
        *(f" {line}" for line in after_it),
    ]
    return "".join([f"--- {old}\n", f"+++ {new}\n", hunk, *lines])
