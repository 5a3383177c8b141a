"""Shows values in messages: in one line, not too long, and whatever their classes do."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def shown(value: object, limit: int = 80) -> str:
    """Return a value's repr for a message, in one line, cut where it is long, whatever its class does.

    A text or a list is cut before, so that a huge one costs no more than a short one.
    """
    kind = type(value)
    cut: Any = value
    if kind is str and len(cut) <= limit:
        # A repr of it can be printed.
        text = repr(cut)
        return text if len(text) <= limit else text[: limit - 1] + "…"
    try:
        if kind in (str, bytes, bytearray, list, tuple):
            cut = cut[: limit + 1]
        elif kind in (set, frozenset, dict) and len(cut) > limit:
            keys = [key for key, _ in zip(cut, range(limit), strict=False)]
            cut = {key: cut[key] for key in keys} if kind is dict else kind(keys)
        text = str.__str__(repr(cut))
    except Exception:  # noqa: BLE001 - a repr may raise anything
        text = f"<{class_name(value)}>"
    text = in_one_line(text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def listed(items: list[str], count: int, most: int) -> str:
    """Return the first of that many items, as a list in one line."""
    first = items if count <= most + 1 else items[:most]
    texts = [shown(item) for item in first]
    if len(first) < count:
        texts.append(f"… {count - len(first):,} more")
    return f"[{', '.join(texts)}]"


def raw(expression: object) -> str:
    """Return a regular expression as a raw literal, whole, so it can be copied; its repr if there is none."""
    if type(expression) is not str or not expression.isprintable():
        return in_one_line(repr(expression))
    quote = '"' if "'" in expression else "'"
    backslashes = len(expression) - len(expression.rstrip("\\"))
    if quote in expression or backslashes % 2:
        return repr(expression)
    return f"r{quote}{expression}{quote}"


def shown_expression(expression: object, limit: int = 80) -> str:
    """Return a regular expression as a raw literal for a message, cut if it is long."""
    if not issubclass(type(expression), str):
        return shown(expression, limit)
    text = str.__str__(expression)
    if len(text) > limit:
        text = text[: limit - 4] + "…"
    literal = raw(text)
    return literal if len(literal) <= limit + 3 else literal[: limit + 2] + "…"


def described(value: object) -> str:
    """Name the class of a value, with its article."""
    name = class_name(value)
    if name == "bytes":
        return "bytes"
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def misplaced(value: object, kind: str) -> str:
    """Return the words for a value that is not of the kind that belongs there, such as ``"a bool"``."""
    if value is None:
        return f"None is not {kind}"
    return f"{shown(value)} is {described(value)}, not {kind}"


def class_name(value: object) -> str:
    """Name the class of a value, whatever its metaclass does."""
    name: str = type.__dict__["__name__"].__get__(type(value))
    return name


def function_name(function: Any) -> str:
    """Return the module and the name of a function for a message, or the repr of another callable."""
    if type(function).__module__ == "functools":
        # What `functools.partial` calls is what its author knows.
        function = getattr(function, "func", function)
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", None)
    if type(name) is not str:
        return shown(function)
    return in_one_line(f"{module}.{name}" if type(module) is str and module else name)


def in_one_line(text: str) -> str:
    """Escape what is not printable, such as line breaks and lone surrogates."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in text
    )


def quoted(error: Exception) -> str:
    """Return the class and the words of an exception, whatever its class does."""
    try:
        words = str.__str__(str(error))[:200]
    except Exception:  # noqa: BLE001 - it may raise another
        words = ""
    return f"{class_name(error)}: {words}" if words else class_name(error)
