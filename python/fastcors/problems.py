"""What can be wrong in a configuration, and how it is told."""

from __future__ import annotations

import sys
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

_PACKAGE = __file__.rpartition("problems.py")[0]


class Problem:
    """One thing that is wrong with one option.

    Attributes:
        code: a stable name for this kind of problem, such as ``"not-a-collection"``.
        severity: ``"error"`` for what cannot work or is dangerous, ``"warning"`` for what works but
            is probably not meant.
        option: the option's name, such as ``"allow_origins"``.
        value: the value, or the part of it that is wrong.
        message: one sentence that names the value, what is wrong with it and what to write instead.
        suggestion: the value that was probably meant, or None where none is evident.
    """

    __slots__ = ("code", "message", "option", "severity", "suggestion", "value")

    def __init__(
        self,
        code: str,
        option: str,
        value: object,
        message: str,
        suggestion: object = None,
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        self.code = code
        self.severity = severity
        self.option = option
        self.value = value
        self.message = message
        self.suggestion = suggestion

    def __str__(self) -> str:
        return f"{self.option}: {self.message} [{self.code}]"

    def __repr__(self) -> str:
        return f"Problem({self.code!r}, {self.option!r}, {self.value!r}, {self.message!r}, {self.suggestion!r})"


class ConfigError(ValueError):
    """A configuration that is dangerous to run.

    Attributes:
        problems: all that is wrong, each a `Problem`.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


class ConfigWarning(UserWarning):
    """A configuration that runs, but cannot do what it says."""


def warn(problem: Problem) -> None:
    """Give a `ConfigWarning` that points at the line outside this package that led here."""
    level = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(str(problem), ConfigWarning, stacklevel=level)


def shown(value: object, limit: int = 80) -> str:
    """Give a value's repr for a message, cut where it is long, whatever its class does."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a repr may raise anything
        text = f"<{type(value).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
