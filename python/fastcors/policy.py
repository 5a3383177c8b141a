"""A policy: options that were read, and the compiled form that requests are decided by."""

from __future__ import annotations

from ._fastcors import CompiledPolicy
from ._read_only import ReadOnlyDict, ReadOnlyList
from .options import DEFAULTS, Copy, Options, near_option

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any, Unpack

    from ._types import _PolicyOptions
    from .problems import Problem

_VARY = (
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
    "Access-Control-Request-Private-Network"
)


class Policy:
    """What a middleware allows. Nothing in it changes once it is made.

    The options are those of `CORSMiddleware`, by keyword; what is left out is Starlette's default.

    Raises:
        ConfigError: for what is dangerous to run, and with `strict` for any error.
        re.error: for a regular expression that Python does not take, as Starlette does.
        TypeError: for the name of an option that there is not.

    Gives a `ConfigWarning` for each other problem of severity error, with `strict` for advice.
    """

    __slots__ = ("_options", "compiled")

    def __init__(self, **given: Unpack[_PolicyOptions]) -> None:
        _check_names(given)
        options = Options({**DEFAULTS, **given})
        options.tell()
        self._take(options)

    def _take(self, options: Options) -> None:
        """Compile options of which was told what is wrong."""
        self.compiled = CompiledPolicy(
            origins=options.allow_origins.items,
            expressions=options.expressions,
            foreign=options.foreign,
            methods=options.allow_methods.items,
            headers=options.sent_headers(),
            any_header=options.any_header,
            credentials=options.allow_credentials,
            private_network=options.allow_private_network,
            expose=options.expose_headers.items,
            max_age=options.max_age_text,
        )
        # The compiled policy holds their text, at a fraction of the memory.
        options.allow_origins.items = []
        self._options = options

    def given(self) -> dict[str, Any]:
        """Give the options as they were read, for a policy that is the same or nearly."""
        options = {name: getattr(self._options, name) for name in DEFAULTS}
        return {**options, "allow_origins": self._origins()}

    def replace(self, changes: Mapping[str, Any]) -> Policy:
        """Give a policy with these options changed and the others as they are.

        What was wrong before is not told again, unless `strict` is new.

        Raises:
            ConfigError, re.error, TypeError: as for a new policy.
        """
        _check_names(changes)
        before = self.given()
        options = Options({**before, **changes})
        known: Collection[Problem] = ()
        if options.problems and (self._options.strict or not options.strict):
            known = set(Options(before).problems)
        options.tell(known)
        return _policy_of_options(options)

    def __reduce__(self) -> tuple[Any, ...]:
        return _policy_of, (self.given(),)

    def __copy__(self) -> Policy:
        return self

    def __deepcopy__(self, memo: object) -> Policy:
        return self

    def _origins(self) -> Copy:
        return Copy(self._options.allow_origins, self.compiled.origins())

    @property
    def allow_origins(self) -> Collection[str]:
        """The entries in their order. Made anew at each reading: 100 ms for a million."""
        return self._origins().public()

    @property
    def allow_methods(self) -> Collection[str]:
        """The methods, those that `*` stands for in its place."""
        return self._options.allow_methods.public()

    @property
    def allow_headers(self) -> list[str]:
        """The request headers in lower case, with the safelisted ones, in the order they are sent."""
        return ReadOnlyList(name.lower() for name in self._options.sent_headers())

    @property
    def allow_credentials(self) -> bool:
        """Whether requests with credentials are allowed."""
        return self._options.allow_credentials

    @property
    def allow_origin_regex(self) -> re.Pattern[str] | tuple[re.Pattern[str], ...] | None:
        """The compiled expression, or all of them."""
        return self._options.allow_origin_regex

    @property
    def allow_private_network(self) -> bool:
        """Whether private network access is allowed."""
        return self._options.allow_private_network

    @property
    def expose_headers(self) -> Collection[str]:
        """The response headers that scripts may read."""
        return self._options.expose_headers.public()

    @property
    def max_age(self) -> Any:
        """How long a preflight answer may be cached, in seconds, as it was given."""
        return self._options.max_age

    @property
    def allow_all_origins(self) -> bool:
        """Whether `*` is among the origins."""
        return self.compiled.any_origin

    @property
    def allow_all_headers(self) -> bool:
        """Whether `*` is among the request headers."""
        return self._options.any_header

    @property
    def preflight_explicit_allow_origin(self) -> bool:
        """Whether an allowed origin is answered by its name and not by `*`."""
        return not self.allow_all_origins or self.allow_credentials

    @property
    def simple_headers(self) -> dict[str, str]:
        """What every answer to a request with an Origin carries, as Starlette has it."""
        headers: dict[str, str] = {}
        if self.allow_all_origins:
            headers["Access-Control-Allow-Origin"] = "*"
        if self.allow_credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        if self._options.expose_headers.items:
            headers["Access-Control-Expose-Headers"] = ", ".join(self._options.expose_headers.items)
        return ReadOnlyDict(headers)

    @property
    def preflight_headers(self) -> dict[str, str]:
        """What every preflight answer carries, as Starlette has it."""
        headers = {"Vary": _VARY}
        if not self.preflight_explicit_allow_origin:
            headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Allow-Methods"] = ", ".join(self._options.allow_methods.items)
        headers["Access-Control-Max-Age"] = self._options.max_age_text
        if not self.allow_all_headers:
            headers["Access-Control-Allow-Headers"] = ", ".join(self._options.sent_headers())
        if self.allow_credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        return ReadOnlyDict(headers)


def _policy_of(given: Mapping[str, Any]) -> Policy:
    """Give a policy again, of whose options was told what is wrong."""
    options = Options(given)
    options.tell(options.problems)
    return _policy_of_options(options)


def _policy_of_options(options: Options) -> Policy:
    policy = Policy.__new__(Policy)
    policy._take(options)
    return policy


def _check_names(given: Iterable[str]) -> None:
    for name in given:
        if name not in DEFAULTS:
            near = near_option(name)
            instead = f"did you mean {near!r}?" if near else f"there are {', '.join(DEFAULTS)}"
            raise TypeError(f"there is no option {name!r}; {instead}")
