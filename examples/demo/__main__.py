"""Shows what a browser gets from fastcors: starts the server and sends it requests over a socket.

Run it with: make demo
"""

import argparse
import contextlib
import os
import sys

from .process import HOST, DemoError, free_port_after, running_server
from .terminal import APP_ORIGIN, BOLD, EXCHANGES, colored, response_to, show


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make demo", description="Show what a browser gets from fastcors."
    )
    parser.add_argument("--once", action="store_true", help="end when everything was shown")
    parser.add_argument("--port", type=port_number, default=8000, help="the port of the API")
    parser.add_argument(
        "--page-port", type=port_number, help="the port of the page; by default the next free one"
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    page_port = options.page_port
    try:
        if page_port is None:
            page_port = free_port_after(options.port)
        if options.serve:
            from .server import serve

            serve(options.port, page_port)
        else:
            demonstrate(options.port, page_port, once=options.once)
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


def demonstrate(port: int, page_port: int, *, once: bool) -> None:
    with running_server(port, page_port) as server:
        for exchange in EXCHANGES:
            request = "\r\n".join(
                (*exchange.request, f"Host: {HOST}:{port}", "Connection: close", "", "")
            )
            show(exchange, request, response_to(request, port))
        if once:
            return
        url = f"http://{HOST}:{port}/items/1"
        with contextlib.suppress(KeyboardInterrupt):
            print(colored(f"Open http://{HOST}:{page_port} in your browser:", BOLD))
            print("a page of another origin fetches from this server, and you edit its policy.\n")
            print(f"The server is up at {url} until Ctrl-C. Try:\n")
            print(f"  curl -i -H 'Origin: {APP_ORIGIN}' {url}", flush=True)
            server.wait()
            raise DemoError("The server ended by itself.")
        print()


if __name__ == "__main__":
    sys.exit(main())
