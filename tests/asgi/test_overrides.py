"""Methods that a subclass or an instance overrides: every way of doing so counts, at compiled speed."""

from __future__ import annotations

import asyncio
import contextvars
import sys
from types import MethodType
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import CORSMiddleware
from fastcors._middleware.overridable import ORIGINALS
from tests.exchange import (
    ORIGIN,
    actual,
    headers_of,
    never,
    preflight,
    receive,
    responding,
    sent,
    values,
)

APP = responding()
UNTRUSTED = "https://untrusted.example"


class Plain(CORSMiddleware):
    """Overrides nothing, and has instances with attributes."""

    def __init__(self, app: Any, *args: Any, **options: Any) -> None:
        super().__init__(app, *args, **options)
        self.tenants = {"a"}


def allows(middleware: CORSMiddleware, origin: str) -> bool:
    found = values(sent(middleware, actual(origin)), "access-control-allow-origin")
    assert (sent(middleware, preflight(origin))[0]["status"] == 200) is bool(found)
    return bool(found)


def reject(origin: str) -> bool:
    return False


def by_object_setattr(middleware: Any) -> None:
    object.__setattr__(middleware, "is_allowed_origin", reject)


def by_vars(middleware: Any) -> None:
    vars(middleware)["is_allowed_origin"] = reject


def by_update(middleware: Any) -> None:
    middleware.__dict__.update(is_allowed_origin=reject)


def by_another_dict(middleware: Any) -> None:
    middleware.__dict__ = {**vars(middleware), "is_allowed_origin": reject}


def by_setattr(middleware: Any) -> None:
    middleware.is_allowed_origin = reject


def by_a_bound_method(middleware: Any) -> None:
    middleware.is_allowed_origin = MethodType(lambda self, origin: False, middleware)


def by_setdefault(middleware: Any) -> None:
    vars(middleware).setdefault("is_allowed_origin", reject)


def by_or(middleware: Any) -> None:
    own = vars(middleware)
    own |= {"is_allowed_origin": reject}


WAYS = [
    by_object_setattr,
    by_vars,
    by_update,
    by_another_dict,
    by_setattr,
    by_a_bound_method,
    by_setdefault,
    by_or,
]


@pytest.mark.parametrize("cls", [CORSMiddleware, Plain])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_method_put_on_an_instance_counts_however_it_is_put_there(way: Any, cls: Any) -> None:
    middleware = cls(APP, [ORIGIN])
    for _ in range(5):
        assert allows(middleware, ORIGIN)
    way(middleware)
    assert not allows(middleware, ORIGIN)
    del vars(middleware)["is_allowed_origin"]
    assert allows(middleware, ORIGIN)


@pytest.mark.parametrize("way", [dict.clear, lambda own: own.pop("is_allowed_origin")])
def test_a_method_that_is_taken_from_an_instance_is_not_asked(way: Any) -> None:
    middleware = Plain(APP, [ORIGIN])
    by_setattr(middleware)
    assert not allows(middleware, ORIGIN)
    way(vars(middleware))
    assert allows(middleware, ORIGIN)


def test_a_method_that_replaces_another_on_an_instance_is_asked() -> None:
    middleware: Any = CORSMiddleware(APP, [ORIGIN])
    middleware.is_allowed_origin = lambda origin: origin == UNTRUSTED
    assert allows(middleware, UNTRUSTED)
    vars(middleware)["is_allowed_origin"] = reject
    assert not allows(middleware, UNTRUSTED)


def test_a_send_that_is_put_on_an_instance_counts() -> None:
    middleware: Any = CORSMiddleware(APP, [ORIGIN])
    before = sent(middleware, actual())

    async def silent(message: Any, send: Any, request_headers: Any) -> None:
        await send(message)

    vars(middleware)["send"] = silent
    assert sent(middleware, actual()) == sent(APP, actual())
    del vars(middleware)["send"]
    assert sent(middleware, actual()) == before


@pytest.mark.parametrize("name", ORIGINALS)
def test_each_method_that_can_be_overridden_is_seen_when_it_is_put_on_an_instance(
    name: str,
) -> None:
    middleware: Any = Plain(APP, [ORIGIN])
    for _ in range(5):
        sent(middleware, actual())
        assert middleware._fastcors_overrides() == (False, False, False)
    vars(middleware)[name] = None
    assert (middleware._fastcors_hooks, middleware._fastcors_asks) == (
        name != "is_allowed_origin",
        name == "is_allowed_origin",
    )
    del vars(middleware)[name]
    assert (middleware._fastcors_hooks, middleware._fastcors_asks) == (False, False)


def test_what_is_overridden_is_found_out_once_for_an_instance_with_attributes() -> None:
    questions: list[Any] = []

    class Counting(Plain):
        requests = 0

        def _fastcors_overrides(self) -> tuple[bool, bool, bool]:
            questions.append(self)
            return super()._fastcors_overrides()

    middleware = Counting(APP, [ORIGIN])
    for _ in range(20):
        assert allows(middleware, ORIGIN)
        if sys.version_info >= (3, 14):
            # Before, a dict says that it was changed, but not where.
            middleware.requests += 1
    # Once more where the class is given a version, or the instance its dict, meanwhile.
    assert len(questions) <= 2


def test_a_class_that_was_changed_too_often_for_a_version_is_seen_to_change() -> None:
    """CPython 3.13 gives a class 1,000 versions, and then none."""

    class Changed(CORSMiddleware):
        pass

    middleware = Changed(APP, [ORIGIN])
    for number in range(3000):
        Changed.marker = number  # type: ignore[attr-defined]
        if number % 10 == 0:
            assert Changed.marker == number  # type: ignore[attr-defined]
            sent(middleware, actual())
    questions: list[Any] = []
    found = CORSMiddleware._fastcors_overrides

    class Counting(Changed):
        def _fastcors_overrides(self) -> tuple[bool, bool, bool]:
            questions.append(self)
            return found(self)

    counting = Counting(APP, [ORIGIN])
    for _ in range(20):
        assert allows(counting, ORIGIN)
    # Once for a class with or without a version, and once more if it gets one meanwhile.
    assert len(questions) <= 2
    for _ in range(3):
        Changed.is_allowed_origin = lambda self, origin: False  # type: ignore[method-assign]
        assert not allows(middleware, ORIGIN)
        assert not allows(counting, ORIGIN)
        del Changed.is_allowed_origin
        assert allows(middleware, ORIGIN)
        assert allows(counting, ORIGIN)


def test_other_bases_of_a_class_count() -> None:
    class First(CORSMiddleware):
        pass

    class Second(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            return False

    class Below(First):
        pass

    middleware = Below(APP, [ORIGIN])
    assert allows(middleware, ORIGIN)
    Below.__bases__ = (Second,)
    assert not allows(middleware, ORIGIN)
    Below.__bases__ = (First,)
    assert allows(middleware, ORIGIN)


# How `is_allowed_origin` is asked


class Asking(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return origin.endswith(".example")


class Awaiting(CORSMiddleware):
    async def is_allowed_origin(self, origin: str) -> bool:
        await asyncio.sleep(0)
        return origin.endswith(".example")


def asked_under_asyncio(middleware: Any, scope: dict[str, Any]) -> list[Any]:
    messages = []

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(middleware(scope, receive, send))
    return messages


@pytest.mark.parametrize("cls", [Asking, Awaiting])
@pytest.mark.parametrize("origin", [UNTRUSTED, "https://elsewhere.test"])
def test_a_plain_and_an_async_override_decide_as_starlettes_plain_one(
    cls: Any, origin: str
) -> None:
    class Theirs(Starlette):
        def is_allowed_origin(self, origin: str) -> bool:
            return origin.endswith(".example")

    configurations: list[dict[str, Any]] = [
        {},
        {"allow_credentials": True, "expose_headers": ["X-A"]},
    ]
    for options in configurations:
        ours, theirs = cls(APP, **options), Theirs(APP, **options)
        for scope in (actual(origin), preflight(origin), preflight(origin, "PUT", "x-b", "1")):
            assert asked_under_asyncio(ours, dict(scope)) == sent(theirs, dict(scope))


@pytest.mark.parametrize("verdict", [1, "yes", [0], 0, "", None, []])
def test_a_verdict_counts_as_true_or_false_as_with_starlette(verdict: Any) -> None:
    def subclass(base: Any) -> Any:
        class Odd(base):  # type: ignore[misc]
            def is_allowed_origin(self, origin: str) -> Any:
                return verdict

        return Odd(APP)

    for scope in (actual(), preflight()):
        assert sent(subclass(CORSMiddleware), scope) == sent(subclass(Starlette), dict(scope))


@pytest.mark.parametrize("cls", [Asking, Awaiting])
def test_it_is_asked_in_the_context_of_the_one_who_awaits(cls: Any) -> None:
    current: contextvars.ContextVar[str] = contextvars.ContextVar("current")
    seen: list[str] = []

    class Watching(cls):  # type: ignore[misc]
        def is_allowed_origin(self, origin: str) -> Any:
            seen.append(current.get())
            return super().is_allowed_origin(origin)

    async def run() -> None:
        async def send(message: Any) -> None:
            pass

        middleware = Watching(APP)
        for scope in (actual(UNTRUSTED), preflight(UNTRUSTED)):
            current.set("made")
            coroutine = middleware(scope, receive, send)
            current.set("awaited")
            await coroutine

    asyncio.run(run())
    assert seen == ["awaited", "awaited"]


@pytest.mark.parametrize(
    "scope", [actual(UNTRUSTED), preflight(UNTRUSTED)], ids=["actual", "preflight"]
)
@pytest.mark.parametrize("awaited", [False, True])
def test_an_exception_is_raised_where_starlette_raises_it(scope: Any, awaited: bool) -> None:
    class Failing(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> Any:
            if not awaited:
                raise LookupError(origin)

            async def fail() -> bool:
                raise LookupError(origin)

            return fail()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        with pytest.raises(LookupError, match=UNTRUSTED):
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise KeyError("seen by the application")

    coroutine = Failing(app)(scope, receive, never)
    expected = KeyError if scope["method"] == "GET" else LookupError
    with pytest.raises(expected):
        coroutine.send(None)


def test_it_is_called_when_the_response_starts_and_only_then() -> None:
    questions: list[str] = []

    class Watching(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            questions.append(origin)
            return True

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        assert questions == []

    assert sent(Watching(silent), actual()) == []
    assert questions == []
    assert sent(Watching(silent), actual(None)) == []
    sent(Watching(APP), actual())
    assert questions == [ORIGIN]


def test_an_override_is_called_by_keyword_and_may_be_static_or_of_the_class() -> None:
    class Static(CORSMiddleware):
        @staticmethod
        def is_allowed_origin(*, origin: str) -> bool:  # type: ignore[override]
            return origin == UNTRUSTED

    class OfTheClass(CORSMiddleware):
        @classmethod
        def is_allowed_origin(cls, origin: str) -> bool:
            return cls is OfTheClass and origin == UNTRUSTED

    for cls in (Static, OfTheClass):
        assert allows(cls(APP), UNTRUSTED)
        assert not allows(cls(APP), ORIGIN)


def test_with_a_star_it_is_asked_of_preflights_alone_as_with_starlette() -> None:
    def subclass(base: Any) -> Any:
        class Never(base):  # type: ignore[misc]
            def is_allowed_origin(self, origin: str) -> bool:
                return False

        return Never

    for options in ({}, {"expose_headers": ["X-A"]}):
        ours = subclass(CORSMiddleware)(APP, ["*"], **options)
        theirs = subclass(Starlette)(APP, ["*"], **options)
        for scope in (actual(), preflight()):
            assert sent(ours, scope) == sent(theirs, dict(scope))


def test_base_class_decides_by_the_policy_that_the_request_began_with() -> None:
    class Changing(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            return super().is_allowed_origin(origin)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        middleware.reconfigure(allow_origins=())
        await APP(scope, receive, send)

    middleware = Changing(app, (ORIGIN,))
    assert values(sent(middleware, actual()), "access-control-allow-origin") == [ORIGIN]
    assert values(sent(middleware, actual()), "access-control-allow-origin") == []


def test_no_starlette_is_needed_if_only_is_allowed_origin_is_overridden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == "starlette"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert headers_of(sent(Asking(APP), actual(UNTRUSTED)))
    assert sent(Asking(APP), preflight(UNTRUSTED))[0]["status"] == 200


def test_a_send_that_nobody_awaits_asks_nothing() -> None:
    questions: list[str] = []

    class Watching(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            questions.append(origin)
            return True

    async def app(scope: Any, receive: Any, send: Any) -> None:
        send({"type": "http.response.start", "status": 200, "headers": []}).close()

    assert sent(Watching(app), actual()) == []
    assert questions == []


def test_a_plain_override_is_asked_when_the_send_is_awaited_and_not_when_it_is_called() -> None:
    questions: list[str] = []

    class Watching(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            questions.append(origin)
            return True

    async def app(scope: Any, receive: Any, send: Any) -> None:
        sending = send({"type": "http.response.start", "status": 200, "headers": []})
        assert questions == []
        await sending
        assert questions == [ORIGIN]

    assert headers_of(sent(Watching(app), actual()))


def test_a_class_that_decides_itself_what_its_names_are_is_asked() -> None:
    def subclass(base: Any) -> Any:
        class Deciding(base):  # type: ignore[misc]
            def __getattribute__(self, name: str) -> Any:
                if name == "is_allowed_origin":
                    return lambda origin: origin == UNTRUSTED
                return super().__getattribute__(name)

        return Deciding

    for scope in (actual(), actual(UNTRUSTED), preflight(), preflight(UNTRUSTED)):
        ours, theirs = subclass(CORSMiddleware)(APP, [ORIGIN]), subclass(Starlette)(APP, [ORIGIN])
        assert sent(ours, dict(scope)) == sent(theirs, dict(scope))


def test_a_descriptor_that_returns_anything_for_the_class_is_asked_for_an_instance() -> None:
    def descriptor(raising: bool) -> Any:
        class Descriptor:
            def __get__(self, instance: Any, owner: Any) -> Any:
                if instance is not None:
                    return lambda origin: origin == UNTRUSTED
                if raising:
                    raise AttributeError("not of the class")
                return CORSMiddleware.is_allowed_origin

        return Descriptor()

    for raising in (True, False):
        cls = type("Described", (CORSMiddleware,), {"is_allowed_origin": descriptor(raising)})
        middleware = cls(APP, [ORIGIN])
        assert allows(middleware, UNTRUSTED)
        assert not allows(middleware, ORIGIN)


def test_what_lives_on_with_the_context_of_a_question_asks_the_policy_as_it_is_by_then() -> None:
    """Such as a thread of a pool: without the GIL a new thread inherits the context."""
    contexts: list[contextvars.Context] = []

    class Starting(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            contexts.append(contextvars.copy_context())
            return super().is_allowed_origin(origin)

    class Awaiting(CORSMiddleware):
        async def is_allowed_origin(self, origin: str) -> bool:
            contexts.append(contextvars.copy_context())
            return bool(super().is_allowed_origin(origin))

    async def passing(self: Any, message: Any, send: Any, request_headers: Any) -> None:
        await CORSMiddleware.send(self, message, send, request_headers)

    for kind in (Starting, Awaiting):
        for methods in ({}, {"send": passing}):
            middleware: Any = type(kind.__name__, (kind,), methods)(APP, (ORIGIN,))
            for scope in (actual(), preflight()):
                assert values(sent(middleware, scope), "access-control-allow-origin") == [ORIGIN]
            middleware.reconfigure(allow_origins=())
            for context in contexts:
                assert context.run(CORSMiddleware.is_allowed_origin, middleware, ORIGIN) is False
            contexts.clear()


def test_a_method_that_comes_into_the_class_while_it_is_asked_what_it_overrides_is_called() -> None:
    """As another thread may do it."""

    class Changing(Plain):
        def _fastcors_overrides(self) -> tuple[bool, bool, bool]:
            found = super()._fastcors_overrides()
            if "is_allowed_origin" not in vars(Changing):
                Changing.is_allowed_origin = lambda self, origin: False  # type: ignore[method-assign]
                # The class is given another version.
                assert self.is_allowed_origin(ORIGIN) is False
            return found

    middleware = Changing(APP, [ORIGIN])
    sent(middleware, actual())
    assert not allows(middleware, ORIGIN)
