"""The compiled types cannot be changed from Python; the class that users see can."""

from __future__ import annotations

import functools
from typing import Any
from unittest import mock

import pytest

from fastcors import CORSMiddleware, _fastcors
from tests.exchange import ORIGIN, actual, never, receive, responding, run, sent, values

APP = responding()


def send_type() -> type[Any]:
    """Return the type of the `send` that an application is given."""
    found: list[type[Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(type(send))

    run(CORSMiddleware(app)(actual(), receive, never))
    return found[0]


TYPES = [_fastcors.Middleware, _fastcors.CompiledPolicy, send_type()]
each_type = pytest.mark.parametrize("compiled", TYPES, ids=lambda compiled: compiled.__name__)


@each_type
@pytest.mark.parametrize("name", ["__call__", "__doc__", "another"])
def test_an_attribute_of_a_compiled_type_cannot_be_assigned(compiled: Any, name: str) -> None:
    with pytest.raises(TypeError, match="immutable"):
        setattr(compiled, name, None)


@each_type
@pytest.mark.parametrize("name", ["__call__", "__doc__", "app"])
def test_an_attribute_of_a_compiled_type_cannot_be_deleted(compiled: Any, name: str) -> None:
    with pytest.raises(TypeError, match="immutable"):
        delattr(compiled, name)


def test_a_class_cannot_be_assigned_between_compiled_and_python() -> None:
    class Plain:
        pass

    with pytest.raises(TypeError):
        CORSMiddleware(APP).__class__ = _fastcors.Middleware  # type: ignore[assignment]
    with pytest.raises(TypeError):
        _fastcors.Middleware().__class__ = Plain  # type: ignore[assignment]


def test_the_class_that_users_see_can_be_patched_and_extended() -> None:
    middleware = CORSMiddleware(APP, [ORIGIN])
    with mock.patch.object(CORSMiddleware, "is_allowed_origin", lambda self, origin: False):
        assert values(sent(middleware, actual()), "access-control-allow-origin") == []
    with mock.patch.object(CORSMiddleware, "another", 1, create=True):
        assert middleware.another == 1  # type: ignore[attr-defined]
    assert values(sent(middleware, actual()), "access-control-allow-origin") == [ORIGIN]

    class Extended(CORSMiddleware):
        __slots__ = ("more",)

    extended: Any = Extended(APP, [ORIGIN])
    extended.more = 1
    assert values(sent(extended, actual()), "access-control-allow-origin") == [ORIGIN]


def test_a_class_of_both_and_another_base_runs_the_compiled_code() -> None:
    class Another:
        @functools.cached_property
        def another(self) -> int:
            return 1

    class Both(Another, CORSMiddleware):
        pass

    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(type(send))

    both = Both(app, [ORIGIN])
    run(both(actual(), receive, never))
    assert (both.another, seen) == (1, [send_type()])
