"""The repr of a policy: the options that differ from the defaults, long ones cut."""

from __future__ import annotations

import re

from ._format import function_name, listed, shown
from ._lint.reading import read_options
from .options import DEFAULTS, Copy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._fastcors import CompiledPolicy
    from .options import Options

# How many items of an option are shown if there are more.
_SHOWN = 3
_USUAL = read_options(DEFAULTS).compared()


def policy_repr(name: str, options: Options, compiled: CompiledPolicy) -> str:
    """Return the repr of a policy of a class with this name."""
    texts = []
    count = compiled.entry_count()
    live = options.allow_origins.live
    if live is not None:
        texts.append(f"allow_origins={live!r}")
    elif count:
        texts.append(f"allow_origins={listed(compiled.origins(_SHOWN + 1), count, _SHOWN)}")
    for option, value in options.compared().items():
        if value != _USUAL[option]:
            texts.append(f"{option}={_shown(options, option)}")
    return f"{name}({', '.join(texts)})"


def _shown(options: Options, name: str) -> str:
    option = getattr(options, name)
    if name == "paths":
        return _shown_paths(option)
    if name == "allow_origin_regex":
        expressions = [_shown_expression(pattern) for pattern in options.patterns()]
        return expressions[0] if len(expressions) == 1 else f"[{', '.join(expressions)}]"
    if name == "allow_origin_func":
        return function_name(option)
    if not isinstance(option, Copy):
        return shown(option)
    if option.star:
        return "['*']"
    return listed(option.items, len(option.items), _SHOWN)


def _shown_paths(paths: Mapping[str, Any]) -> str:
    """Return the first of the paths, each with its policy, as text."""
    items = list(paths.items())
    first = items if len(items) <= _SHOWN + 1 else items[:_SHOWN]
    texts = [f"{shown(key)}: {policy!r}" for key, policy in first]
    if len(first) < len(items):
        texts.append(f"… {len(items) - len(first):,} more")
    return f"{{{', '.join(texts)}}}"


def _shown_expression(pattern: re.Pattern[str]) -> str:
    """Return a regular expression as text: as a string if it has no flags of its own."""
    return shown(pattern.pattern if pattern.flags == re.UNICODE else pattern, 200)
