"""Starts Redis on a free port of the loopback interface, kills it and starts it again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "origins"
# A safety net, far beyond what a busy machine needs.
SECONDS = 300


class RedisServer:
    """A Redis that keeps its data over a kill, unless it is started without."""

    def __init__(self, folder: str, port: int) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def client(self) -> redis.Redis:
        """A client of its own for each use: none is left when the server is killed."""
        return redis.Redis(port=self.port, decode_responses=True, retry=Retry(NoBackoff(), 0))

    def start(self, events: str = "", *, keep_data: bool = True) -> None:
        """Start it, and wait until it responds."""
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port)]
        command += ["--dir", self._folder, "--save", "", "--notify-keyspace-events", events]
        command += ["--appendonly", "yes" if keep_data else "no", "--appendfsync", "always"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                with self.client as client:
                    client.ping()
            except redis.ConnectionError:
                assert self._process.poll() is None, "redis-server has ended"
                assert time.monotonic() < deadline, "redis-server does not respond"
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop_responding(self) -> None:
        """Make it hang: connections stay, and nothing comes back."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def respond_again(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def add(self, *origins: str | bytes) -> None:
        """Add members as another program does."""
        with self.client as client:
            client.sadd(KEY, *origins)

    def remove(self, *origins: str) -> None:
        """Remove members as another program does."""
        with self.client as client:
            client.srem(KEY, *origins)


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Yield a Redis that is not started yet, and kill it at the end."""
    with socket.socket() as reservation, tempfile.TemporaryDirectory() as folder:
        # Bound and never listening, this socket keeps the port from everybody but Redis, which reuses
        # the address.
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        server = RedisServer(folder, reservation.getsockname()[1])
        try:
            yield server
        finally:
            server.kill()
