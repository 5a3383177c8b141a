"""Shows a fleet: three workers follow one Redis set, and an origin is added to it and removed again.

Run it with: make demo-fleet
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from http.client import HTTPConnection
from pathlib import Path

import redis

HOST = "127.0.0.1"
KEY = "origins"
# The application always allows the first one; the second one comes from Redis.
OWN = "https://app.example.com"
CUSTOMER = "https://shop.customer.example"
WORKERS = 3
# A machine may be busy; a process that ends is noticed at once.
SECONDS = 120


class DemoError(Exception):
    """The reason why the demo cannot go on, in one sentence."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Show three workers that follow one Redis set.")
    parser.add_argument("--once", action="store_true", help="end when everything was shown")
    options = parser.parse_args()
    # It ends as by Ctrl-C, so no server outlives it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        demonstrate(once=options.once)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def demonstrate(*, once: bool) -> None:
    with contextlib.ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory())
        redis_port, port = free_port(), free_port()
        running.enter_context(redis_server(folder, redis_port))
        client = running.enter_context(redis.Redis(host=HOST, port=redis_port))
        # A comment is no origin, but makes the set exist.
        client.sadd(KEY, "#")
        running.enter_context(workers(port, redis_port))
        print(
            f"{WORKERS} workers on port {port} follow the set {KEY!r} of a Redis on port {redis_port}."
        )
        show(port, OWN, allowed=True)
        show(port, CUSTOMER, allowed=False)
        print(f"\n> SADD {KEY} {CUSTOMER}")
        client.sadd(KEY, CUSTOMER)
        show(port, CUSTOMER, allowed=True)
        print(f"\n> SREM {KEY} {CUSTOMER}")
        client.srem(KEY, CUSTOMER)
        show(port, CUSTOMER, allowed=False)
        if once:
            return
        print("\nAll is up until Ctrl-C. Try:\n")
        print(f"  redis-cli -p {redis_port} SADD {KEY} https://yours.example")
        print(f"  curl -i -H 'Origin: https://yours.example' http://{HOST}:{port}/worker")
        print(f"  curl http://{HOST}:{port}/health", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def redis_server(folder: str, port: int) -> Generator[None]:
    program = shutil.which("redis-server")
    if program is None:
        raise DemoError("The demo needs redis-server (Debian: apt install redis-server).")
    command = [program, "--bind", HOST, "--port", str(port), "--dir", folder, "--save", ""]
    with process(command, port):
        yield


@contextlib.contextmanager
def workers(port: int, redis_port: int) -> Generator[None]:
    command = [sys.executable, "-m", "uvicorn", "fleet_app:app", "--workers", str(WORKERS)]
    command += ["--host", HOST, "--port", str(port), "--log-level", "warning"]
    with process(command, port, REDIS_URL=f"redis://{HOST}:{redis_port}"):
        yield


@contextlib.contextmanager
def process(command: list[str], port: int, **environment: str) -> Generator[None]:
    """Run a server, from when it accepts connections to the end of the block."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            command,
            cwd=Path(__file__).parent,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A group of its own, so no worker outlives it, and Ctrl-C is for the demo alone.
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + SECONDS
            while not accepts(port):
                if server.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    said = log.read().decode(errors="replace").strip().rpartition("\n")[2]
                    raise DemoError(f"{Path(command[0]).name} did not start: {said}")
                time.sleep(0.05)
            yield
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def accepts(port: int) -> bool:
    with contextlib.suppress(ConnectionError), socket.create_connection((HOST, port)):
        return True
    return False


def show(port: int, origin: str, *, allowed: bool) -> None:
    """Print what each worker decides, when all of them decide as expected."""
    began = time.monotonic()
    seen: dict[str, bool] = {}
    while len(seen) < WORKERS or set(seen.values()) != {allowed}:
        if time.monotonic() > began + SECONDS:
            raise DemoError(f"{origin}: not every worker has the expected response.")
        worker, decision = ask(port, origin)
        seen[worker] = decision
    word = "allow" if allowed else "reject"
    names = ", ".join(sorted(seen))
    print(
        f"After {time.monotonic() - began:.2f} s all workers ({names}) {word} {origin}", flush=True
    )


def ask(port: int, origin: str) -> tuple[str, bool]:
    """Return which worker has responded, and whether it allows the origin."""
    # Each request has a connection of its own, so it may reach another worker.
    connection = HTTPConnection(HOST, port, timeout=SECONDS)
    try:
        connection.request("GET", "/worker", headers={"Origin": origin})
        response = connection.getresponse()
        return response.read().decode(), "access-control-allow-origin" in response.headers
    except OSError as error:
        raise DemoError(f"The workers sent no response: {error}") from None
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
