"""The attributes of a middleware that read from its policy, and replace it when they are assigned."""

from __future__ import annotations

from fastcors.policy import Policy

from .construction import check_policy
from .current import CHANGING, current, decide_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, Never, Self, TypeVar, overload

    from fastcors._fastcors import Middleware

    _Read = TypeVar("_Read")
    _Assigned = TypeVar("_Assigned")

    class _Generic(Generic[_Read, _Assigned]):
        pass
else:
    # `typing` would double the time of the import.
    _Read = _Assigned = None
    _Generic = {(None, None): object}


class PolicyAttribute(_Generic[_Read, _Assigned]):
    """An attribute that reads from the policy; assigning an option's replaces the policy."""

    def __init__(self, doc: str, *, option: bool = True) -> None:
        self.__doc__ = doc
        self.option = option

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    if TYPE_CHECKING:

        @overload
        def __get__(self, middleware: None, owner: type) -> Self: ...
        @overload
        def __get__(self, middleware: Middleware, owner: type | None = None) -> _Read: ...

    def __get__(self, middleware: Middleware | None, owner: type | None = None) -> Any:
        if middleware is None:
            return self
        live = middleware._fastcors_live
        if live is not None and self.name == "allow_origins":
            return live.given
        return getattr(current(middleware), self.name)

    def __set__(self, middleware: Any, value: _Assigned) -> None:
        if not self.option:
            raise AttributeError(
                f"{self.name} follows from the options and cannot be assigned: "
                f"call reconfigure(...) with the options that should change"
            )
        change: Any = {self.name: value}
        middleware.reconfigure(**change)

    def __delete__(self, middleware: Middleware) -> Never:
        raise AttributeError(f"{self.name} cannot be deleted: assign another value")


class CurrentPolicy:
    """The policy. Assigning a `Policy` replaces it.

    A subclass written for Starlette's class may use the name for something else: any other value that
    is assigned to an instance of it becomes a plain attribute, until a `Policy` is assigned.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner

    if TYPE_CHECKING:

        @overload
        def __get__(self, middleware: None, owner: type) -> Self: ...
        @overload
        def __get__(self, middleware: Middleware, owner: type | None = None) -> Policy: ...

    def __get__(self, middleware: Middleware | None, owner: type | None = None) -> Any:
        if middleware is None:
            return self
        attributes = vars(middleware)
        return attributes["policy"] if "policy" in attributes else current(middleware)

    def __set__(self, middleware: Middleware, value: Policy) -> None:
        # What type checkers reject is assigned nevertheless.
        given: Any = value
        if isinstance(given, Policy):
            with CHANGING:
                decide_by(middleware, given, ())
                vars(middleware).pop("policy", None)
        elif type(middleware) is self.owner:
            check_policy(given, [])
        else:
            vars(middleware)["policy"] = given

    def __delete__(self, middleware: Middleware) -> None:
        if "policy" not in vars(middleware):
            raise AttributeError("policy cannot be deleted: assign another Policy")
        del vars(middleware)["policy"]


if not TYPE_CHECKING:
    del _Generic, _Read, _Assigned
