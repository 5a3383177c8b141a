"""The middleware: Starlette's signature, attributes and methods, in front of the compiled code."""

from __future__ import annotations

from contextvars import ContextVar

from ._fastcors import Middleware, claim_call, vary_by_origin
from .policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Collection
    from typing import Any, Generic, Never, Self, TypeVar, Unpack, overload

    from starlette.datastructures import Headers, MutableHeaders
    from starlette.responses import Response

    from ._types import ASGIApp, Expressions, Message, Receive, Scope, Send, _PolicyOptions

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
        return self if middleware is None else getattr(middleware._policy, self.name)

    def __set__(self, middleware: CORSMiddleware, value: _Assigned) -> None:
        if not self.option:
            raise AttributeError(
                f"{self.name} follows from the options and cannot be assigned: "
                f"call reconfigure(...) with the options that should change"
            )
        change: Any = {self.name: value}
        middleware.reconfigure(**change)


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

    Raises:
        ConfigError: where a text stands for a list or a bool, or a name would break a header.
        re.error: for an invalid regular expression.

    The options are copied: a later change to the caller's own list changes nothing. Assign an
    attribute or call `reconfigure` to change the policy. Any other scope than ``"http"`` is passed
    on untouched.
    """

    _policy: Policy

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
    ) -> None:
        self._install(
            Policy(
                allow_origins=allow_origins,
                allow_methods=allow_methods,
                allow_headers=allow_headers,
                allow_credentials=allow_credentials,
                allow_origin_regex=allow_origin_regex,
                allow_private_network=allow_private_network,
                expose_headers=expose_headers,
                max_age=max_age,
            )
        )
        self.app = app

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__call__ is _CALL:
            claim_call(cls)

    def reconfigure(self, **options: Unpack[_PolicyOptions]) -> None:
        """Replace the policy: the options given change, the others stay.

        The change is atomic: every request is decided by the policy before or the one after, and a
        request that has begun keeps the one it began with. (Only an `async def is_allowed_origin`
        that asks `super()` is answered by the current one.)

        Raises:
            ConfigError, re.error: as when the middleware is made; then nothing changes.
            TypeError: for the name of an option that there is not.
        """
        self._install(self._policy.replace(options))

    def _install(self, policy: Policy) -> None:
        self._policy = policy
        self._compiled = policy.compiled

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
        if not self._has_hooks():
            await self._answer(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from starlette.datastructures import Headers

        given = scope["headers"]
        headers = Headers(raw=list(given))
        setattr(headers, _POLICY, self._policy)
        if hasattr(given, "__next__"):
            # Read once, it is gone for the application.
            scope = {**scope, "headers": headers.raw}
        origin = headers.get("origin")
        if (
            origin is not None
            and scope["method"] == "OPTIONS"
            and "access-control-request-method" in headers
        ):
            import inspect

            if inspect.iscoroutinefunction(self.is_allowed_origin):
                setattr(headers, _VERDICT, await self.is_allowed_origin(origin=origin))
            response = self.preflight_response(request_headers=headers)
            await response(scope, receive, send)
            return
        await self.simple_response(scope, receive, send, request_headers=headers)

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether the policy allows an origin. A subclass may make this a coroutine function."""
        asked = _ASKED.get()
        policy = asked[1] if asked is not None and asked[0] is self else self._policy
        return policy.compiled.allows(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Give the answer to a preflight with these headers, as Starlette's response."""
        from starlette.responses import PlainTextResponse

        policy = self._policy_of(request_headers)
        origin = request_headers["origin"]
        requested_headers = request_headers.get("access-control-request-headers")
        status, body, explicit, mirrored, private_network = policy.compiled.preflight(
            self._verdict(request_headers, policy, origin),
            request_headers["access-control-request-method"],
            requested_headers,
            "access-control-request-private-network" in request_headers,
        )
        headers = dict(policy.preflight_headers)
        if explicit:
            headers["Access-Control-Allow-Origin"] = origin
        if mirrored and requested_headers is not None:
            headers["Access-Control-Allow-Headers"] = requested_headers
        if private_network:
            headers["Access-Control-Allow-Private-Network"] = "true"
        return PlainTextResponse(body, status_code=status, headers=headers)

    def _policy_of(self, request_headers: Headers) -> Policy:
        """Give the policy that the request began with."""
        policy: Policy = getattr(request_headers, _POLICY, self._policy)
        return policy

    def _ask(self, policy: Policy, origin: str) -> Any:
        """Ask `is_allowed_origin`, with this policy for what it asks the base class."""
        token = _ASKED.set((self, policy))
        try:
            return self.is_allowed_origin(origin=origin)
        finally:
            _ASKED.reset(token)

    def _verdict(self, request_headers: Headers, policy: Policy, origin: str) -> bool:
        """Ask `is_allowed_origin`, unless it is a coroutine that `__call__` has awaited already."""
        if hasattr(request_headers, _VERDICT):
            return bool(getattr(request_headers, _VERDICT))
        verdict = self._ask(policy, origin)
        if hasattr(verdict, "__await__"):
            if hasattr(verdict, "close"):
                verdict.close()
            raise TypeError(
                f"{type(self).__name__}.is_allowed_origin gave an awaitable, which preflight_response cannot "
                f"await: make it `async def`, and call the middleware itself"
            )
        return bool(verdict)

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
        from starlette.datastructures import MutableHeaders

        headers = MutableHeaders(raw=list(message.get("headers", ())))
        policy = self._policy_of(request_headers)
        origin = request_headers.get("Origin")
        if origin is not None:
            headers.update(policy.simple_headers)
        if origin is not None and await self._answers_by_name(policy, origin):
            self.allow_explicit_origin(headers, origin)
        else:
            _add_vary(headers)
        await send({**message, "headers": headers.raw})

    async def _answers_by_name(self, policy: Policy, origin: str) -> bool:
        # With `*` Starlette does not ask the method on actual requests.
        if policy.allow_all_origins:
            return policy.allow_credentials
        verdict = self._ask(policy, origin)
        if hasattr(verdict, "__await__"):
            verdict = await verdict
        return bool(verdict)

    @staticmethod
    def allow_explicit_origin(headers: MutableHeaders, origin: str) -> None:
        """Set Access-Control-Allow-Origin to this origin, and Vary."""
        headers["Access-Control-Allow-Origin"] = origin
        _add_vary(headers)

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in _HOOKS:
            self._reconsider()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name in _HOOKS:
            self._reconsider()

    def _has_hooks(self) -> bool:
        """Whether the class or the instance has another method of a name that Starlette calls."""
        own = vars(self)
        return any(
            name in own or getattr(type(self), name) is not method
            for name, method in _ORIGINALS.items()
        )

    def _overrides(self) -> bool:
        """Whether a call must run `__call__`: the compiled code asks once per version of a class."""
        if type(self).__call__ is not _CALL:
            return True
        if not self._has_hooks():
            return False
        try:
            import starlette  # noqa: F401
        except ImportError:
            raise RuntimeError(
                f"{type(self).__name__} overrides a method of Starlette's shape, which needs Starlette: "
                f"pip install starlette"
            ) from None
        return True


# The policy with which the base class answers while a subclass's `is_allowed_origin` is asked.
_ASKED: ContextVar[tuple[CORSMiddleware, Policy] | None] = ContextVar(
    "fastcors_asked", default=None
)
# Where `__call__` leaves the policy on the request's headers.
_POLICY = "fastcors_policy"
# Where it leaves the verdict of a coroutine for `preflight_response`, which cannot await.
_VERDICT = "fastcors_origin_allowed"
_CALL = CORSMiddleware.__call__
_ORIGINALS = {name: getattr(CORSMiddleware, name) for name in _HOOKS}

claim_call(CORSMiddleware)


def _add_vary(headers: MutableHeaders) -> None:
    values = [value.encode("latin-1") for value in headers.getlist("Vary")]
    headers["Vary"] = vary_by_origin(values).decode("latin-1")
