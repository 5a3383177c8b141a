"""`python -m benches.threads`: requests of one thread and of two, through one shared middleware.

It says something only on a Python without the GIL. Coroutines are driven by hand. Each row is measured
beside the application alone and beside a middleware in C that does nothing, which shows what the
interpreter itself takes when two threads call one object.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches.report import require_release_build
from fastcors import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "https://app.example.com"
OTHER = "https://evil.example"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Send what the thread has made: 3.13 without the GIL counts references to constants of the code."""
    start, body = scope["messages"]
    await send(start)
    await send(body)


def request_maker(middleware: Any, origin: str | None, method: str) -> Callable[[int], None]:
    """Return a loop that makes requests in the thread that calls it, with objects of its own."""

    def loop(count: int) -> None:
        headers = [(b"host", b"api.example.com"), (b"accept", b"*/*")]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        if method == "OPTIONS":
            headers.append((b"access-control-request-method", b"GET"))
        # Objects of this thread, by copies of what the code has as constants.
        headers = [(bytes(bytearray(name)), bytes(bytearray(value))) for name, value in headers]
        start = {"type": "http.response.start", "status": 200, "headers": headers[:1]}
        messages = (start, {"type": "http.response.body", "body": bytes(5)})
        base = {"type": "http", "method": method, "headers": headers, "messages": messages}

        async def send(message: Any) -> None:
            pass

        # Awaited inside one coroutine: to look `send` up on each would make the threads count references
        # to that method.
        async def make() -> None:
            call = middleware
            for _ in range(count):
                await call({**base}, None, send)

        with suppress(StopIteration):
            make().send(None)
            raise AssertionError

    return loop


def nothing(app: Any) -> Any:
    """Compile and return the middleware in C that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder, "nothing" + sysconfig.get_config_var("EXT_SUFFIX"))
        source = Path(__file__).with_name("nothing.c")
        include = sysconfig.get_paths()["include"]
        command = ("cc", "-O2", "-shared", "-fPIC", f"-I{include}", str(source), "-o", str(built))
        subprocess.run(command, check=True)
        spec = importlib.util.spec_from_file_location("nothing", built)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module.Nothing(app)


def without_counts(shared: Any) -> Any:
    """Let the interpreter count no references to what all threads call, as from 3.14 on by deferring."""
    if sysconfig.get_config_var("Py_GIL_DISABLED") and sys.version_info < (3, 14):
        # The owner, the flags, the local count and the shared one of an immortal object.
        head = (ctypes.c_uint64 * 3).from_address(id(shared))
        head[0], head[2] = 0, 0
        head[1] |= 0xFFFFFFFF << 32
    return shared


def seconds_of(
    make: Callable[[], Callable[[int], None]], threads: int, count: int
) -> tuple[float, float]:
    """Return the wall time of all threads, and the processor time of the one that took most."""
    barrier = threading.Barrier(threads)
    begun: list[float] = []
    ended: list[float] = []
    processor: list[float] = []

    def run() -> None:
        loop = make()
        loop(200)
        barrier.wait()
        begun.append(time.perf_counter())
        start = time.thread_time()
        loop(count)
        processor.append(time.thread_time() - start)
        ended.append(time.perf_counter())

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return max(ended) - min(begun), max(processor)


def main() -> None:
    """Print a row for each middleware and request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="requests of each thread")
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    require_release_build()
    live = [ORIGIN]
    variants: dict[str, Any] = {
        "no middleware": app,
        "C, does nothing": nothing(app),
        "fastcors, a tuple": CORSMiddleware(app, (ORIGIN,), allow_credentials=True),
        "fastcors, a list": CORSMiddleware(app, live, allow_credentials=True),
        "fastcors, a regex": CORSMiddleware(
            app, allow_origin_regex=r"https://[a-z]+\.example\.com", allow_credentials=True
        ),
    }
    kinds = {
        "without Origin": (None, "GET"),
        "allowed": (ORIGIN, "GET"),
        "rejected": (OTHER, "GET"),
        "preflight": (ORIGIN, "OPTIONS"),
    }
    for shared in variants.values():
        without_counts(shared)
    print(
        f"Python {sys.version.split()[0]}; thousands of requests a second, the best of {given.rounds}"
    )
    print("\n| middleware | request | 1 thread | 2 threads | ratio | ratio by processor time |")
    print("|---|---|---|---|---|---|")
    for variant, middleware in variants.items():
        for kind, (origin, method) in kinds.items():
            if not variant.startswith("fastcors") and kind != "allowed":
                continue

            def make(
                middleware: Any = middleware, origin: str | None = origin, method: str = method
            ) -> Callable[[int], None]:
                return request_maker(middleware, origin, method)

            ones, twos = [], []
            for _ in range(given.rounds):
                ones.append(seconds_of(make, 1, given.count))
                twos.append(seconds_of(make, 2, given.count))
            one, two = min(wall for wall, _ in ones), min(wall for wall, _ in twos)
            of_processor = 2 * min(p for _, p in ones) / min(p for _, p in twos)
            print(
                f"| {variant} | {kind} | {given.count / one / 1000:,.0f} "
                f"| {2 * given.count / two / 1000:,.0f} | {2 * one / two:.2f} | {of_processor:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
