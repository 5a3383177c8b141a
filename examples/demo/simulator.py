"""Predicts how each fetch ends: `fastcors.testing` instead of a browser, an API of its own instead of the server."""

from dataclasses import dataclass, field

from fastcors import CORSMiddleware, Policy
from fastcors.testing import AsyncBrowser, BlockedByCORS, Exchange

from .api import COOKIE, make_api
from .fetches import FETCHES, Fetch


@dataclass(frozen=True)
class Prediction:
    """How a fetch ends.

    Attributes:
        allowed: whether the script reads the response, or the WebSocket opens.
        status: the status that the script reads.
        body: the body that it reads.
        headers: the headers that it reads.
        reached: the method and the status of each request that reaches the server.
        kind: the name of Chromium's error.
        reason: what the console says, without the URL and the origin.
    """

    allowed: bool
    reached: list[tuple[str, int]]
    status: int | None = None
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    kind: str | None = None
    reason: str | None = None


async def predictions(policy: Policy, *, page: str, other: str, api: str) -> dict[str, Prediction]:
    """Return how each fetch of the table ends, by its name.

    Args:
        policy: the policy of the API.
        page: the origin of the page.
        other: the origin of the same page on the other host name.
        api: the origin of the API.
    """
    app = CORSMiddleware(make_api(), policy=policy)
    return {
        fetch.name: await predicted(
            fetch, app, page=page if fetch.sender == "this" else other, api=api
        )
        for fetch in FETCHES
    }


async def predicted(fetch: Fetch, app: CORSMiddleware, *, page: str, api: str) -> Prediction:
    """Return how a fetch ends, in a browser that has nothing in its caches."""
    async with AsyncBrowser(app, page, base_url=api) as browser:
        browser.set_cookie(f"{COOKIE}=1", f"{page}/")
        if fetch.is_websocket:
            shaken = await browser.websocket(fetch.path)
            return Prediction(shaken.accepted, [("WebSocket", shaken.status)])
        try:
            response = await browser.fetch(fetch.path, **fetch.init)
        except BlockedByCORS as blocked:
            return Prediction(
                allowed=False,
                reached=_reached(blocked.exchanges),
                kind=blocked.kind,
                reason=blocked.console.partition(" is blocked by CORS: ")[2],
            )
        return Prediction(
            allowed=True,
            reached=_reached(response.exchanges),
            status=response.status,
            body=response.text,
            headers=dict(response.headers),
        )


def _reached(exchanges: tuple[Exchange, ...]) -> list[tuple[str, int]]:
    return [
        (exchange.request.method, exchange.response.status)
        for exchange in exchanges
        if exchange.response is not None
    ]
