"""Notes which requests reach the API, and the decision of the policy about each.

A script is not told why its fetch is blocked, nor whether its request arrived. The server knows both.
"""

import re
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from fastcors import CORSMiddleware, Decision, Policy

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

# More than some visitors have at a time.
_MOST = 500
# The page adds `run=<run>.<name of the fetch>` to each URL.
_RUN = re.compile(r"([a-z0-9]{1,20})\.([a-z-]{1,20})")
# Status of a request for another Host.
MISDIRECTED = 421
_NOTE = "fastcors_demo.received"


@dataclass
class Received:
    """A request that reached the server.

    Attributes:
        run, fetch: which run of the page sent it, for which fetch.
        method: its method, or ``WebSocket``.
        decision: that of the policy.
        status: the status of the response; 101 if a WebSocket opens.
        ran: whether the application ran.
    """

    run: str
    fetch: str
    method: str
    decision: Decision
    status: int | None = None
    ran: bool = False


class Reception:
    """The middleware of an API, between two layers that note what passes."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self.cors = CORSMiddleware(self._inside(app), policy=policy)
        self._notes: deque[Received] = deque(maxlen=_MOST)

    def of_run(self, run: str) -> list[Received]:
        """Return what a run has sent, in its order."""
        return [note for note in self._notes if note.run == run]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and note it if it has the name of a run."""
        found = _RUN.fullmatch(
            parse_qs(scope["query_string"].decode("latin-1")).get("run", [""])[0]
        )
        if found is None:
            await self.cors(scope, receive, send)
            return
        method = scope.get("method", "WebSocket")
        note = Received(found[1], found[2], method, decision_on(scope, self.cors.policy))
        self._notes.append(note)
        scope[_NOTE] = note

        async def noting(message: Message) -> None:
            if note.status is None:
                note.status = _status(message)
            await send(message)

        await self.cors(scope, receive, noting)

    @staticmethod
    def _inside(app: ASGIApp) -> ASGIApp:
        async def inside(scope: Scope, receive: Receive, send: Send) -> None:
            note = scope.get(_NOTE)
            if note is not None:
                note.ran = True
            await app(scope, receive, send)

        return inside


def _status(message: Message) -> int | None:
    match message["type"]:
        case "http.response.start" | "websocket.http.response.start":
            status: int = message["status"]
            return status
        case "websocket.accept":
            return 101
        case "websocket.close":
            return 403
    return None


def decision_on(scope: Scope, policy: Policy) -> Decision:
    """Return the decision of a policy about a request, which explains itself."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    origin, host, path = headers.get("origin"), headers.get("host"), scope["path"]
    if scope["type"] == "websocket":
        return policy.websocket(origin=origin, host=host, path=path)
    decision = policy.request(
        method=scope["method"],
        origin=origin,
        host=host,
        sec_fetch_site=headers.get("sec-fetch-site"),
        sec_fetch_mode=headers.get("sec-fetch-mode"),
        sec_fetch_dest=headers.get("sec-fetch-dest"),
        path=path,
    )
    asked = headers.get("access-control-request-method")
    # The Host counts before anything else.
    if decision.status == MISDIRECTED or scope["method"] != "OPTIONS":
        return decision
    if origin is None or asked is None:
        return decision
    return policy.preflight(
        origin=origin,
        method=asked,
        headers=headers.get("access-control-request-headers"),
        private_network="access-control-request-private-network" in headers,
        path=path,
    )
