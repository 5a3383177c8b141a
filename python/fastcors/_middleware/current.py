"""The policy that a middleware decides by now, and the replacement of it."""

from __future__ import annotations

from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fastcors._fastcors import Middleware
    from fastcors.policy import Policy

# Policies are replaced one at a time: no change is lost.
CHANGING = RLock()


def current(middleware: Middleware) -> Policy:
    """Return the policy, a new one if the list that it follows was changed."""
    live = middleware._fastcors_live
    if live is not None and not live.is_unchanged():
        follow(middleware)
    return middleware._fastcors_policy


def decide_by(middleware: Middleware, policy: Policy, given: Any) -> None:
    """Use a policy that was made with this as `allow_origins`."""
    from fastcors._live import is_live, start

    if is_live(given):
        start(middleware, policy, given)
    else:
        middleware._fastcors_decide_by(policy, None)


def follow(middleware: Middleware) -> None:
    """Make a new policy from the list or set that the middleware follows, if that was changed."""
    from fastcors._live import follow, log

    with CHANGING:
        lines = follow(middleware)
    # Without the lock, because a log handler may do anything.
    log(lines)
