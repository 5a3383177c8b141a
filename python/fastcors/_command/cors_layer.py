"""A CORS middleware that was found in an application: its options, and what is wrong with them."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastcors._lint.accept import with_own_decision
from fastcors._lint.lint import lint
from fastcors._middleware.overridable import HOOKS
from fastcors.installation import is_cors, unwrapped
from fastcors.middleware import CORSMiddleware
from fastcors.options import ALL_METHODS, DEFAULTS, SAFELISTED_HEADERS, Copy
from fastcors.policy import Policy
from fastcors.problems import ConfigError, Problem

from .usage import UsageError, first_problem

FASTCORS, STARLETTE = "fastcors", "Starlette"


@dataclass(frozen=True, slots=True)
class CORSLayer:
    """A CORS middleware.

    Attributes:
        factory: its class.
        library: `FASTCORS` or `STARLETTE`, whose class it is or derives from.
        options: its options by name, as they were written, if that is known.
        made: the policy that it has, if it is one of fastcors' that has been made.
    """

    factory: Any
    library: str
    options: dict[str, Any]
    made: Policy | None = None

    @property
    def name(self) -> str:
        """The name of the class, and whose it is."""
        own = str(self.factory.__name__)
        return f"{own} ({self.library})"

    @property
    def overridden(self) -> list[str]:
        """The methods that a subclass overrides."""
        names = set[str]()
        for class_ in self.factory.__mro__:
            if _library_of(class_) is not None:
                break
            names |= vars(class_).keys() & {"__call__", *HOOKS}
        return sorted(names)

    def problems(self) -> list[Problem]:
        """Return what is wrong with the options."""
        if self.made is not None:
            return list(self.made._options.problems)
        options = dict(self.options)
        if "is_allowed_origin" in self.overridden:
            options["accept"] = with_own_decision(options.get("accept", ()))
        return list(lint(**options))

    def dead_entries(self) -> list[str]:
        """Return the entries of `allow_origins` that only fastcors reads as patterns."""
        if self.library == FASTCORS:
            return []
        given = self.options.get("allow_origins", ())
        return [] if isinstance(given, str) else [entry for entry in given if is_pattern(entry)]

    def below_paths(self) -> list[tuple[str, CORSLayer]]:
        """Return the policies of `paths`, each as a middleware of its own."""
        given = self.options.get("paths")
        if not isinstance(given, Mapping):
            return []
        return [
            (key, CORSLayer(self.factory, self.library, _options_of(policy), policy))
            for key, policy in given.items()
            if isinstance(policy, Policy)
        ]

    def policy(self) -> Policy:
        """Return the policy that decides.

        Raises:
            UsageError: for options that no middleware can be made of.
        """
        if self.made is not None:
            return self.made
        options = {name: value for name, value in self.options.items() if name != "strict"}
        dead = self.dead_entries()
        if dead:
            options["allow_origins"] = [
                entry for entry in options["allow_origins"] if entry not in dead
            ]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Policy(**options)
        except (ConfigError, TypeError, re.error) as error:
            raise UsageError(
                f"{self.name} has options that cannot be used: {first_problem(error)} (fastcors lint lists them all)"
            ) from error


def is_pattern(entry: object) -> bool:
    """Whether an entry of `allow_origins` is a pattern: a `*` inside it."""
    return isinstance(entry, str) and "*" in entry and entry != "*"


def cors_layer(factory: Any, args: tuple[Any, ...], options: dict[str, Any]) -> CORSLayer | None:
    """Return the CORS middleware that a factory makes with these arguments; None if it makes another."""
    if not is_cors(factory):
        return None
    bound = getattr(factory, "keywords", None) or {}
    class_ = unwrapped(factory)
    given = {**_positional(class_, args), **bound, **options}
    policy = given.pop("policy", None)
    if isinstance(policy, Policy):
        return CORSLayer(class_, _library(class_), _options_of(policy), policy)
    return CORSLayer(class_, _library(class_), given)


def cors_layer_of(app: Any) -> CORSLayer | None:
    """Return the CORS middleware that an ASGI application is; None if it is another."""
    class_ = type(app)
    if not is_cors(class_):
        return None
    if isinstance(app, CORSMiddleware):
        return CORSLayer(class_, FASTCORS, _options_of(app.policy), app.policy)
    return CORSLayer(class_, STARLETTE, _options_of_starlette(app))


def _library_of(class_: type) -> str | None:
    package = class_.__module__.partition(".")[0]
    known = {"fastcors": FASTCORS, "starlette": STARLETTE}
    return known.get(package) if class_.__name__ == "CORSMiddleware" else None


def _library(class_: type) -> str:
    return next(filter(None, map(_library_of, class_.__mro__)), FASTCORS)


def _positional(class_: type, args: tuple[Any, ...]) -> dict[str, Any]:
    """Return the options that were given by position, after the application."""
    if not args:
        return {}
    names = [name for name in inspect.signature(class_).parameters if name != "app"]
    return dict(zip(names, args, strict=False))


def _options_of(policy: Policy) -> dict[str, Any]:
    """Return the options of a policy that differ from the defaults, as they can be written."""
    found = {}
    for name, default in DEFAULTS.items():
        # Not the attribute of the policy: that has the safelisted headers as well.
        value = (
            getattr(policy, name)
            if name in ("allow_origins", "paths")
            else getattr(policy._options, name)
        )
        if isinstance(value, Copy):
            value = value.public()
        if isinstance(value, (list, frozenset)):
            value = list(value)
        if name == "paths":
            value = dict(value) or default
        if list_of(value) != list_of(default):
            found[name] = value
    return found


def _options_of_starlette(app: Any) -> dict[str, Any]:
    """Return the options that one of Starlette's was made with, as far as it keeps them."""
    headers = {name.lower(): value for name, value in app.preflight_headers.items()}
    exposed = app.simple_headers.get("Access-Control-Expose-Headers", "")
    safelisted = {name.lower() for name in SAFELISTED_HEADERS}
    methods = list(app.allow_methods)
    regex = app.allow_origin_regex
    options = {
        "allow_origins": app.allow_origins,
        "allow_methods": ["*"] if methods == list(ALL_METHODS) else methods,
        "allow_headers": ["*"]
        if app.allow_all_headers
        else [name for name in app.allow_headers if name not in safelisted],
        "allow_credentials": app.allow_credentials,
        "allow_origin_regex": None if regex is None else regex.pattern,
        "allow_private_network": getattr(app, "allow_private_network", False),
        "expose_headers": [name.strip() for name in exposed.split(",") if name.strip()],
        "max_age": _number(headers.get("access-control-max-age", "600")),
    }
    return {
        name: value for name, value in options.items() if list_of(value) != list_of(DEFAULTS[name])
    }


def list_of(value: Any) -> Any:
    """Return a collection as a list, for comparison, and anything else as it is."""
    return list(value) if isinstance(value, (list, tuple)) else value


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text
