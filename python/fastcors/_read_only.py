"""Copies of what the caller gave that say so when somebody tries to change them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Never


def _refuse(_self: object, /, *_args: Any, **_kwargs: Any) -> Never:
    raise TypeError(
        "this is a copy of the policy, and changing it would change nothing: "
        "call middleware.reconfigure(...) or assign a new value to the option's attribute"
    )


class ReadOnlyList(list[str]):
    """A list that compares as one and refuses every change."""

    __slots__ = ()

    append = clear = extend = insert = pop = remove = reverse = sort = _refuse
    __delitem__ = __iadd__ = __imul__ = __setitem__ = _refuse


class ReadOnlyDict(dict[str, str]):
    """A dict that compares as one and refuses every change."""

    __slots__ = ()

    clear = pop = popitem = setdefault = update = _refuse
    __delitem__ = __ior__ = __setitem__ = _refuse
