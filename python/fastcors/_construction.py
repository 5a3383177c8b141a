"""The checks of a call of `CORSMiddleware(...)` before any option is read, and its log."""

from __future__ import annotations

from ._format import shown
from ._lint.option_names import near_option
from .options import DEFAULTS
from .policy import Policy, presented_as

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    _Initialize = TypeVar("_Initialize", bound=Callable[..., None])


def checked(initialize: _Initialize) -> _Initialize:
    """Check the arguments of `CORSMiddleware.__init__`: options that exist, or a policy alone.

    An exception is also logged if an event loop runs, because servers swallow it there.

    Unlike a default in the signature, this tells an option with its default value from a missing one.
    """

    def checking(self: object, *args: Any, **kwargs: Any) -> None:
        try:
            _check_names(type(self).__name__, kwargs)
            if kwargs.get("policy") is not None:
                check_policy(kwargs["policy"], _given(args, kwargs))
            initialize(self, *args, **kwargs)
        except Exception as error:
            from ._startup_log import log_once

            log_once(error)
            raise

    return presented_as(checking, initialize)


def _given(args: tuple[object, ...], kwargs: dict[str, Any]) -> list[str]:
    """Return the names of the options that a call gives beside `app` and `policy`."""
    by_position = [name for name, _ in zip(DEFAULTS, args[1:], strict=False)]
    return by_position + [name for name in kwargs if name not in ("app", "policy")]


def check_policy(policy: object, others: list[str]) -> None:
    """Raise a TypeError unless this is a policy, and nothing else is given."""
    if not isinstance(policy, Policy):
        raise TypeError(
            f"fastcors: policy is a {type(policy).__name__}, not a fastcors.Policy; "
            f"write policy=Policy(...)"
        )
    if others:
        names = ", ".join(others)
        change = ", ".join(f"{name}=..." for name in others)
        raise TypeError(
            f"fastcors: {names}: not allowed beside policy, which already has every option; "
            f"write policy=policy.replace({change}), or leave policy out"
        )


def _check_names(class_: str, names: Iterable[str]) -> None:
    for name in names:
        if name in DEFAULTS or name in ("app", "policy"):
            continue
        near = near_option(name)
        instead = f"did you mean {near!r}?" if near else f"the options are {', '.join(DEFAULTS)}"
        raise TypeError(f"fastcors: {class_} has no option {shown(name)}; {instead}")
