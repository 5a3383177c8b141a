"""The headers of a request to a subclass, and the policy it began with. Needs Starlette."""

from __future__ import annotations

from functools import partial
from logging import DEBUG

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response

from fastcors._log.rejections import logger, rejected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fastcors._types import Scope
    from fastcors.policy import Policy

__all__ = ["MutableHeaders", "PlainTextResponse", "RequestHeaders", "Response", "partial"]


class RequestHeaders(Headers):
    """Starlette's headers, and the policy that the request began with.

    Attributes:
        policy: the policy that decides on the whole request, even if it is replaced meanwhile.
        origin: the Origin, or None.
        method: Access-Control-Request-Method of a preflight; None for an actual request.
        requested: Access-Control-Request-Headers, or None.
        private_network: whether there is Access-Control-Request-Private-Network.
        origin_allowed: what an overridden `is_allowed_origin`, or `allow_origin_func`, returned before
            the response was made: for a preflight, because `preflight_response` cannot await it, and
            for enforcement; None if it was not called.
        reported: whether the rejection of the request was counted and logged.
        scope: the request's scope, for the log.
    """

    def __init__(
        self,
        lines: list[tuple[bytes, bytes]],
        origin: str | None,
        method: str | None,
        requested: str | None,
        private_network: bool,
        policy: Policy,
        scope: Scope,
    ) -> None:
        super().__init__(raw=lines)
        self.policy = policy
        self.origin = origin
        self.method = method
        self.requested = requested
        self.private_network = private_network
        self.origin_allowed: bool | None = None
        self.reported = False
        self.scope = scope

    def log_rejection(
        self, reasons: tuple[str, ...], preflight: bool, override: str | None
    ) -> None:
        """Write a line for this request. Only a preflight's headers are part of it."""
        # Usually nobody listens.
        if not logger.isEnabledFor(DEBUG):
            return

        def value(text: str | None) -> bytes | None:
            return None if text is None else text.encode("latin-1")

        headers = value(self.requested) if preflight else None
        request = (value(self.origin) or b"", value(self.method), headers)
        rejected(self.policy._compiled, self.scope, reasons, request, override)
