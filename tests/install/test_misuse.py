"""A wrong call of `install` is reported at the call, with what to write instead."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import MagicMock

import falcon.asgi
import fastapi
import litestar
import pytest
import quart
from fastapi.middleware.cors import CORSMiddleware as FastAPICORSMiddleware
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware as StarletteCORSMiddleware
from starlette.routing import Router
from starlette.testclient import TestClient

import fastcors
from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy, install
from tests.exchange import ORIGIN, responding

from .applications import FRAMEWORKS, HEADERS, Broken, Gate, Make, client, cors_of, starlette_app

each_framework = pytest.mark.parametrize("make", FRAMEWORKS.values(), ids=FRAMEWORKS)


class Tenants(StarletteCORSMiddleware):
    """A subclass of Starlette's."""


class FastTenants(CORSMiddleware):
    """A subclass of ours."""


def here() -> int:
    """Return the line that this is called from."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


# Applications of another kind

OTHERS: dict[str, tuple[Callable[[], Any], str]] = {
    "function": (
        responding,
        r"the function responding.*app; write app = CORSMiddleware\(app, \.\.\.\)",
    ),
    "litestar": (
        lambda: litestar.Litestar([]),
        r"litestar.app.Litestar; write app = CORSMiddleware\(app, \.\.\.\)",
    ),
    "falcon": (falcon.asgi.App, r"falcon.asgi.app.App; write app = CORSMiddleware\(app, \.\.\.\)"),
    "quart": (
        lambda: quart.Quart(__name__),
        r"quart.app.Quart; write app.asgi_app = CORSMiddleware\(app.asgi_app, \.\.\.\)",
    ),
    "ours around Starlette": (
        lambda: CORSMiddleware(starlette_app()),
        r"fastcors.middleware.CORSMiddleware, which wraps one; call install\(\) with the application "
        r"that it wraps, and remove the other CORS middleware",
    ),
    "Starlette's around Starlette": (
        lambda: StarletteCORSMiddleware(Gate(starlette_app())),
        r"starlette.middleware.cors.CORSMiddleware, which wraps one; .*remove the other",
    ),
    "ours around a function": (
        lambda: CORSMiddleware(responding()),
        r"fastcors.middleware.CORSMiddleware, which does the same .*; remove the call",
    ),
    "a middleware around FastAPI": (
        lambda: Gate(fastapi.FastAPI()),
        r"tests.install.applications.Gate, which wraps one; call install\(\) with the application "
        r"that it wraps$",
    ),
    "router": (
        fastapi.APIRouter,
        r"fastapi.routing.APIRouter; call install\(\) with the application that the router belongs to",
    ),
    "Starlette's router": (
        Router,
        r"starlette.routing.Router; call install\(\) with the application",
    ),
    "class": (
        lambda: fastapi.FastAPI,
        r"the class fastapi.applications.FastAPI; create an application first: app = FastAPI\(",
    ),
    "text": (
        lambda: "main:app",
        r"builtins.str; write install\(app, \.\.\.\) with the application",
    ),
    "nothing": (lambda: None, r"builtins.NoneType; write install\(app, \.\.\.\)"),
    "mock": (MagicMock, r"unittest.mock.MagicMock; "),
}


@pytest.mark.parametrize(("other", "message"), OTHERS.values(), ids=OTHERS)
def test_an_application_of_another_kind_is_an_error_that_says_what_to_write(
    other: Callable[[], Any], message: str
) -> None:
    with pytest.raises(
        TypeError,
        match=rf"^fastcors: install\(\) takes a Starlette or FastAPI application, not {message}",
    ):
        install(other(), allow_origins=[ORIGIN])


# The moment


@each_framework
def test_a_second_call_is_an_error_that_names_the_first(make: Make) -> None:
    app = make()
    line = here() + 1
    middleware = install(app, allow_origins=[ORIGIN])
    for _ in range(2):
        with pytest.raises(
            RuntimeError,
            match=rf"^fastcors: install\(\) was already called .*test_misuse.py, line {line}; .*reconfigure",
        ):
            install(app, allow_origins=["https://other.example"])
        client(app).get("/")
    assert middleware.allow_origins == [ORIGIN]
    assert len(app.user_middleware) == 1


@each_framework
def test_a_call_after_the_first_request_is_an_error(make: Make) -> None:
    app = make()
    assert client(app).get("/").status_code == 200
    stack = app.middleware_stack
    with pytest.raises(RuntimeError, match=r"^fastcors: install\(\) is called too late: .*; call"):
        install(app, allow_origins=[ORIGIN])
    assert app.middleware_stack is stack
    assert app.user_middleware == []


@each_framework
def test_a_call_while_the_application_starts_is_an_error(make: Make) -> None:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        install(app, allow_origins=[ORIGIN])
        yield

    with (
        pytest.raises(RuntimeError, match="is called too late"),
        TestClient(make(lifespan=lifespan)),
    ):
        pass


@each_framework
def test_what_it_returns_is_not_the_application(make: Make) -> None:
    app = make()
    middleware = install(app, allow_origins=[ORIGIN])
    message = r"^fastcors: what install\(\) returned was called instead of the application; serve"
    with pytest.raises(RuntimeError, match=message):
        TestClient(middleware).get("/")
    with pytest.raises(RuntimeError, match=message), TestClient(middleware):
        pass
    with pytest.raises(RuntimeError, match=message):
        TestClient(Starlette(routes=[fastapi.routing.Mount("/", middleware)])).get("/")
    # The application itself can still be served.
    assert cors_of(client(app).get("/", headers=HEADERS)) == [ORIGIN]


# The options


@each_framework
def test_options_are_checked_at_the_call(make: Make) -> None:
    app = make()
    with pytest.raises(ConfigError, match="not-a-collection"):
        install(app, allow_origins=ORIGIN)
    with pytest.raises(ConfigError, match="trailing-slash"):
        install(app, allow_origins=[f"{ORIGIN}/"], strict=True)
    with pytest.raises(
        TypeError, match=r"no option 'allow_origin'; did you mean 'allow_origins'\?"
    ):
        install(app, allow_origin=[ORIGIN])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="allow_origins: not allowed beside policy"):
        install(app, policy=Policy(), allow_origins=[ORIGIN])
    with pytest.raises(TypeError, match=r"policy is a dict, not a fastcors.Policy"):
        install(app, policy={"allow_origins": [ORIGIN]})  # type: ignore[arg-type]
    # Nothing was done, so the next call is the first.
    assert app.user_middleware == []
    assert type(app) is type(make())
    install(app, allow_origins=[ORIGIN])
    assert cors_of(client(app).get("/boom", headers=HEADERS)) == [ORIGIN]


@each_framework
def test_a_warning_of_an_option_points_at_the_call(make: Make) -> None:
    line = here() + 2
    with pytest.warns(ConfigWarning, match="trailing-slash") as caught:
        install(make(), allow_origins=[f"{ORIGIN}/"])
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line)]


def test_no_options_allow_nobody() -> None:
    app = starlette_app()
    install(app)
    assert cors_of(client(app).get("/", headers=HEADERS)) == []


# Another CORS middleware

CLASSES: dict[str, tuple[Any, str]] = {
    "Starlette's": (StarletteCORSMiddleware, "starlette.middleware.cors.CORSMiddleware"),
    "FastAPI's": (FastAPICORSMiddleware, "starlette.middleware.cors.CORSMiddleware"),
    "ours": (CORSMiddleware, "fastcors.middleware.CORSMiddleware"),
    "a subclass of Starlette's": (Tenants, "tests.install.test_misuse.Tenants"),
    "a subclass of ours": (FastTenants, "tests.install.test_misuse.FastTenants"),
    "partial": (
        functools.partial(StarletteCORSMiddleware, max_age=5),
        "starlette.middleware.cors.CORSMiddleware",
    ),
}
each_class = pytest.mark.parametrize(("class_", "name"), CLASSES.values(), ids=CLASSES)


def text(name: str) -> str:
    return rf"^fastcors: {name} in app.user_middleware is a second CORS middleware .*; remove it"


@each_class
@each_framework
def test_another_cors_middleware_that_was_added_before_is_reported_at_the_call(
    make: Make, class_: Any, name: str
) -> None:
    app = make()
    app.add_middleware(Gate)
    app.add_middleware(class_, allow_origins=[ORIGIN])
    line = here() + 2
    with pytest.warns(ConfigWarning, match=text(name)) as caught:
        install(app, allow_origins=[ORIGIN])
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line)]
    # Once is enough.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app.add_middleware(Broken)
        assert cors_of(client(app).get("/", headers=HEADERS)) == [ORIGIN]


@each_class
@each_framework
def test_another_cors_middleware_that_is_added_later_is_reported_where_it_is_added(
    make: Make, class_: Any, name: str
) -> None:
    app = make()
    install(app, allow_origins=[ORIGIN])
    line = here() + 2
    with pytest.warns(ConfigWarning, match=text(name)) as caught:
        app.add_middleware(class_, allow_origins=[ORIGIN])
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cors_of(client(app).get("/", headers=HEADERS)) == [ORIGIN]


@each_framework
def test_another_cors_middleware_that_was_put_into_the_list_is_reported_when_the_stack_is_built(
    make: Make,
) -> None:
    app = make()
    line = here() + 1
    install(app, allow_origins=[ORIGIN])
    app.user_middleware.append(Middleware(StarletteCORSMiddleware, allow_origins=[ORIGIN]))
    with pytest.warns(
        ConfigWarning, match=text("starlette.middleware.cors.CORSMiddleware")
    ) as caught:
        client(app).get("/")
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app.middleware_stack = app.build_middleware_stack()
        client(app).get("/")


def test_each_other_cors_middleware_is_reported() -> None:
    app = Starlette(middleware=[Middleware(CORSMiddleware), Middleware(Tenants)])
    with pytest.warns(ConfigWarning) as caught:
        install(app)
    assert [str(warning.message).split()[1] for warning in caught] == [
        "fastcors.middleware.CORSMiddleware",
        "tests.install.test_misuse.Tenants",
    ]


def test_another_middleware_is_not_reported() -> None:
    class CORSMiddlewareOfMine(Gate):
        pass

    def factory(app: Any) -> Any:
        return app

    app = starlette_app()
    app.add_middleware(CORSMiddlewareOfMine)
    app.add_middleware(factory)
    install(app)
    app.add_middleware(Broken)
    assert client(app).get("/").status_code == 200


def test_the_warning_about_two_middlewares_is_true() -> None:
    app = starlette_app()
    app.add_middleware(StarletteCORSMiddleware, allow_origins=["https://other.example"])
    with pytest.warns(ConfigWarning):
        install(app, allow_origins=[ORIGIN])
    for origin in (ORIGIN, "https://other.example"):
        assert cors_of(client(app).get("/", headers={"Origin": origin})) == [origin]
    preflight = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    assert client(app).options("/", headers=preflight).status_code == 400


def test_a_warning_that_raises_leaves_the_application_as_it_is() -> None:
    app: Any = Starlette()
    app.add_middleware(StarletteCORSMiddleware)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ConfigWarning):
            install(app, allow_origins=[ORIGIN])
    assert type(app) is Starlette
    assert len(app.user_middleware) == 1


def test_the_package_offers_it() -> None:
    assert fastcors.install is install
    assert "install" in fastcors.__all__
