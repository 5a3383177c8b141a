"""What runs in the server's process: the API on one port, the page on another."""

import socket

import uvicorn

from .api import make_api
from .control import make_page
from .policy import default_policy, policy_of
from .process import HOST, end_with_standard_input
from .received import ASGIApp, Receive, Reception, Scope, Send


def serve(port: int, page_port: int) -> None:
    """Serve both until the standard input ends."""
    end_with_standard_input()
    config = uvicorn.Config(
        make_demo(port, page_port),
        lifespan="off",
        log_level="warning",
        # A browser shows these to no page, but a policy may expose them, and they differ each time.
        date_header=False,
        server_header=False,
        ws="websockets-sansio",
    )
    uvicorn.Server(config).run(sockets=[listening(port), listening(page_port)])


def listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


def make_demo(port: int, page_port: int) -> ASGIApp:
    """Return the API and the page's server as one application, which goes by the port."""
    text = default_policy(page_port)
    reception = Reception(make_api(), policy_of(text))
    page = make_page(reception, api=f"http://{HOST}:{port}", text=text)

    async def demo(scope: Scope, receive: Receive, send: Send) -> None:
        app = page if scope["server"][1] == page_port else reception
        await app(scope, receive, send)

    return demo
