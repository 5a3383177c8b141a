"""The headers of a request to a subclass, with what holds for it since it began. Needs Starlette."""

from __future__ import annotations

from starlette.datastructures import Headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .policy import Policy


class RequestHeaders(Headers):
    """Starlette's headers, and the policy that the request began with.

    Attributes:
        policy: decides on the whole request, whatever is reconfigured meanwhile.
        origin_allowed: what an overridden `is_allowed_origin` said of a preflight, which
            `preflight_response` could not await; None where it was not asked.
        told: whether it was counted and logged that the request is refused.
    """

    def __init__(self, lines: Iterable[tuple[bytes, bytes]], policy: Policy) -> None:
        super().__init__(raw=list(lines))
        self.policy = policy
        self.origin_allowed: bool | None = None
        self.told = False
