"""The page's server: what its scripts ask for.

It changes the policy of the API, so only its own pages may reach it: see `make_page`. Nothing of this
belongs in an application: it is for a demo that listens on the loopback interface alone.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fastcors import CORSMiddleware, lint

from .fetches import FETCHES
from .files import HOSTS, file_routes, origin_of, sibling
from .fixes import fixed
from .policy import PolicyTextError, options_of, policy_of
from .received import ASGIApp, Reception
from .requests import RequestError, policy_text
from .simulator import predictions

_T = TypeVar("_T")


def make_page(reception: Reception, *, api: str, text: str) -> ASGIApp:
    """Return the page's server.

    `enforce` rejects what other sites' pages send, WebSockets included, and `hosts` what reaches it by
    DNS rebinding. Nothing is in `allow_origins`, so no other page may read a response either. A policy
    is read from JSON alone, which no form can send.

    Args:
        reception: the API, and what reaches it.
        api: its origin.
        text: its policy as a text.
    """
    control = Control(reception, api=api, text=text)
    app = Starlette(
        routes=[
            *file_routes(api),
            Route("/demo", control.describe),
            Route("/lint", control.lint, methods=["POST"]),
            Route("/policy", control.replace, methods=["POST"]),
            Route("/predictions", control.predict),
            Route("/received", control.received),
        ],
        exception_handlers={PolicyTextError: _rejected, RequestError: _rejected},
    )
    return CORSMiddleware(app, enforce="isolate", hosts=HOSTS, strict=True)


class Control:
    """What the page's scripts ask for."""

    def __init__(self, reception: Reception, *, api: str, text: str) -> None:
        self._reception = reception
        self._api = api
        self._default = text
        self._text = text
        # How often the policy was replaced: a run meanwhile compares nothing.
        self._version = 0
        self._reading = asyncio.Lock()

    async def describe(self, request: Request) -> Response:
        """Return the table of fetches, the policy, and who is who."""
        page = origin_of(request)
        return JSONResponse(
            {
                "api": self._api,
                "page": page,
                "other": sibling(page),
                "policy": self._text,
                "default": self._default,
                "fetches": [asdict(fetch) for fetch in FETCHES],
            }
        )

    async def lint(self, request: Request) -> Response:
        """Return what lint reports about a policy that is being written."""
        text = await policy_text(request)
        return JSONResponse(await self._apart(lambda: problems_of(text)))

    async def replace(self, request: Request) -> Response:
        """Replace the policy of the API. If it is rejected, nothing changes."""
        text = await policy_text(request)
        policy = await self._apart(lambda: policy_of(text))
        self._reception.cors.reconfigure(policy=policy)
        self._text = text
        self._version += 1
        return JSONResponse({"version": self._version})

    async def predict(self, request: Request) -> Response:
        """Return the policy that is in place, and how each fetch will end by it."""
        page = origin_of(request)
        version, text, policy = self._version, self._text, self._reception.cors.policy
        found = await predictions(policy, page=page, other=sibling(page), api=self._api)
        return JSONResponse(
            {
                "version": version,
                "policy": text,
                "fetches": {name: asdict(each) for name, each in found.items()},
            }
        )

    async def received(self, request: Request) -> Response:
        """Return what a run has sent, and why each request was allowed or rejected."""
        found: dict[str, list[dict[str, Any]]] = {fetch.name: [] for fetch in FETCHES}
        for note in self._reception.of_run(request.query_params.get("run", "")):
            found.setdefault(note.fetch, []).append(
                {
                    "method": note.method,
                    "status": note.status,
                    "ran": note.ran,
                    "explanation": str(note.decision),
                }
            )
        return JSONResponse({"version": self._version, "fetches": found})

    async def _apart(self, read: Callable[[], _T]) -> _T:
        """Read a policy in a thread, one at a time, so a long regex does not stop the server."""
        async with self._reading:
            return await asyncio.to_thread(read)


def problems_of(text: str) -> dict[str, Any]:
    """Return what lint reports about a text, as JSON.

    Raises:
        PolicyTextError: for a text that is no policy.
    """
    found = lint(**options_of(text))
    return {
        "problems": [
            {
                "severity": problem.severity,
                "option": problem.option,
                "message": problem.message,
                "code": problem.code,
                "page": problem.url,
                "fix": fixed(text, problem),
            }
            for problem in found
        ],
        "safe": list(found.safe),
    }


async def _rejected(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RequestError) else 422
    return JSONResponse({"error": str(error)}, status)
