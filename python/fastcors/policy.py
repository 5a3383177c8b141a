"""A policy: its options, and the compiled form that decides on requests."""

from __future__ import annotations

from ._fastcors import CompiledPolicy
from ._format import shown
from ._immutable import Immutable, ReadOnlyDict, ReadOnlyList
from ._lint.arguments import check_names, checked
from ._lint.reading import read_options
from ._paths.routes import Routes, Selected
from ._report import report
from ._request_values import enforced_response, fetch_request, field, joined, kind, text
from .decision import Decision, FetchRequest, Request
from .options import DEFAULTS, OPTIONS, Copy

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Iterable, Mapping
    from typing import Any, Self, TypeVar, Unpack

    from ._types import (
        Enforce,
        Expressions,
        OriginFunc,
        Paths,
        PolicyOptions,
        Responses,
        Scope,
    )
    from .decision import Denial
    from .options import Options
    from .problems import Problem

    _Policy = TypeVar("_Policy", bound="Policy")

# `types` has it too, at the price of an import.
_READ_ONLY: Callable[[Mapping[str, Any]], Mapping[str, Any]] = type(type.__dict__)


class Policy(Immutable):
    """What a middleware allows and how it responds, without ASGI and without an application.

    The arguments are the options of `CORSMiddleware`, by keyword, with the same defaults: `allow_origins`,
    `allow_methods`, `allow_headers`, `allow_credentials`, `allow_origin_regex`,
    `allow_private_network`, `expose_headers`, `max_age`, `allow_origin_func`, `origin_func_timeout`,
    `paths`, `enforce`, `hosts`, `responses`, `strict` and `accept`.

    Raises:
        ConfigError: for what always raises, and with `strict` for any error.
        re.error: for a regular expression that Python rejects, as with Starlette, without `strict`.
        TypeError: for an unknown option.

    Each other problem of severity error is a `ConfigWarning`; with `strict`, each warning is one.

    A policy never changes; `replace` returns another. Two policies are equal if their options are:
    origins and regular expressions in any order, the others as they are sent, and functions if they are
    the same object. Comparing a million origins takes some tenths of a second, and so does the first
    hash.

    A policy knows only its options. It does not call what a subclass of `CORSMiddleware` overrides,
    such as `is_allowed_origin`. Nor does it call `allow_origin_func`, which is asked about a request:
    its decisions reject an origin that only the function may allow, and say so.
    """

    __slots__ = ("_compiled", "_hash", "_options", "_preflight_headers", "_simple_headers")

    _compiled: CompiledPolicy
    _hash: int | None
    _options: Options
    _preflight_headers: ReadOnlyDict
    _simple_headers: ReadOnlyDict

    _instead = "call policy.replace(...) for another one"

    @checked
    def __init__(
        self,
        *,
        allow_origins: Collection[str] = (),
        allow_methods: Collection[str] = ("GET",),
        allow_headers: Collection[str] = (),
        allow_credentials: bool = False,
        allow_origin_regex: Expressions = None,
        allow_private_network: bool = False,
        expose_headers: Collection[str] = (),
        max_age: int = 600,
        allow_origin_func: OriginFunc | None = None,
        origin_func_timeout: float = 5,
        paths: Paths = None,
        enforce: Enforce = False,
        hosts: Collection[str] = (),
        responses: Responses = "starlette",
        strict: bool = False,
        accept: Collection[str] = (),
    ) -> None:
        # Each option is a parameter: a test holds them against the table.
        given = locals()
        options = read_options({name: given[name] for name in DEFAULTS})
        report(options)
        self._take(options)

    def _take(self, options: Options) -> None:
        """Compile options whose problems have been reported."""
        compiled = _compiled(options, options.allow_origins.items)
        # The compiled policy holds their text, at a fraction of the memory.
        options.allow_origins.items = []
        self._start(_options=options, _compiled=compiled, _hash=None)

    def _with_origins(self, origins: list[str]) -> Self:
        """Return a policy with these entries and the other options, whose problems are known."""
        return _made(type(self), self._options, origins)

    def preflight(
        self,
        *,
        origin: str,
        method: str,
        headers: Iterable[str] | None = (),
        private_network: bool = False,
        path: str | None = None,
    ) -> Decision:
        """Decide on a CORS-preflight request, as the middleware does.

        Args:
            origin: its Origin.
            method: its Access-Control-Request-Method.
            headers: the names in its Access-Control-Request-Headers, which are joined by commas; or
                one string, which is the whole value. None or an empty list: no such header.
            private_network: whether it has Access-Control-Request-Private-Network.
            path: its path, as the scope has it after `root_path`: decoded, without a query. None: one
                that is below no key of `paths`.

        The other strings are header values decoded as latin-1. One that no header can hold is rejected.

        Raises:
            TypeError: for a value of another type.
        """
        if not isinstance(private_network, bool):
            raise TypeError(
                f"private_network is {shown(private_network)}, {kind(private_network)}; write True or False"
            )
        texts = text("origin", origin), text("method", method), joined(headers)
        return self._decide(Request(*texts, private_network, _path(path)))

    def actual(self, *, origin: str | None, path: str | None = None) -> Decision:
        """Decide on an actual request, one that is no preflight, as the middleware does.

        Args:
            origin: its Origin, a header value decoded as latin-1; None if it has none. Such a request
                is always allowed, because it is not a CORS request.
            path: as for `preflight`.

        Raises:
            TypeError: for a value of another type.
        """
        given = None if origin is None else text("origin", origin)
        return self._decide(Request(given, None, None, private_network=False, path=_path(path)))

    def request(
        self,
        *,
        method: str,
        origin: str | None = None,
        host: str | None = None,
        sec_fetch_site: str | None = None,
        sec_fetch_mode: str | None = None,
        sec_fetch_dest: str | None = None,
        scheme: str = "http",
        path: str | None = None,
    ) -> Decision:
        """Decide on a request that is no preflight, by `enforce` and `hosts` and by CORS.

        Args:
            method: its method.
            origin: its Origin, a header value decoded as latin-1; None if it has none.
            host: its Host, likewise.
            sec_fetch_site: its Sec-Fetch-Site, likewise.
            sec_fetch_mode: its Sec-Fetch-Mode, likewise.
            sec_fetch_dest: its Sec-Fetch-Dest, likewise.
            scheme: ``"https"`` if the server knows that it was sent so; with ``"http"`` a proxy may
                have ended the encryption.
            path: as for `preflight`.

        The decision has a `status` and a `body` if the request is rejected before the application
        runs. It is `allowed` if it is not, and CORS does not keep a page from reading the response.

        Raises:
            TypeError: for a value of another type.
        """
        return self._decide(
            fetch_request(
                text("method", method),
                origin=origin,
                host=host,
                sec_fetch_site=sec_fetch_site,
                sec_fetch_mode=sec_fetch_mode,
                sec_fetch_dest=sec_fetch_dest,
                scheme=scheme,
                path=_path(path),
            )
        )

    def websocket(
        self,
        *,
        origin: str | None = None,
        host: str | None = None,
        scheme: str = "http",
        path: str | None = None,
    ) -> Decision:
        """Decide on the handshake of a WebSocket, by `enforce` and `hosts`. CORS does not cover it.

        Args:
            origin: its Origin, a header value decoded as latin-1; None if it has none.
            host: its Host, likewise.
            scheme: as for `request`.
            path: as for `preflight`.

        Raises:
            TypeError: for a value of another type.
        """
        return self._decide(
            fetch_request(None, origin=origin, host=host, scheme=scheme, path=_path(path))
        )

    def _selected(self, path: str | None) -> Selected:
        """Return what decides on a request with this path, and why."""
        return Selected(self, self._options.routes, path)

    def _at(self, scope: Scope) -> Policy:
        """Return the policy that decides on a request: this one, or that of a path."""
        routes = self._options.routes
        return self if routes is None else routes.at(self, scope)

    def _decide(self, request: Request) -> Decision:
        compiled = self._selected(request.path).compiled
        if isinstance(request, FetchRequest):
            rule, action, status, body, lines = enforced_response(compiled, request)
            rejected = action == "reject"
            if compiled.is_untouched and not rejected:
                return self._untouched(request)
            return Decision(
                self,
                request,
                # By these rules CORS rejects what enforcement passes.
                allowed=not rejected and rule not in ("origin-read", "origin-write"),
                status=status if rejected else None,
                body=body if rejected else None,
                lines=lines,
            )
        if compiled.is_untouched:
            return self._untouched(request)
        origin, origin_fits = field(request.origin)
        if request.method is None:
            allowed, lines = compiled.actual_response(
                origin=None if request.origin is None else origin, origin_fits=origin_fits
            )
            return Decision(self, request, allowed=allowed, status=None, body=None, lines=lines)
        headers, headers_fit = field(request.headers)
        status, body, lines, reasons = compiled.preflight_response(
            origin=origin,
            origin_fits=origin_fits,
            method=field(request.method)[0],
            headers=None if request.headers is None else headers,
            headers_fit=headers_fit,
            private_network=request.private_network,
        )
        return Decision(self, request, allowed=not reasons, status=status, body=body, lines=lines)

    def _untouched(self, request: Request) -> Decision:
        """Return the decision on what goes on as it is: the application alone may allow an Origin."""
        is_handshake = isinstance(request, FetchRequest) and request.sent_method is None
        allowed = request.origin is None or is_handshake
        return Decision(self, request, allowed=allowed, status=None, body=None, lines=())

    def _denials(self, request: Request) -> tuple[Denial, ...]:
        """Return what is rejected of a request, for its decision."""
        from ._explain.paths import denials_at

        selected = self._selected(request.path)
        return denials_at(selected, request, _enforced(selected, request))

    def _explanation(self, decision: Decision) -> str:
        """Return the text of a decision."""
        from ._explain.paths import explanation_at

        request = decision._request
        selected = self._selected(request.path)
        return explanation_at(selected, decision, _enforced(selected, request))

    def replace(self, **changes: Unpack[PolicyOptions]) -> Self:
        """Return a policy with these options changed and the others as they are.

        Problems that the policy already has are not reported again, unless `strict` is new.

        Raises:
            ConfigError, re.error, TypeError: as for a new policy.
        """
        check_names(changes, "there is no option")
        before = self._given()
        options = read_options({**before, **changes})
        known: Collection[Problem] = ()
        if options.problems and (self._options.strict or not options.strict):
            known = set(read_options(before).problems)
        report(options, known)
        return _policy_of_options(options, type(self))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return self is other or (
            self._options.compared() == other._options.compared()
            and self._compiled.has_entries_of(other._compiled)
        )

    def __hash__(self) -> int:
        found = self._hash
        if found is None:
            found = hash((self._compiled.entries_hash(), *self._options.compared().values()))
            self._set(_hash=found)
        return found

    def __repr__(self) -> str:
        """Return the options that differ from the defaults, long ones cut."""
        from ._repr import policy_repr

        return policy_repr(type(self).__name__, self._options, self._compiled)

    def __reduce__(self) -> tuple[Any, ...]:
        return _policy_of, (self._given(), type(self))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def _given(self) -> dict[str, Any]:
        """Return the options as they were read, for a policy that is the same or similar."""
        if self._options.allow_origins.live is not None:
            return self._options.given([])
        return self._options.given(self._compiled.origins())

    @property
    def allow_origins(self) -> Collection[str]:
        """The entries in their order; the `OriginSet` itself if one was given.

        Each reading of others makes a new collection: 100 ms for a million.
        """
        given = self._options.allow_origins
        if given.live is not None:
            return given.live
        return Copy(given, self._compiled.origins()).public()

    @property
    def allow_methods(self) -> Collection[str]:
        """The methods, with `*` replaced by the eight that it stands for."""
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
        """The compiled regular expression, or a tuple of them."""
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
        """How long a preflight response may be cached, in seconds, as it was given."""
        return self._options.max_age

    @property
    def allow_origin_func(self) -> Any:
        """The function that is asked about an origin that nothing else allows, or None."""
        return self._options.allow_origin_func

    @property
    def origin_func_timeout(self) -> float:
        """For how many seconds that function may be awaited."""
        return self._options.origin_func_timeout

    @property
    def paths(self) -> Mapping[str, Policy | None]:
        """The policies below paths, in the order in which they were given; None: no CORS there."""
        return _READ_ONLY(self._options.paths)

    @property
    def enforce(self) -> bool | str:
        """Which requests are rejected before the application runs."""
        return self._options.enforce

    @property
    def hosts(self) -> Collection[str]:
        """The server's own host names."""
        return self._options.hosts.public()

    @property
    def responses(self) -> str:
        """What responses have: ``"starlette"`` or ``"minimal"``."""
        return self._options.responses

    @property
    def allow_all_origins(self) -> bool:
        """Whether `*` is among the origins."""
        return self._compiled.any_origin

    @property
    def allow_all_headers(self) -> bool:
        """Whether `*` is among the request headers."""
        return self._options.any_header

    @property
    def preflight_explicit_allow_origin(self) -> bool:
        """Whether the response names an allowed origin instead of `*`."""
        return not self.allow_all_origins or self.allow_credentials

    @property
    def simple_headers(self) -> dict[str, str]:
        """The headers of every response to an actual request with an Origin, as Starlette has them.

        With ``responses="minimal"`` they are those of every response to an allowed one.
        """
        known: ReadOnlyDict | None = getattr(self, "_simple_headers", None)
        if known is not None:
            return known
        headers: dict[str, str] = {}
        # With credentials it is replaced in each response.
        if self.allow_all_origins and self.responses == "starlette":
            headers["Access-Control-Allow-Origin"] = "*"
        headers.update((name.title(), value) for name, value in self._compiled.actual_lines())
        made = ReadOnlyDict(headers)
        self._set(_simple_headers=made)
        return made

    @property
    def preflight_headers(self) -> dict[str, str]:
        """The headers of every response to a preflight, as Starlette has them.

        With ``responses="minimal"`` they are those of every response to an allowed one.
        """
        known: ReadOnlyDict | None = getattr(self, "_preflight_headers", None)
        if known is not None:
            return known
        lines = self._compiled.preflight_lines()
        made = ReadOnlyDict({name.title(): value for name, value in lines})
        self._set(_preflight_headers=made)
        return made


def _enforced(selected: Selected, request: Request) -> tuple[Any, ...]:
    if isinstance(request, FetchRequest):
        return enforced_response(selected.compiled, request)
    return ()


def _path(path: object) -> str | None:
    return None if path is None else text("path", path)


def _policy_at(
    options: Options, origins: list[str], place: tuple[str | None, bool, bool]
) -> Policy:
    """Return the policy for a key of `paths`, or for paths that are ambiguous."""
    return _made(Policy, options, origins, place)


def _made(
    class_: type[_Policy],
    options: Options,
    origins: list[str],
    place: tuple[str | None, bool, bool] | None = None,
) -> _Policy:
    """Return a policy of options whose problems are known, with these entries."""
    policy = class_.__new__(class_)
    policy._start(_options=options, _compiled=_compiled(options, origins, place), _hash=None)
    return policy


def _compiled(
    options: Options, origins: list[str], place: tuple[str | None, bool, bool] | None = None
) -> CompiledPolicy:
    sent: dict[str, Any] = {
        option.compiled: option.sent(options)
        for option in OPTIONS
        if option.compiled is not None and option.sent is not None
    }
    if options.paths and options.routes is None:
        options.routes = Routes(options, _policy_at)
    return CompiledPolicy(
        options=options,
        origins=origins,
        expressions=options.expressions,
        python_only=options.python_only,
        any_header=options.any_header,
        function=options.allow_origin_func,
        live=options.allow_origins.live,
        paths=None if options.routes is None else options.routes.compiled,
        place=place,
        **sent,
    )


def _policy_of(given: Mapping[str, Any], class_: type[_Policy]) -> _Policy:
    """Return a policy again, whose problems have been reported."""
    options = read_options(given)
    report(options, options.problems)
    return _policy_of_options(options, class_)


def _policy_of_options(options: Options, class_: type[_Policy]) -> _Policy:
    policy = class_.__new__(class_)
    policy._take(options)
    return policy
