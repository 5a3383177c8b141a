"""The garbage collector runs finalizers at any allocation, and they may change what is being read.

CPython 3.11 collects inside an allocation, later ones between two instructions of Python code.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.gil import without_gil

pytestmark = pytest.mark.skipif(
    without_gil(),
    reason="without the GIL a low threshold does not make the collector run more often",
)

SETUP = """
import gc, sys

from fastcors import CORSMiddleware

ORIGIN = (b"origin", b"https://a.example")
VARY = (b"vary", b"Accept")


class Garbage:
    # A cycle whose finalizer leaves another one, so each collection runs it.
    def __init__(self, act):
        self.act = act
        self.itself = self

    def __del__(self):
        if self.act is not None and self.act():
            Garbage(self.act)


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration:
        return


def collecting(place, change, body):
    # Runs `change` in the collection at this place, and says whether there was one.
    count = -1

    def act():
        nonlocal count
        count += 1
        if count == place:
            change()
        return count < place

    Garbage(act)
    # What is kept in stock is handed out without a collection: take it all.
    kept = [[] for _ in range(200)], [(number, number) for number in range(5_000)]
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        body()
    finally:
        gc.set_threshold(*before)
    gc.collect()
    return count >= place


def sent(origin, make_lines, change, place):
    messages = []

    async def server(message):
        messages.append(message)

    async def app(scope, receive, send):
        message = {"type": "http.response.start", "status": 200, "headers": make_lines()}
        known.append(collecting(place, lambda: change(message), lambda: run(send(message))))

    known = []
    middleware = CORSMiddleware(app, ["https://a.example"], expose_headers=["X-A"])
    scope = {"type": "http", "method": "GET", "headers": [ORIGIN] if origin else []}
    run(middleware(scope, None, server))
    return known[0], messages


def clear(message):
    message["headers"].clear()


def grow(message):
    message["headers"] += [(b"x-late", b"1")] * 100


def replace(message):
    message["headers"][:] = [(b"x-%d" % number, bytes([65 + number])) for number in range(3)]


def let_go(message):
    # Of the list nobody but the compiled code knows any more, nor of its lines.
    holders = gc.get_referrers(message["headers"])
    for holder in holders:
        if type(holder) is dict:
            holder["headers"] = []
"""


def finishes(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SETUP + code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stderr[-4000:]}"


@pytest.mark.parametrize("origin", [True, False])
@pytest.mark.parametrize("vary", [True, False])
@pytest.mark.parametrize("change", ["clear", "grow", "replace", "let_go"])
def test_a_finalizer_that_changes_the_lines_changes_all_of_them_or_none(
    change: str, vary: bool, origin: bool
) -> None:
    finishes(
        f"""
def lines():
    return [{"VARY, " if vary else ""}*((b"x-%d" % number, b"%d" % number) for number in range(3))]


changed = {{"headers": lines()}}
{change}(changed)
right = [
    sent({origin}, lambda: given, lambda message: None, -1)[1][0]["headers"]
    for given in (lines(), changed["headers"])
]
for place in range(60):
    known, messages = sent({origin}, lines, {change}, place)
    if not known:
        break
    assert [message["headers"] in right for message in messages] == [True], (place, messages)
else:
    raise AssertionError("there is no end of collections")
# Some come in between, whatever the Python.
assert place > 2
"""
    )


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("change", ["clear", "grow", "replace", "let_go"])
def test_a_finalizer_that_changes_a_request_changes_all_of_it_or_nothing(
    change: str, method: str
) -> None:
    finishes(
        f"""
async def app(scope, receive, send):
    await send({{"type": "http.response.start", "status": 200, "headers": []}})


def exchange(place):
    messages = []

    async def server(message):
        messages.append(message)

    lines = [ORIGIN, (b"access-control-request-method", b"GET")]
    lines += [(b"access-control-request-headers", b"x-%d" % place)]
    scope = {{"type": "http", "method": {method!r}, "headers": lines}}
    del lines
    middleware = CORSMiddleware(app, ["https://a.example"], allow_headers=["*"])
    known = collecting(
        place, lambda: {change}(scope), lambda: run(middleware(scope, None, server))
    )
    return known, [message.get("headers", ()) for message in messages]


for place in range(60):
    known, messages = exchange(place)
    if not known:
        break
    line = (b"access-control-allow-origin", b"https://a.example")
    mirrored = (b"access-control-allow-headers", b"x-%d" % place)
    reported = line in messages[0]
    assert (mirrored in messages[0]) == (reported and {method!r} == "OPTIONS"), (place, messages)
else:
    raise AssertionError("there is no end of collections")
assert place > 2
"""
    )
