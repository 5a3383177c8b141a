"""Starts the servers as their users do, each a process on a free port of the loopback interface."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

ROOT = Path(__file__).parents[2]
# Safety nets, far beyond what a busy machine needs: a server that fails to start is noticed at once.
START_SECONDS = 300
STOP_SECONDS = 120
CLIENT_SECONDS = 120

# No server gets the information that the application is of ASGI 3: each must detect it. Granian
# detects nothing: its option says ASGI, because its default is a protocol of its own.
COMMANDS = {
    "uvicorn-httptools": "uvicorn --http httptools --host 127.0.0.1 --port {port} {target}",
    "uvicorn-h11": "uvicorn --http h11 --host 127.0.0.1 --port {port} {target}",
    "granian": "granian --interface asgi --host 127.0.0.1 --port {port} {target}",
    "hypercorn-asyncio": "hypercorn --worker-class asyncio --bind 127.0.0.1:{port} {target}",
    "hypercorn-trio": "hypercorn --worker-class trio --bind 127.0.0.1:{port} {target}",
    "daphne": "daphne --bind 127.0.0.1 --port {port} {target}",
}
# As in production: one worker, uvloop, and no line of log for a request. The benchmarks load these.
LOADED_COMMANDS = {
    "uvicorn under load": "uvicorn --http httptools --loop uvloop --no-access-log "
    "--log-level warning --host 127.0.0.1 --port {port} {target}",
    "granian under load": "granian --interface asgi --loop uvloop --workers 1 --runtime-threads 1 "
    "--no-ws --log-level warning --host 127.0.0.1 --port {port} {target}",
}
# FastAPI's own command takes a file. `dev` starts the application in a process that it replaces.
FASTAPI_COMMANDS = {
    "fastapi-run": "fastapi run --host 127.0.0.1 --port {port} {target}",
    "fastapi-dev": "fastapi dev --host 127.0.0.1 --port {port} {target}",
}
_ALL_COMMANDS = {**COMMANDS, **LOADED_COMMANDS, **FASTAPI_COMMANDS}


@dataclass
class Server:
    """A server that runs, and a client for it."""

    name: str
    address: str
    client: httpx.Client
    process: subprocess.Popen[bytes]
    output: IO[bytes]

    def wait_until_ready(self) -> None:
        """Wait until the server responds, but not longer than `START_SECONDS`."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.client.get("/")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"{self.name} did not start:\n{self.said()}")

    def wait_for(self, text: str) -> None:
        """Wait until the server has written a text, but not longer than `START_SECONDS`."""
        deadline = time.monotonic() + START_SECONDS
        while text not in self.said() and time.monotonic() < deadline:
            time.sleep(0.05)

    def said(self) -> str:
        """Return what the server has written to its standard output and error."""
        size = os.fstat(self.output.fileno()).st_size
        return os.pread(self.output.fileno(), size, 0).decode(errors="replace")


@contextmanager
def running(
    name: str,
    target: str,
    folder: Path = ROOT,
    flags: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
) -> Iterator[Server]:
    """Yield a server when it responds, and end it with all its processes.

    Args:
        name: a key of `COMMANDS`, `LOADED_COMMANDS` or `FASTAPI_COMMANDS`.
        target: the application, as ``module:attribute``, or its file for FastAPI's commands.
        folder: where the process runs, and may import from beside the root of the project.
        flags: those of the Python interpreter.
        options: more options of the server.
    """
    with socket.socket() as reservation, tempfile.TemporaryFile() as output:
        # Bound and never listening, this socket keeps the port from everybody but the server, which
        # reuses the address.
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        port = reservation.getsockname()[1]
        process = subprocess.Popen(
            [
                sys.executable,
                *flags,
                "-m",
                *_ALL_COMMANDS[name].format(port=port, target=target).split(),
                *options,
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A group of its own, so no worker outlives it.
            start_new_session=True,
        )
        address = f"127.0.0.1:{port}"
        try:
            with httpx.Client(
                base_url=f"http://{address}", trust_env=False, timeout=CLIENT_SECONDS
            ) as client:
                server = Server(name, address, client, process, output)
                server.wait_until_ready()
                yield server
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process in order, and then whatever of its group is left."""
    process.terminate()
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
