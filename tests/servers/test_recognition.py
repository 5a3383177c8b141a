"""Servers detect that an application with the middleware is of ASGI 3."""

import inspect
from typing import Any

import pytest
from asgiref.compatibility import guarantee_single_callable, is_double_callable
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.utils import is_asgi, wrap_app
from starlette.applications import Starlette
from uvicorn import Config

from fastcors import CORSMiddleware
from tests.exchange import responding


class OriginHook(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return True


class AwaitedOriginHook(CORSMiddleware):
    async def is_allowed_origin(self, origin: str) -> bool:
        return True


class Call(CORSMiddleware):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await super().__call__(scope, receive, send)


class CallInBetween(Call):
    """Overrides nothing of its own."""


class Plain(CORSMiddleware):
    """Overrides nothing."""


def function_that_returns_an_awaitable(scope: Any, receive: Any, send: Any) -> Any:
    return responding()(scope, receive, send)


APPLICATIONS = {
    "wrapped": CORSMiddleware(responding()),
    "wrapped-twice": CORSMiddleware(CORSMiddleware(responding())),
    "wrapped-starlette": CORSMiddleware(Starlette()),
    "wrapped-function": CORSMiddleware(function_that_returns_an_awaitable),
    "subclass": Plain(responding()),
    "subclass-is-allowed-origin": OriginHook(responding()),
    "subclass-async-is-allowed-origin": AwaitedOriginHook(responding()),
    "subclass-call": Call(responding()),
    "subclass-of-subclass-call": CallInBetween(responding()),
    "wrapped-subclass": CORSMiddleware(OriginHook(Call(responding()))),
}

pytestmark = pytest.mark.parametrize("app", APPLICATIONS.values(), ids=APPLICATIONS)


def test_it_has_the_signature_that_falcon_and_others_count(app: CORSMiddleware) -> None:
    assert list(inspect.signature(app).parameters) == ["scope", "receive", "send"]
    assert inspect.getfullargspec(app).args == ["self", "scope", "receive", "send"]


def test_uvicorn_sees_asgi_3(app: CORSMiddleware) -> None:
    config = Config(app, interface="auto", proxy_headers=False, log_config=None)
    config.load()
    assert config.interface == "asgi3"
    assert config.loaded_app is app


def test_hypercorn_sees_asgi(app: Any) -> None:
    assert is_asgi(app)
    assert isinstance(wrap_app(app, 2**16, None), ASGIWrapper)


def test_daphne_calls_it_as_it_is(app: CORSMiddleware) -> None:
    assert not is_double_callable(app)  # type: ignore[no-untyped-call]
    assert guarantee_single_callable(app) is app  # type: ignore[no-untyped-call]
