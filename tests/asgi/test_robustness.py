"""Misuse that nobody intends raises an exception: never a crash or a wrong response."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import enum
import gc
import pickle
import subprocess
import sys
import threading
import weakref
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import ConfigError, CORSMiddleware
from tests.exchange import (
    ORIGIN,
    actual,
    never,
    preflight,
    receive,
    responding,
    run,
    scope_of,
    sent,
    values,
)

APP = responding()


async def picklable(scope: Any, receive: Any, send: Any) -> None:
    await APP(scope, receive, send)


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_middleware_around_itself_is_a_recursion_error(kind: str) -> None:
    itself = CORSMiddleware(APP)
    itself.app = itself
    first, second = CORSMiddleware(APP), CORSMiddleware(APP)
    first.app, second.app = second, first
    for middleware in (itself, first):
        with pytest.raises(RecursionError):
            run(middleware({**actual(), "type": kind}, receive, never))


def a_long_chain_of_sends(length: int) -> Any:
    box: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        pass

    def keeping(scope: Any, receive: Any, send: Any) -> Any:
        box[:] = [send]
        return app(scope, receive, send)

    async def discard(message: Any) -> None:
        pass

    middleware, send = CORSMiddleware(keeping), discard
    for _ in range(length):
        run(middleware(scope_of("GET"), receive, send))
        send = box[0]
    return send


def test_a_long_chain_of_sends_is_a_recursion_error_when_called_and_can_be_freed() -> None:
    send = a_long_chain_of_sends(200_000)
    with pytest.raises(RecursionError):
        run(send({"type": "http.response.body"}))
    del send


class Text(str, enum.Enum):  # noqa: UP042 - the older shape is what frameworks have
    """A text that is no plain str, as frameworks have them for methods and scope types."""

    HTTP = "http"
    OPTIONS = "OPTIONS"
    START = "http.response.start"
    OTHER = "other"


@pytest.mark.parametrize("kind", [Text.HTTP, Text.OTHER])
@pytest.mark.parametrize("method", [Text.OPTIONS, "OPTIONS"])
@pytest.mark.parametrize("start", [Text.START, "http.response.start"])
def test_a_str_enumeration_counts_as_the_text_that_it_is(
    kind: Any, method: Any, start: Any
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": start, "status": 200, "headers": []})

    for scope in (actual(), preflight(), preflight(method=None)):
        given = {**scope, "type": kind, "method": method}
        assert sent(CORSMiddleware(app, [ORIGIN]), given) == sent(Starlette(app, [ORIGIN]), given)


def test_a_synchronous_application_runs_when_the_coroutine_is_awaited() -> None:
    calls = []

    def app(scope: Any, receive: Any, send: Any) -> Any:
        calls.append(asyncio.get_running_loop())
        return asyncio.ensure_future(APP(scope, receive, send))

    coroutine = CORSMiddleware(app, [ORIGIN])(actual(), receive, None)  # type: ignore[arg-type]
    assert calls == []
    coroutine.close()  # type: ignore[union-attr, unused-ignore]
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(CORSMiddleware(app, [ORIGIN])(actual(), receive, send))
    assert len(calls) == 1
    assert values(messages, "access-control-allow-origin") == [ORIGIN]


def test_a_context_variable_that_an_application_sets_stays_in_its_task() -> None:
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)

    def app(scope: Any, receive: Any, send: Any) -> Any:
        variable.set(1)
        return APP(scope, receive, send)

    async def main() -> int:
        async def send(message: Any) -> None:
            pass

        await asyncio.create_task(CORSMiddleware(app)(actual(), receive, send))
        return variable.get()

    assert asyncio.run(main()) == 0


class Marker:
    """Something that an application's frame holds."""


def fails(middleware: Any) -> bool:
    # `pytest.raises` would keep the exception.
    try:
        run(middleware(actual(), receive, never))
    except (ValueError, KeyError):
        return True
    return False


@pytest.mark.parametrize("synchronous", [True, False])
def test_a_failing_application_leaves_nothing_for_the_garbage_collector(synchronous: bool) -> None:
    markers: list[Any] = []

    def fail() -> None:
        marker = Marker()
        markers.append(weakref.ref(marker))
        raise ValueError

    def sync(scope: Any, receive: Any, send: Any) -> Any:
        fail()

    async def asynchronous(scope: Any, receive: Any, send: Any) -> None:
        marker = Marker()
        markers.append(weakref.ref(marker))
        await send({})

    app: Any = sync if synchronous else asynchronous
    gc.disable()
    try:
        assert fails(CORSMiddleware(app))
        assert markers[0]() is None
    finally:
        gc.enable()


class Key:
    """A key that looks like another and fails to be compared with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.armed = False

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        if self.armed:
            raise ArithmeticError
        return False


@pytest.mark.parametrize("name", ["type", "headers", "method"])
def test_a_key_that_fails_to_be_compared_is_its_own_error(name: str) -> None:
    key = Key(name)
    scope: Any = {key: 1, **preflight()}
    message: Any = {key: 1, "type": "http.response.start", "status": 200, "headers": []}
    key.armed = True
    with pytest.raises(ArithmeticError):
        run(CORSMiddleware(APP)(scope, receive, never))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(message)

    if name != "method":
        with pytest.raises(ArithmeticError):
            run(CORSMiddleware(app)(actual(), receive, never))


def copies(value: Any) -> list[Any]:
    return [copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))]


class Subclass(CORSMiddleware):
    note = "class"


def test_a_middleware_can_be_copied_and_pickled() -> None:
    for cls in (CORSMiddleware, Subclass):
        middleware: Any = cls(
            picklable, {ORIGIN}, ["PUT"], allow_origin_regex="https://b", max_age=7
        )
        middleware.note = "instance"
        for other in copies(middleware):
            assert type(other) is cls
            assert vars(other)["note"] == "instance"
            assert other.allow_origins == {ORIGIN}
            for scope in (actual(), preflight(method="PUT"), actual("https://b")):
                assert sent(other, scope) == sent(middleware, scope)
        changed = copy.copy(middleware)
        changed.allow_origins = ["https://c.example"]
        assert middleware.is_allowed_origin(ORIGIN)
        assert not changed.is_allowed_origin(ORIGIN)


@pytest.mark.parametrize(
    "name", ["allow_origins", "allow_headers", "simple_headers", "preflight_headers"]
)
def test_a_read_only_copy_can_be_copied_and_pickled(name: str) -> None:
    value = getattr(CORSMiddleware(APP, [ORIGIN], allow_credentials=True), name)
    for other in [*copies(value), value.copy()]:
        assert other == value
        other.clear()


def test_a_config_error_survives_a_process_boundary() -> None:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(APP, "https://a", "GET")
    for other in copies(raised.value):
        assert str(other) == str(raised.value)
        assert [problem.code for problem in other.problems] == ["not-a-collection"] * 2


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
def test_changes_from_several_threads_are_all_there_and_shown_as_they_decide() -> None:
    middleware = CORSMiddleware(APP)
    names = ["allow_origins", "allow_methods", "expose_headers", "allow_headers"]

    def change(name: str) -> None:
        for number in range(300):
            setattr(middleware, name, [f"x{number}"])

    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=change, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)
    for name in names:
        assert "x299" in getattr(middleware, name)
    response = sent(middleware, preflight("x299", "x299", "x299"))
    assert response[0]["status"] == 200


def test_a_subclass_may_have_an_application_that_is_a_property() -> None:
    def shaped(base: Any) -> Any:
        class Property(base):  # type: ignore[misc]
            @property
            def app(self) -> Any:
                return self.inner

            @app.setter
            def app(self, value: Any) -> None:
                self.inner = value

        return Property

    for scope in (actual(), preflight(), {"type": "lifespan"}):
        ours = sent(shaped(CORSMiddleware)(APP, [ORIGIN]), dict(scope))
        assert ours == sent(shaped(Starlette)(APP, [ORIGIN]), dict(scope))


def test_a_subclass_may_use_any_name_of_its_own() -> None:
    names = ["_policy", "_compiled", "_install", "_ask", "_verdict", "_respond", "_overrides"]
    middleware = Subclass(APP, [ORIGIN])
    for name in names:
        setattr(middleware, name, "mine")
    assert values(sent(middleware, actual()), "access-control-allow-origin") == [ORIGIN]
    middleware.max_age = 3
    assert [getattr(middleware, name) for name in names] == ["mine"] * len(names)


@pytest.mark.parametrize("name", ["app", "allow_origins", "max_age"])
def test_an_attribute_that_cannot_be_deleted_says_so(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        delattr(CORSMiddleware(APP), name)


def test_an_option_assigned_before_super_init_names_super_init() -> None:
    class Early(CORSMiddleware):
        def __init__(self, app: Any) -> None:
            self.allow_origins = [ORIGIN]
            super().__init__(app)

    with pytest.raises(RuntimeError, match=r"super\(\).__init__"):
        Early(APP)


WITHOUT_STARLETTE = """
import sys
sys.modules["starlette"] = None
import asyncio, fastcors

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})

class Asking(fastcors.CORSMiddleware):
    def is_allowed_origin(self, origin):
        return True

class Sending(fastcors.CORSMiddleware):
    async def send(self, message, send, request_headers):
        await super().send(message, send, request_headers)

sent = []
async def send(message):
    sent.append(message)

scope = {"type": "http", "method": "GET", "headers": [(b"origin", b"https://a")]}
for middleware in (fastcors.CORSMiddleware(app, ["https://a"]), Asking(app)):
    sent.clear()
    asyncio.run(middleware(scope, None, send))
    assert (b"access-control-allow-origin", b"https://a") in sent[0]["headers"]
for act in (lambda: Sending(app), lambda: fastcors.CORSMiddleware(app).preflight_response({"origin": ""})):
    try:
        act()
    except RuntimeError as error:
        assert "pip install starlette" in str(error), error
    else:
        raise SystemExit("nothing was raised")
"""


def test_without_starlette_it_works_and_a_subclass_that_needs_it_raises_at_start_up() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_STARLETTE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_import_takes_neither_asyncio_nor_starlette_nor_typing() -> None:
    code = "import sys, fastcors; print(*sorted({'asyncio', 'starlette', 'typing', 're', 'inspect'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
