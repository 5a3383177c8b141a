"""Callables that hold each other in long chains: too deep to call is an error, and dropping them works.

Each runs in a process of its own, which a C stack that overflows would end.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

SETUP = """
import functools, operator, sys, threading, types

from fastcors import CORSMiddleware, _fastcors

box = []


async def never(message):
    raise AssertionError(message)


async def nothing(*arguments):
    pass


def keeping(scope, receive, send):
    box[:] = [send]
    return nothing()


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits")


class Calling:
    def __init__(self, inner):
        self.inner = inner

    def __call__(self, *arguments):
        return self.inner(*arguments)


def closure(inner):
    return lambda *arguments: inner(*arguments)


def call(inner, *arguments):
    return inner(*arguments)


def usual(inner):
    return CORSMiddleware(inner, policy=policy)


def bare(inner):
    made = _fastcors.Middleware()
    made._fastcors_decide_by(policy, None)
    made.app = inner
    return made



LINKS = {
    "nothing": lambda inner: inner,
    "partial": functools.partial,
    "method of a function": lambda inner: types.MethodType(call, inner),
    "method wrapper": lambda inner: inner.__call__,
    "builtin function": lambda inner: functools.partial(operator.call, inner),
    "object": Calling,
    "closure": closure,
}
middleware = CORSMiddleware(keeping)
policy = middleware._fastcors_policy
SCOPE = {"type": "http", "method": "GET", "headers": [(b"origin", b"https://a")]}


def sends(link, length):
    send = never
    for _ in range(length):
        run(middleware(SCOPE, None, link(send) if send is not never else send))
        send = box.pop()
    return send


def middlewares(link, length, wrap):
    app = nothing
    for _ in range(length):
        app = wrap(link(app))
    return app


def fails(called):
    try:
        run(called())
    except RecursionError:
        return
    raise AssertionError("nothing was raised")
"""

LINKS = [
    "nothing",
    "partial",
    "method of a function",
    "method wrapper",
    "builtin function",
    "object",
    "closure",
]
# From 3.14 on, the C stack is the limit: 8 MB have room for 20,000 calls of ours.
TOO_DEEP = 100_000 if sys.version_info >= (3, 14) else 20_000
each_link = pytest.mark.parametrize("link", LINKS)


def finishes(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SETUP + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stderr[-4000:]}"


@each_link
def test_sends_too_deep_to_call_are_a_recursion_error(link: str) -> None:
    finishes(
        f"""
send = sends(LINKS[{link!r}], {TOO_DEEP})
for kind in ("http.response.start", "http.response.body"):
    fails(lambda: send({{"type": kind}}))
    # In a thread, whose stack may be smaller.
    thread = threading.Thread(target=fails, args=(lambda: send({{"type": kind}}),))
    thread.start()
    thread.join()
"""
    )


@each_link
def test_a_chain_of_sends_is_dropped_whatever_its_length(link: str) -> None:
    finishes(f"send = sends(LINKS[{link!r}], 300_000)\ndel send, box[:]")


@each_link
def test_a_cycle_of_sends_is_collected_whatever_its_length(link: str) -> None:
    finishes(
        f"""
import gc
holder = Calling(None)
holder.inner = sends(LINKS[{link!r}], 100_000)
cycle = [holder]
cycle.append(cycle)
del holder, cycle
gc.collect()
"""
    )


@each_link
def test_middlewares_too_deep_to_call_are_a_recursion_error(link: str) -> None:
    finishes(
        f"""
app = middlewares(LINKS[{link!r}], {TOO_DEEP}, usual)
for kind in ("http", "websocket"):
    fails(lambda: app({{**SCOPE, "type": kind}}, None, never))
"""
    )


@each_link
@pytest.mark.parametrize("wrap", ["usual", "bare"])
def test_a_chain_of_middlewares_is_dropped_whatever_its_length(link: str, wrap: str) -> None:
    finishes(f"app = middlewares(LINKS[{link!r}], 100_000, {wrap})\ndel app")
