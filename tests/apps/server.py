"""Starts an application's server, sends it the requests, and stops it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from .application import Application
from .comparison import Line, Response, Varying

FOLDER = Path(__file__).parent
# Some applications take half a minute to import on a busy machine, and create a database.
START_SECONDS = 180
RESPONSE_SECONDS = 120
STOP_SECONDS = 120

# No application sends usage data, or asks a hub for anything.
QUIET = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "LC_ALL": "C.UTF-8",
    "NO_COLOR": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # A set is in the same order in both runs.
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
}
# What varies whatever the application.
ALWAYS_VARYING = Varying(headers=("date",))


class ServerFailedError(Exception):
    """The server did not start in time, or a request got no response."""


@dataclass(frozen=True)
class Run:
    """The responses in the order of the requests, the middleware's counts, and the server's output."""

    responses: tuple[Response, ...]
    counts: Mapping[str, int]
    output: str


def run(application: Application, python: Path, *, swap: bool) -> Run:
    """Start the application, with Starlette's middleware or with fastcors', and send the requests."""
    # The same path in both runs: a response may contain it.
    home = Path(tempfile.gettempdir(), f"fastcors-{application.name}-{os.getpid()}")
    with _folder(home), tempfile.TemporaryDirectory() as counts, tempfile.TemporaryFile() as output:
        folder = home / "folder"
        folder.mkdir()
        for name, text in application.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        port = free_port()
        command = [
            part.format(python=python, port=port, folder=folder) for part in application.command
        ]
        environment = {
            **os.environ,
            **QUIET,
            **{
                name: value.format(folder=folder) for name, value in application.environment.items()
            },
            "HOME": str(home),
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join((str(FOLDER / "swap"), str(FOLDER / "served"))),
            "VIRTUAL_ENV": str(python.parent.parent),
        }
        if swap:
            environment["FASTCORS_SWAP"] = counts
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A group of its own, so no worker outlives it.
            start_new_session=True,
        )

        def said() -> str:
            size = os.fstat(output.fileno()).st_size
            return os.pread(output.fileno(), size, 0).decode(errors="replace")

        try:
            if not _listens(process, port):
                raise ServerFailedError(said())
            responses = tuple(_asked(application, port))
        except httpx.HTTPError as error:
            raise ServerFailedError(f"{error!r}\n{said()}") from None
        finally:
            stop(process)
        return Run(responses, counted(Path(counts)), said())


def counted(folder: Path) -> Mapping[str, int]:
    """Return the sum of the middleware's counts, which each process wrote to a file in a folder."""
    counts: Counter[str] = Counter()
    for file in folder.iterdir():
        counts.update(json.loads(file.read_text()))
    return dict(counts)


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    path.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port() -> int:
    """Return a port of the loopback interface that is not in use."""
    with socket.socket() as reservation:
        reservation.bind(("127.0.0.1", 0))
        port: int = reservation.getsockname()[1]
        return port


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server listens, without a request, which could change later responses."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.05)
    return False


def _asked(application: Application, port: int) -> Iterator[Response]:
    varying = ALWAYS_VARYING | application.varying | Varying(texts=(rf":{port}\b",))
    seen: dict[str, str] = {}

    def filled(text: str) -> str:
        return re.sub(r"\{([a-z-]+)\}", lambda found: seen.get(found[1], found[0]), text)

    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        trust_env=False,
        timeout=RESPONSE_SECONDS,
        # A server that closes the connection after an error would fail the next request.
        limits=httpx.Limits(max_keepalive_connections=0),
    ) as client:
        client.headers = httpx.Headers({"accept": "*/*", "accept-encoding": "identity"})
        for request in application.requests:
            with client.stream(
                request.method,
                filled(request.path),
                headers=[(name, filled(value)) for name, value in request.headers],
                content=request.body or None,
            ) as response:
                raw = b"".join(response.iter_raw())
            client.cookies.clear()
            seen.update(response.headers)
            yield varying.removed(
                Response(
                    response.status_code,
                    _with_checked_length(response, raw),
                    _decoded(response, raw),
                )
            )


def _with_checked_length(response: httpx.Response, raw: bytes) -> tuple[Line, ...]:
    """Return the header lines, with a Content-Length that is right replaced by a word.

    Where the body varies, its length may too. The body itself is compared.
    """
    return tuple(
        (name, b"the body's")
        if name.lower() == b"content-length" and value == str(len(raw)).encode()
        else (name, value)
        for name, value in response.headers.raw
    )


def _decoded(response: httpx.Response, raw: bytes) -> bytes:
    """Return the body decompressed: compressed bytes may contain the time."""
    return httpx.Response(response.status_code, headers=response.headers, content=raw).content


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server as Ctrl-C does, then kill what is left of its process group."""
    try:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
