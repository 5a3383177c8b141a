"""Why a fetch fails: the exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from . import wording

if TYPE_CHECKING:
    from .cors_check import Failure
    from .exchange import Exchange

FIREFOX = {
    "MissingAllowOriginHeader": "CORSMissingAllowOrigin",
    "MultipleAllowOriginValues": "CORSMultipleAllowOriginNotAllowed",
    "InvalidAllowOriginValue": "CORSAllowOriginNotMatchingOrigin",
    "AllowOriginMismatch": "CORSAllowOriginNotMatchingOrigin",
    "WildcardOriginNotAllowed": "CORSNotSupportingCredentials",
    "InvalidAllowCredentials": "CORSMIssingAllowCredentials",
    "CorsDisabledScheme": "CORSRequestNotHttp",
    "PreflightInvalidStatus": "CORSPreflightDidNotSucceed3",
    "PreflightDisallowedRedirect": "CORSExternalRedirectNotAllowed",
    "InvalidAllowMethodsPreflightResponse": "CORSInvalidAllowMethod",
    "InvalidAllowHeadersPreflightResponse": "CORSInvalidAllowHeader",
    "MethodDisallowedByPreflightResponse": "CORSMethodNotFound",
    "HeaderDisallowedByPreflightResponse": "CORSMissingAllowHeaderFromPreflight2",
}
"""Firefox's key for a kind of Chromium's. It has none for the others."""


class FetchError(Exception):
    """A network error: in a browser, ``fetch`` rejects with a TypeError.

    Attributes:
        kind: what happened.
        exchanges: what went over the wire, in its order.
    """

    def __init__(self, kind: str, text: str, exchanges: tuple[Exchange, ...] = ()) -> None:
        super().__init__(text)
        self.kind = kind
        self.exchanges = exchanges


class BlockedByCORS(FetchError):
    """A response that a browser keeps from a page, or a request that it does not send.

    Attributes:
        kind: the name of Chromium's error.
        firefox: the key of Firefox's error; None if it has none.
        safari: the kind that Safari finds first.
        step: ``"preflight"`` or ``"actual"``.
        parameter: the method, header or value at fault; empty if there is none.
        console: what a browser's console says, in our own words.
        hint: what to change on the server.
        exchanges: what went over the wire, preflights too.
    """

    def __init__(
        self,
        failure: Failure,
        *,
        firefox: str | None,
        safari: str,
        step: Literal["preflight", "actual"],
        url: str,
        origin: str,
        hint: str,
        exchanges: tuple[Exchange, ...],
    ) -> None:
        self.firefox = firefox
        self.safari = safari
        self.step = step
        self.parameter = failure.parameter
        self.console = wording.console(failure, url=url, origin=origin, step=step)
        self.hint = hint
        kinds = ", ".join(
            f"{engine}: {kind}"
            for engine, kind in (("Firefox", firefox), ("Safari", safari))
            if kind is not None and kind != failure.kind
        )
        lines = [
            f"{failure.kind}{f' ({kinds})' if kinds else ''}, at the {step} request",
            self.console,
            f"hint: {hint}",
            *map(str, exchanges),
        ]
        super().__init__(failure.kind, "\n".join(lines), exchanges)


def firefox_key(kind: str) -> str | None:
    """Return Firefox's key for a kind of Chromium's, None if it has none."""
    return FIREFOX.get(kind) or FIREFOX.get(kind.removeprefix("Preflight"))
