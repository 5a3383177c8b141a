"""The lines of the logger `fastcors` on what enforcement rejects, or would. Imported at the first one."""

from __future__ import annotations

import logging

from fastcors.problems import SITE

from .limit import Limit
from .rejections import for_path, logger, print_error, why_without_comparison

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fastcors._fastcors import CompiledPolicy
    from fastcors._types import Scope

_limit = Limit()


def caught(
    compiled: CompiledPolicy,
    scope: Scope,
    rule: tuple[str, int, bool],
    request: tuple[bytes | None, bytes | None, bytes | None],
    override: str | None = None,
) -> None:
    """Write one line: a WARNING on what would be rejected, at level DEBUG on what is.

    A WARNING is written at most once for each origin and minute, and for at most a hundred of them in
    a minute. If there is no Origin, the rule stands for it, or the Host if that is what is wrong.

    Args:
        compiled: the policy that decided.
        scope: the request's scope.
        rule: its name, the status of a rejection, and whether it is only reported.
        request: its Origin, Host and Sec-Fetch-Site.
        override: the method of a subclass that decided on the origin instead of the policy.

    What a filter raises is printed to stderr, as `logging` does with what a handler raises.
    """
    try:
        name, status, is_report = rule
        level = logging.WARNING if is_report else logging.DEBUG
        if not logger.isEnabledFor(level):
            return
        origin, host, _ = request
        key = origin or (host if name == "host" else None) or name.encode()
        if is_report and not _limit.is_due(key):
            return
        what = "would reject" if is_report else "rejected"
        logger.log(
            level,
            "%s %s%s with status %d | %s: %s%s",
            f"enforce=True {what}" if is_report else what,
            _described(scope, origin),
            for_path(scope, compiled),
            status,
            name,
            _why(compiled, scope, name, request, override),
            f" ({SITE}enforcement/#the-rules)" if is_report else "",
        )
    except Exception:  # noqa: BLE001 - a filter may raise anything
        print_error()


def _described(scope: Scope, origin: bytes | None) -> str:
    from fastcors._explain.wording import described_request

    method = str(scope.get("method")) if scope["type"] == "http" else None
    return described_request(method, None if origin is None else origin.decode("latin-1"))


def _why(
    compiled: CompiledPolicy,
    scope: Scope,
    name: str,
    request: tuple[bytes | None, bytes | None, bytes | None],
    override: str | None,
) -> str:
    """Return why the rule applies, and what to change."""
    from fastcors._explain.enforcement import enforcement_denial
    from fastcors.decision import FetchRequest

    origin, host, site = (None if value is None else value.decode("latin-1") for value in request)
    if origin is not None and name in ("origin-read", "origin-write", "websocket"):
        why = why_without_comparison(compiled, origin, override)
        if why is not None:
            return why
    is_https = scope.get("scheme") in ("https", "wss")
    method = scope.get("method") if scope["type"] == "http" else None
    asked = FetchRequest(origin, method, host, site, None, None, is_https=is_https)
    return enforcement_denial(compiled, asked, name).message
