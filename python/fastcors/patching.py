"""Replaces Starlette's class by the middleware, for the whole process."""

from __future__ import annotations

import sys
import warnings

from .middleware import CORSMiddleware
from .problems import ConfigWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

# The modules that applications import the class from.
_PLACES = ("starlette.middleware.cors", "fastapi.middleware.cors")
_NAMED_IN_WARNING = 10

# What `unpatch_starlette` restores.
_replaced: Any = None


def patch_starlette() -> list[str]:
    """Put `CORSMiddleware` in the place of Starlette's class of this name, for the whole process.

    Whoever imports it from ``starlette.middleware.cors`` or ``fastapi.middleware.cors`` afterwards
    gets this package's: third-party applications, and code that compares a middleware's class with
    it, as Gradio does. Call this before importing them. A second call changes nothing.

    A module that imported the class earlier keeps Starlette's, and a `ConfigWarning` names it: what
    the module has already made of the class would stay Starlette's in any case. So do subclasses
    that were defined earlier, and applications that the class was added to.

    Returns:
        Where Starlette's class is still in use, such as ``"package.module.CORSMiddleware"``, sorted.

    Raises:
        ModuleNotFoundError: if Starlette is not installed.
    """
    global _replaced  # noqa: PLW0603 - the whole process is patched
    found = _starlette().CORSMiddleware
    if found is CORSMiddleware:
        return _holders(_replaced)
    missed = _holders(found)
    if missed:
        more = len(missed) - _NAMED_IN_WARNING
        names = ", ".join(missed[:_NAMED_IN_WARNING]) + (f" and {more} more" if more > 0 else "")
        warnings.warn(
            f"fastcors: Starlette's CORSMiddleware was imported before patch_starlette(), as {names}; "
            f"what these modules do with it stays Starlette's; call patch_starlette() earlier, or "
            f"import them later",
            ConfigWarning,
            stacklevel=2,
        )
    _replaced = found
    _swap(found, CORSMiddleware)
    return missed


def unpatch_starlette() -> None:
    """Undo `patch_starlette`: later imports get Starlette's class again.

    What was imported while it was patched keeps this package's class. Without a patch, nothing
    changes.
    """
    if _replaced is not None:
        _swap(CORSMiddleware, _replaced)


def _starlette() -> Any:
    """Import and return Starlette's module with the class."""
    try:
        import starlette
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "fastcors: patch_starlette() replaces a class of Starlette's, which is not installed; "
            "install it (pip install starlette), or remove the call",
            name="starlette",
        ) from None
    import starlette.middleware.cors

    return starlette.middleware.cors


def _swap(old: type, new: type) -> None:
    """Replace one class by another in the modules that offer it; FastAPI's may come later."""
    for place in _PLACES:
        module = sys.modules.get(place)
        if getattr(module, "CORSMiddleware", None) is old:
            setattr(module, "CORSMiddleware", new)  # noqa: B010 - the type has no such attribute


def _holders(class_: type) -> list[str]:
    """Return the attributes of all modules that are this class, and are not to be replaced."""
    offered = [f"{place}.CORSMiddleware" for place in _PLACES]
    modules: list[tuple[str, ModuleType]] = list(sys.modules.items())
    return sorted(
        f"{name}.{attribute}"
        for name, module in modules
        # Not by getattr, which makes lazy modules import what they stand for.
        for attribute, value in list(getattr(module, "__dict__", {}).items())
        if value is class_ and name != __name__ and f"{name}.{attribute}" not in offered
    )
