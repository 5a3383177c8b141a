"""Reads what the page's scripts send: a policy as JSON, `{"policy": "…"}`."""

import json

from starlette.requests import Request

from .policy import MOST

# The JSON of the longest policy, each of its characters escaped, with room for the rest.
_MOST_BYTES = 12 * MOST + 100


class RequestError(Exception):
    """A request that the page's scripts do not send, with the status of the response."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def policy_text(request: Request) -> str:
    """Return the policy that a request has.

    Raises:
        RequestError: for another kind of request.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestError(
            415, f"The Content-Type is '{kind[:100]}': send JSON, as application/json."
        )
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise RequestError(413, f"The request is too long: send at most {_MOST_BYTES:,} bytes.")
    try:
        match json.loads(body):
            case {"policy": str(text)}:
                return text
    except (ValueError, RecursionError):
        pass
    raise RequestError(400, 'The body is no policy: send {"policy": "…"} as JSON.')
