"""Values that raise wherever they can, never end, or are larger than anything should be."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

_SPECIAL = [
    "__bool__",
    "__bytes__",
    "__call__",
    "__class_getitem__",
    "__contains__",
    "__eq__",
    "__float__",
    "__format__",
    "__getattr__",
    "__getitem__",
    "__hash__",
    "__int__",
    "__iter__",
    "__len__",
    "__length_hint__",
    "__next__",
    "__repr__",
    "__str__",
    "keys",
    "total_seconds",
]


_NUMBERS = itertools.count()


class Rude(Exception):
    """What hostile values raise. Its own text raises, too."""

    def __str__(self) -> str:
        raise Rude

    __repr__ = __str__


def _raise(*_: Any, **__: Any) -> Any:
    raise Rude


class RudeClass(type):
    """A class that raises when it is looked at."""

    __eq__ = __hash__ = __instancecheck__ = __subclasscheck__ = __repr__ = __getattr__ = _raise
    __name__ = property(_raise)
    __module__ = property(_raise)


def raising(*names: str, base: type = object, **attributes: Any) -> Any:
    """Give an instance of a class whose methods of these names raise."""
    return type("Raising", (base,), {**dict.fromkeys(names, _raise), **attributes})()


def everything_raises(base: type = object) -> Any:
    """Give an instance of a class of which nothing can be asked."""
    namespace: dict[str, Any] = dict.fromkeys(_SPECIAL, _raise)
    namespace["__class__"] = property(_raise)
    return type("Everything", (base,), namespace)()


def _endless(item: Any = "https://a.example") -> Iterator[Any]:
    while True:
        yield item


def _running() -> Iterator[str]:
    generator: Any = None

    def reads_itself() -> Iterator[str]:
        yield from list(generator)

    generator = reads_itself()
    return generator  # type: ignore[no-any-return]


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def _recursive() -> list[Any]:
    value: list[Any] = ["https://a.example"]
    value.append(value)
    return value


def _recursive_dict() -> dict[Any, Any]:
    value: dict[Any, Any] = {}
    value["https://a.example"] = value
    return value


class LyingLength(list[str]):
    """Says that it is shorter than nothing."""

    def __len__(self) -> int:
        return -1  # noqa: PLE0303 - that is the lie


class RudeText(str):
    """A str all of whose methods raise."""

    __slots__ = ()

    __eq__ = __ne__ = __contains__ = __getitem__ = __iter__ = __len__ = __repr__ = __str__ = _raise
    __hash__ = _raise
    __format__ = encode = isdigit = isprintable = join = lower = lstrip = _raise
    partition = replace = split = startswith = strip = _raise


def _released() -> memoryview:
    view = memoryview(b"https://a.example")
    view.release()
    return view


# Made anew for each use, because some are changed by being read.
MAKERS: dict[str, Callable[[], Any]] = {
    "nothing of it can be asked": everything_raises,
    "a str of which nothing can be asked": lambda: everything_raises(str),
    "a list of which nothing can be asked": lambda: everything_raises(list),
    "an int of which nothing can be asked": lambda: everything_raises(int),
    "a dict of which nothing can be asked": lambda: everything_raises(dict),
    "bytes of which nothing can be asked": lambda: everything_raises(bytes),
    "its class cannot be asked": lambda: RudeClass("Rude", (), {})(),
    "a class that cannot be asked": lambda: RudeClass("Rude", (), {}),
    **{f"{name} raises": lambda name=name: raising(name) for name in _SPECIAL},  # type: ignore[misc]
    "__class__ lies": lambda: raising(__class__=str),
    "__bool__ gives no bool": lambda: raising(__bool__=lambda self: "no"),
    "__len__ is negative": lambda: LyingLength(["https://a.example"]),
    "__str__ gives no str": lambda: raising(__str__=lambda self: 7, __repr__=lambda self: 7),
    "__repr__ has line breaks": lambda: raising(__repr__=lambda self: "a\r\nb\x1b[31m\ud800"),
    "__repr__ is huge": lambda: raising(__repr__=lambda self: "\n" * 10_000_000),
    "__iter__ gives itself and no next": lambda: raising(__iter__=lambda self: self),
    "__iter__ raises in the middle": lambda: (1 // (2 - n) for n in range(3)),
    "__eq__ is always true": lambda: raising(
        __eq__=lambda self, other: True, __hash__=lambda self: 1
    ),
    "an endless generator": _endless,
    "an endless generator of nothing": lambda: _endless(None),
    "endless repetition": lambda: itertools.repeat("https://a.example"),
    "endless numbers": itertools.count,
    "an endless list": lambda: raising(base=list, __iter__=lambda self: _endless()),
    "a generator that reads itself": _running,
    "a long text": lambda: "https://a.example," * 5_000,
    "a huge JSON text": lambda: "[" * 500_000,
    "huge bytes": lambda: b"\xff" * 5_000_000,
    "a huge int": lambda: 10**10_000,
    "a deep list": lambda: _nested(100_000),
    "a recursive list": _recursive,
    "a recursive dict": _recursive_dict,
    "lone surrogates": lambda: "\ud800\udfff",
    "a list of lone surrogates": lambda: ["\ud800", "https://\udfff.example"],
    "a rude text": lambda: RudeText("https://a.example"),
    "a list of rude things": lambda: [RudeText("a"), everything_raises(), RudeText("https://b")],
    "a set of a rude thing": lambda: {raising("__eq__", "__repr__", __hash__=lambda self: 1)},
    "an invalid expression": lambda: "(" * 5_000,
    "an expression that overflows": lambda: "a{99999999999999999999}",
    "an expression with a wrong flag": lambda: "(?L)a",
    # Another one each time, for `re` keeps them and would compare.
    "a pattern of a rude text": lambda: re.compile(Uncompared(f"https://a{next(_NUMBERS)}")),
    "a pattern of bytes": lambda: re.compile(b"a"),
    "not a number": lambda: float("nan"),
    "infinity": lambda: float("-inf"),
    "a released memoryview": _released,
    "a class": lambda: object,
    "a module": lambda: itertools,
    "a coroutine function": lambda: _coroutine,
    "an asynchronous generator": lambda: _asynchronous(),
    "NotImplemented": lambda: NotImplemented,
    "Ellipsis": lambda: ...,
}


class Uncompared(str):
    """A str that can be hashed and cannot be compared."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise Rude

    __hash__ = str.__hash__


async def _coroutine() -> None: ...


async def _asynchronous() -> Any:
    yield "https://a.example"
