"""The four exchanges: requests as a browser sends them, beside the responses of the server."""

import os
import shutil
import socket
import sys
import textwrap
from dataclasses import dataclass
from itertools import zip_longest

from .process import HOST, DemoError

APP_ORIGIN = "https://app.example.com"
OTHER_ORIGIN = "https://elsewhere.example"
# The headers of CORS.
CORS_HEADERS = ("origin:", "access-control-", "vary:")
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
