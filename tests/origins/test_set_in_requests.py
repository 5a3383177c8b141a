"""What an `OriginSet` has decides each request, whatever decides with it and whichever thread changes it."""

from __future__ import annotations

import copy
import itertools
import pickle
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI

from fastcors import CORSMiddleware, OriginSet, Policy, install
from tests.exchange import actual, preflight, receive, responding, run, sent, values

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = "https://app.example.com"
OTHER = "https://other.example"
NEVER = "https://never.example"


class Asking(CORSMiddleware):
    """Decides on origins by itself, and asks the base class."""

    def is_allowed_origin(self, origin: str) -> bool:
        return bool(super().is_allowed_origin(origin=origin))


class Awaiting(CORSMiddleware):
    """The same in a coroutine function."""

    async def is_allowed_origin(self, origin: str) -> bool:
        return bool(super().is_allowed_origin(origin=origin))


class Sending(CORSMiddleware):
    """Overrides how responses are made."""

    async def send(self, message: Any, send: Any, request_headers: Any) -> None:
        await super().send(message, send, request_headers)


CLASSES = pytest.mark.parametrize("class_", [CORSMiddleware, Asking, Awaiting, Sending])


def allows(middleware: Any, origin: str) -> bool:
    """Whether an actual request and a preflight are allowed, which have to agree."""
    actually = origin in values(sent(middleware, actual(origin)), "access-control-allow-origin")
    before = bool(sent(middleware, preflight(origin))[0]["status"] == 200)
    assert actually is before
    return actually


@CLASSES
def test_every_kind_of_middleware_follows_it(class_: Any) -> None:
    entries = OriginSet()
    middleware = class_(responding(), allow_origins=entries)
    for _ in range(2):
        assert not allows(middleware, APP)
        entries.add("https://*.example.com")
        assert allows(middleware, APP)
        entries.discard("https://*.example.com")
        assert not allows(middleware, APP)
        entries.add(APP)
        assert allows(middleware, APP)
        entries.replace([OTHER])
    assert allows(middleware, OTHER)


@CLASSES
def test_enforcement_follows_it(class_: Any) -> None:
    entries = OriginSet()
    middleware = class_(responding(), allow_origins=entries, enforce=True)
    for _ in range(2):
        assert sent(middleware, actual(APP, "POST"))[0]["status"] == 403
        entries.add(APP)
        assert sent(middleware, actual(APP, "POST"))[0]["status"] == 200
        entries.discard(APP)


def test_what_a_regex_was_asked_about_is_allowed_once_it_is_added() -> None:
    entries = OriginSet()
    middleware = CORSMiddleware(
        responding(), allow_origins=entries, allow_origin_regex=r"https://[a-z]+\.example\.net"
    )
    assert allows(middleware, "https://a.example.net")
    for _ in range(3):
        assert not allows(middleware, OTHER)
        entries.add(OTHER)
        assert allows(middleware, OTHER)
        entries.discard(OTHER)
    entries.add("https://a.example.net")
    entries.discard("https://a.example.net")
    assert allows(middleware, "https://a.example.net"), "the regex allows it still"


def test_any_number_of_middlewares_and_policies_share_it() -> None:
    entries = OriginSet()
    policy = Policy(allow_origins=entries, allow_credentials=True)
    application = FastAPI()
    users = [
        CORSMiddleware(responding(), allow_origins=entries),
        CORSMiddleware(responding(), policy=policy),
        CORSMiddleware(responding(), policy=policy.replace(max_age=1)),
        install(application, allow_origins=entries),
    ]
    users += [copy.copy(users[0]), copy.deepcopy(CORSMiddleware(None, allow_origins=entries))]  # type: ignore[arg-type]
    users[-1].app = responding()
    assert all(user.allow_origins is entries for user in users)
    for allowed in (False, True, False):
        (entries.add if allowed else entries.discard)(APP)
        assert [user.is_allowed_origin(APP) for user in users] == [allowed] * len(users)
        assert policy.actual(origin=APP).allowed is allowed


def test_it_can_take_the_place_of_a_list_and_a_list_its_place() -> None:
    entries = OriginSet([APP])
    middleware = CORSMiddleware(responding(), allow_origins=[OTHER])
    middleware.allow_origins = entries
    assert (allows(middleware, APP), allows(middleware, OTHER)) == (True, False)
    entries.add(OTHER)
    assert allows(middleware, OTHER)
    middleware.reconfigure(max_age=5)
    entries.discard(APP)
    assert not allows(middleware, APP)
    middleware.reconfigure(allow_origins=[APP])
    entries.add(NEVER)
    assert (allows(middleware, APP), allows(middleware, NEVER)) == (True, False)


def test_a_pickled_middleware_has_a_set_of_its_own() -> None:
    entries = OriginSet([APP])
    restored = pickle.loads(pickle.dumps(CORSMiddleware(len, allow_origins=entries)))  # type: ignore[arg-type]
    restored.app = responding()
    entries.add(OTHER)
    assert (allows(restored, APP), allows(restored, OTHER)) == (True, False)
    restored.allow_origins.add(NEVER)
    assert allows(restored, NEVER)
    assert NEVER not in entries


def test_a_decision_names_the_entry_that_comes_closest() -> None:
    entries = OriginSet(["https://app.example.com", "https://*.customer.example"])
    policy = Policy(allow_origins=entries)
    fixed = Policy(allow_origins=list(entries))
    for origin in (
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://customer.example",
        "https://a.customer.example",
        "https://app.example.con",
        "https://elsewhere.test",
    ):
        assert str(policy.actual(origin=origin)) == str(fixed.actual(origin=origin))
    entries.replace([])
    assert "no rule comes close" not in str(policy.actual(origin=APP))


def test_the_repr_shows_a_few_entries() -> None:
    entries = OriginSet(f"https://{name}.example" for name in "cab")
    shown = "OriginSet(['https://a.example', 'https://b.example', 'https://c.example'])"
    assert repr(entries) == shown
    assert repr(Policy(allow_origins=entries)) == f"Policy(allow_origins={shown})"
    entries.update(f"https://{number}.example.com" for number in range(1_234_5))
    assert repr(entries).endswith(", … 12,345 more])")
    assert len(repr(entries)) < 200


@pytest.fixture
def switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def in_threads(*works: Any) -> None:
    """Run each function in a thread of its own, and raise what one raises."""
    errors: list[BaseException] = []

    def run_one(work: Any) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run_one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.mark.usefixtures("switching")
def test_threads_change_it_while_others_serve_and_no_request_sees_half_a_change() -> None:
    groups = [[f"https://{n}.group-{group}.example" for n in range(300)] for group in range(2)]
    entries = OriginSet([APP, *groups[0]])
    middleware = CORSMiddleware(responding(), allow_origins=entries)
    done = threading.Event()

    def serve() -> None:
        for number in itertools.count():
            if done.is_set():
                break
            assert allows(middleware, APP)
            assert not allows(middleware, NEVER)
            found = set(entries)
            assert APP in found
            members = [len(found.intersection(group)) for group in groups]
            assert members in ([300, 0], [0, 300]), (number, members)

    def replace() -> None:
        try:
            for number in range(60):
                entries.replace([APP, *groups[number % 2]])
        finally:
            done.set()

    def add_and_discard() -> None:
        for number in range(2_000):
            entries.add(f"https://{number}.extra.example")
            entries.discard(f"https://{number}.extra.example")

    in_threads(serve, serve, replace, add_and_discard)


@pytest.mark.usefixtures("switching")
def test_what_threads_add_at_the_same_time_is_all_there() -> None:
    entries = OriginSet()

    def add(thread: int) -> None:
        for number in range(500):
            entries.add(f"https://{number}.thread-{thread}.example")
        entries.update(f"https://*.{number}.thread-{thread}.example" for number in range(300))

    in_threads(*(lambda thread=thread: add(thread) for thread in range(4)))
    assert len(entries) == len(set(entries)) == 4 * 800


def test_requests_are_served_while_a_large_set_is_replaced() -> None:
    before = sys.getswitchinterval()
    entries = OriginSet([APP])
    middleware = CORSMiddleware(responding(), allow_origins=entries)
    origins = [f"https://{number}.example.com" for number in range(200_000)]
    served = 0

    async def discard(message: Any) -> None:
        pass

    thread = threading.Thread(target=entries.replace, args=(origins,))
    # No thread is made to let another one run: it lets it, or it does not.
    sys.setswitchinterval(1_000)
    try:
        thread.start()
        while len(entries) == 1:
            run(middleware(actual(), receive, discard))
            served += 1
            thread.join(1e-6)
    finally:
        sys.setswitchinterval(before)
        thread.join()
    assert served > 20
    assert len(entries) == len(origins)


def test_iterating_goes_on_over_what_was_there_when_it_began() -> None:
    origins = [f"https://{number}.example.com" for number in range(3_000)]
    entries = OriginSet(origins)
    entries.add(OTHER)
    iterator = iter(entries)
    found = [next(iterator)]
    entries.replace([NEVER])
    found.extend(iterator)
    assert sorted(found) == sorted([*origins, OTHER])
    assert list(entries) == [NEVER]


def test_an_iterable_that_raises_changes_nothing() -> None:
    def failing() -> Iterator[str]:
        yield from (f"https://{number}.example.com" for number in range(5_000))
        raise KeyError("no more")

    entries = OriginSet([APP])
    for change in (entries.replace, entries.update):
        with pytest.raises(KeyError, match="no more"):
            change(failing())
        assert list(entries) == [APP]


def test_a_generator_that_was_read_before_does_not_remove_all_entries() -> None:
    entries = OriginSet([APP])
    generator = (origin for origin in [OTHER])
    entries.update(generator)
    with pytest.raises(ValueError, match="read before"):
        entries.replace(generator)
    assert sorted(entries) == [APP, OTHER]
