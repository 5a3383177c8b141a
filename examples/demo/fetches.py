"""The table of fetches. The page runs each in a browser, and the simulator runs the very same."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Fetch:
    """A row of the table.

    Attributes:
        name: its name.
        title: what the page wants.
        about: what decides, in a sentence.
        path: where, on the API.
        init: what `fetch` of a script gets beside the URL, and `Browser.fetch` of the simulator.
        sender: whose script sends it: this page's, or that of the same page on the other host name.
        is_websocket: whether it opens a WebSocket instead.
    """

    name: str
    title: str
    about: str
    path: str
    init: dict[str, Any] = field(default_factory=dict)
    sender: Literal["this", "other"] = "this"
    is_websocket: bool = False


FETCHES = (
    Fetch(
        name="read",
        title="Read",
        about="allow_origins decides whether the script may read the response.",
        path="/items/1",
    ),
    Fetch(
        name="headers",
        title="Read headers",
        about="The response has X-Total and X-Node. A script reads those that expose_headers has.",
        path="/items/2",
    ),
    Fetch(
        name="write",
        title="Write",
        about="The browser asks by a preflight first: allow_methods and allow_headers decide.",
        path="/items/2?name=a%20chair",
        init={"method": "PUT", "headers": {"X-Token": "4711"}},
    ),
    Fetch(
        name="method",
        title="Delete",
        about="The preflight asks for DELETE: allow_methods decides.",
        path="/items/1",
        init={"method": "DELETE"},
    ),
    Fetch(
        name="header",
        title="Read with a header",
        about="The preflight asks for X-Debug: allow_headers decides.",
        path="/items/1",
        init={"headers": {"X-Debug": "1"}},
    ),
    Fetch(
        name="credentials",
        title="Read with cookies",
        about="allow_credentials decides. The body says whether the cookie arrived.",
        path="/visitor",
        init={"credentials": "include"},
    ),
    Fetch(
        name="websocket",
        title="Connect",
        about="CORS does not cover WebSockets: enforce decides.",
        path="/events",
        is_websocket=True,
    ),
    Fetch(
        name="other-read",
        title="Read",
        about="CORS only hides the response: enforce decides whether the application runs.",
        path="/items/1",
        sender="other",
    ),
    Fetch(
        name="other-write",
        title="Order",
        about="A POST of plain text needs no preflight: enforce decides whether it runs.",
        path="/orders",
        init={"method": "POST", "body": "a lamp"},
        sender="other",
    ),
    Fetch(
        name="other-websocket",
        title="Connect",
        about="CORS does not cover WebSockets: enforce decides.",
        path="/events",
        sender="other",
        is_websocket=True,
    ),
)
