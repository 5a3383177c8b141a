"""The policies of `paths` as they decide: compiled for their keys, with the hosts of the server."""

from __future__ import annotations

from fastcors._fastcors import CompiledPaths
from fastcors._lint.reading import read_options
from fastcors.options import DEFAULTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from fastcors._fastcors import CompiledPolicy
    from fastcors._types import Scope
    from fastcors.options import Options

    class _Policy(Protocol):
        _compiled: CompiledPolicy

    _PolicyAt = Callable[[Options, list[str], tuple[str | None, bool, bool]], Any]

# The modes of enforcement, each rejects what those before it do.
_MODES = ("off", "report", "unsafe", "all", "isolate")


class Routes:
    """What decides below paths.

    Attributes:
        compiled: the keys, for the compiled part.
        policies: the policy of each key, in their order, then those for ambiguous paths: they allow no
            origin, and there is one for each `enforce` that a path or the outer options have.
    """

    __slots__ = ("compiled", "policies")

    compiled: CompiledPaths
    policies: list[Any]

    def __init__(self, options: Options, policy_at: _PolicyAt) -> None:
        nothing = read_options(DEFAULTS).with_hosts(options.hosts)
        nothing.responses = options.responses
        self.policies = []
        modes = {options.mode}
        # `hosts` is for the whole server: a path's own `enforce` neither switches it off nor on.
        reports_hosts = options.mode == "report"
        for key, policy in options.paths.items():
            if policy is None:
                self.policies.append(policy_at(nothing, [], (key, True, reports_hosts)))
                continue
            given: Options = policy._options
            modes.add(given.mode)
            # An `OriginSet` holds its own.
            is_live = given.allow_origins.live is not None
            origins = [] if is_live else policy._compiled.origins()
            below = given.with_hosts(options.hosts)
            self.policies.append(policy_at(below, origins, (key, False, reports_hosts)))
        keyed = [
            (key, policy._compiled)
            for key, policy in zip(options.paths, self.policies, strict=True)
        ]
        blocking = [
            policy_at(_enforcing(nothing, mode), [], (None, False, reports_hosts))
            for mode in _MODES
            if mode in modes
        ]
        self.policies += blocking
        compiled = [policy._compiled for policy in blocking]
        self.compiled = CompiledPaths(keyed, compiled, options.mode)

    def at(self, policy: Any, scope: Scope) -> Any:
        """Return the policy that decides on a request to a middleware of this policy."""
        index = CompiledPaths.index_at(policy._compiled, scope)
        return policy if index is None else self.policies[index]


def _enforcing(options: Options, mode: str) -> Options:
    found = options.with_hosts(options.hosts)
    found.enforce = {"off": False, "all": True}.get(mode, mode)
    return found


class Selected:
    """What decides on a request with a path, or without one.

    Attributes:
        compiled: the policy that decides.
        path: the path, if there are several policies.
        because: what makes it ambiguous, or None.
    """

    __slots__ = ("because", "compiled", "path")

    def __init__(self, policy: _Policy, routes: Routes | None, path: str | None) -> None:
        self.compiled = policy._compiled
        self.because: str | None = None
        self.path: str | None = None
        if routes is not None and path is not None:
            self.path = path
            index, self.because = routes.compiled.find(path)
            if index is not None:
                self.compiled = routes.policies[index]._compiled
