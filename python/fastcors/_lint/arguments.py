"""Checks the names of the options in a call, which the interpreter's own message would not help with."""

from __future__ import annotations

from fastcors._format import shown
from fastcors.options import DEFAULTS
from fastcors.problems import reference

from .option_names import near_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    _Initialize = TypeVar("_Initialize", bound=Callable[..., None])


def presented_as(checking: Callable[..., None], initialize: _Initialize) -> _Initialize:
    """Return `checking`, with the signature of `initialize` for `inspect` and editors."""
    for name in ("__name__", "__qualname__", "__doc__", "__annotations__"):
        setattr(checking, name, getattr(initialize, name))
    wrapped: Any = checking
    wrapped.__wrapped__ = initialize
    return wrapped  # type: ignore[no-any-return]


def checked(initialize: _Initialize) -> _Initialize:
    """Raise for an option that does not exist, and name the nearest one."""

    def checking(self: object, *args: Any, **options: Any) -> None:
        check_names(options, "there is no option")
        initialize(self, *args, **options)

    return presented_as(checking, initialize)


def check_names(given: Iterable[str], lacks: str, *, also: tuple[str, ...] = ()) -> None:
    """Raise a TypeError for a name that is no option, and none of `also`; name the nearest option."""
    for name in given:
        if name not in DEFAULTS and name not in also:
            near = near_option(name)
            instead = (
                f"did you mean {near!r}?" if near else f"the options are {', '.join(DEFAULTS)}"
            )
            raise TypeError(
                f"fastcors: {lacks} {shown(name)}; {instead} {reference('unknown-option')}"
            )
