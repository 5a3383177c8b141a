"""Imports the application that the command is about."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastcors._format import class_name, described, in_one_line, quoted
from fastcors.problems import ConfigError, ConfigWarning

from .usage import UsageError, first_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_CALL = "()"


@dataclass(frozen=True, slots=True)
class Loaded:
    """An application, and where it comes from.

    Attributes:
        module: the name of the module.
        app: the application.
    """

    module: str
    app: Any


def load(name: str, folder: str) -> Loaded:
    """Return an application by its name, as servers write it.

    Args:
        name: ``module:app``, or ``module:create_app()`` for what a function returns.
        folder: the folder that modules are imported from, as well.

    Raises:
        UsageError: if there is none.
        ConfigError: if a configuration in it raises.
    """
    module, _, path = name.partition(":")
    if not module or not path or "/" in module or module.endswith(".py"):
        raise UsageError(f"{name!r} is not the name of an application; write {_meant(name)}")
    with quiet(), importable(folder):
        found: Any = _imported(module, folder)
        attribute = path.removesuffix(_CALL)
        for part in attribute.split("."):
            found = _attribute(found, part, module)
        if path.endswith(_CALL):
            found = _called(found, name)
    if isinstance(found, type):
        raise UsageError(
            f"{name} is the class {found.__name__}; write the name of an application, or {name}() if "
            f"calling it makes one"
        )
    if not callable(found):
        raise UsageError(
            f"{name} is {described(found)}, not an ASGI application; write the name of the application"
        )
    return Loaded(module, found)


def load_valid(name: str, folder: str) -> Any:
    """Return an application by its name, for a subcommand that needs its policy.

    Raises:
        UsageError: if there is none, or if a configuration in it raises.
    """
    try:
        return load(name, folder).app
    except ConfigError as error:
        raise UsageError(
            f"{name} cannot be made: {first_problem(error)} (fastcors lint lists it all)"
        ) from error


def _meant(name: str) -> str:
    file, _, path = name.partition(":")
    module = file.removeprefix("./").removesuffix(".py").strip("/").replace("/", ".")
    return f"module:app, such as {module or 'main'}:{path or 'app'}"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what an application prints out of the result, and warnings that the linter reports as well."""
    with redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConfigWarning)
        yield


@contextmanager
def importable(folder: str) -> Iterator[None]:
    """Let modules be imported from a folder, those too that a request imports."""
    path = os.path.abspath(folder)  # noqa: PTH100 - as a server does it, links are not resolved
    sys.path.insert(0, path)
    try:
        yield
    finally:
        sys.path.remove(path)


def _imported(module: str, folder: str) -> Any:
    try:
        return importlib.import_module(module)
    except ConfigError:
        raise
    except ModuleNotFoundError as error:
        # Not one that the module itself imports.
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            where = os.path.abspath(folder)  # noqa: PTH100 - as above
            raise UsageError(
                f"there is no module {error.name!r} in {where}; name the folder with --app-dir"
            ) from error
        raise _failed(module, error) from error
    except (Exception, SystemExit) as error:
        raise _failed(module, error) from error


def _failed(module: str, error: BaseException) -> UsageError:
    return UsageError(
        f"{module} cannot be imported, because it raises {in_one_line(quoted(error))} "
        f"(--verbose shows the traceback)"
    )


def _attribute(found: Any, name: str, module: str) -> Any:
    try:
        return getattr(found, name)
    except AttributeError:
        known = [key for key, value in vars(found).items() if _is_application(value)]
        instead = f"; write {module}:{known[0]}" if known else ""
        raise UsageError(f"there is no {name!r} in {module}{instead}") from None


def _is_application(value: Any) -> bool:
    """Whether this is an application of a framework, as far as its class shows."""
    return hasattr(value, "user_middleware") or (
        callable(value) and class_name(value) in {"Litestar", "Quart", "CORSMiddleware"}
    )


def _called(function: Any, name: str) -> Any:
    try:
        return function()
    except ConfigError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"{name} raises {in_one_line(quoted(error))} (--verbose shows the traceback)"
        ) from error
