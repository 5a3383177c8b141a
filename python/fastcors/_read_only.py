"""Copies of what the caller gave that say so when somebody tries to change them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Never, SupportsIndex


def _refuse_list(_: object, /, *__: Any, **___: Any) -> Never:
    raise TypeError(
        "this list is a copy, and changing it would change nothing: "
        "call middleware.reconfigure(...) or assign a new list to the option's attribute"
    )


def _refuse_dict(_: object, /, *__: Any, **___: Any) -> Never:
    raise TypeError(
        "these headers follow from the options, and changing them would change nothing: call "
        "middleware.reconfigure(...), or override preflight_response or send to add other headers"
    )


class ReadOnlyList(list[str]):
    """A list that compares as one and refuses every change. Its copies are plain lists."""

    __slots__ = ()

    append = clear = extend = insert = pop = remove = reverse = sort = _refuse_list
    __delitem__ = __iadd__ = __imul__ = __setitem__ = _refuse_list

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> tuple[Any, ...]:
        return list, (tuple(self),)


class ReadOnlyDict(dict[str, str]):
    """A dict that compares as one and refuses every change. Its copies are plain dicts."""

    __slots__ = ()

    clear = pop = popitem = setdefault = update = _refuse_dict
    __delitem__ = __ior__ = __setitem__ = _refuse_dict

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> tuple[Any, ...]:
        return dict, (tuple(self.items()),)
