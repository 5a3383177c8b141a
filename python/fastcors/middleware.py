"""The middleware: Starlette's signature, attributes and methods, in front of the compiled code."""

from __future__ import annotations

from _thread import RLock
from contextvars import ContextVar

from ._construction import check_policy, checked
from ._fastcors import CompiledPolicy, Middleware, claim_call, vary_by_origin
from ._lint.accept import with_own_decision
from .decision import RULES, never_mirrored
from .options import DEFAULTS
from .policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Collection
    from types import ModuleType
    from typing import Any, Generic, Never, Self, SupportsIndex, TypeVar, Unpack, overload

    from starlette.datastructures import Headers, MutableHeaders
    from starlette.responses import Response

    from ._types import (
        ASGIApp,
        Enforce,
        Expressions,
        Message,
        PolicyOptions,
        Receive,
        Responses,
        Scope,
        Send,
        _Stats,
    )

    _Read = TypeVar("_Read")
    _Assigned = TypeVar("_Assigned")

    class _Generic(Generic[_Read, _Assigned]):
        pass
else:
    # `typing` would double the time of the import.
    _Read = _Assigned = None
    _Generic = {(None, None): object}

# The methods that Starlette calls by name, and a subclass may therefore override.
_HOOKS = (
    "is_allowed_origin",
    "preflight_response",
    "simple_response",
    "send",
    "allow_explicit_origin",
)


class _PolicyAttribute(_Generic[_Read, _Assigned]):
    """An attribute that reads from the policy; assigning an option's replaces the policy."""

    def __init__(self, doc: str, *, option: bool = True) -> None:
        self.__doc__ = doc
        self.option = option

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    if TYPE_CHECKING:

        @overload
        def __get__(self, middleware: None, owner: type) -> Self: ...
        @overload
        def __get__(self, middleware: CORSMiddleware, owner: type | None = None) -> _Read: ...

    def __get__(self, middleware: CORSMiddleware | None, owner: type | None = None) -> Any:
        if middleware is None:
            return self
        live = middleware._fastcors_live
        if live is not None and self.name == "allow_origins":
            return live.given
        return getattr(_current(middleware), self.name)

    def __set__(self, middleware: CORSMiddleware, value: _Assigned) -> None:
        if not self.option:
            raise AttributeError(
                f"{self.name} follows from the options and cannot be assigned: "
                f"call reconfigure(...) with the options that should change"
            )
        change: Any = {self.name: value}
        middleware.reconfigure(**change)

    def __delete__(self, middleware: CORSMiddleware) -> Never:
        raise AttributeError(f"{self.name} cannot be deleted: assign another value")


class _CurrentPolicy:
    """The policy. Assigning a `Policy` replaces it.

    A subclass written for Starlette's class may use the name for something else: any other value that
    is assigned to an instance of it becomes a plain attribute, until a `Policy` is assigned.
    """

    if TYPE_CHECKING:

        @overload
        def __get__(self, middleware: None, owner: type) -> Self: ...
        @overload
        def __get__(self, middleware: CORSMiddleware, owner: type | None = None) -> Policy: ...

    def __get__(self, middleware: CORSMiddleware | None, owner: type | None = None) -> Any:
        if middleware is None:
            return self
        attributes = vars(middleware)
        return attributes["policy"] if "policy" in attributes else _current(middleware)

    def __set__(self, middleware: CORSMiddleware, value: Policy) -> None:
        # What type checkers reject is assigned nevertheless.
        given: Any = value
        if isinstance(given, Policy):
            with _CHANGING:
                _decide_by(middleware, given, ())
                vars(middleware).pop("policy", None)
        elif type(middleware) is CORSMiddleware:
            check_policy(given, [])
        else:
            vars(middleware)["policy"] = given

    def __delete__(self, middleware: CORSMiddleware) -> None:
        if "policy" not in vars(middleware):
            raise AttributeError("policy cannot be deleted: assign another Policy")
        del vars(middleware)["policy"]


if not TYPE_CHECKING:
    del _Generic, _Read, _Assigned


class CORSMiddleware(Middleware):
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
        enforce: Enforce = False,
        hosts: Collection[str] = (),
        responses: Responses = "starlette",
        strict: bool = False,
        accept: Collection[str] = (),
        policy: Policy | None = None,
    ) -> None:
        if policy is None:
            if _is_overridden(self, "is_allowed_origin"):
                accept = with_own_decision(accept)
            # Each option is a parameter: a test holds them against the table.
            options = locals()
            policy = Policy(**{name: options[name] for name in DEFAULTS})
            given = allow_origins
        else:
            given = ()
        _decide_by(self, policy, given)
        self.app = app
        if _has_hooks(self):
            _need_starlette()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__call__ is _CALL:
            claim_call(cls)

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
            with _CHANGING:
                _decide_by(self, policy, ())
            return
        with _CHANGING:
            policy = _current(self).replace(**options)
            live = self._fastcors_live
            given = options.get("allow_origins", () if live is None else live.given)
            _decide_by(self, policy, given)

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
        """
        counts = self._fastcors_counts()
        enforcement = {rule: counts.pop(rule) for rule in RULES}
        return {
            "requests": counts.pop("requests"),
            "cross_origin": counts.pop("cross_origin"),
            "preflights": counts.pop("preflights"),
            "rejected": counts,
            "enforcement": enforcement,
        }

    policy = _CurrentPolicy()
    allow_origins: _PolicyAttribute[Collection[str], Collection[str]] = _PolicyAttribute(
        "The entries of allow_origins."
    )
    allow_methods: _PolicyAttribute[Collection[str], Collection[str]] = _PolicyAttribute(
        "The methods, with `*` replaced by the eight that it stands for."
    )
    allow_headers: _PolicyAttribute[list[str], Collection[str]] = _PolicyAttribute(
        "The request headers in lower case with the safelisted ones, sorted."
    )
    allow_credentials: _PolicyAttribute[bool, bool] = _PolicyAttribute(
        "Whether credentials are allowed."
    )
    # Several are a tuple of them; Any lets pass what was written for Starlette's one.
    allow_origin_regex: _PolicyAttribute[re.Pattern[str] | Any | None, Expressions] = (
        _PolicyAttribute("The compiled regular expression, a tuple of them, or None.")
    )
    allow_private_network: _PolicyAttribute[bool, bool] = _PolicyAttribute(
        "Whether private network access is allowed."
    )
    expose_headers: _PolicyAttribute[Collection[str], Collection[str]] = _PolicyAttribute(
        "The response headers that scripts may read."
    )
    max_age: _PolicyAttribute[int, int] = _PolicyAttribute(
        "How long a preflight response may be cached, in seconds."
    )
    enforce: _PolicyAttribute[bool | str, Enforce] = _PolicyAttribute(
        "Which requests are rejected before the application runs."
    )
    hosts: _PolicyAttribute[Collection[str], Collection[str]] = _PolicyAttribute(
        "The server's own host names."
    )
    responses: _PolicyAttribute[str, Responses] = _PolicyAttribute("What responses have.")
    allow_all_origins: _PolicyAttribute[bool, Never] = _PolicyAttribute(
        "Whether every origin is allowed.", option=False
    )
    allow_all_headers: _PolicyAttribute[bool, Never] = _PolicyAttribute(
        "Whether every request header is allowed.", option=False
    )
    preflight_explicit_allow_origin: _PolicyAttribute[bool, Never] = _PolicyAttribute(
        "Whether the response names an allowed origin instead of `*`.", option=False
    )
    simple_headers: _PolicyAttribute[dict[str, str], Never] = _PolicyAttribute(
        "The headers of every response to an actual request with an Origin.", option=False
    )
    preflight_headers: _PolicyAttribute[dict[str, str], Never] = _PolicyAttribute(
        "The headers of every response to a preflight.", option=False
    )

    # The methods below have Starlette's shape, for subclasses that override some of them. A class that
    # overrides none never runs them: `claim_call` makes a call run the compiled code.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a preflight, or pass the request on with a `send` that sets the headers."""
        if not self._fastcors_hooks:
            await self._fastcors_respond(scope, receive, send)
            return
        said: bool | None = None
        if self._fastcors_enforces:
            if hasattr(scope.get("headers"), "__next__"):
                scope = {**scope, "headers": list(scope["headers"])}
            is_rejected, said = await _enforce(self, scope, receive, send)
            if is_rejected:
                return
        begun = self._fastcors_begin(scope)
        if begun is None:
            await self.app(scope, receive, send)
            return
        lines = begun[0]
        if hasattr(scope["headers"], "__next__"):
            # An iterator that is read here would be empty for the application.
            scope = {**scope, "headers": lines}
        headers = _starlette().RequestHeaders(*begun, _policy_for(self, begun[1]), scope)
        # Asked once about each request.
        headers.origin_allowed = said
        if headers.method is not None:
            if self._fastcors_asks:
                headers.origin_allowed = await _verdict(self, headers.policy, headers.origin)
            response = self.preflight_response(request_headers=headers)
            await response(scope, receive, send)
            return
        await self.simple_response(scope, receive, send, request_headers=headers)

    # With Any, an override may be a coroutine function.
    def is_allowed_origin(self, origin: str) -> bool | Any:
        """Whether the policy allows an origin. A subclass may make this a coroutine function."""
        asked = _ASKED.get()
        if asked is not None and asked[0] is self:
            return asked[1].allows(origin)
        return self._fastcors_allows(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the response to a preflight with these headers, a response of Starlette's."""
        policy = _policy_of(self, request_headers)
        if isinstance(request_headers, _starlette().RequestHeaders):
            known: Any = request_headers
            origin, requested_headers = known.origin, known.requested
            method, requests_network = known.method, known.private_network
            allowed = known.origin_allowed
        else:
            origin = request_headers["origin"]
            method = request_headers["access-control-request-method"]
            requested_headers = request_headers.get("access-control-request-headers")
            requests_network = "access-control-request-private-network" in request_headers
            allowed = None
        if allowed is None:
            allowed = _allows(self, policy, origin)
        status, body, reasons, explicit, mirrored, private_network = policy._compiled.preflight(
            allowed, method, requested_headers, requests_network
        )
        if reasons:
            _report_rejection(self, request_headers, tuple(reasons), preflight=True)
        # The minimal response to a rejected one has none of them.
        starlette = policy.responses == "starlette"
        headers = dict(policy.preflight_headers if starlette or not reasons else ())
        if explicit:
            headers["Access-Control-Allow-Origin"] = origin
        if mirrored and requested_headers is not None:
            headers["Access-Control-Allow-Headers"] = requested_headers
        if private_network:
            headers["Access-Control-Allow-Private-Network"] = "true"
        # One without a body has no type either.
        kind = _starlette().PlainTextResponse if body else _starlette().Response
        response: Response = kind(body, status, headers)
        return response

    async def simple_response(
        self, scope: Scope, receive: Receive, send: Send, request_headers: Headers
    ) -> None:
        """Pass a request that is no preflight on, with a `send` that sets the headers."""
        sending = _starlette().partial(self.send, send=send, request_headers=request_headers)
        await self.app(scope, receive, sending)

    async def send(self, message: Message, send: Send, request_headers: Headers) -> None:
        """Send a message on, a copy with the headers set if it starts the response."""
        if message["type"] != "http.response.start":
            await send(message)
            return
        policy = _policy_of(self, request_headers)
        origin = _origin_of(request_headers)
        allowed = origin is not None and await _is_allowed(self, policy, origin, request_headers)
        if origin is not None and not allowed:
            _report_rejection(self, request_headers, ("origin",), preflight=False)
        explicit = allowed and policy.preflight_explicit_allow_origin
        if origin is not None and explicit and _is_overridden(self, "allow_explicit_origin"):
            message = self._with_headers_of_its_own(message, policy, origin)
        else:
            value = None if origin is None else origin.encode("latin-1")
            scope: Scope | None = getattr(request_headers, "scope", None)
            asked = self if self._fastcors_asks else None
            message = policy._compiled.message_with_headers(message, value, allowed, scope, asked)
        await send(message)

    def _with_headers_of_its_own(self, message: Message, policy: Policy, origin: str) -> Message:
        """Return a copy of the message, with an allowed origin set by `allow_explicit_origin`."""
        headers = _starlette().MutableHeaders(raw=list(message.get("headers", ())))
        for name, value in policy.simple_headers.items():
            headers[name] = value
        self.allow_explicit_origin(headers, origin)
        return {**message, "headers": headers.raw}

    @staticmethod
    def allow_explicit_origin(headers: MutableHeaders, origin: str) -> None:
        """Set Access-Control-Allow-Origin to this origin, and Vary."""
        headers["Access-Control-Allow-Origin"] = origin
        _add_vary(headers)

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> str | tuple[Any, ...]:
        """Return what a copy or a pickle is made of: protocols 0 and 1 cannot make a compiled base."""
        return super().__reduce_ex__(max(protocol.__index__(), 2))

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a pickle needs: the compiled part is built anew from the options."""
        live = self._fastcors_live
        return {
            "app": self.app,
            "policy": _current(self),
            "followed": None if live is None else live.given,
            "attributes": vars(self),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        followed = state["followed"]
        _decide_by(self, state["policy"], () if followed is None else followed)
        self.app = state["app"]
        vars(self).update(state["attributes"])

    def _fastcors_overrides(self) -> tuple[bool, bool, bool]:
        """Whether a call runs `__call__`, calls methods by name, and calls `is_allowed_origin`.

        The compiled code asks once for each version of a class and of an instance's attributes.
        """
        if type(self).__getattribute__ is not object.__getattribute__:
            # It decides what each name is, perhaps anew each time.
            return True, True, True
        hooks = _has_hooks(self)
        runs_call = hooks or type(self).__call__ is not _CALL
        return runs_call, hooks, _is_overridden(self, "is_allowed_origin")

    def _fastcors_ask(self, compiled: CompiledPolicy, origin: str) -> Any:
        """Call `is_allowed_origin`; if it calls the base class, this policy decides there.

        An Origin that no response may repeat is rejected without a call.
        """
        if never_mirrored(origin) is not None:
            return False
        token = _ASKED.set((self, compiled))
        try:
            return self.is_allowed_origin(origin=origin)
        finally:
            _ASKED.reset(token)

    def _fastcors_follow(self) -> None:
        """Make a new policy from the list or set that it follows, if that was changed."""
        from ._live import follow, log

        with _CHANGING:
            lines = follow(self)
        # Without the lock, because a log handler may do anything.
        log(lines)


# The policy by which the base class decides while a subclass's `is_allowed_origin` runs.
_ASKED: ContextVar[tuple[CORSMiddleware, CompiledPolicy] | None] = ContextVar(
    "fastcors_asked", default=None
)
# Policies are replaced one at a time: no change is lost.
_CHANGING = RLock()
_IMPORTED: list[ModuleType] = []
_CALL = CORSMiddleware.__call__
_ORIGINALS = {
    **{name: vars(CORSMiddleware)[name] for name in _HOOKS},
    "app": vars(Middleware)["app"],
}

claim_call(CORSMiddleware)


def _is_overridden(middleware: CORSMiddleware, name: str) -> bool:
    """Whether the class or the instance has something else of this name."""
    if dict.__contains__(vars(middleware), name):
        return True
    # Not by getattr: a descriptor may return anything for the class.
    classes = type(middleware).__mro__
    found = next((vars(each)[name] for each in classes if name in vars(each)), None)
    return found is not _ORIGINALS[name]


def _has_hooks(middleware: CORSMiddleware) -> bool:
    """Whether anything besides `is_allowed_origin` is overridden."""
    return any(
        _is_overridden(middleware, name) for name in _ORIGINALS if name != "is_allowed_origin"
    )


def _current(middleware: CORSMiddleware) -> Policy:
    """Return the policy, a new one if the list that it follows was changed."""
    live = middleware._fastcors_live
    if live is not None and not live.is_unchanged():
        middleware._fastcors_follow()
    return middleware._fastcors_policy


def _decide_by(middleware: CORSMiddleware, policy: Policy, given: Any) -> None:
    """Use a policy that was made with this as `allow_origins`."""
    from ._live import is_live, start

    # The assignment ends the following of another list.
    middleware._fastcors_policy = policy
    if is_live(given):
        start(middleware, given)


def _need_starlette() -> None:
    try:
        import starlette  # noqa: F401
    except ImportError:
        raise RuntimeError(
            "a subclass of CORSMiddleware that overrides how responses are made needs Starlette: "
            f"pip install starlette, or override none of {', '.join(_HOOKS[1:])}"
        ) from None


def _policy_of(middleware: CORSMiddleware, request_headers: Headers) -> Policy:
    """Return the policy that the request began with, or the current one for Starlette's headers."""
    policy: Policy | None = getattr(request_headers, "policy", None)
    return policy or _policy_for(middleware, request_headers.get("origin"))


def _policy_for(middleware: CORSMiddleware, origin: str | None) -> Policy:
    """Return the policy that decides on an origin now, up to date with the list that it follows."""
    if origin is not None and middleware._fastcors_live is not None:
        middleware._fastcors_allows(origin)
    return middleware._fastcors_policy


def _report_rejection(
    middleware: CORSMiddleware,
    request_headers: Any,
    reasons: tuple[str, ...],
    *,
    preflight: bool,
) -> None:
    """Count and log a rejection, once, unless a method is called from outside."""
    if not isinstance(request_headers, _starlette().RequestHeaders) or request_headers.reported:
        return
    request_headers.reported = True
    for reason in reasons:
        middleware._fastcors_count(reason)
    request_headers.log_rejection(reasons, preflight, _override_of(middleware))


def _override_of(middleware: CORSMiddleware) -> str | None:
    """Return the name of the method that decides on origins instead of the policy, if there is one."""
    if not middleware._fastcors_asks:
        return None
    return f"{type(middleware).__name__}.is_allowed_origin"


async def _verdict(middleware: CORSMiddleware, policy: Policy, origin: str) -> bool:
    """Call `is_allowed_origin`, and await the result if it is an awaitable."""
    if not middleware._fastcors_asks:
        return policy._compiled.allows(origin)
    verdict: Any = middleware._fastcors_ask(policy._compiled, origin)
    if hasattr(verdict, "__await__"):
        verdict = await verdict
    return bool(verdict)


def _allows(middleware: CORSMiddleware, policy: Policy, origin: str) -> bool:
    """Call `is_allowed_origin` where nothing can be awaited; a coroutine would count as true."""
    if not middleware._fastcors_asks:
        return policy._compiled.allows(origin)
    verdict: Any = middleware._fastcors_ask(policy._compiled, origin)
    if hasattr(verdict, "__await__"):
        if hasattr(verdict, "close"):
            verdict.close()
        raise TypeError(
            f"{type(middleware).__name__}.is_allowed_origin returned an awaitable, which preflight_response called "
            f"from outside cannot await: call the middleware itself, or make is_allowed_origin a plain method"
        )
    return bool(verdict)


async def _enforce(
    middleware: CORSMiddleware, scope: Scope, receive: Receive, send: Send
) -> tuple[bool, bool | None]:
    """Reject a request if the policy says so.

    Returns:
        Whether it was rejected, and what an overridden `is_allowed_origin` said, if it was called.
    """
    policy = middleware._fastcors_policy
    allowed: bool | None = None
    rejection = middleware._fastcors_enforce(policy._compiled, scope, receive, send, None)
    if isinstance(rejection, bytes):
        allowed = await _verdict(middleware, policy, rejection.decode("latin-1"))
        rejection = middleware._fastcors_enforce(policy._compiled, scope, receive, send, allowed)
    if rejection is None or isinstance(rejection, bytes):
        return False, allowed
    await rejection
    return True, allowed


async def _is_allowed(
    middleware: CORSMiddleware, policy: Policy, origin: str, request_headers: Headers
) -> bool:
    known: bool | None = getattr(request_headers, "origin_allowed", None)
    if known is not None:
        return known
    # With `*` Starlette does not call the method on actual requests.
    if policy.allow_all_origins:
        return never_mirrored(origin) is None
    return await _verdict(middleware, policy, origin)


def _origin_of(request_headers: Headers) -> str | None:
    known = isinstance(request_headers, _starlette().RequestHeaders)
    origin: str | None = request_headers.origin if known else request_headers.get("Origin")  # type: ignore[attr-defined]
    return origin


def _starlette() -> ModuleType:
    """Return the module that imports Starlette. An import statement takes 1 µs at each request."""
    if not _IMPORTED:
        _need_starlette()
        from . import _request_headers

        _IMPORTED.append(_request_headers)
    return _IMPORTED[0]


def _add_vary(headers: MutableHeaders) -> None:
    values = headers.getlist("Vary")
    if not values:
        headers["Vary"] = "Origin"
        return
    joined = vary_by_origin([value.encode("latin-1") for value in values])
    headers["Vary"] = joined.decode("latin-1")
