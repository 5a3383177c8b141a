"""What a subclass may override: methods of Starlette's shape, by which such a class responds.

A class that overrides none never runs them: `claim_call` makes a call run the compiled code.
"""

from __future__ import annotations

from contextvars import ContextVar

from fastcors._fastcors import CompiledPolicy, Middleware, claim_call, vary_by_origin
from fastcors._format import function_name
from fastcors._origins.function import ask, settled
from fastcors.decision import never_mirrored

from .current import follow
from .isolation import in_lower_case, send_varying

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable
    from types import ModuleType
    from typing import Any

    from starlette.datastructures import Headers, MutableHeaders
    from starlette.responses import Response

    from fastcors._origins.function import Pending
    from fastcors._types import Message, Receive, Scope, Send
    from fastcors.policy import Policy

# The methods that Starlette calls by name, and a subclass may therefore override.
HOOKS = (
    "is_allowed_origin",
    "preflight_response",
    "simple_response",
    "send",
    "allow_explicit_origin",
)


class Overridable(Middleware):
    """The base of `CORSMiddleware` with the methods that Starlette calls by name."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__call__ is _CALL:
            claim_call(cls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a preflight, or pass the request on with a `send` that sets the headers."""
        if not self._fastcors_hooks:
            await self._fastcors_respond(scope, receive, send)
            return
        outer = self._fastcors_policy
        policy = outer._at(scope)
        is_outer = policy is outer
        # An ambiguous path allows no origin, whatever an override would say.
        said: bool | None = False if policy._compiled.is_ambiguous else None
        if policy._compiled.enforces:
            if hasattr(scope.get("headers"), "__next__"):
                scope = {**scope, "headers": list(scope["headers"])}
            is_rejected, said, policy = await _enforce(self, policy, said, scope, receive, send)
            if is_rejected:
                return
            begun = self._fastcors_begin(policy._compiled, in_lower_case(scope))
        else:
            begun = self._fastcors_begin(policy._compiled, scope)
        if begun is None:
            await self.app(scope, receive, send)
            return
        lines = begun[0]
        if hasattr(scope["headers"], "__next__"):
            # An iterator that is read here would be empty for the application.
            scope = {**scope, "headers": lines}
        if is_outer and said is None:
            policy = _policy_for(self, begun[1])
        headers = _starlette().RequestHeaders(*begun, policy, scope)
        # Asked once about each request.
        headers.origin_allowed = said
        if headers.method is not None:
            headers.origin_allowed = await _said_of_preflight(self, policy, headers.origin, scope)
            response = self.preflight_response(request_headers=headers)
            await response(scope, receive, send)
            return
        if policy._compiled.enforces and policy.enforce == "isolate":
            send = send_varying(send)
        await self.simple_response(scope, receive, send, request_headers=headers)

    # With Any, an override may be a coroutine function.
    def is_allowed_origin(self, origin: str) -> bool | Any:
        """Whether the policy allows an origin. A subclass may make this a coroutine function.

        While a request is decided, `allow_origin_func` is asked as well. If that is awaited, what comes
        back is to be awaited too, and is neither true nor false. Outside a request it is not asked.
        """
        asked = _ASKED.get()
        if asked is not None and asked.middleware is self:
            return _allowed_by_policy(self, asked.compiled, asked.scope, origin)
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
        if origin is not None and explicit and is_overridden(self, "allow_explicit_origin"):
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

    def _fastcors_overrides(self) -> tuple[bool, bool, bool]:
        """Whether a call runs `__call__`, calls methods by name, and calls `is_allowed_origin`.

        The compiled code asks once for each version of a class and of an instance's attributes.
        """
        if type(self).__getattribute__ is not object.__getattribute__:
            # It decides what each name is, perhaps anew each time.
            return True, True, True
        hooks = has_hooks(self)
        runs_call = hooks or type(self).__call__ is not _CALL
        return runs_call, hooks, is_overridden(self, "is_allowed_origin")

    def _fastcors_ask(
        self, compiled: CompiledPolicy, origin: str, scope: Scope | None = None
    ) -> Any:
        """Call `is_allowed_origin`; if it calls the base class, this policy decides there.

        An Origin that no response may repeat is rejected without a call. Without a scope the policy's
        function is not asked.
        """
        if never_mirrored(origin) is not None:
            return False
        question = _Question(self, compiled, scope)
        token = _ASKED.set(question)
        is_over = True
        try:
            verdict: Any = self.is_allowed_origin(origin=origin)
            if scope is not None and hasattr(verdict, "__await__"):
                # A coroutine function has run nothing yet.
                is_over = False
                return _awaited(question, verdict)
            return verdict
        finally:
            _ASKED.reset(token)
            if is_over:
                question.middleware = None

    def _fastcors_follow(self) -> None:
        """Make a new policy from the list or set that it follows, if that was changed."""
        follow(self)


class _Question:
    """What a subclass's `is_allowed_origin` is asked with.

    Attributes:
        middleware: whose method that is; None when it has answered. A thread or a task that was started
            meanwhile keeps the context, and lives on: there the question is over too.
        compiled: the policy by which the base class decides meanwhile.
        scope: that of the request, or None.
    """

    __slots__ = ("compiled", "middleware", "scope")

    middleware: Overridable | None

    def __init__(
        self, middleware: Overridable, compiled: CompiledPolicy, scope: Scope | None
    ) -> None:
        self.middleware = middleware
        self.compiled = compiled
        self.scope = scope


_ASKED: ContextVar[_Question | None] = ContextVar("fastcors_asked", default=None)
_IMPORTED: list[ModuleType] = []
_CALL = Overridable.__call__
ORIGINALS = {
    **{name: vars(Overridable)[name] for name in HOOKS},
    "app": vars(Middleware)["app"],
}

claim_call(Overridable)


def is_overridden(middleware: Overridable, name: str) -> bool:
    """Whether the class or the instance has something else of this name."""
    if dict.__contains__(vars(middleware), name):
        return True
    # Not by getattr: a descriptor may return anything for the class.
    classes = type(middleware).__mro__
    found = next((vars(each)[name] for each in classes if name in vars(each)), None)
    return found is not ORIGINALS[name]


def has_hooks(middleware: Overridable) -> bool:
    """Whether anything besides `is_allowed_origin` is overridden."""
    return any(is_overridden(middleware, name) for name in ORIGINALS if name != "is_allowed_origin")


def need_starlette() -> None:
    try:
        import starlette  # noqa: F401
    except ImportError:
        raise RuntimeError(
            "a subclass of CORSMiddleware that overrides how responses are made needs Starlette: "
            f"pip install starlette, or override none of {', '.join(HOOKS[1:])}"
        ) from None


def _policy_of(middleware: Overridable, request_headers: Headers) -> Policy:
    """Return the policy that the request began with, or the current one for Starlette's headers."""
    policy: Policy | None = getattr(request_headers, "policy", None)
    return policy or _policy_for(middleware, request_headers.get("origin"))


def _policy_for(middleware: Overridable, origin: str | None) -> Policy:
    """Return the policy that decides on an origin now, up to date with the list that it follows."""
    if origin is not None and middleware._fastcors_live is not None:
        middleware._fastcors_allows(origin)
    return middleware._fastcors_policy


def _report_rejection(
    middleware: Overridable,
    request_headers: Any,
    reasons: tuple[str, ...],
    *,
    preflight: bool,
) -> None:
    """Count and log a rejection, once, unless a method is called from outside."""
    if not isinstance(request_headers, _starlette().RequestHeaders) or request_headers.reported:
        return
    request_headers.reported = True
    compiled = request_headers.policy._compiled
    for reason in reasons:
        middleware._fastcors_count(compiled, reason)
    request_headers.log_rejection(reasons, preflight, _decider(middleware, request_headers))


def _decider(middleware: Overridable, headers: Any) -> str | None:
    """Return the name of what decides on this origin instead of the policy's rules, if there is anything."""
    if middleware._fastcors_asks and not headers.policy._compiled.is_ambiguous:
        return f"{type(middleware).__name__}.is_allowed_origin"
    policy: Policy = headers.policy
    if not policy._compiled.asks_about(headers.origin or ""):
        return None
    return f"allow_origin_func {function_name(policy.allow_origin_func)}"


async def _awaited(asked: _Question, verdict: Awaitable[Any]) -> Any:
    """Await what `is_allowed_origin` returned; if it calls the base class, this policy decides there."""
    token = _ASKED.set(asked)
    try:
        return await verdict
    finally:
        _ASKED.reset(token)
        asked.middleware = None


def _allowed_by_policy(
    middleware: Overridable, compiled: CompiledPolicy, scope: Scope | None, origin: str
) -> bool | Pending:
    """Whether the policy allows an origin, by its rules or by its function, which needs a scope."""
    allowed = compiled.allows(origin)
    return allowed if allowed or scope is None else ask(middleware, compiled, scope, origin)


async def _said_of_preflight(
    middleware: Overridable, policy: Policy, origin: str, scope: Scope
) -> bool | None:
    """Return whether a preflight's Origin is allowed, if anything besides the policy's rules decides."""
    if policy._compiled.is_ambiguous:
        return False
    if middleware._fastcors_asks or policy.allow_origin_func is not None:
        return await _verdict(middleware, policy, origin, scope)
    return None


async def _verdict(
    middleware: Overridable, policy: Policy, origin: str, scope: Scope | None
) -> bool:
    """Call `is_allowed_origin`, and await the result if it is an awaitable."""
    compiled = policy._compiled
    if not middleware._fastcors_asks:
        return await settled(_allowed_by_policy(middleware, compiled, scope, origin))
    verdict: Any = middleware._fastcors_ask(compiled, origin, scope)
    if hasattr(verdict, "__await__"):
        verdict = await verdict
    return bool(verdict)


def _allows(middleware: Overridable, policy: Policy, origin: str) -> bool:
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
    middleware: Overridable,
    policy: Policy,
    allowed: bool | None,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> tuple[bool, bool | None, Policy]:
    """Reject a request if the policy says so. `allowed`: what is known of its Origin.

    Returns:
        Whether it was rejected; what is known of its Origin then: what an overridden `is_allowed_origin`
        said, if it was called; and the policy that it was asked with.
    """
    is_outer = policy is middleware._fastcors_policy
    rejection = middleware._fastcors_enforce(policy._compiled, scope, receive, send, allowed)
    if isinstance(rejection, bytes):
        origin = rejection.decode("latin-1")
        if is_outer:
            policy = _policy_for(middleware, origin)
        allowed = await _verdict(middleware, policy, origin, scope)
        rejection = middleware._fastcors_enforce(policy._compiled, scope, receive, send, allowed)
    if rejection is None or isinstance(rejection, bytes):
        return False, allowed, policy
    await rejection
    return True, allowed, policy


async def _is_allowed(
    middleware: Overridable, policy: Policy, origin: str, request_headers: Headers
) -> bool:
    known: bool | None = getattr(request_headers, "origin_allowed", None)
    if known is not None:
        return known
    # With `*` Starlette does not call the method on actual requests.
    if policy.allow_all_origins:
        return never_mirrored(origin) is None
    return await _verdict(middleware, policy, origin, getattr(request_headers, "scope", None))


def _origin_of(request_headers: Headers) -> str | None:
    known = isinstance(request_headers, _starlette().RequestHeaders)
    origin: str | None = request_headers.origin if known else request_headers.get("Origin")  # type: ignore[attr-defined]
    return origin


def _starlette() -> ModuleType:
    """Return the module that imports Starlette. An import statement takes 1 µs at each request."""
    if not _IMPORTED:
        need_starlette()
        from . import request_headers

        _IMPORTED.append(request_headers)
    return _IMPORTED[0]


def _add_vary(headers: MutableHeaders) -> None:
    values = headers.getlist("Vary")
    if not values:
        headers["Vary"] = "Origin"
        return
    joined = vary_by_origin([value.encode("latin-1") for value in values])
    headers["Vary"] = joined.decode("latin-1")
