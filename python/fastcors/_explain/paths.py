"""Explains a decision by the option `paths`: which key decides, and what is special about it.

Each text is a whole sentence with named gaps, for a person to read and to edit here.
"""

from __future__ import annotations

from fastcors._format import shown
from fastcors.decision import Denial, FetchRequest

from .enforcement import enforcement_denials, enforcement_explanation
from .requests import denials, explanation
from .wording import described_request, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from fastcors._paths.routes import Selected
    from fastcors.decision import Decision, Request

# The last line, by what decides.
_BELOW = "paths[{key}] decides, because {path} is below it"
_OUTSIDE = "the options outside of paths decide, because {path} is below none of its keys"
_AMBIGUOUS = "no key of paths decides on {path}: {because}"
# What makes a path ambiguous.
_BECAUSE = {
    "dots": "a segment is '.' or '..', which some routers resolve; let the client send the path that is meant",
    "no-slash": "it does not begin with a slash; let the client send the path of a URL",
    "encoded-slash": (
        "a slash is sent as %2F, which some routers do not take for one; let the client send a plain slash"
    ),
    "root-path": "routers disagree on what follows root_path; let the client send the path that is meant",
    "spelling": (
        "it has an empty segment, or a key in another spelling (case, '%', '\\', ';', '?', '#', a control character, "
        "dots or spaces at the end of a segment), and routers disagree on whether that is below the key; let the client send the path as the "
        "key has it"
    ),
}
_NO_CORS = (
    "paths has None for {key}, so no CORS headers are added there: what the application sends decides; "
    "to allow the origin: paths={{{key}: Policy(allow_origins=[{origin}]), ...}}"
)

# The first line if paths has None.
_UNTOUCHED_PREFLIGHT = "not handled: a preflight for {method} from {origin} reaches the application, which has to respond to it"
_UNTOUCHED = "not handled: the response of the application goes out as it is"
_UNTOUCHED_HANDSHAKE = "{request} is allowed: it reaches the application, which decides"


def denials_at(
    selected: Selected, request: Request, enforced: tuple[Any, ...]
) -> tuple[Denial, ...]:
    """Return what is rejected of a request, by what decides on its path.

    `enforced` is what enforcement decides on a request that is no preflight; else it is empty.
    """
    compiled = selected.compiled
    rejects = False
    if isinstance(request, FetchRequest):
        rule, action, *_ = enforced
        rejects = action == "reject"
        if not compiled.is_untouched or rejects:
            return enforcement_denials(compiled, request, rule, rejects=rejects)
    if compiled.is_untouched:
        key = compiled.path or ""
        text = _NO_CORS.format(key=shown(key), origin=shown(request.origin))
        return (Denial("path", key, text),)
    return tuple(denials(compiled, request))


def explanation_at(selected: Selected, decision: Decision, enforced: tuple[Any, ...]) -> str:
    """Return the text of a decision; `enforced` is as for `denials_at`."""
    compiled, request = selected.compiled, decision._request
    untouched = compiled.is_untouched and decision.status is None
    if untouched:
        found = _untouched(decision)
    elif isinstance(request, FetchRequest):
        rule, action, status, *_ = enforced
        found = enforcement_explanation(compiled, decision, rule, action, status)
    else:
        found = explanation(compiled, decision)
    if selected.path is None:
        return found
    return f"{found}\n{_why(selected)}"


def _untouched(decision: Decision) -> str:
    request: Any = decision._request
    if isinstance(request, FetchRequest) and request.sent_method is None:
        return _UNTOUCHED_HANDSHAKE.format(request=described_request(None, request.origin))
    first = _UNTOUCHED
    if request.method is not None:
        first = _UNTOUCHED_PREFLIGHT.format(
            method=printable(request.method), origin=printable(request.origin)
        )
    return "\n  ".join([first, *(str(denial) for denial in decision.denials)])


def _why(selected: Selected) -> str:
    path = printable(selected.path or "")
    if selected.because is not None:
        return _AMBIGUOUS.format(path=path, because=_BECAUSE[selected.because])
    key = selected.compiled.path
    if key is None:
        return _OUTSIDE.format(path=path)
    return _BELOW.format(path=path, key=shown(key))
