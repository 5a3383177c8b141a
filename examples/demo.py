"""Shows what a browser gets from fastcors: starts fastapi_app.py and sends it requests over a socket.

Run it with: make demo
"""

import argparse
import contextlib
import errno
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from itertools import zip_longest

HOST = "127.0.0.1"
APP_ORIGIN = "https://app.example.com"
OTHER_ORIGIN = "https://elsewhere.example"
# The headers of CORS.
CORS_HEADERS = ("origin:", "access-control-", "vary:")
# A machine may be busy; a server that ends is noticed at once.
START_SECONDS = 120
RESPONSE_SECONDS = 60
BOLD, CYAN = "1", "36"


@dataclass
class Exchange:
    """A request as a browser sends it, and what the browser does with the response."""

    title: str
    request: tuple[str, ...]
    status: int
    readable: bool
    browser: str


EXCHANGES = [
    Exchange(
        title="A preflight that is allowed",
        request=(
            "OPTIONS /items/1?name=desk HTTP/1.1",
            f"Origin: {APP_ORIGIN}",
            "Access-Control-Request-Method: PUT",
            "Access-Control-Request-Headers: x-token",
        ),
        status=200,
        readable=True,
        browser="The browser goes on to send the PUT with its X-Token header, and need not ask again "
        "for ten minutes.",
    ),
    Exchange(
        title="A preflight that is rejected",
        request=(
            "OPTIONS /items/1 HTTP/1.1",
            f"Origin: {OTHER_ORIGIN}",
            "Access-Control-Request-Method: DELETE",
        ),
        status=400,
        readable=False,
        browser="The browser never sends the DELETE, and its console says that it was blocked by CORS "
        "policy. The body of the response says why.",
    ),
    Exchange(
        title="An actual request that is allowed",
        request=(
            "GET /items/1 HTTP/1.1",
            f"Origin: {APP_ORIGIN}",
            "Cookie: session=4711",
        ),
        status=200,
        readable=True,
        browser="The browser lets the page's script read the response, although the page has another "
        "origin and the request has a cookie.",
    ),
    Exchange(
        title="An actual request that is blocked",
        request=(
            "GET /items/1 HTTP/1.1",
            f"Origin: {OTHER_ORIGIN}",
        ),
        status=200,
        readable=False,
        browser="The application has handled the request, but no Access-Control-Allow-Origin names the "
        "page's origin. So the browser does not let the script read the response.",
    ),
]


class DemoError(Exception):
    """The reason why the demo cannot go on, in one sentence."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Show what a browser gets from fastcors.")
    parser.add_argument("--once", action="store_true", help="end when everything was shown")
    parser.add_argument("--port", type=port_number, default=8000, help="the port to serve on")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.port)
        return 0
    try:
        demonstrate(options.port, once=options.once)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has closed the pipe, and flushing the rest would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def port_number(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"'{text}' is no port, which is a number from 1 to 65535")


def demonstrate(port: int, *, once: bool) -> None:
    with running_server(port) as server:
        for exchange in EXCHANGES:
            request = "\r\n".join(
                (*exchange.request, f"Host: {HOST}:{port}", "Connection: close", "", "")
            )
            show(exchange, request, response_to(request, port))
        if once:
            return
        url = f"http://{HOST}:{port}/items/1"
        with contextlib.suppress(KeyboardInterrupt):
            print(f"The server is up at {url} until Ctrl-C. Try:\n")
            print(f"  curl -i -H 'Origin: {APP_ORIGIN}' {url}", flush=True)
            server.wait()
            raise DemoError("The server ended by itself.")
        print()


@contextlib.contextmanager
def running_server(port: int) -> Generator[subprocess.Popen[bytes]]:
    """Serve in another process, which ends with the block and with this process."""
    require_free(port)
    command = [sys.executable, __file__, "--serve", "--port", str(port)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log) as server,
    ):
        try:
            if not is_up(server, port):
                log.seek(0)
                said = log.read().decode(errors="replace").split("\n")
                reason = next((line for line in reversed(said) if line.strip()), "no reason given")
                raise DemoError(f"The server did not start, try `make build` first: {reason}")
            yield server
        finally:
            server.kill()


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            reason = "is in use" if in_use else f"cannot be used ({error.strerror})"
            other = port + 1 if 1024 <= port < 65535 else 8001
            raise DemoError(
                f"Port {port} {reason}: choose another, `make demo PORT={other}`"
            ) from None


def is_up(server: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionError), socket.create_connection((HOST, port)):
            return True
        time.sleep(0.05)
    return False


def serve(port: int) -> None:
    """Do what the server's process does: serve until its standard input ends."""
    import uvicorn

    threading.Thread(target=end_with_standard_input, daemon=True).start()
    uvicorn.run("fastapi_app:app", host=HOST, port=port, log_level="warning")


def end_with_standard_input() -> None:
    """End the server when the demo has ended, even if it was killed."""
    os.read(0, 1)
    os._exit(0)


def response_to(request: str, port: int) -> str:
    """Send the request as it is, and return the response as it comes."""
    try:
        with socket.create_connection((HOST, port), timeout=RESPONSE_SECONDS) as connection:
            connection.sendall(request.encode("latin-1"))
            response = b"".join(iter(lambda: connection.recv(65536), b""))
    except OSError as error:
        raise DemoError(f"The server sent no response: {error}") from None
    return response.decode("latin-1")


def show(exchange: Exchange, request: str, response: str) -> None:
    """Print request and response side by side.

    Raises:
        DemoError: if the response is another one than the title says.
    """
    width = min(max(shutil.get_terminal_size((100, 24)).columns, 40), 160)
    left = width * 2 // 5
    right = width - left - 3
    rule = f"{'-' * left}-+-{'-' * right}"
    print(colored(exchange.title, BOLD))
    print(f"{'the request':{left}} | the response")
    print(rule)
    for sent, received in zip_longest(wrapped(request, left), wrapped(response, right)):
        print(f"{cell(sent, left)} | {cell(received, 0)}".rstrip())
    print(rule)
    print(textwrap.fill(exchange.browser, width), end="\n\n", flush=True)
    origin = next(line for line in exchange.request if line.startswith("Origin:"))
    readable = f"access-control-allow-{origin.lower()}" in response.split("\r\n")
    if readable != exchange.readable or f" {exchange.status} " not in response.partition("\r\n")[0]:
        raise DemoError(f"{exchange.title}: this response is not the expected one.")


def wrapped(text: str, width: int) -> list[tuple[str, bool]]:
    """Return the lines in pieces of this width, each with whether it is about CORS."""
    return [
        (piece, line.lower().startswith(CORS_HEADERS))
        for line in text.rstrip().split("\r\n")
        for piece in textwrap.wrap(line, width, subsequent_indent="  ", break_on_hyphens=False)
        or [""]
    ]


def cell(piece: tuple[str, bool] | None, width: int) -> str:
    text, about_cors = piece or ("", False)
    return colored(text.ljust(width), CYAN) if about_cors else text.ljust(width)


def colored(text: str, code: str) -> str:
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[{code}m{text}\x1b[0m"


if __name__ == "__main__":
    sys.exit(main())
