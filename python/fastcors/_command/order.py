"""Problems of the order of layers: what responds outside the CORS middleware, and two of them."""

from __future__ import annotations

import inspect
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .findings import Finding, of_layers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    from .cors_layer import CORSLayer
    from .layers import Application, Chain

# What well-known middleware sends by itself.
_RESPONDS = {
    "AuthenticationMiddleware": "401 or 400",
    "HTTPSRedirectMiddleware": "a redirect, which a preflight must not get",
    "TrustedHostMiddleware": "400",
    "SlowAPIMiddleware": "429",
    "SlowAPIASGIMiddleware": "429",
}
# What is known to respond to nothing by itself.
_PASSES = {
    "CorrelationIdMiddleware",
    "GZipMiddleware",
    "OpenTelemetryMiddleware",
    "ProxyHeadersMiddleware",
    "SentryAsgiMiddleware",
    "SessionMiddleware",
}
_METHODS = ("__call__", "dispatch")
_BASE = "starlette.middleware.base"


def order_findings(application: Application) -> Iterator[Finding]:
    """Yield what is wrong with the order of the layers of an application and of those in it."""
    for chain in application.chains():
        yield from _outside(chain)
        yield from _two_layers(chain)


def _outside(chain: Chain) -> Iterator[Finding]:
    """Yield the layers outside the first CORS middleware that respond by themselves."""
    # An outer application's CORS middleware has been reported with that application.
    if any(layer.cors is not None for layer in chain.outer):
        return
    path = chain.application.path
    own = chain.application.layers
    place = next((place for place, layer in enumerate(own) if layer.cors is not None), None)
    if place is None:
        return
    cors = own[place]
    for layer in own[:place]:
        if layer.is_framework:
            yield of_layers(
                "errors-outside-cors",
                "warning",
                f"{layer.name} is outside {cors.name}, as it always is with add_middleware: a page cannot "
                f"read the response to an unhandled exception; write fastcors.install(app, ...) instead",
                path=path,
                layer=cors,
            )
    for layer in (*chain.outer, *own[:place]):
        if layer.is_framework:
            continue
        sent = responds_with(layer.factory)
        if sent is not None:
            yield of_layers(
                "outside-cors",
                "warning",
                f"{layer.name} is outside {cors.name} and sends responses itself ({sent}): they lack the "
                f"CORS headers, so a page cannot read them, and a preflight may fail; add the CORS "
                f"middleware last, or write fastcors.install(app, ...)",
                path=path,
                layer=layer,
            )


def responds_with(factory: Any) -> str | None:
    """Return what a middleware responds by itself; None if it is not seen to respond.

    For a class that is not well known, its code is read: a middleware that responds names a class whose
    name ends with Response.
    """
    name = getattr(factory, "__name__", "")
    if name in _PASSES:
        return None
    if name in _RESPONDS:
        return _RESPONDS[name]
    names = set[str]()
    for function in _functions(factory):
        code = getattr(function, "__code__", None)
        if code is not None:
            names |= _names(code)
    return next((each for each in sorted(names) if each.endswith("Response")), None)


def _functions(factory: Any) -> list[Any]:
    """Return the functions of a middleware that may respond."""
    if not inspect.isclass(factory):
        return [factory]
    found = [getattr(factory, name, None) for name in _METHODS]
    # Starlette's base class responds only by what `dispatch` returns.
    return [each for each in found if getattr(each, "__module__", "") != _BASE]


def _names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if inspect.iscode(constant):
            names |= _names(constant)
    return names


def _two_layers(chain: Chain) -> Iterator[Finding]:
    """Yield the CORS middleware of an application that another one is around."""
    found = [layer for layer in chain.layers if layer.cors is not None]
    for outer, layer in pairwise(found):
        if layer not in chain.application.layers:
            continue
        differ = not _are_alike(outer.cors, layer.cors)
        effect = (
            "preflights get the outer one's response alone, and a page can read what either of them allows"
            if differ
            else "their options are the same, so the inner one only costs time"
        )
        yield of_layers(
            "two-cors-layers",
            "error" if differ else "warning",
            f"{layer.name} is inside another CORS middleware, {outer.name}: {effect}; remove one of them",
            path=chain.application.path,
            layer=layer,
        )


def _are_alike(one: CORSLayer | None, other: CORSLayer | None) -> bool:
    if one is None or other is None:
        return False
    try:
        return one.policy() == other.policy()
    except Exception:  # noqa: BLE001 - what is wrong with the options is reported with them
        return False
