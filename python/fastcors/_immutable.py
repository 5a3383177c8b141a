"""Values, lists and dicts whose errors say what to do instead of changing them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Never, SupportsIndex


def _reject_list_change(_: object, /, *__: Any, **___: Any) -> Never:
    raise TypeError(
        "this list is a copy, and changing it would change nothing: call middleware.reconfigure(...), "
        "assign a new list to the option's attribute, or make another policy with policy.replace(...)"
    )


def _reject_dict_change(_: object, /, *__: Any, **___: Any) -> Never:
    raise TypeError(
        "these headers follow from the options, and changing them would change nothing: call "
        "middleware.reconfigure(...), or override preflight_response or send to add other headers"
    )


class Immutable:
    """A value that does not change once it is made."""

    __slots__ = ()

    # What to do instead, for the message.
    _instead = "make another"

    def _set(self, **values: object) -> None:
        """Set attributes while the value is made."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _start(self, **values: object) -> None:
        """Set the first attributes; a second call of `__init__` raises."""
        for name in values:
            if hasattr(self, name):
                raise AttributeError(
                    f"a {type(self).__name__} does not change, so __init__ cannot be called again: "
                    f"{self._instead}"
                )
        self._set(**values)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(
            f"a {type(self).__name__} does not change, so {name} cannot be assigned: {self._instead}"
        )

    def __delattr__(self, name: str) -> Never:
        raise AttributeError(
            f"a {type(self).__name__} does not change, so {name} cannot be deleted: {self._instead}"
        )


class ReadOnlyList(list[str]):
    """A list that compares as one and rejects every change. Its copies are plain lists."""

    __slots__ = ()

    append = clear = extend = insert = pop = remove = reverse = sort = _reject_list_change
    __delitem__ = __iadd__ = __imul__ = __setitem__ = _reject_list_change

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> tuple[Any, ...]:
        return list, (tuple(self),)


class ReadOnlyDict(dict[str, str]):
    """A dict that compares as one and rejects every change. Its copies are plain dicts."""

    __slots__ = ()

    clear = pop = popitem = setdefault = update = _reject_dict_change
    __delitem__ = __ior__ = __setitem__ = _reject_dict_change

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> tuple[Any, ...]:
        return dict, (tuple(self.items()),)
