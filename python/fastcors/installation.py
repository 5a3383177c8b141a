"""Makes the middleware the outermost layer of a Starlette or FastAPI application."""

from __future__ import annotations

import sys
import warnings
from _thread import RLock

from .middleware import CORSMiddleware
from .problems import ConfigWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any, Never, TypeGuard, Unpack
    from weakref import WeakKeyDictionary

    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    from ._types import ASGIApp, PolicyOptions, Receive, Scope, Send
    from .policy import Policy

# The attribute of an application's class that holds what `install` did.
_MARK = "_fastcors_installation"
_INSTALLING = RLock()
_MOST_LAYERS = 200
_MOST_HELD = 10_000


def install(
    app: Starlette, *, policy: Policy | None = None, **options: Unpack[PolicyOptions]
) -> CORSMiddleware:
    """Make the CORS middleware the outermost layer of a Starlette or FastAPI application.

    With ``app.add_middleware`` some responses lack the headers. Here all have them: unhandled errors,
    the debug page, the built-in body limit, and what another middleware responds, such as 401, 429
    or a redirect. Preflights get their response before any other layer runs, even authentication. The
    order of calls does not matter: a middleware that is added later is inside as well.

    ``app`` stays the same object. Serve and use it as before, not what this function returns.

    A `ConfigWarning` reports another CORS middleware in ``app.user_middleware``.

    Args:
        app: the application, before its first request.
        policy: the `Policy` that decides, instead of any other option.
        options: the options of `CORSMiddleware`.

    Returns:
        The middleware, for its `policy`, `reconfigure` and `stats`. Its `app` is the application's
        middleware stack as soon as Starlette has built that.

    Raises:
        TypeError: for anything but a Starlette or FastAPI application: wrap that in `CORSMiddleware`.
        RuntimeError: for a second call, and for an application that has started.
        ConfigError, re.error, TypeError: as `CORSMiddleware` does for its options.
    """
    _check_kind(app)
    with _INSTALLING:
        _check_moment(app)
        middleware = CORSMiddleware(_called_first, policy=policy, **options)
        entry = _entry(options if policy is None else {"policy": policy})
        installation = _Installation(app, middleware, entry, sys._getframe(1))
        for text in installation.new_duplicates(app):
            warnings.warn(text, ConfigWarning, stacklevel=2)
        # Starlette calls what is assigned to `middleware_stack`, and only a class sees assignments.
        # To replace `build_middleware_stack` is not enough: OpenTelemetry does so too, expects the
        # plain stack from the one before, and restores that one when it is uninstrumented.
        object.__setattr__(app, "__class__", _class_of(app, installation))
        app.user_middleware.insert(0, entry)
    return middleware


def installed(app: Starlette) -> CORSMiddleware | None:
    """Return the middleware that `install` has put around an application; None without one."""
    installation: _Installation | None = getattr(type(app), _MARK, None)
    return None if installation is None else installation.middleware


class _Installation:
    """What one call of `install` did.

    Attributes:
        middleware: what the call returned.
        place: the file and the line of the call.
    """

    def __init__(
        self, app: Starlette, middleware: CORSMiddleware, entry: Middleware, caller: FrameType
    ) -> None:
        self.middleware = middleware
        self.place = caller.f_code.co_filename, caller.f_lineno
        # The entries of `user_middleware` that are not to be reported again.
        self._known: list[object] = [entry]
        # Of the application, and of each copy of it: its middleware, and what somebody put around it.
        from weakref import WeakKeyDictionary

        self._layers: WeakKeyDictionary[Starlette, tuple[CORSMiddleware, ASGIApp]]
        self._layers = WeakKeyDictionary({app: (middleware, middleware)})

    def around(self, app: Starlette, stack: ASGIApp) -> ASGIApp:
        """Return the stack of this application with the middleware around it."""
        if app not in self._layers:
            from copy import copy

            copied = copy(self.middleware)
            self._layers[app] = copied, copied
        middleware, outermost = self._layers[app]
        if _is_around(stack, outermost, middleware):
            # It was read from the application and perhaps wrapped: a call would recurse without end.
            self._layers[app] = middleware, stack
            return stack
        middleware.app = stack
        self._layers[app] = middleware, middleware
        return middleware

    def new_duplicates(self, app: Starlette) -> list[str]:
        """Return a sentence for each CORS middleware that the application has got since."""
        new = [
            entry
            for entry in app.user_middleware
            if is_cors(getattr(entry, "cls", None))
            and not any(entry is known for known in self._known)
        ]
        self._known += new
        return [
            f"fastcors: {_name(unwrapped(entry.cls))} in app.user_middleware is a second CORS "
            f"middleware beside fastcors.install(); pages can read responses that either of them "
            f"allows, and preflights never reach this one; remove it, or do not call install()"
            for entry in new
        ]


def _class_of(app: Starlette, installation: _Installation) -> type[Starlette]:
    """Return a class like the application's own that wraps what is assigned to `middleware_stack`."""
    own: Any = type(app)

    def set_attribute(self: Starlette, name: str, value: Any) -> None:
        if name == "middleware_stack" and value is not None:
            for text in installation.new_duplicates(self):
                warnings.warn_explicit(text, ConfigWarning, *installation.place)
            value = installation.around(self, value)
        own.__setattr__(self, name, value)

    def add_middleware(self: Starlette, *args: Any, **kwargs: Any) -> None:
        own.add_middleware(self, *args, **kwargs)
        for text in installation.new_duplicates(self):
            warnings.warn(text, ConfigWarning, stacklevel=2)

    attributes = {
        # An object takes no `__class__` of another layout: it has one base, and no slots.
        "__slots__": (),
        "__setattr__": set_attribute,
        "add_middleware": add_middleware,
        _MARK: installation,
        **{name: getattr(own, name) for name in ("__qualname__", "__module__", "__doc__")},
    }
    made: type[Starlette] = type(own)(own.__name__, (own,), attributes)
    return made


def _entry(options: Any) -> Middleware:
    """Return an entry for `user_middleware` that shows the middleware, and adds nothing to the stack.

    Code that looks there for a CORS middleware finds it. A mounted Gradio application does, and
    allows every origin where it finds none.
    """
    from starlette.middleware import Middleware

    def unpack(self: Middleware) -> Iterator[Any]:
        # Only the building of the stack unpacks an entry.
        _, *arguments = Middleware.__iter__(self)
        return iter((_nothing_around, *(type(each)() for each in arguments)))

    class_ = type("Installed", (Middleware,), {"__iter__": unpack, "__module__": __name__})
    # Not by the constructor: Sentry replaces that by one that puts a `__call__` into the class.
    entry: Middleware = object.__new__(class_)
    # Before Starlette 0.35 there are only `options`.
    vars(entry).update(cls=CORSMiddleware, args=(), kwargs=options, options=options)
    return entry


def is_shown_entry(entry: object) -> bool:
    """Whether an entry of `user_middleware` is the one that `install` puts there."""
    return type(entry).__module__ == __name__


def _nothing_around(app: ASGIApp) -> ASGIApp:
    return app


async def _called_first(scope: Scope, receive: Receive, send: Send) -> Never:
    """Take the place of the middleware stack until Starlette builds it."""
    message = (
        "fastcors: what install() returned was called instead of the application; serve or mount "
        "the application itself, and do not assign what install(app, ...) returns to its name"
    )
    if scope["type"] == "lifespan":
        # After any other error here, servers go on.
        await receive()
        await send({"type": "lifespan.startup.failed", "message": message})
    raise RuntimeError(message)


def _check_kind(app: object) -> None:
    if not is_starlette(app):
        raise TypeError(
            f"fastcors: install() takes a Starlette or FastAPI application, not {_instead(app)}"
        )


def _instead(app: Any) -> str:
    """Return what this object is, and what to write instead of installing into it."""
    kind = _name(app if isinstance(app, type) else type(app))
    if isinstance(app, type):
        return f"the class {kind}; create an application first: app = {app.__name__}(...)"
    inner = next(filter(is_starlette, layers_along(app)), None)
    if inner is not None:
        removed = ", and remove the other CORS middleware" if is_cors(type(app)) else ""
        return (
            f"{kind}, which wraps one; call install() with the application that it wraps{removed}"
        )
    if is_cors(type(app)):
        return f"{kind}, which does the same for the application that it wraps; remove the call"
    if isinstance(app, _starlette("routing", "Router")):
        return f"{kind}; call install() with the application that the router belongs to"
    if hasattr(app, "asgi_app"):
        return f"{kind}; write app.asgi_app = CORSMiddleware(app.asgi_app, ...)"
    if callable(app):
        if hasattr(app, "__qualname__"):
            kind = f"the function {app.__qualname__}"
        return f"{kind}; write app = CORSMiddleware(app, ...), which is the outermost layer there"
    return f"{kind}; write install(app, ...) with the application object"


def _check_moment(app: Starlette) -> None:
    installation = getattr(type(app), _MARK, None)
    if installation is not None:
        file, line = installation.place
        raise RuntimeError(
            f"fastcors: install() was already called with this application, in {file}, line {line}; "
            f"remove one of the calls, or change the policy with reconfigure(...) of the middleware "
            f"that the first call returned"
        )
    if app.middleware_stack is not None:
        raise RuntimeError(
            "fastcors: install() is called too late: the application has built its middleware stack, "
            "as it does at its first request and before its lifespan starts; call install(app, ...) "
            "where the application is created"
        )


def _starlette(module: str, name: str) -> Any:
    """Return a class of Starlette's; if it is not imported, no class, as it has no objects."""
    return getattr(sys.modules.get(f"starlette.{module}"), name, ())


def is_starlette(app: object) -> TypeGuard[Starlette]:
    """Whether this is a Starlette or FastAPI application."""
    return isinstance(app, _starlette("applications", "Starlette"))


def is_cors(factory: object) -> bool:
    """Whether this makes Starlette's CORS middleware, this package's, or one of a subclass."""
    packages = "starlette", __name__.partition(".")[0]
    return any(
        base.__name__ == "CORSMiddleware" and base.__module__.partition(".")[0] in packages
        for base in getattr(unwrapped(factory), "__mro__", ())
    )


def unwrapped(factory: Any) -> Any:
    """Return what a `functools.partial` calls."""
    return getattr(factory, "func", factory)


def layers_along(app: object) -> list[object]:
    """Return an ASGI application and what it wraps, as far as `app` attributes show."""
    layers: list[object] = []
    # A mock has an `app` of an `app` without end.
    while app is not None and len(layers) < _MOST_LAYERS:
        layers.append(app)
        app = getattr(app, "app", None)
    return layers


def _is_around(stack: object, *inner: object) -> bool:
    """Whether `stack` is or wraps one of these, as far as can be seen without calling it.

    It looks through whatever holds other objects, until it comes to a layer of Starlette or FastAPI:
    from there on only along `app`, because behind it other layers and endpoints may hold the
    middleware for another reason.
    """
    layers, seen = [stack], set[int]()
    for layer in layers:
        if any(found is each for found in layers_along(layer) for each in inner):
            return True
        if id(layer) not in seen and len(layers) < _MOST_HELD:
            seen.add(id(layer))
            layers += _held_by(layer)
    return False


def _held_by(layer: Any) -> list[Any]:
    """Return what a layer around the stack holds, which may be the stack."""
    import gc
    from types import FunctionType, ModuleType

    module = str(getattr(type(layer), "__module__", None))
    if module.partition(".")[0] in ("starlette", "fastapi"):
        return []
    if isinstance(layer, FunctionType):
        # Not its globals.
        cells = layer.__closure__ or ()
        return [*gc.get_referents(*cells), layer.__defaults__, layer.__kwdefaults__, vars(layer)]
    return [] if isinstance(layer, (type, ModuleType)) else gc.get_referents(layer)


def _name(class_: type) -> str:
    return f"{class_.__module__}.{class_.__qualname__}"
