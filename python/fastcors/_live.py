"""A list or set given as `allow_origins` stays live, as with Starlette: its changes take effect."""

from __future__ import annotations

from ._fastcors import LiveOrigins
from ._format import quoted
from ._lint.suggestions import text_of
from ._lint.values import linted
from .problems import PREFIX, SITE, lines_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ._fastcors import Middleware
    from .policy import Policy

# A class that has its own of these decides how it is read, so it is copied once.
_READING = ("__iter__", "__contains__", "__len__")

_LATE_STAR = (
    f"{PREFIX}allow_origins: '*' was added to the list, which does not allow every origin: it counts only "
    f"from the start, as with Starlette; write reconfigure(allow_origins=['*']) ({SITE}configuration/#live-lists)"
)


def is_live(given: object) -> bool:
    """Whether `allow_origins` stays live: a list or a set that is read like any other."""
    kind = type(given)
    return any(
        issubclass(kind, plain)
        and all(getattr(kind, name) is getattr(plain, name) for name in _READING)
        for plain in (list, set)
    )


def start(middleware: Middleware, policy: Policy, given: Any) -> None:
    """Decide by a policy that was made of a list, and follow the list."""
    policy, live, lines = _of_now(policy, given)
    # In one step: a request that found the policy without the list would miss a change.
    middleware._fastcors_decide_by(policy, live)
    log(lines)


def follow(middleware: Middleware) -> list[str]:
    """Make a new policy from the list if it was changed. No entry makes this raise.

    An entry of another class counts as the string that it is when the list is read.

    Returns:
        Lines to log about the problems of new entries. Such an entry allows nothing, and the request
        that is under way must not fail. A `*` counts only if it was there from the start, as with
        Starlette.
    """
    before = middleware._fastcors_live
    if before is None or before.is_unchanged():
        return []
    policy, live, lines = _of_now(middleware._fastcors_policy, before.given)
    if middleware._fastcors_live is not before:
        # The code of an entry's class has replaced the list or the policy meanwhile.
        return []
    middleware._fastcors_decide_by(policy, live)
    return lines


def _of_now(policy: Policy, given: Any) -> tuple[Policy, LiveOrigins, list[str]]:
    """Return a policy of the entries that a list has now, what remembers these, and lines to log.

    It is the policy itself if that was made of these entries. Another thread may change the list at any time.
    """
    live = LiveOrigins(given)
    lines: list[str] = []
    try:
        texts = _texts(live)
        if policy._compiled.has_origins(texts):
            live.find_places(policy._compiled, texts)
            return policy, live, lines
        new = set(filter(None, texts)).difference(policy._compiled.origins())
        if "*" in texts and not policy.allow_all_origins:
            texts = [None if text == "*" else text for text in texts]
            lines.append(_LATE_STAR)
    except Exception as error:  # noqa: BLE001 - an entry's class may raise anything
        texts, new = [], set()
        lines.append(
            f"{PREFIX}allow_origins: cannot be read, so it allows no origin: {quoted(error)}"
        )
    following = policy._with_origins([text for text in texts if text is not None])
    live.find_places(following._compiled, texts)
    problems = linted("allow_origins", sorted(new), policy.allow_credentials)
    errors = [problem for problem in problems if problem.severity == "error"]
    lines += lines_of(errors, "fastcors.lint(...) lists them all")
    return following, live, lines


def log(lines: Iterable[str]) -> None:
    """Log each line at WARNING, without the prefix: it is what the logger is called."""
    if not lines:
        return
    from ._log.rejections import logger

    for line in lines:
        logger.warning("%s", line.removeprefix(PREFIX))


def _texts(live: LiveOrigins) -> list[str | None]:
    """Return each entry as a string, or None for one that is no string."""
    entries = live.entries()
    # There may be a million.
    if all(type(entry) is str for entry in entries):
        return entries
    return [entry if type(entry) is str else text_of(entry) for entry in entries]
