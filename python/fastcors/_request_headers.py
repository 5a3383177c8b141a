"""The headers of a request to a subclass, with what holds for it since it began. Needs Starlette."""

from __future__ import annotations

from starlette.datastructures import Headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._types import Scope
    from .policy import Policy


class RequestHeaders(Headers):
    """Starlette's headers, and the policy that the request began with.

    Attributes:
        policy: decides on the whole request, whatever is reconfigured meanwhile.
        origin_allowed: what an overridden `is_allowed_origin` said of a preflight, which
            `preflight_response` could not await; None where it was not asked.
        told: whether it was counted and logged that the request is rejected.
        scope: the request's scope, for the log.
    """

    def __init__(self, lines: Iterable[tuple[bytes, bytes]], policy: Policy) -> None:
        super().__init__(raw=list(lines))
        self.policy = policy
        self.origin_allowed: bool | None = None
        self.told = False
        self.scope: Scope | None = None

    def log_rejection(
        self, reasons: tuple[str, ...], preflight: bool, override: str | None
    ) -> None:
        """Write a line for this request, of which a preflight's headers count and no other's."""
        from ._log import rejected

        def value(name: str) -> bytes | None:
            text = self.get(name)
            return None if text is None else text.encode("latin-1")

        method = headers = None
        if preflight:
            method = value("access-control-request-method")
            headers = value("access-control-request-headers")
        origin = value("origin") or b""
        rejected(self.policy._compiled, self.scope, reasons, (origin, method, headers), override)

    def report_allowed_inside(self, response_headers: Headers, override: str | None) -> None:
        """Report a response that allows the origin of this request, which is rejected."""
        from ._log import allowed_inside

        if self.scope is None:
            return
        values = response_headers.getlist("access-control-allow-origin")
        allowed_inside(
            self.policy._compiled,
            self.scope,
            [value.encode("latin-1") for value in values],
            response_headers.get("access-control-allow-credentials") == "true",
            override,
        )
