"""`python -m tests.asgi.stress`: one middleware under load from several threads, for SECONDS.

Threads drive coroutines by hand, so that the time goes into the middleware and not into an event loop.
Meanwhile others reconfigure it, change the list that it follows, assign its application and a method,
replace and change the headers of the scopes that are being read, and change the headers that the
application sends. A second middleware has an `OriginSet`, which one thread changes all the time, and a
plain `allow_origin_func`. A subclass that overrides `send` enforces `Origin` on handshakes by a list that
another thread changes, also in threads that begin with that. Each response must be one that the middleware
may send at some moment; an untrusted origin is never allowed; no request is lost from the counters.

It finds something on a build of Python without the GIL, if there is something: `make stress-threads
PYTHON=python3.14t VENV=.venv-3.14t`. It can fail: each of these, put into the code for such builds
(`Py_GIL_DISABLED`), was found within 60 seconds with 3.13t on two cores:

- `policy.rs`: `Verdicts` as with the GIL, a `Memo` in an `UnsafeCell`, with one `CompiledPolicy` for all
  threads (`parts.rs`): an untrusted origin is allowed with credentials;
- `send.rs`: the memory of the last `Send` is kept as with the GIL: no response at all;
- `threads.rs`: `this_thread` returns place 0 for all threads, so they share a part: lost counts;
- `locked.rs`: `locked` runs its body without the lock: a segmentation fault;
- `object.rs`: `shared_item` takes its reference as with the GIL, to a borrowed item: a segmentation fault;
- `current.rs`: `current` takes its references as with the GIL, without the lock: a segmentation fault;
- `own_part.rs`: `follows` looks at the part of a thread as it is, without `known`: a handshake of an origin
  that was taken out of the list is accepted.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fastcors import CORSMiddleware, OriginSet
from tests.exchange import receive, run, scope_of
from tests.gil import without_gil

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.exchange import Message, Scope

LISTED = "https://app.example.com"
COMING = "https://coming.example.com"
# Listed when the policy was made.
GONE = "https://gone.example.com"
# What the function allows, and what a pattern of the set allows at times.
ASKED = "https://asked.example.net"
BELOW, PATTERN = "https://a.below.example.com", "https://*.below.example.com"
# Of one length, and in one place of what the policy remembers of origins.
MATCHING = [f"https://{name}.tenant.example.net" for name in ("aab", "aba", "baa", "abb")]
UNTRUSTED = [f"https://{name}.tenant.example.org" for name in ("aab", "aba", "baa", "abb")]
REGEX = r"https://[ab]{3}\.tenant\.example\.net"
SENT = [(b"content-type", b"text/plain"), (b"x-one", b"1"), (b"x-two", b"2")]
POLICIES: list[dict[str, Any]] = [
    {"max_age": 1, "expose_headers": ["X-One"], "allow_methods": ["GET", "PUT"]},
    {"max_age": 2, "expose_headers": ["X-Two"], "allow_methods": ["GET", "PATCH"]},
]
# Requests of one thread between two looks at the clock.
ROUND = 500
# Seconds between two changes that make a policy: without a pause nothing else would be done.
PAUSE = 0.003


class Wrong(AssertionError):
    """A response that no moment explains."""


def scope(origin: str | None, method: str = "GET", requested: str | None = None) -> Scope:
    headers = [(b"host", b"api.example.com"), (b"accept", b"*/*")]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if requested is not None:
        headers.append((b"access-control-request-method", requested.encode()))
    return scope_of(method, headers)


class Sending(CORSMiddleware):
    """One whose responses `async def __call__` makes."""

    async def send(self, message: Message, send: Any, request_headers: Any) -> None:
        await super().send(message, send, request_headers)


class Stress:
    """What the threads share."""

    def __init__(self) -> None:
        self.origins = [LISTED]
        # Headers that another thread changes while the response is made of them.
        self.changing_headers = [*SENT]
        self.middleware: Any = CORSMiddleware(
            self.app,
            self.origins,
            allow_origin_regex=REGEX,
            allow_credentials=True,
            **POLICIES[0],
        )
        self.customers = OriginSet([LISTED])
        self.live: Any = CORSMiddleware(
            self.app,
            self.customers,
            allow_origin_func=lambda origin, _: origin == ASKED,
            allow_credentials=True,
            expose_headers=["X-One"],
        )
        # A list that the thread that changes it asks about at once, as others do.
        self.partners = [LISTED]
        self.sending: Any = Sending(self.app, self.partners, enforce=True)
        # One that follows a list too, and has two policies: neither gives credentials below /none.
        self.places = [LISTED]
        self.divided: Any = CORSMiddleware(self.app, self.places)
        self.asked = 0
        self.done = threading.Event()
        self.problems: list[BaseException] = []
        self.requests = 0
        self.counting = threading.Lock()
        # Scopes that all threads read, and one changes.
        self.shared: list[Any] = [scope(LISTED), scope(None), scope(UNTRUSTED[0])]

    async def app(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        headers = self.changing_headers if scope["path"] == "/changing" else [*SENT]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    async def other_app(self, scope: Scope, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def response(self, request: Scope, middleware: Any = None) -> list[Any]:
        messages: list[Any] = []

        async def send(message: Message) -> None:
            messages.append(message)

        run((middleware or self.middleware)(request, receive, send))
        return messages

    def ask(self, drawn: random.Random) -> None:
        """Make one request, and judge the response."""
        # Half of the requests are about origins that one place of the memo is for.
        kind = min(drawn.randrange(14), 8)
        if kind == 0:
            self.judge(self.response(scope(None)), None, allowed=False)
        elif kind == 1:
            self.judge(self.response(scope(LISTED)), LISTED, allowed=True)
        elif kind == 2 or (kind == 8 and drawn.random() < 0.5):
            origin = drawn.choice(MATCHING)
            self.judge(self.response(scope(origin)), origin, allowed=True)
        elif kind in (3, 8):
            origin = drawn.choice(UNTRUSTED)
            self.judge(self.response(scope(origin)), origin, allowed=False)
        elif kind == 4:
            # Listed at times.
            self.judge(self.response(scope(COMING)), COMING, allowed=None)
        elif kind == 5:
            self.judge_preflight(drawn)
        elif kind == 6:
            # What it has now, another thread has changed a moment later.
            self.response(drawn.choice(self.shared))
        else:
            self.response({**scope(LISTED), "path": "/changing"})

    def ask_live(self, drawn: random.Random) -> None:
        """Make one request to the middleware with the set, and judge the response."""
        origin = drawn.choice([LISTED, COMING, BELOW, ASKED, *UNTRUSTED])
        allowed = None if origin in (COMING, BELOW) else origin in (LISTED, ASKED)
        if drawn.random() < 0.5:
            self.judge(self.response(scope(origin), self.live), origin, allowed=allowed)
            return
        start, body = self.response(scope(origin, "OPTIONS", "GET"), self.live)
        given = dict(start["headers"]).get(b"access-control-allow-origin")
        right = given in (None, origin.encode()) and allowed in (None, given is not None)
        said = (200, b"OK") if given else (400, b"Disallowed CORS origin")
        if not right or (start["status"], body["body"]) != said:
            raise Wrong(origin, start, body)

    def judge(self, messages: list[Any], origin: str | None, *, allowed: bool | None) -> None:
        if [message["type"] for message in messages] != [
            "http.response.start",
            "http.response.body",
        ] or messages[1] != {"type": "http.response.body", "body": b"/"}:
            raise Wrong(messages)
        headers = messages[0]["headers"]
        fields = dict(headers)
        given = fields.get(b"access-control-allow-origin")
        exposed = fields.get(b"access-control-expose-headers")
        expected = None if origin is None else origin.encode()
        right = (
            len(headers) == len(fields)
            and headers[: len(SENT)] == SENT
            and fields[b"vary"] == b"Origin"
            and given in ((None, expected) if allowed is None else (expected if allowed else None,))
            and (
                (exposed is None and b"access-control-allow-credentials" not in fields)
                if origin is None
                else exposed in (b"X-One", b"X-Two")
                and fields[b"access-control-allow-credentials"] == b"true"
            )
        )
        if not right:
            raise Wrong(origin, messages)

    def judge_preflight(self, drawn: random.Random) -> None:
        origin = drawn.choice([LISTED, *UNTRUSTED])
        start, body = self.response(scope(origin, "OPTIONS", "PUT"))
        fields = dict(start["headers"])
        policies = [
            (b"1", b"GET, PUT", "", b"OK"),
            (b"2", b"GET, PATCH", "method", b"Disallowed CORS method"),
        ]
        age, methods = fields[b"access-control-max-age"], fields[b"access-control-allow-methods"]
        (policy,) = (each for each in policies if each[0] == age)
        given = fields.get(b"access-control-allow-origin")
        if origin == LISTED:
            right = given == origin.encode() and body["body"] == policy[3]
        else:
            text = ", ".join(filter(None, ["origin", policy[2]]))
            right = given is None and body["body"] == f"Disallowed CORS {text}".encode()
        status = 200 if body["body"] == b"OK" else 400
        if not right or methods != policy[1] or start["status"] != status:
            raise Wrong(origin, start, body)

    # What the threads do until the time is over

    def request(self, seed: int) -> None:
        drawn = random.Random(seed)
        made = 0
        while not self.done.is_set():
            for _ in range(ROUND):
                self.ask(drawn)
            made += ROUND
        with self.counting:
            self.requests += made

    def request_in_short_threads(self, seed: int) -> None:
        """Requests in one thread after the other: each has another place, or that of one before."""
        drawn = random.Random(seed)

        def some() -> None:
            for _ in range(ROUND):
                self.ask(drawn)

        made = 0
        while not self.done.is_set():
            thread = threading.Thread(target=self.run(some))
            thread.start()
            thread.join()
            made += ROUND
        with self.counting:
            self.requests += made

    def request_live(self, seed: int) -> None:
        drawn = random.Random(seed)
        made = 0
        while not self.done.is_set():
            for _ in range(ROUND):
                self.ask_live(drawn)
            made += ROUND
        with self.counting:
            self.asked += made

    def change_set(self) -> None:
        """What this thread has just done counts, whatever the others read meanwhile."""
        allows = self.live.is_allowed_origin
        others = [f"https://{number}.example.com" for number in range(100)]
        while not self.done.is_set():
            for entry, origin in ((COMING, COMING), (PATTERN, BELOW)):
                self.customers.add(entry)
                added = allows(origin) and entry in self.customers
                self.customers.discard(entry)
                if not added or allows(origin) or entry in self.customers:
                    raise Wrong(origin, self.customers)
            self.customers.update(others)
            self.customers.replace([*others[:50], PATTERN, LISTED, COMING])
            if len(self.customers) != 53 or not allows(BELOW):
                raise Wrong(self.customers)
            self.customers.replace([LISTED])

    def opens(self, origin: str) -> bool:
        """Whether a handshake of a page is accepted."""
        messages: list[Any] = []

        async def connect() -> Message:
            return {"type": "websocket.connect"}

        async def send(message: Message) -> None:
            messages.append(message)

        run(self.sending({**scope(origin), "type": "websocket"}, connect, send))
        (message,) = messages
        return bool(message["type"] == "websocket.accept")

    def open_sockets(self) -> None:
        """Handshakes and requests, of an origin that is listed, one that is not, and one that is at times."""
        while not self.done.is_set():
            for _ in range(ROUND):
                if not self.opens(LISTED) or self.opens(UNTRUSTED[0]):
                    raise Wrong(self.partners)
                self.opens(COMING)
                rejected = self.response(scope(UNTRUSTED[0]), self.sending)[0]
                if rejected["status"] != 403:
                    raise Wrong(rejected)

    def open_sockets_in_short_threads(self) -> None:
        """A thread begins with a handshake: it knows nothing of the middleware yet."""

        def first() -> None:
            if self.opens(UNTRUSTED[0]) or not self.opens(LISTED):
                raise Wrong(self.partners)

        def removed() -> None:
            if self.opens(GONE):
                raise Wrong(GONE, self.partners)

        while not self.done.is_set():
            for body in (first, removed):
                thread = threading.Thread(target=self.run(body))
                thread.start()
                thread.join()

    def change_partners(self) -> None:
        """What this thread has just done counts, whatever the others ask meanwhile."""
        while not self.done.is_set():
            self.partners.append(COMING)
            added = self.opens(COMING)
            self.partners.remove(COMING)
            if not added or self.opens(COMING):
                raise Wrong(COMING, added, self.partners)

    def reconfigure_sending(self) -> None:
        self.reconfigure_again_and_again(self.sending, POLICIES)

    def ask_divided(self) -> None:
        while not self.done.is_set():
            for _ in range(ROUND):
                start, _body = self.response({**scope(LISTED), "path": "/none"}, self.divided)
                if (b"access-control-allow-credentials", b"true") in start["headers"]:
                    raise Wrong(start)

    def divide(self) -> None:
        policies: list[dict[str, Any]] = [
            {"paths": {"/none": None}, "allow_credentials": True},
            {"paths": {}, "allow_credentials": False},
        ]
        self.reconfigure_again_and_again(self.divided, policies, pause=0)

    def read_set(self) -> None:
        while not self.done.wait(PAUSE / 10):
            entries = list(self.customers)
            if LISTED not in entries or len(entries) != len(set(entries)):
                raise Wrong(entries)

    def reconfigure(self) -> None:
        self.reconfigure_again_and_again(self.middleware, POLICIES)

    def reconfigure_again_and_again(
        self, middleware: Any, policies: Sequence[dict[str, Any]], pause: float = PAUSE
    ) -> None:
        for policy in itertools.cycle(policies):
            if self.done.wait(pause):
                return
            middleware.reconfigure(**policy)

    def change_list(self) -> None:
        while not self.done.wait(PAUSE):
            self.origins.append(COMING)
            self.origins.extend([f"https://{number}.example.com" for number in range(20)])
            self.done.wait(PAUSE)
            self.origins.remove(COMING)
            del self.origins[1:]

    def change_scopes(self) -> None:
        while not self.done.is_set():
            for shared in self.shared:
                shared["headers"] = [*shared["headers"]]
                headers = shared["headers"]
                headers.insert(0, (b"x-%d" % len(headers), b"1"))
                headers.extend([(b"accept-encoding", b"gzip")] * 20)
                headers.reverse()
                del headers[3:]
                shared["headers"] = scope(LISTED)["headers"]

    def change_sent(self) -> None:
        headers = self.changing_headers
        while not self.done.is_set():
            headers.append((b"vary", b"Accept"))
            headers.insert(0, (b"x-three", b"3" * (len(headers) + 1)))
            headers.extend([(b"set-cookie", b"a=1")] * 20)
            del headers[3:]

    def change_application(self) -> None:
        while not self.done.wait(PAUSE / 10):
            self.middleware.app = self.other_app
            self.middleware.label = "an attribute of its own"
            self.middleware.app = self.app
            del self.middleware.label

    def request_replaced(self) -> None:
        """Requests of one scope only, whose headers or application another thread replaces."""

        async def send(message: Message) -> None:
            pass

        made = 0
        while not self.done.is_set():
            for _ in range(ROUND):
                with suppress(StopIteration):
                    self.middleware(self.shared[0], receive, send).send(None)
            made += ROUND
        with self.counting:
            self.requests += made

    def replace_headers(self) -> None:
        """Drop the headers that are being read, as often as it can be done."""
        while not self.done.is_set():
            for _ in range(ROUND):
                self.shared[0]["headers"] = [(b"host", b"api.example.com"), *SENT]

    def replace_application(self) -> None:
        """Drop the application that is being called, as often as it can be done."""
        while not self.done.is_set():
            for _ in range(ROUND):

                async def app(scope: Scope, receive: Any, send: Any) -> None:
                    await self.app(scope, receive, send)

                self.middleware.app = app

    def all_at_once(self, bodies: Sequence[Callable[[], None]], seconds: float) -> None:
        self.done = threading.Event()
        running = [threading.Thread(target=self.run(body)) for body in bodies]
        for thread in running:
            thread.start()
        self.done.wait(seconds)
        self.done.set()
        for thread in running:
            thread.join()

    def run(self, body: Callable[[], None]) -> Callable[[], None]:
        def guarded() -> None:
            try:
                body()
            except BaseException as problem:
                self.problems.append(problem)
                self.done.set()

        return guarded


def stress(seconds: float, threads: int, seed: int) -> tuple[int, list[BaseException]]:
    """Return how many requests were made, and what was wrong."""
    shared = Stress()
    bodies: list[Callable[[], None]] = [
        *(lambda number=number: shared.request(seed + number) for number in range(threads)),
        lambda: shared.request_in_short_threads(seed + threads),
        shared.reconfigure,
        shared.change_list,
        shared.change_scopes,
        shared.change_sent,
        shared.change_application,
        *(lambda number=number: shared.request_live(seed - number) for number in (1, 2)),
        shared.change_set,
        shared.read_set,
    ]
    # A reference that is taken too late is found if another thread does nothing but drop the object.
    phases = [
        (1 / 2, bodies),
        (1 / 8, [shared.request_replaced, shared.replace_headers]),
        (1 / 8, [shared.request_replaced, shared.replace_application]),
        (
            1 / 8,
            [
                shared.open_sockets,
                shared.open_sockets_in_short_threads,
                shared.change_partners,
                shared.reconfigure_sending,
            ],
        ),
        (1 / 8, [shared.ask_divided, shared.ask_divided, shared.divide]),
    ]
    # The policy as it was made allows it, and no thread has asked about it since.
    shared.partners.append(GONE)
    shared.sending.reconfigure(max_age=1)
    shared.partners.remove(GONE)
    for part, bodies in phases:
        if not shared.problems:
            shared.all_at_once(bodies, seconds * part)
    counted = shared.middleware.stats()["requests"]
    if not shared.problems and counted != shared.requests:
        shared.problems.append(Wrong(f"{counted} requests are counted of {shared.requests}"))
    counted = shared.live.stats()["requests"]
    if not shared.problems and counted != shared.asked:
        shared.problems.append(Wrong(f"{counted} requests are counted of {shared.asked}"))
    return shared.requests + shared.asked, shared.problems


def main() -> None:
    """Print how many requests were made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--threads", type=int, default=3, help="threads that only make requests")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    given = parser.parse_args()
    gil = "without the GIL" if without_gil() else "with the GIL, which hides most faults"
    print(f"Python {sys.version.split()[0]}, {gil}; seed {given.seed}", flush=True)
    requests, problems = stress(given.seconds, given.threads, given.seed)
    if problems:
        print(f"{len(problems)} threads failed; the first:", repr(problems[0]))
        sys.exit(1)
    print(f"{requests:,} requests without a wrong response")


if __name__ == "__main__":
    main()
