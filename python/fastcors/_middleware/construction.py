"""The checks of a call of `CORSMiddleware(...)` before any option is read; logs what it raises."""

from __future__ import annotations

from fastcors._lint.arguments import check_names, presented_as
from fastcors.options import DEFAULTS
from fastcors.policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    _Initialize = TypeVar("_Initialize", bound=Callable[..., None])


def checked(initialize: _Initialize) -> _Initialize:
    """Check the arguments of `CORSMiddleware.__init__`: options that exist, or a policy alone.

    An exception is also logged if an event loop runs, because servers swallow it there.

    Unlike a default in the signature, this distinguishes an option given its default value from a missing one.
    """

    def checking(self: object, *args: Any, **kwargs: Any) -> None:
        try:
            check_names(kwargs, f"{type(self).__name__} has no option", also=("app", "policy"))
            if kwargs.get("policy") is not None:
                check_policy(kwargs["policy"], _given(args, kwargs))
            initialize(self, *args, **kwargs)
        except Exception as error:
            from fastcors._startup_log import log_once

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
