"""The lines of the logger `fastcors`. Imported when the first request is rejected.

Values of a request are shown as they are if every character is visible ASCII, else as `repr` shows
them: no control character and no line break of a request reaches the log. Long ones are cut.

There are few WARNINGs, and each ends with the address of what is written about it. A line at level
DEBUG has the reason and the fix, and there is one for each request: it would only get longer.
"""

from __future__ import annotations

import logging

from fastcors._format import shown
from fastcors.problems import SITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fastcors._fastcors import CompiledPolicy
    from fastcors._types import Scope

logger = logging.getLogger("fastcors")

# The most characters of a path or an origin in a line.
_LONGEST = 200
# The most rejected request headers that a line explains; others are counted.
_EXPLAINED = 8
# The most characters that are explained of an origin, a method or a header name. No browser sends a
# longer origin: a host has at most 253.
_LONGEST_EXPLAINED = 300
# The most entries of allow_origins among which the closest is looked for: about 2 ms.
_COMPARED = 10_000
# The most origins that one process reports as allowed by another layer.
_MOST_REPORTED = 10
_reported: dict[bytes, object] = {}


def rejected(
    compiled: CompiledPolicy,
    scope: Scope | None,
    reasons: tuple[str, ...],
    request: tuple[bytes, bytes | None, bytes | None],
    override: str | None = None,
) -> None:
    """Write one line at level DEBUG: what was rejected, why, and what to write to allow it.

    Args:
        compiled: the policy that decided.
        scope: the request's scope, for its path.
        reasons: those of ``"origin"``, ``"method"``, ``"headers"``, ``"private-network"``.
        request: the Origin; Access-Control-Request-Method, None for an actual request;
            Access-Control-Request-Headers, if there is one.
        override: the method of a subclass that decided on the origin instead of the policy.

    An exception of a filter is printed to stderr, as `logging` does for a handler's, and the request
    goes on. The time is linear in the request and in the policy.
    """
    try:
        # Usually nobody listens.
        if not logger.isEnabledFor(logging.DEBUG):
            return
        from fastcors._explain.wording import printable

        origin, method, headers = (
            None if value is None else value.decode("latin-1") for value in request
        )
        why = _why(compiled, reasons, (origin, method, headers), override)
        logger.debug(
            "rejected %s%s from %s | %s",
            "an actual request" if method is None else "a preflight",
            for_path(scope, compiled),
            printable(origin or "", _LONGEST),
            " | ".join(why),
        )
    except Exception:  # noqa: BLE001 - a filter may raise anything
        print_error()


def allowed_inside(
    compiled: CompiledPolicy,
    scope: Scope,
    values: Sequence[bytes],
    credentials: bool,
    override: str | None = None,
) -> None:
    """Warn that the application's own response allows an origin that the policy rejects.

    At most one line for each origin, and for at most ten origins in one process: requests with
    made-up origins fill neither the memory nor the log.

    Args:
        compiled: the policy that rejected the origin.
        scope: the request's scope.
        values: those of the response's Access-Control-Allow-Origin header lines.
        credentials: whether it has Access-Control-Allow-Credentials: true.
        override: the method of a subclass that decided on the origin instead of the policy.
    """
    try:
        origin = _origin_of(scope)
        # A browser joins several lines, and the result is no origin.
        if origin is None or b", ".join(values) not in (origin, b"*"):
            return
        # With * the policy's own line replaces the application's.
        if compiled.any_origin or not logger.isEnabledFor(logging.WARNING):
            return
        if not _is_first(origin[:_LONGEST]):
            return
        from fastcors._explain.wording import printable

        text = origin.decode("latin-1")
        # Starlette's response has the policy's own line too.
        if compiled.options.responses == "starlette":
            credentials = credentials or compiled.options.allow_credentials
        logger.warning(
            "another layer inside handles CORS itself: the response%s has "
            "access-control-allow-origin: %s, so pages on %s can read it%s, although this policy "
            "rejects that origin; remove the inner CORS layer or, if the origin is yours, allow it here%s (%s)%s",
            for_path(scope, compiled),
            printable(values[0].decode("latin-1"), _LONGEST),
            printable(text, _LONGEST),
            " with the user's credentials" if credentials and values[0] == origin else "",
            _allowing(compiled, text, override),
            f"{SITE}configuration/#a-layer-inside-that-allows-more",
            " (no further origin is reported)" if len(_reported) >= _MOST_REPORTED else "",
        )
    except Exception:  # noqa: BLE001 - a filter may raise anything
        print_error()


def _why(
    compiled: CompiledPolicy,
    reasons: tuple[str, ...],
    request: tuple[str | None, str | None, str | None],
    override: str | None,
) -> Iterator[str]:
    """Yield what is rejected and how to allow it, in the order of the reasons."""
    from fastcors._explain import wording
    from fastcors._explain.requests import denials, rejected_headers
    from fastcors._explain.wording import printable
    from fastcors.decision import Request

    origin, method, headers = request
    found: dict[str, list[str]] = {reason: [] for reason in reasons}
    if "origin" in found and origin is not None:
        why = why_without_comparison(compiled, origin, override)
        if why is not None:
            found["origin"].append(f"origin: {why}")
    names = list(rejected_headers(compiled, headers)) if "headers" in found else []
    asked = Request(
        origin if "origin" in found and not found["origin"] else None,
        None if method is None else method[:_LONGEST_EXPLAINED],
        ",".join(name[:_LONGEST_EXPLAINED] for name in names[:_EXPLAINED]) if names else None,
        private_network="private-network" in found,
    )
    for denial in denials(compiled, asked):
        if denial.kind in found:
            found[denial.kind].append(str(denial))
    if len(names) > _EXPLAINED:
        more = wording.MORE_DENIALS.format(count=f"{len(names) - _EXPLAINED:,}")
        found["headers"].append(f"headers: {more}")
    values = {"origin": origin, "method": method, "headers": headers}
    for reason, texts in found.items():
        # A policy that has changed meanwhile may deny none of it.
        unnamed = wording.NOT_ALLOWED.format(origin=printable(values.get(reason) or ""))
        yield from texts or [f"{reason}: {unnamed}"]


def why_without_comparison(
    compiled: CompiledPolicy, origin: str, override: str | None
) -> str | None:
    """Return why an origin is rejected if it is not compared with the rules, else None."""
    from fastcors._explain import wording
    from fastcors._explain.wording import joined, printable

    if override is not None:
        by = wording.LOG_OVERRIDE.format(origin=printable(origin), override=override)
        return joined([by, wording.LOG_ADD_TO_OVERRIDE])
    unnamed = wording.NOT_ALLOWED.format(origin=printable(origin))
    if len(origin) > _LONGEST_EXPLAINED:
        return joined([unnamed, wording.LOG_LONG_ORIGIN])
    if compiled.entry_count() > _COMPARED:
        return joined([unnamed, wording.LOG_MANY_ENTRIES])
    return None


def _is_first(origin: bytes) -> bool:
    """Whether to report an origin. It then counts as reported."""
    if origin in _reported or len(_reported) >= _MOST_REPORTED:
        return False
    mine = object()
    # One of several threads is the first.
    return _reported.setdefault(origin, mine) is mine


def _allowing(compiled: CompiledPolicy, origin: str, override: str | None) -> str:
    """Return what to write to allow an origin, or nothing if it must not be listed."""
    if override is not None:
        return f": return True for it in {override}"
    from fastcors._explain.wording import addition
    from fastcors._fastcors import lint_origins

    if origin == "null" or "*" in origin or len(origin) > _LONGEST:
        return ""
    if any(severity == "error" for _, severity, *_ in lint_origins([origin], credentials=False)):
        return ""
    return f": {addition('allow_origins', origin, others=bool(compiled.entry_count()))}"


def _origin_of(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"origin":
            return bytes(value)
    return None


def for_path(scope: Scope | None, compiled: CompiledPolicy) -> str:
    """Return the words for a request's path and the key of `paths`, or nothing if its scope has none."""
    from fastcors._explain.wording import printable

    try:
        path = scope["path"] if scope is not None else None
    except LookupError:
        return ""
    if not isinstance(path, str):
        return ""
    key = "" if compiled.path is None else f" (below paths[{shown(compiled.path)}])"
    return f" for {printable(str.__str__(path), _LONGEST)}{key}"


def print_error() -> None:
    if logging.raiseExceptions:
        import traceback

        traceback.print_exc()
