"""The middleware: Starlette's signature, attributes and methods, in front of the compiled code."""

from __future__ import annotations

from _thread import RLock
from contextvars import ContextVar

from ._construction import checked
from ._fastcors import Middleware, claim_call, vary_by_origin
from ._mirrored import never_mirrored
from .policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Collection
    from typing import Any, Generic, Never, Self, SupportsIndex, TypeVar, Unpack, overload

    from starlette.datastructures import Headers, MutableHeaders
    from starlette.responses import Response

    from ._types import (
        ASGIApp,
        Expressions,
        Message,
        Receive,
        Scope,
        Send,
        _PolicyOptions,
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
        return self if middleware is None else getattr(middleware._fastcors_policy, self.name)

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
    """The policy, as an attribute that a subclass may use for something of its own."""

    if TYPE_CHECKING:

        @overload
        def __get__(self, middleware: None, owner: type) -> Self: ...
        @overload
        def __get__(self, middleware: CORSMiddleware, owner: type | None = None) -> Policy: ...

    def __get__(self, middleware: CORSMiddleware | None, owner: type | None = None) -> Any:
        return self if middleware is None else middleware._fastcors_policy


if not TYPE_CHECKING:
    del _Generic, _Read, _Assigned


class CORSMiddleware(Middleware):
    """CORS for an ASGI application: what Starlette's middleware of this name does, compiled.

    Args:
        app: the ASGI application.
        allow_origins: the origins that may read answers, such as ``https://app.example.com``, with
            ``https://*.example.com`` for every subdomain and ``http://localhost:*`` for every port;
            ``"*"`` for every origin.
        allow_methods: the methods that a preflight allows, ``"*"`` for all of `ALL_METHODS`.
        allow_headers: the request headers that a preflight allows beside `SAFELISTED_HEADERS`,
            ``"*"`` for any.
        allow_credentials: whether cookies and Authorization may be sent along.
        allow_origin_regex: one or several regular expressions, each a text or compiled, that an
            origin may match whole, as by `re.fullmatch`.
        allow_private_network: whether a preflight allows private network access.
        expose_headers: the response headers that scripts may read.
        max_age: how long a browser may keep a preflight answer, in seconds.
        strict: whether any problem of severity error raises and advice is warned of. By default only
            what is dangerous to run raises, a `ConfigWarning` tells each other error, and advice is
            given by `lint` alone.
        policy: the `Policy` that decides, instead of any other option. It was checked where it was
            made, and its warnings point there.

    Raises:
        ConfigError: where a text stands for a list or a bool, or a name would break a header; with
            `strict` for any error. It has all errors at once.
        re.error: for an invalid regular expression.
        TypeError: for an unknown option, and for another option beside `policy`.

    The options are copied: a later change to the caller's own list changes nothing. Assign an
    attribute or call `reconfigure` to change the policy. Any other scope than ``"http"`` is passed
    on untouched.

    Attributes:
        policy: the `Policy` that requests are decided by now, to ask or to explain it. It knows
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
        strict: bool = False,
        policy: Policy | None = None,
    ) -> None:
        if policy is None:
            policy = Policy(
                allow_origins=allow_origins,
                allow_methods=allow_methods,
                allow_headers=allow_headers,
                allow_credentials=allow_credentials,
                allow_origin_regex=allow_origin_regex,
                allow_private_network=allow_private_network,
                expose_headers=expose_headers,
                max_age=max_age,
                strict=strict,
            )
        self._fastcors_policy = policy
        self.app = app
        if _has_hooks(self):
            _need_starlette(self)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__call__ is _CALL:
            claim_call(cls)

    def reconfigure(self, **options: Unpack[_PolicyOptions]) -> None:
        """Replace the policy: the options given change, the others stay.

        The change is atomic: every request is decided by the policy before or the one after, and a
        request that has begun keeps the one it began with. (Only an `async def is_allowed_origin`
        that asks `super()` is answered by the current one.)

        A `ConfigWarning` tells what is wrong with the options now and was not before. `strict` stays
        as it is unless it is given.

        Raises:
            ConfigError, re.error: as when the middleware is made; then nothing changes.
            TypeError: for the name of an option that there is not.
        """
        with _RECONFIGURING:
            self._fastcors_policy = self._fastcors_policy.replace(**options)

    def stats(self) -> _Stats:
        """Give how often what was decided, since this middleware was made.

        Returns:
            A new dict: ``requests`` counts HTTP requests, ``cross_origin`` those with an Origin,
            ``preflights`` those of them that were preflights, and ``refused`` the refusals by
            reason: ``"origin"``, ``"method"``, ``"headers"``, ``"private-network"``. A preflight may
            be refused for several. A subclass that overrides one of the methods is asked about an
            actual request when the answer starts: without an answer it is not counted as refused,
            nor is what it answers itself without `super()`.
        """
        counts = self._fastcors_counts()
        return {
            "requests": counts.pop("requests"),
            "cross_origin": counts.pop("cross_origin"),
            "preflights": counts.pop("preflights"),
            "refused": counts,
        }

    policy = _CurrentPolicy()
    allow_origins: _PolicyAttribute[Collection[str], Collection[str]] = _PolicyAttribute(
        "The entries of allow_origins."
    )
    allow_methods: _PolicyAttribute[Collection[str], Collection[str]] = _PolicyAttribute(
        "The methods, `*` replaced by all of them."
    )
    allow_headers: _PolicyAttribute[list[str], Collection[str]] = _PolicyAttribute(
        "The request headers in lower case with the safelisted ones, sorted."
    )
    allow_credentials: _PolicyAttribute[bool, bool] = _PolicyAttribute(
        "Whether credentials are allowed."
    )
    # Several are a tuple of them; Any lets pass what was written for Starlette's one.
    allow_origin_regex: _PolicyAttribute[re.Pattern[str] | Any | None, Expressions] = (
        _PolicyAttribute("The compiled expression or expressions, or None.")
    )
    allow_private_network: _PolicyAttribute[bool, bool] = _PolicyAttribute(
        "Whether private network access is allowed."
    )
    expose_headers: _PolicyAttribute[Collection[str], Collection[str]] = _PolicyAttribute(
        "The response headers scripts may read."
    )
    max_age: _PolicyAttribute[int, int] = _PolicyAttribute(
        "How long a preflight answer may be cached, in seconds."
    )
    allow_all_origins: _PolicyAttribute[bool, Never] = _PolicyAttribute(
        "Whether every origin is allowed.", option=False
    )
    allow_all_headers: _PolicyAttribute[bool, Never] = _PolicyAttribute(
        "Whether every request header is allowed.", option=False
    )
    preflight_explicit_allow_origin: _PolicyAttribute[bool, Never] = _PolicyAttribute(
        "Whether an allowed origin is answered by its name and not by `*`.", option=False
    )
    simple_headers: _PolicyAttribute[dict[str, str], Never] = _PolicyAttribute(
        "What every answer to a request with an Origin carries.", option=False
    )
    preflight_headers: _PolicyAttribute[dict[str, str], Never] = _PolicyAttribute(
        "What every preflight answer carries.", option=False
    )

    # What follows has Starlette's shape, for subclasses that override a part of it. A class that
    # overrides nothing never runs it: `claim_call` makes a call run the compiled code.

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or hand the request on with a `send` that sets the headers."""
        if not _has_hooks(self):
            await self._fastcors_answer(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from ._request_headers import RequestHeaders

        given = scope["headers"]
        headers = RequestHeaders(given, self._fastcors_policy)
        if hasattr(given, "__next__"):
            # Read once, it is gone for the application.
            scope = {**scope, "headers": headers.raw}
        origin = headers.get("origin")
        self._fastcors_count("requests")
        if origin is not None:
            self._fastcors_count("cross_origin")
        if (
            origin is not None
            and scope["method"] == "OPTIONS"
            and "access-control-request-method" in headers
        ):
            self._fastcors_count("preflights")
            if _is_overridden(self, "is_allowed_origin"):
                headers.origin_allowed = await _verdict(self, headers.policy, origin)
            response = self.preflight_response(request_headers=headers)
            await response(scope, receive, send)
            return
        await self.simple_response(scope, receive, send, request_headers=headers)

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether the policy allows an origin. A subclass may make this a coroutine function."""
        asked = _ASKED.get()
        mine = asked is not None and asked[0] is self
        policy = asked[1] if asked is not None and mine else self._fastcors_policy
        return policy._compiled.allows(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Give the answer to a preflight with these headers, as Starlette's response."""
        _need_starlette(self)
        from starlette.responses import PlainTextResponse

        policy = _policy_of(self, request_headers)
        origin = request_headers["origin"]
        allowed = getattr(request_headers, "origin_allowed", None)
        if allowed is None:
            allowed = _answered(self, _ask(self, policy, origin))
        requested_headers = request_headers.get("access-control-request-headers")
        status, body, reasons, explicit, mirrored, private_network = policy._compiled.preflight(
            allowed,
            request_headers["access-control-request-method"],
            requested_headers,
            "access-control-request-private-network" in request_headers,
        )
        if reasons:
            _tell_refusal(self, request_headers, tuple(reasons), preflight=True)
        headers = dict(policy.preflight_headers)
        if explicit:
            headers["Access-Control-Allow-Origin"] = origin
        if mirrored and requested_headers is not None:
            headers["Access-Control-Allow-Headers"] = requested_headers
        if private_network:
            headers["Access-Control-Allow-Private-Network"] = "true"
        return PlainTextResponse(body, status_code=status, headers=headers)

    async def simple_response(
        self, scope: Scope, receive: Receive, send: Send, request_headers: Headers
    ) -> None:
        """Hand a request that is no preflight on, with a `send` that sets the headers."""

        async def send_with_headers(message: Message) -> None:
            await self.send(message, send=send, request_headers=request_headers)

        await self.app(scope, receive, send_with_headers)

    async def send(self, message: Message, send: Send, request_headers: Headers) -> None:
        """Send a message on, a copy with the headers set if it starts the answer."""
        if message["type"] != "http.response.start":
            await send(message)
            return
        _need_starlette(self)
        from starlette.datastructures import MutableHeaders

        headers = MutableHeaders(raw=list(message.get("headers", ())))
        policy = _policy_of(self, request_headers)
        origin = request_headers.get("Origin")
        every = policy.allow_all_origins and never_mirrored(origin or "") is None
        if origin is not None:
            headers.update(policy.simple_headers)
            if policy.allow_all_origins and not every:
                del headers["Access-Control-Allow-Origin"]
        if origin is not None and await _answers_by_name(self, policy, origin):
            self.allow_explicit_origin(headers, origin)
        else:
            if origin is not None and not every:
                _tell_refusal(self, request_headers, ("origin",), preflight=False)
            _add_vary(headers)
        await send({**message, "headers": headers.raw})

    @staticmethod
    def allow_explicit_origin(headers: MutableHeaders, origin: str) -> None:
        """Set Access-Control-Allow-Origin to this origin, and Vary."""
        headers["Access-Control-Allow-Origin"] = origin
        _add_vary(headers)

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in _HOOKS:
            self._fastcors_reconsider()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name in _HOOKS:
            self._fastcors_reconsider()

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> str | tuple[Any, ...]:
        """Return what a copy or a pickle is made of: protocols 0 and 1 cannot make a compiled base."""
        return super().__reduce_ex__(max(protocol.__index__(), 2))

    def __getstate__(self) -> dict[str, Any]:
        """Give what a copy or a pickle needs: the compiled part is built anew from the options."""
        return {**vars(self), "app": self.app, "_fastcors_policy": self._fastcors_policy}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def _fastcors_overrides(self) -> bool:
        """Whether a call must run `__call__`: the compiled code asks once per version of a class."""
        return type(self).__call__ is not _CALL or _has_hooks(self)


# The policy with which the base class answers while a subclass's `is_allowed_origin` is asked.
_ASKED: ContextVar[tuple[CORSMiddleware, Policy] | None] = ContextVar(
    "fastcors_asked", default=None
)
# One policy is made of another one at a time, so that no change is lost.
_RECONFIGURING = RLock()
_CALL = CORSMiddleware.__call__
_ORIGINALS = {name: getattr(CORSMiddleware, name) for name in (*_HOOKS, "app")}

claim_call(CORSMiddleware)


def _is_overridden(middleware: CORSMiddleware, name: str) -> bool:
    """Say whether the class or the instance has something else of this name."""
    return name in vars(middleware) or getattr(type(middleware), name) is not _ORIGINALS[name]


def _has_hooks(middleware: CORSMiddleware) -> bool:
    """Say whether anything is overridden that Starlette's middleware uses by name."""
    return any(_is_overridden(middleware, name) for name in _ORIGINALS)


def _need_starlette(middleware: CORSMiddleware) -> None:
    try:
        import starlette  # noqa: F401
    except ImportError:
        raise RuntimeError(
            f"the methods of {type(middleware).__name__} that have Starlette's shape need Starlette: "
            f"pip install starlette, or override none of {', '.join(_HOOKS)}"
        ) from None


def _policy_of(middleware: CORSMiddleware, request_headers: Headers) -> Policy:
    """Give the policy that the request began with."""
    from ._request_headers import RequestHeaders

    if isinstance(request_headers, RequestHeaders):
        return request_headers.policy
    return middleware._fastcors_policy


def _tell_refusal(
    middleware: CORSMiddleware,
    request_headers: Headers,
    reasons: tuple[str, ...],
    *,
    preflight: bool,
) -> None:
    """Count and log a refusal once, and not where a method is called from outside."""
    from ._log import refused
    from ._request_headers import RequestHeaders

    if not isinstance(request_headers, RequestHeaders) or request_headers.told:
        return
    request_headers.told = True
    for reason in reasons:
        middleware._fastcors_count(reason)

    def value(name: str) -> bytes | None:
        text = request_headers.get(name) if preflight or name == "origin" else None
        return None if text is None else text.encode("latin-1")

    refused(
        reasons,
        value("origin") or b"",
        value("access-control-request-method"),
        value("access-control-request-headers"),
    )


def _ask(middleware: CORSMiddleware, policy: Policy, origin: str) -> Any:
    """Ask `is_allowed_origin`, with this policy for what it asks the base class.

    It is not asked about an Origin that no response may repeat, which is rejected.
    """
    if never_mirrored(origin) is not None:
        return False
    token = _ASKED.set((middleware, policy))
    try:
        return middleware.is_allowed_origin(origin=origin)
    finally:
        _ASKED.reset(token)


async def _verdict(middleware: CORSMiddleware, policy: Policy, origin: str) -> bool:
    """Ask `is_allowed_origin`, and await what it gives where that is an awaitable."""
    verdict = _ask(middleware, policy, origin)
    if hasattr(verdict, "__await__"):
        verdict = await verdict
    return bool(verdict)


def _answered(middleware: CORSMiddleware, verdict: Any) -> bool:
    """Give a verdict where nothing can be awaited: a coroutine would count as true."""
    if hasattr(verdict, "__await__"):
        if hasattr(verdict, "close"):
            verdict.close()
        raise TypeError(
            f"{type(middleware).__name__}.is_allowed_origin gave an awaitable, which preflight_response called "
            f"from outside cannot await: call the middleware itself, or make is_allowed_origin a plain method"
        )
    return bool(verdict)


async def _answers_by_name(middleware: CORSMiddleware, policy: Policy, origin: str) -> bool:
    # With `*` Starlette does not ask the method on actual requests.
    if policy.allow_all_origins:
        return policy.allow_credentials and never_mirrored(origin) is None
    return await _verdict(middleware, policy, origin)


def _add_vary(headers: MutableHeaders) -> None:
    values = [value.encode("latin-1") for value in headers.getlist("Vary")]
    headers["Vary"] = vary_by_origin(values).decode("latin-1")
