"""The process of the server: it starts with the demo and ends with it."""

import contextlib
import errno
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from itertools import chain
from pathlib import Path

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
# A machine may be busy; a server that ends is noticed at once.
START_SECONDS = 120


class DemoError(Exception):
    """The reason why the demo cannot go on, in one sentence."""


@contextlib.contextmanager
def running_server(port: int, page_port: int) -> Generator[subprocess.Popen[bytes]]:
    """Serve in another process, which ends with the block and with this process."""
    require_free(port)
    command = [sys.executable, "-m", "examples.demo", "--serve"]
    command += ["--port", str(port), "--page-port", str(page_port)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log
        ) as server,
    ):
        try:
            if not (is_up(server, port) and is_up(server, page_port)):
                log.seek(0)
                said = log.read().decode(errors="replace").split("\n")
                reason = next((line for line in reversed(said) if line.strip()), "no reason given")
                raise DemoError(f"The server did not start, try `make build` first: {reason}")
            yield server
        finally:
            server.kill()


def require_free(port: int) -> None:
    """Raise why the API cannot be served at a port, and name one where it can."""
    error = binding_error(port)
    if error is None:
        return
    reason = (
        "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
    )
    # Those below 1024 are for the system.
    other = free_port_after(port if port >= 1024 else 8000)
    raise DemoError(f"Port {port} {reason}: choose another, `make demo PORT={other}`")


def free_port_after(port: int) -> int:
    """Return the next port that nothing listens on."""
    for other in chain(range(port + 1, 65536), range(8001, port)):
        if binding_error(other) is None and not is_served_by_ipv6(other):
            return other
    raise DemoError("No port is free.")


def binding_error(port: int) -> OSError | None:
    """Return why no server can listen on a port; None if one can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error
    return None


def is_served_by_ipv6(port: int) -> bool:
    """Whether something listens on ::1, where browsers look first for `localhost`, the page's other name."""
    with contextlib.suppress(OSError), socket.create_connection(("::1", port)):
        return True
    return False


def is_up(server: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionError), socket.create_connection((HOST, port)):
            return True
        time.sleep(0.05)
    return False


def end_with_standard_input() -> None:
    """End this process when the demo has ended, even if it was killed."""
    threading.Thread(target=_end_after_standard_input, daemon=True).start()


def _end_after_standard_input() -> None:
    os.read(0, 1)
    os._exit(0)
