"""The middleware: Starlette's signature, attributes and methods, in front of the compiled code."""

from __future__ import annotations

from ._lint.accept import with_own_decision
from ._middleware.attributes import CurrentPolicy, PolicyAttribute
from ._middleware.construction import check_policy, checked
from ._middleware.current import CHANGING, current, decide_by
from ._middleware.overridable import (
    Overridable,
    has_hooks,
    is_overridden,
    need_starlette,
)
from .decision import FUNCTION, RULES
from .options import DEFAULTS
from .policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Mapping
    from typing import Any, Never, SupportsIndex, Unpack

    from ._types import (
        ASGIApp,
        Enforce,
        Expressions,
        OriginFunc,
        Paths,
        PolicyOptions,
        Responses,
        _Counts,
        _Stats,
    )


class CORSMiddleware(Overridable):
    """CORS for an ASGI application: what Starlette's middleware of this name does, compiled.

    Args:
        app: the ASGI application.
        allow_origins: the origins that may read responses, such as ``https://app.example.com``, with
            ``https://*.example.com`` for every subdomain and ``http://localhost:*`` for every port;
            ``"*"`` for every origin.
        allow_methods: the methods that a preflight allows, ``"*"`` for all of `ALL_METHODS`.
        allow_headers: the request headers that a preflight allows besides `SAFELISTED_HEADERS`,
            ``"*"`` for any.
        allow_credentials: whether browsers may send credentials: cookies, client certificates and
            HTTP authentication. (A script that sets an Authorization header needs it in
            `allow_headers` instead.)
        allow_origin_regex: one or several regular expressions, each a string or compiled. The whole
            origin must match one, as with `re.fullmatch`.
        allow_private_network: whether a preflight allows private network access.
        expose_headers: the response headers that scripts may read.
        max_age: how long a browser may cache a preflight response, in seconds.
        allow_origin_func: a function that is asked about an origin that nothing else allows:
            ``(origin, scope)``, plain or ``async def``. Only ``True`` allows the origin. It is not called
            for ``null`` or a value that names no site. `fastcors.cached` remembers what it returns.
        origin_func_timeout: for how many seconds an ``async`` one may be awaited; then the origin is
            rejected.
        paths: other policies, or none, below paths, such as
            ``{"/public": Policy(allow_origins=["*"]), "/internal": None}``. A key covers what is below it
            by whole segments, and of several keys the one with the most segments counts. Keys are compared
            as they are with the scope's path after `root_path`. None: no CORS there; preflights reach the
            application, and responses stay as they are. If routers may read a path in several ways, which
            are below different keys, no origin is allowed. Elsewhere the other options apply. A path's
            policy takes none of them; only `hosts` is for the whole server.
        enforce: which requests are rejected before the application runs, WebSocket handshakes too:
            True for all whose Origin is not allowed, ``"unsafe"`` for those of them with another method
            than GET, HEAD and OPTIONS, ``"isolate"`` also for what another site's page loads without an
            Origin; ``"report"`` rejects nothing, but counts and logs what True would reject.
        hosts: the server's own host names, such as ``localhost`` and ``*.example.com``: a request for
            another Host is rejected with status 421, whatever `enforce` is, or only reported if it is
            ``"report"``. This is what stops DNS rebinding.
        responses: what responses have: ``"starlette"`` for the very bytes that Starlette sends, or
            ``"minimal"`` for what the Fetch standard needs. Browsers allow the same requests.
        strict: whether every problem of severity error raises, and every warning is a
            `ConfigWarning`. By default only some errors raise, every other error is a
            `ConfigWarning`, and only `lint` reports the warnings, except `regex-python-only`.
        accept: the codes of problems that are known and intended, such as ``"regex-untrusted-origins"``:
            they neither raise nor warn, also with `strict`. What raises without `strict` cannot be
            accepted.
        policy: the `Policy` that decides, instead of any other option. Its problems were reported
            where it was made.

    Raises:
        ConfigError: for a string instead of a list or a bool, or a name that would break a header;
            with `strict` for any error. It has all errors at once.
        re.error: for an invalid regular expression, without `strict`.
        TypeError: for an unknown option, and for another option beside `policy`.

    The options are copied, except a list or set given as `allow_origins`, which stays live. Assign an
    attribute or call `reconfigure` to change the policy. Any other scope than ``"http"`` is passed
    on untouched, unless `enforce` or `hosts` is set.

    Attributes:
        policy: the `Policy` that decides on requests now. Assigning another one replaces it. It knows
            nothing of what a subclass overrides.
    """

    _fastcors_policy: Policy

    @checked
    def __init__(
        self,
        app: ASGIApp,
        allow_origins: Collection[str] = (),
        allow_methods: Collection[str] = ("GET",),
        allow_headers: Collection[str] = (),
        allow_credentials: bool = False,
        allow_origin_regex: Expressions = None,
        allow_private_network: bool = False,
        expose_headers: Collection[str] = (),
        max_age: int = 600,
        *,
        allow_origin_func: OriginFunc | None = None,
        origin_func_timeout: float = 5,
        paths: Paths = None,
        enforce: Enforce = False,
        hosts: Collection[str] = (),
        responses: Responses = "starlette",
        strict: bool = False,
        accept: Collection[str] = (),
        policy: Policy | None = None,
    ) -> None:
        if policy is None:
            if is_overridden(self, "is_allowed_origin"):
                accept = with_own_decision(accept)
            # Each option is a parameter: a test holds them against the table.
            options = locals()
            policy = Policy(**{name: options[name] for name in DEFAULTS})
            given = allow_origins
        else:
            given = ()
        decide_by(self, policy, given)
        self.app = app
        if has_hooks(self):
            need_starlette()

    def reconfigure(
        self, *, policy: Policy | None = None, **options: Unpack[PolicyOptions]
    ) -> None:
        """Replace the policy: the options given change, the others stay. Or give a `policy` alone.

        The change is atomic: either the old or the new policy decides on a request, and a request
        keeps the one it began with. (Only an `async def is_allowed_origin` that calls `super()` gets
        the result of the current one.)

        Only problems that the change brings are reported, each as a `ConfigWarning`. `strict` stays as
        it is unless it is given; a new ``strict=True`` reports all problems.

        Raises:
            ConfigError, re.error: as when the middleware is made; then nothing changes.
            TypeError: for an unknown option, and for another option beside `policy`.
        """
        if policy is not None:
            check_policy(policy, list(options))
            with CHANGING:
                decide_by(self, policy, ())
            return
        with CHANGING:
            policy = current(self).replace(**options)
            live = self._fastcors_live
            given = options.get("allow_origins", () if live is None else live.given)
            decide_by(self, policy, given)

    def stats(self) -> _Stats:
        """Return request counts since the middleware was created.

        Returns:
            A new dict: ``requests`` counts HTTP requests, ``cross_origin`` those with an Origin,
            ``preflights`` those of them that were preflights, and ``rejected`` the rejections by
            reason: ``"origin"``, ``"method"``, ``"headers"``, ``"private-network"``. A preflight may
            be rejected for several reasons. If a subclass overrides a method, an actual request is
            decided when its response starts: it is not counted as rejected if no response starts, or
            if the subclass sends its own without `super()`.

            ``enforcement`` counts by rule what `enforce` and `hosts` rejected, or would have rejected
            with ``enforce="report"``: ``"host"``, ``"cross-site-read"``, ``"cross-site-write"``,
            ``"origin-read"``, ``"origin-write"``, ``"websocket"``.

            ``allow_origin_func`` counts how often the function was ``asked``, and what became of it:
            it ``allowed`` or ``rejected`` the origin by True or False, it ``raised``, it ``timed_out``,
            or what it returned is ``not_bool``. If a request is canceled meanwhile, only ``asked`` grows.

            ``paths`` has the same counts for each key of `paths`, also of one that was replaced since;
            they are part of the others. Below a key with None only ``requests`` are counted, and what
            `hosts` rejects.
        """
        own = self._fastcors_counts()
        below = {key: dict.fromkeys(own, 0) for key in current(self).paths}
        below.update(self._fastcors_path_counts())
        total = {
            name: count + sum(counts[name] for counts in below.values())
            for name, count in own.items()
        }
        return {**_named(total), "paths": {key: _named(counts) for key, counts in below.items()}}

    policy = CurrentPolicy()
    allow_origins: PolicyAttribute[Collection[str], Collection[str]] = PolicyAttribute(
        "The entries of allow_origins."
    )
    allow_methods: PolicyAttribute[Collection[str], Collection[str]] = PolicyAttribute(
        "The methods, with `*` replaced by the eight that it stands for."
    )
    allow_headers: PolicyAttribute[list[str], Collection[str]] = PolicyAttribute(
        "The request headers in lower case with the safelisted ones, sorted."
    )
    allow_credentials: PolicyAttribute[bool, bool] = PolicyAttribute(
        "Whether credentials are allowed."
    )
    # Several are a tuple of them; Any lets pass what was written for Starlette's one.
    allow_origin_regex: PolicyAttribute[re.Pattern[str] | Any | None, Expressions] = (
        PolicyAttribute("The compiled regular expression, a tuple of them, or None.")
    )
    allow_private_network: PolicyAttribute[bool, bool] = PolicyAttribute(
        "Whether private network access is allowed."
    )
    expose_headers: PolicyAttribute[Collection[str], Collection[str]] = PolicyAttribute(
        "The response headers that scripts may read."
    )
    max_age: PolicyAttribute[int, int] = PolicyAttribute(
        "How long a preflight response may be cached, in seconds."
    )
    allow_origin_func: PolicyAttribute[Any | None, OriginFunc | None] = PolicyAttribute(
        "The function that is asked about an origin that nothing else allows, or None."
    )
    origin_func_timeout: PolicyAttribute[float, float] = PolicyAttribute(
        "For how many seconds that function may be awaited."
    )
    paths: PolicyAttribute[Mapping[str, Policy | None], Paths] = PolicyAttribute(
        "The policies below paths; None: no CORS there."
    )
    enforce: PolicyAttribute[bool | str, Enforce] = PolicyAttribute(
        "Which requests are rejected before the application runs."
    )
    hosts: PolicyAttribute[Collection[str], Collection[str]] = PolicyAttribute(
        "The server's own host names."
    )
    responses: PolicyAttribute[str, Responses] = PolicyAttribute("What responses have.")
    allow_all_origins: PolicyAttribute[bool, Never] = PolicyAttribute(
        "Whether every origin is allowed.", option=False
    )
    allow_all_headers: PolicyAttribute[bool, Never] = PolicyAttribute(
        "Whether every request header is allowed.", option=False
    )
    preflight_explicit_allow_origin: PolicyAttribute[bool, Never] = PolicyAttribute(
        "Whether the response names an allowed origin instead of `*`.", option=False
    )
    simple_headers: PolicyAttribute[dict[str, str], Never] = PolicyAttribute(
        "The headers of every response to an actual request with an Origin.", option=False
    )
    preflight_headers: PolicyAttribute[dict[str, str], Never] = PolicyAttribute(
        "The headers of every response to a preflight.", option=False
    )

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> str | tuple[Any, ...]:
        """Return what a copy or a pickle is made of: protocols 0 and 1 cannot make a compiled base."""
        return super().__reduce_ex__(max(protocol.__index__(), 2))

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a pickle needs: the compiled part is built anew from the options."""
        live = self._fastcors_live
        return {
            "app": self.app,
            "policy": current(self),
            "followed": None if live is None else live.given,
            "attributes": vars(self),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        followed = state["followed"]
        decide_by(self, state["policy"], () if followed is None else followed)
        self.app = state["app"]
        vars(self).update(state["attributes"])


def _named(counts: dict[str, int]) -> _Counts:
    """Return counters as `CORSMiddleware.stats` does. The dict is emptied."""
    enforcement = {rule: counts.pop(rule) for rule in RULES}
    function = {
        name.removeprefix(FUNCTION).replace("-", "_"): counts.pop(name)
        for name in list(counts)
        if name.startswith(FUNCTION)
    }
    return {
        "requests": counts.pop("requests"),
        "cross_origin": counts.pop("cross_origin"),
        "preflights": counts.pop("preflights"),
        "rejected": counts,
        "enforcement": enforcement,
        "allow_origin_func": function,
    }
