"""A list or set given as `allow_origins` stays live, as with Starlette, at no visible cost."""

from __future__ import annotations

import copy
import gc
import logging
import pickle
import random
import sys
import threading
import warnings
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import ConfigWarning, CORSMiddleware, Policy, _live
from tests.exchange import ORIGIN, actual, preflight, responding, sent, values

APP = responding()
A, B, C = (f"https://{name}.example" for name in "abc")
KINDS: list[Any] = [list, set]


def allows(middleware: Any, origin: str) -> bool:
    """Whether an actual request and a preflight are allowed, which have to agree."""
    actually = origin in values(sent(middleware, actual(origin)), "access-control-allow-origin")
    before = bool(sent(middleware, preflight(origin))[0]["status"] == 200)
    decided = bool(middleware.is_allowed_origin(origin=origin))
    assert actually is before is decided
    return actually


def add(origins: Any, origin: str) -> None:
    (origins.append if isinstance(origins, list) else origins.add)(origin)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_added_counts_from_the_next_request_and_what_is_removed_does_not(kind: Any) -> None:
    origins = kind([A])
    middleware = CORSMiddleware(APP, origins)
    assert middleware.allow_origins == origins
    assert id(middleware.allow_origins) == id(origins)
    assert (allows(middleware, A), allows(middleware, B)) == (True, False)
    add(origins, B)
    assert (allows(middleware, A), allows(middleware, B)) == (True, True)
    origins.remove(A)
    assert (allows(middleware, A), allows(middleware, B)) == (False, True)
    origins.clear()
    assert (allows(middleware, A), allows(middleware, B)) == (False, False)
    add(origins, A)
    assert allows(middleware, A)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", ["allowed", "rejected"])
def test_an_entry_that_takes_the_place_of_another_counts(kind: Any, first: str) -> None:
    # A set of 77 has a table of 512 positions, and 256 are compared: the new entry may be elsewhere.
    for origins in (kind([A, B]), kind([f"https://{n}.example" for n in range(70)] + [A])):
        middleware = CORSMiddleware(APP, origins)
        assert allows(middleware, A)
        assert not allows(middleware, C)
        if isinstance(origins, list):
            origins[origins.index(A)] = C
        else:
            origins.discard(A)
            origins.add(C)
        order = (A, C) if first == "rejected" else (C, A)
        assert {origin: allows(middleware, origin) for origin in order} == {A: False, C: True}


@pytest.mark.parametrize("kind", KINDS)
def test_a_removed_origin_is_not_taken_for_the_entry_that_another_request_found_in_its_place(
    kind: Any,
) -> None:
    origins = kind([A])
    middleware = CORSMiddleware(APP, origins)
    scope = actual(A)

    def lines() -> Iterator[tuple[bytes, bytes]]:
        yield from scope["headers"]
        origins.clear()
        add(origins, B)
        # The policy is made anew while this request is read, which began with the one before.
        assert middleware.is_allowed_origin(origin=B)

    start = sent(middleware, {**scope, "headers": lines()})
    assert values(start, "access-control-allow-origin") == []


def test_a_list_that_is_filled_when_the_application_starts_counts() -> None:
    origins: list[str] = []
    middleware = CORSMiddleware(APP, origins, allow_credentials=True)
    assert not allows(middleware, A)
    origins.extend([A, "https://*.b.example"])
    assert allows(middleware, A)
    assert allows(middleware, "https://x.b.example")


@pytest.mark.parametrize("kind", KINDS)
def test_a_removed_pattern_does_not_count(kind: Any) -> None:
    origins = kind(["https://*.b.example", "https://*.c.example", A])
    middleware = CORSMiddleware(APP, origins, allow_origin_regex="https://d[0-9]")
    for origin in ("https://x.b.example", "https://x.c.example", "https://d1", A):
        assert allows(middleware, origin)
    origins.remove("https://*.b.example")
    assert not allows(middleware, "https://x.b.example")
    for origin in ("https://x.c.example", "https://d1", A):
        assert allows(middleware, origin)


def test_a_pattern_that_is_replaced_in_a_long_list_is_rejected_at_once() -> None:
    origins = [f"https://h{number}.example" for number in range(5000)]
    origins[4000] = "https://*.b.example"
    middleware = CORSMiddleware(APP, origins)
    assert allows(middleware, "https://x.b.example")
    origins[4000] = A
    assert not allows(middleware, "https://x.b.example")
    assert allows(middleware, A)


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_in_a_long_list_is_found(kind: Any) -> None:
    origins = kind(f"https://h{number}.example" for number in range(5000))
    middleware = CORSMiddleware(APP, origins)
    gone = next(iter(origins))
    origins.remove(gone)
    assert not allows(middleware, gone)
    add(origins, A)
    assert allows(middleware, A)


def test_an_entry_replaced_in_a_long_list_is_found_after_as_many_rejections_as_it_takes() -> None:
    """Nothing tells that an entry was added where another was taken away, but a look at each."""
    origins = [f"https://h{number}.example" for number in range(5000)]
    middleware = CORSMiddleware(APP, origins)
    for place in (0, 2500, 4999, 0):
        # Wherever the looking stands.
        for _ in range(place % 7 + 5):
            middleware.is_allowed_origin(C)
        origins[place] = f"https://new{len(set(origins))}-{place}.example"
        for _ in range(5000 // 256 + 1):
            middleware.is_allowed_origin(C)
        assert allows(middleware, origins[place])
        assert not allows(middleware, f"https://h{place}.example")


@pytest.mark.parametrize("kind", KINDS)
def test_a_reconfiguration_with_the_same_list_finds_at_once_what_was_replaced(kind: Any) -> None:
    for number in range(20):
        origins = kind(f"https://h{number}.example" for number in range(2000))
        middleware = CORSMiddleware(APP, origins)
        gone = next(iter(origins))
        origins.remove(gone)
        add(origins, f"https://new{number}.example")
        middleware.reconfigure(allow_origins=origins)
        assert middleware.is_allowed_origin(f"https://new{number}.example")
        assert not middleware.is_allowed_origin(gone)


def test_the_list_in_another_order_or_twice_the_same_is_the_same() -> None:
    origins = [A, B, A, C]
    middleware = CORSMiddleware(APP, origins)
    for change in (origins.reverse, origins.sort, lambda: origins.remove(A)):
        change()
        assert all(allows(middleware, origin) for origin in (A, B, C))
        assert not allows(middleware, ORIGIN)
    origins.remove(A)
    assert not allows(middleware, A)


@pytest.mark.parametrize("kind", KINDS)
def test_any_changes_count_as_with_starlette(kind: Any) -> None:
    """The twin is Starlette's, which reads the list at each request."""
    draw = random.Random(20261126)
    pool = [f"https://{number}.example" for number in range(12)]
    for _ in range(30):
        origins = kind(draw.sample(pool, draw.randrange(6)))
        options: dict[str, Any] = {"allow_credentials": draw.random() < 0.5}
        ours, theirs = CORSMiddleware(APP, origins, **options), Starlette(APP, origins, **options)
        for _ in range(40):
            if draw.random() < 0.6:
                _change(origins, pool, draw)
            for scope in (actual(draw.choice(pool)), preflight(draw.choice(pool))):
                assert sent(ours, dict(scope)) == sent(theirs, dict(scope))


def _change(origins: Any, pool: list[str], draw: random.Random) -> None:
    origin = draw.choice(pool)
    if isinstance(origins, set):
        draw.choice([origins.add, origins.discard])(origin)
        return
    match draw.randrange(6):
        case 0:
            origins.append(origin)
        case 1 if origins:
            origins.pop(draw.randrange(len(origins)))
        case 2 if origins:
            origins[draw.randrange(len(origins))] = origin
        case 3:
            origins[:] = draw.sample(pool, draw.randrange(5))
        case 4:
            draw.shuffle(origins)
        case _:
            origins.insert(0, origin)


# What is not live


@pytest.mark.parametrize("kind", [tuple, frozenset, lambda given: dict.fromkeys(given).keys()])
def test_any_other_collection_is_copied(kind: Any) -> None:
    middleware = CORSMiddleware(APP, kind([A]))
    assert middleware._fastcors_live is None
    assert allows(middleware, A)


def test_a_list_whose_class_reads_it_otherwise_is_copied() -> None:
    class Doubled(list[str]):
        def __iter__(self) -> Any:
            return iter([A, B])

    middleware = CORSMiddleware(APP, Doubled([A]))
    assert middleware._fastcors_live is None
    assert allows(middleware, A)
    assert allows(middleware, B)


def test_a_list_of_a_class_of_its_own_that_reads_it_as_every_other_is_live() -> None:
    class Named(list[str]):
        name = "tenants"

    origins = Named([A])
    middleware = CORSMiddleware(APP, origins)
    origins.append(B)
    assert allows(middleware, B)


def test_a_policy_follows_no_list_and_the_middlewares_policy_is_another_one_after_a_change() -> (
    None
):
    origins = [A]
    policy = Policy(allow_origins=origins)
    by_policy, middleware = CORSMiddleware(APP, policy=policy), CORSMiddleware(APP, origins)
    before = middleware.policy
    origins.append(B)
    assert not policy.actual(origin=B).allowed
    assert not allows(by_policy, B)
    assert not before.actual(origin=B).allowed
    assert middleware.policy.actual(origin=B).allowed
    assert middleware.policy.allow_origins == [A, B]


def test_the_attributes_that_follow_from_the_options_follow_the_list() -> None:
    origins = ["*"]
    middleware: Any = CORSMiddleware(APP, origins)
    assert middleware.allow_all_origins
    origins[:] = [A]
    assert not middleware.allow_all_origins
    assert middleware.simple_headers == {}


# Every origin


def test_a_star_that_is_added_later_does_not_allow_every_origin(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As with Starlette, which looks for it once; the log says what to write."""
    origins = [A]
    ours, theirs = CORSMiddleware(APP, origins), Starlette(APP, origins)
    origins.append("*")
    for scope in (actual(A), actual(B), preflight(A), preflight(B)):
        assert sent(ours, dict(scope)) == sent(theirs, dict(scope))
    (logged,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert logged.message.startswith("allow_origins: '*' was added to the list")
    ours.reconfigure(allow_origins=["*"])
    assert ours.allow_all_origins


def test_a_star_that_is_taken_away_closes() -> None:
    origins = ["*", A]
    middleware = CORSMiddleware(APP, origins)
    assert values(sent(middleware, actual(B)), "access-control-allow-origin") == ["*"]
    origins.remove("*")
    assert allows(middleware, A)
    assert not allows(middleware, B)


# Reconfiguration


def test_a_list_that_is_assigned_is_followed_instead_of_the_one_before() -> None:
    first, second, third = [A], [B], [C]
    middleware = CORSMiddleware(APP, first)
    middleware.allow_origins = second
    first.append(C)
    assert not allows(middleware, C)
    second.append(A)
    assert allows(middleware, A)
    middleware.reconfigure(allow_origins=third)
    assert middleware.allow_origins is third
    assert not allows(middleware, A)
    assert allows(middleware, C)
    middleware.allow_origins += [A]
    assert allows(middleware, A)
    assert third == [C, A]


def test_another_option_changes_and_the_list_stays_live() -> None:
    origins = [A]
    middleware = CORSMiddleware(APP, origins)
    origins.append(B)
    middleware.reconfigure(allow_credentials=True)
    assert middleware.allow_origins is origins
    assert allows(middleware, B)
    origins.append(C)
    assert allows(middleware, C)
    assert middleware.policy.allow_credentials


def test_a_reconfiguration_that_raises_leaves_the_list_live() -> None:
    origins = [A]
    middleware = CORSMiddleware(APP, origins)
    with pytest.raises(ValueError, match="allow_origins"):
        middleware.reconfigure(allow_origins="https://b.example")
    origins.append(B)
    assert middleware.allow_origins is origins
    assert allows(middleware, B)


def test_a_request_ends_by_the_policy_that_it_began_with() -> None:
    origins = [A]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        origins.clear()
        await APP(scope, receive, send)

    middleware = CORSMiddleware(app, origins)
    assert values(sent(middleware, actual(A)), "access-control-allow-origin") == [A]
    assert values(sent(middleware, actual(A)), "access-control-allow-origin") == []


# What is wrong in a list


class Raising:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize("entry", [None, 7, b"https://b.example", Raising(), ["x"], "https://B/"])
def test_a_wrong_entry_allows_nothing_and_no_request_fails(
    entry: Any, caplog: pytest.LogCaptureFixture
) -> None:
    origins: list[Any] = [A]
    middleware = CORSMiddleware(APP, origins)
    origins.extend([entry, B])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (allows(middleware, A), allows(middleware, B)) == (True, True)
        assert not allows(middleware, "https://b")
    assert origins.pop() == B
    assert not allows(middleware, B)
    if isinstance(entry, str):
        assert any("https://B/" in record.message for record in caplog.records)


def test_what_is_wrong_with_a_new_entry_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    origins = [A]
    middleware = CORSMiddleware(APP, origins, strict=True)
    origins.append("https://b.example/")
    for _ in range(3):
        assert not allows(middleware, "https://b.example")
    found = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len(found) == 1
    assert found[0].startswith("allow_origins: 'https://b.example/'")
    origins.append(C)
    assert allows(middleware, C)
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1


def test_an_entry_of_another_class_that_equals_a_text_counts_as_that_text() -> None:
    class URL:
        def __init__(self, text: str) -> None:
            self.text = text

        def __eq__(self, other: object) -> bool:
            return self.text == other

        def __hash__(self) -> int:
            return hash(self.text)

        def __str__(self) -> str:
            return self.text

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConfigWarning)
        origins: list[Any] = [URL(A), B]
        middleware = CORSMiddleware(APP, origins)
    before = allows(middleware, A)
    assert before is (A in origins)
    del origins[0]
    assert not allows(middleware, A)
    assert allows(middleware, B)


# Copies, memory


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
def test_a_shallow_copy_shares_the_list_and_a_deep_one_has_its_own() -> None:
    origins = [A]
    middleware: Any = CORSMiddleware(len, origins)  # type: ignore[arg-type]
    shallow, deep = copy.copy(middleware), copy.deepcopy(middleware)
    pickled = pickle.loads(pickle.dumps(middleware))
    origins.append(B)
    assert [each.is_allowed_origin(B) for each in (middleware, shallow, deep, pickled)] == [
        *(True, True, False, False)
    ]
    for own in (deep, pickled):
        own.allow_origins.append(C)
        assert own.is_allowed_origin(C)


def test_nothing_is_left_of_a_list_that_was_followed() -> None:
    class Origins(list[str]):
        pass

    origins = Origins([f"https://{number}.example" for number in range(10)])
    entry = origins[3]
    before = sys.getrefcount(entry)
    middleware = CORSMiddleware(APP, origins)
    for number in range(100):
        origins.append(f"https://more{number}.example")
        assert middleware.is_allowed_origin(origins[-1])
    del middleware
    gc.collect()
    assert sys.getrefcount(entry) == before


def test_a_middleware_that_stands_in_its_own_list_is_collected() -> None:
    origins: list[Any] = [A]
    middleware = CORSMiddleware(APP, origins)
    origins.append(middleware)
    assert not middleware.is_allowed_origin(B)
    found = weakref.ref(middleware)
    del middleware, origins
    gc.collect()
    assert found() is None


# Overrides


def test_a_subclass_that_asks_super_and_one_that_overrides_send_follow_the_list() -> None:
    class Asking(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            return super().is_allowed_origin(origin)

    class Sending(CORSMiddleware):
        async def send(self, message: Any, send: Any, request_headers: Any) -> None:
            await super().send(message, send=send, request_headers=request_headers)

    for kind in (Asking, Sending):
        origins = [A]
        middleware = kind(APP, origins)
        assert (allows(middleware, A), allows(middleware, B)) == (True, False)
        origins[:] = [B]
        assert (allows(middleware, A), allows(middleware, B)) == (False, True)


def test_a_subclass_that_passes_starlettes_headers_follows_the_list() -> None:
    def subclass(base: Any) -> Any:
        class Calling(base):  # type: ignore[misc]
            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                headers = Headers(scope=scope)
                if scope["method"] == "OPTIONS":
                    response = self.preflight_response(request_headers=headers)
                    await response(scope, receive, send)
                    return
                await self.simple_response(scope, receive, send, request_headers=headers)

        return Calling

    origins = [A]
    ours, theirs = subclass(CORSMiddleware)(APP, origins), subclass(Starlette)(APP, origins)
    for change in ([A], [B], [A, B], []):
        origins[:] = change
        for scope in (actual(A), actual(B), preflight(A), preflight(B)):
            assert sent(ours, dict(scope)) == sent(theirs, dict(scope))


def test_a_subclass_that_overrides_send_rejects_at_once_what_a_long_list_has_lost() -> None:
    class Sending(CORSMiddleware):
        async def send(self, message: Any, send: Any, request_headers: Any) -> None:
            await super().send(message, send=send, request_headers=request_headers)

    origins = [f"https://h{number}.example" for number in range(5001)]
    middleware = Sending(APP, origins)
    lost, origins[4000] = origins[4000], A
    assert values(sent(middleware, actual(lost)), "access-control-allow-origin") == []
    assert sent(middleware, preflight(lost))[0]["status"] == 400


def test_an_override_asks_the_list_as_it_was_when_the_request_began() -> None:
    class Asking(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            return super().is_allowed_origin(origin)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        # Another request, after which the middleware knows of the change.
        if scope["headers"] == actual(A)["headers"]:
            sent(middleware, actual(C))
        await APP(scope, receive, send)

    origins = [A, B]
    middleware = Asking(app, origins)
    assert values(sent(middleware, actual(A)), "access-control-allow-origin") == [A]
    origins.remove(A)
    assert values(sent(middleware, actual(A)), "access-control-allow-origin") == []


def test_an_override_is_asked_at_once_when_the_star_is_taken_away() -> None:
    class Never(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            return False

    origins = ["*", A]
    middleware = Never(APP, origins)
    assert values(sent(middleware, actual(A)), "access-control-allow-origin") == ["*"]
    origins.remove("*")
    assert values(sent(middleware, actual(A)), "access-control-allow-origin") == []


def test_a_list_that_is_replaced_while_it_is_read_stays_replaced() -> None:
    class Replacing:
        def __eq__(self, other: object) -> bool:
            return self is other

        def __hash__(self) -> int:
            return 1

        def __str__(self) -> str:
            if started:
                middleware.allow_origins = [B]
            return C

    started = False
    origins: list[Any] = [A]
    middleware = CORSMiddleware(APP, origins)
    started = True
    origins.append(Replacing())
    middleware.is_allowed_origin(C)
    assert middleware.allow_origins == [B] or middleware.allow_origins is origins
    assert allows(middleware, B) is (middleware.allow_origins == [B])


def test_what_is_wrong_with_an_entry_is_logged_when_the_policy_is_in_its_place() -> None:
    """A handler of the log may wait for another thread that reads the policy."""
    origins = [A]
    middleware = CORSMiddleware(APP, origins)
    read: list[Any] = []

    def read_elsewhere(record: logging.LogRecord) -> bool:
        thread = threading.Thread(target=lambda: read.append(middleware.policy.allow_origins))
        thread.start()
        thread.join(timeout=60)
        return True

    logger = logging.getLogger("fastcors")
    logger.addFilter(read_elsewhere)
    try:
        origins.append("https://b.example/")
        middleware.is_allowed_origin(B)
    finally:
        logger.removeFilter(read_elsewhere)
    assert read == [origins]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "begin",
    [
        lambda middleware: middleware.reconfigure(max_age=1),
        lambda middleware: middleware.__init__(APP, middleware.allow_origins),
        lambda middleware: middleware.__setstate__(middleware.__getstate__()),
    ],
    ids=["reconfigured", "made", "unpickled"],
)
def test_what_changes_before_a_list_is_followed_that_a_policy_was_made_of_counts(
    begin: Any, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may change the list at any time."""
    origins = kind([A, B])
    middleware = CORSMiddleware(APP, origins)

    def start(*args: Any) -> None:
        origins.remove(B)
        add(origins, C)
        started(*args)

    started = _live.start
    monkeypatch.setattr(_live, "start", start)
    begin(middleware)
    assert [allows(middleware, each) for each in (A, B, C)] == [True, False, True]
    assert sorted(middleware.policy.allow_origins) == [A, C]


@pytest.mark.parametrize(
    "changing",
    [
        lambda middleware: middleware.is_allowed_origin(C),
        lambda middleware: middleware.reconfigure(max_age=1),
    ],
    ids=["followed", "reconfigured"],
)
def test_what_is_taken_out_of_a_list_is_rejected_at_every_moment_of_a_change(changing: Any) -> None:
    """Another thread may ask at any time."""

    def rejected_at(line: int) -> bool:
        """Take an origin out at this line of our code that changes the policy; whether there is such a line."""
        origins = [A, B]
        middleware = CORSMiddleware(APP, origins)
        origins.append(C)
        lines = 0

        def trace(frame: Any, event: str, _: Any) -> Any:
            nonlocal lines
            if not frame.f_code.co_filename.endswith(("_live.py", "current.py", "middleware.py")):
                return None
            lines += event == "line"
            if lines == line and B in origins:
                sys.settrace(None)
                origins.remove(B)
                assert not middleware.is_allowed_origin(B)
            return trace

        traced = sys.gettrace()
        sys.settrace(trace)
        try:
            changing(middleware)
        finally:
            sys.settrace(traced)
        assert allows(middleware, C)
        assert lines < line or not allows(middleware, B)
        return lines >= line

    assert rejected_at(5)
    assert not all(rejected_at(line) for line in range(1, 500))
