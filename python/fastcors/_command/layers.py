"""Looks through an application: which middleware is around what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastcors.installation import (
    installed,
    is_cors,
    is_shown_entry,
    is_starlette,
    layers_along,
    unwrapped,
)

from .cors_layer import CORSLayer, cors_layer, cors_layer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_LAYERS = 200
_DEEPEST = 20
# Where frameworks and middleware keep what they wrap.
_INNER = (
    "app",
    "asgi_app",
    "asgi_handler",
    "application",
    "_app",
    "inner",
    "wrapped",
    "other_asgi_app",
)


# Two layers may look the same.
@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A middleware in an application.

    Attributes:
        factory: its class, or the function that makes it.
        cors: what it is, if it is a CORS middleware.
        is_framework: whether the framework puts it there by itself.
    """

    factory: Any
    cors: CORSLayer | None = None
    is_framework: bool = False

    @property
    def name(self) -> str:
        """The name for a person."""
        if self.cors is not None:
            return self.cors.name
        return str(getattr(self.factory, "__name__", type(self.factory).__name__))


@dataclass(slots=True)
class Application:
    """An application, and those that are mounted in it.

    Attributes:
        path: below which path it is; empty for the outermost one.
        layers: what is around it, outermost first, without what is around the outer applications.
        mounted: the applications in it.
    """

    path: str
    layers: list[Layer] = field(default_factory=list)
    mounted: list[Application] = field(default_factory=list)

    def chains(self, outer: tuple[Layer, ...] = ()) -> Iterator[Chain]:
        """Yield this application and each mounted one, with all layers around it."""
        yield Chain(self, outer)
        for mounted in self.mounted:
            yield from mounted.chains((*outer, *self.layers))


@dataclass(frozen=True, slots=True)
class Chain:
    """An application with what is around it.

    Attributes:
        application: the application.
        outer: the layers around the applications that it is mounted in, outermost first.
    """

    application: Application
    outer: tuple[Layer, ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All layers, outermost first."""
        return (*self.outer, *self.application.layers)

    @property
    def cors(self) -> list[CORSLayer]:
        """The CORS middleware among the layers, outermost first."""
        return [layer.cors for layer in self.layers if layer.cors is not None]


def look_through(app: Any) -> Application:
    """Return an application with its layers. Nothing of it is called, and no middleware is made."""
    found = Application("")
    _look(app, found, set())
    return found


def _look(app: Any, into: Application, seen: set[int]) -> None:
    for _ in range(_MOST_LAYERS):
        if app is None or id(app) in seen:
            return
        seen.add(id(app))
        cors = cors_layer_of(app)
        if is_starlette(app):
            into.layers += _layers_of_starlette(app)
            app = app.router
            continue
        if cors is None and _module(app) == "litestar":
            into.layers += _entries(getattr(app, "middleware", ()))
        if hasattr(app, "routes") and not callable(app.routes):
            _look_at_router(app, into, seen)
            return
        inner = _inner(app)
        if cors is not None or (inner is not None and not _is_framework_application(app)):
            into.layers.append(Layer(type(app), cors))
        app = inner


def _inner(app: Any) -> Any:
    """Return what an application wraps; None if that is a method of its own."""
    for name in _INNER:
        inner = getattr(app, name, None)
        if inner is not None and callable(inner):
            return None if getattr(inner, "__self__", None) is app else inner
    return None


def _module(app: Any) -> str:
    return str(getattr(type(app), "__module__", "")).partition(".")[0]


def _is_framework_application(app: Any) -> bool:
    """Whether this is no middleware, though it has something inside."""
    return type(app).__name__ in {"Litestar", "Quart", "Flask"}


def _layers_of_starlette(app: Any) -> list[Layer]:
    """Return the layers around a Starlette or FastAPI application, which may not be built yet."""
    layers = []
    middleware = installed(app)
    if middleware is not None:
        layers.append(Layer(type(middleware), cors_layer_of(middleware)))
    from starlette.middleware.errors import ServerErrorMiddleware

    layers.append(Layer(ServerErrorMiddleware, is_framework=True))
    # What `install` shows there adds nothing to the stack.
    return layers + _entries(entry for entry in app.user_middleware if not is_shown_entry(entry))


def _entries(entries: Any) -> list[Layer]:
    """Return the layers that entries of a list of middleware make: those of Starlette or Litestar."""
    layers = []
    for entry in entries or ():
        factory = getattr(entry, "cls", None) or getattr(entry, "middleware", None) or entry
        args = getattr(entry, "args", None) or ()
        # Before Starlette 0.35 there are only `options`.
        options = getattr(entry, "kwargs", None) or getattr(entry, "options", None) or {}
        cors = cors_layer(factory, args, dict(options))
        # Of `@app.middleware("http")`.
        function = options.get("dispatch") if hasattr(options, "get") else None
        layers.append(Layer(unwrapped(function or factory), cors))
    return layers


def _look_at_router(router: Any, into: Application, seen: set[int]) -> None:
    stack = getattr(router, "middleware_stack", None)
    for _ in range(_MOST_LAYERS):
        if stack is None or getattr(stack, "__self__", None) is router:
            break
        into.layers.append(Layer(type(stack), cors_layer_of(stack)))
        stack = getattr(stack, "app", None)
    if into.path.count("/") > _DEEPEST:
        return
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            # FastAPI keeps an included router as it is; what is mounted in it is below the prefix.
            prefix = getattr(getattr(route, "include_context", None), "prefix", "")
            part = Application(f"{into.path}{prefix}")
            _look_at_router(included, part, seen)
            into.mounted += part.mounted
            continue
        inner = getattr(route, "app", None)
        if inner is None or hasattr(route, "endpoint"):
            if hasattr(route, "routes") or any(is_cors(type(each)) for each in layers_along(inner)):
                inner = inner or route
            else:
                continue
        mounted = Application(into.path + str(getattr(route, "path", "")))
        _look(inner, mounted, seen)
        if mounted.layers or mounted.mounted:
            into.mounted.append(mounted)
