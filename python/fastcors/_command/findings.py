"""What `fastcors lint` finds: problems of options, and of the order of the layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastcors.problems import page_of

if TYPE_CHECKING:
    from typing import Literal

    from fastcors.problems import Problem

    from .layers import Layer
    from .source import Place

# The codes of what is not about options, with what each means. Those of options are in
# `fastcors.problems.CODES`.
LAYER_CODES = {
    "errors-outside-cors": "responses to unhandled exceptions lack the CORS headers",
    "outside-cors": "a middleware that sends responses itself is outside the CORS middleware",
    "pattern-in-starlette": "Starlette compares an entry with * inside literally, so it never matches",
    "two-cors-layers": "two CORS middleware are around the same application",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with an application's CORS.

    Attributes:
        code: its kind: one of `LAYER_CODES` or of `fastcors.problems.CODES`.
        severity: ``"error"`` or ``"warning"``.
        message: what is wrong, what happens because of it, and what to write instead.
        path: below which path the application is; empty for the outermost one.
        layer: the middleware that it is about; None if its import raised.
        fix: what to write; None if none is evident.
        problem: the problem, if it is one of options.
        place: where the middleware is made, if that was found.
    """

    code: str
    severity: Literal["error", "warning"]
    message: str
    path: str = ""
    layer: Layer | None = None
    fix: str | None = None
    problem: Problem | None = None
    place: Place | None = None

    @property
    def url(self) -> str:
        """The page about the code."""
        return page_of(self.code)


def of_layers(
    code: str, severity: Literal["error", "warning"], message: str, *, path: str, layer: Layer
) -> Finding:
    """Return a finding that is not about options.

    Raises:
        KeyError: for a code that is not in the table.
    """
    if code not in LAYER_CODES:
        raise KeyError(code)
    return Finding(code, severity, message, path, layer)
