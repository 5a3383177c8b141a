"""The compiled part: the protocol's decisions, and the types that carry them to Python."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from typing import Any, Literal, Self, TypeAlias, TypedDict, final

from typing_extensions import disjoint_base

from ._types import ASGIApp, Message, Receive, Scope, Send
from .options import Options
from .policy import Policy

__all__ = [
    "DEBUG_BUILD",
    "FORBIDDEN_REQUEST_HEADERS",
    "FORBIDDEN_RESPONSE_HEADERS",
    "SAFELISTED_RESPONSE_HEADERS",
    "CompiledPaths",
    "CompiledPolicy",
    "LiveOrigins",
    "Middleware",
    "OriginSetBase",
    "__version__",
    "claim_call",
    "entries_allow",
    "expression_problem",
    "is_on_this_machine",
    "is_within",
    "lint_codes",
    "lint_methods",
    "lint_origins",
    "lint_request_headers",
    "lint_response_headers",
    "matched_part",
    "matches_an_origin",
    "missed_origin",
    "nearest_header",
    "nearest_name",
    "oddities",
    "parse_url",
    "prove_expression",
    "regexes_to_prove",
    "relations",
    "share_an_origin",
    "vary_by_origin",
]

__version__: str

DEBUG_BUILD: bool
"""Whether this is a debug build, which no benchmark should measure."""

FORBIDDEN_REQUEST_HEADERS: frozenset[str]
"""Fetch, forbidden request-header: those that are named, in lower case, without the prefixes."""

FORBIDDEN_RESPONSE_HEADERS: frozenset[str]
"""Fetch, forbidden response-header name, in lower case."""

SAFELISTED_RESPONSE_HEADERS: frozenset[str]
"""Fetch, CORS-safelisted response-header name, in lower case, without what is exposed."""

@disjoint_base
class Middleware:
    """The base of `CORSMiddleware`: a call of an instance runs compiled code.

    A subclass sets `app` and `_fastcors_policy` before the first call.
    """

    app: ASGIApp
    """The application behind this middleware."""

    @property
    def _fastcors_policy(self) -> Policy:
        """The policy that decides on requests."""

    def _fastcors_decide_by(self, policy: Policy, live: LiveOrigins | None, /) -> None:
        """Replace the policy, and the list or set that it follows, in one step."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Respond to a preflight, or pass the request on with a `send` that sets the headers.

        If the application's call returns a coroutine, it is that coroutine.
        """

    def _fastcors_respond(
        self, scope: Scope, receive: Receive, send: Send, /
    ) -> Coroutine[Any, Any, None]:
        """Do what a call does if nothing is overridden."""

    @property
    def _fastcors_hooks(self) -> bool:
        """Whether a method that is called by name is overridden, besides `is_allowed_origin`."""

    @property
    def _fastcors_asks(self) -> bool:
        """Whether `is_allowed_origin` is overridden."""

    def _fastcors_begin(
        self, policy: CompiledPolicy, scope: Scope, /
    ) -> tuple[list[tuple[bytes, bytes]], str | None, str | None, str | None, bool] | None:
        """Count a request, and return what `RequestHeaders` holds of it, without the policy.

        None for another scope than ``"http"``, and if the policy leaves it untouched.
        """

    @property
    def _fastcors_compiled(self) -> CompiledPolicy:
        """The compiled form of `_fastcors_policy`."""

    @property
    def _fastcors_live(self) -> LiveOrigins | None:
        """The list or set that the policy follows."""

    def _fastcors_allows(self, origin: str, /) -> bool:
        """Whether the options allow an origin, a header value decoded as latin-1."""

    def _fastcors_preflight(
        self,
        policy: CompiledPolicy,
        scope: Scope,
        origin: bytes,
        method: bytes,
        headers: bytes | None,
        private_network: bool,
        allowed: bool,
        /,
    ) -> tuple[Message, Message]:
        """Return the two messages of the response to a preflight, and count it if it is rejected.

        Raises:
            TypeError: for a value of another type.
        """

    def _fastcors_enforce(
        self,
        policy: CompiledPolicy,
        scope: Scope,
        receive: Receive,
        send: Send,
        allowed: bool | None,
        /,
    ) -> Coroutine[Any, Any, None] | bytes | None:
        """Reject a request, or find that it goes on.

        Args:
            policy: what decides.
            scope: the request's scope, whose headers can be read more than once.
            receive: the server's.
            send: the server's.
            allowed: what an overridden `is_allowed_origin`, or `allow_origin_func`, said of the Origin;
                None if it was not asked.

        Returns:
            None for a request that goes on; the Origin if an override or a function has to be asked
            about it; the coroutine that rejects the request.

        Raises:
            TypeError: for a value of another type.
        """

    def _fastcors_pass(
        self,
        policy: CompiledPolicy,
        scope: Scope,
        receive: Receive,
        send: Send,
        origin: bytes,
        allowed: bool,
        /,
    ) -> Coroutine[Any, Any, None]:
        """Call the application for a request whose Origin an override or a function was asked about.

        Raises:
            TypeError: for a value of another type.
        """

    def _fastcors_pass_counted(
        self,
        policy: CompiledPolicy,
        scope: Scope,
        receive: Receive,
        send: Send,
        origin: bytes,
        allowed: bool,
        /,
    ) -> Coroutine[Any, Any, None]:
        """Do the same for a request that `stats` has counted.

        Raises:
            TypeError: for a value of another type.
        """

    def _fastcors_decides(self, policy: CompiledPolicy, /) -> bool:
        """Whether a policy is the current one, and has no `allow_origin_func`."""

    def _fastcors_function(
        self, policy: CompiledPolicy, scope: Scope, origin: bytes, /
    ) -> bool | Awaitable[object] | None:
        """Ask a policy's `allow_origin_func` about an Origin that nothing else allows.

        Returns:
            What it says. If that has to be awaited: the awaitable, or None if the function has to be
            called for it.

        Raises:
            TypeError: for a value of another type.
        """

    def _fastcors_function_said(
        self, policy: CompiledPolicy, scope: Scope, origin: str, outcome: str, value: object, /
    ) -> None:
        """Count what a function said of an Origin, and log it if that is no bool.

        Args:
            policy: the policy with the function.
            scope: the request's scope.
            origin: its Origin.
            outcome: the name of the counter.
            value: what the function raised or returned.

        Raises:
            TypeError: for a value of another type, and for an unknown counter.
        """

    def _fastcors_count(self, policy: CompiledPolicy, name: str, /) -> None:
        """Add one to a counter: `stats` has their names, and that of a rejection is its reason.

        Raises:
            ValueError: for an unknown counter.
        """

    def _fastcors_counts(self) -> dict[str, int]:
        """Return the counters by their names."""

    def _fastcors_path_counts(self) -> dict[str, dict[str, int]]:
        """Return the counters of each key of `paths` that something was counted for."""

@final
class LiveOrigins:
    """The entries that a list or set had at one time, and their positions.

    Raises:
        TypeError: for anything else.
    """

    def __new__(cls, given: list[Any] | set[Any]) -> Self: ...
    @property
    def given(self) -> Any:
        """The list or set itself."""

    def entries(self) -> list[Any]:
        """The entries as they were, in their order."""

    def find_places(self, compiled: CompiledPolicy, texts: Sequence[str | None]) -> None:
        """Find the positions of the entries of a policy, once.

        Args:
            compiled: the policy that was made of the texts.
            texts: of each entry, in their order; None for one that does not count.
        """

    def is_unchanged(self) -> bool:
        """Whether nothing was changed. It looks at every position: a millisecond for a million."""

@disjoint_base
class OriginSetBase:
    """The base of `OriginSet`: the set that requests are decided by."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self: ...
    def __len__(self) -> int: ...
    def __contains__(self, entry: object, /) -> bool: ...
    def __iter__(self) -> Iterator[str]:
        """Iterate over the entries that the set has now, in no particular order."""

    def _fastcors_add(self, entry: object) -> bool:
        """Add an entry. Return False if it is bad or not exactly a str; it is not added then."""

    def _fastcors_discard(self, entry: str) -> None:
        """Remove an entry, if it is there."""

    def _fastcors_load(
        self,
        entries: Iterable[object],
        text_of: Callable[[Any], str | None],
        how: Literal["replace", "replace-valid", "add"],
    ) -> list[Any]:
        """Replace all entries by these, or by the valid ones of these, or add these.

        Args:
            entries: the entries. They are read some at a time; between, other threads run.
            text_of: returns the string that an object equals, or None.
            how: what to do with them. Only ``"replace-valid"`` changes anything if one is bad.

        Returns:
            The entries that are bad.
        """

    def _fastcors_questionable(self, credentials: bool) -> list[str]:
        """Return the entries that the linter finds something wrong with. Other threads run meanwhile."""

@final
class CompiledPaths:
    """The keys of the option `paths`, with the policy of what is below each.

    Args:
        keys: each with the policy for it.
        ambiguous: the policies for ambiguous paths, one for each `enforce` that is needed.
        outer: the name of the mode of the outer options.

    Raises:
        ValueError: for a key that is none beside the others.
    """

    def __new__(
        cls,
        keys: Sequence[tuple[str, CompiledPolicy]],
        ambiguous: Sequence[CompiledPolicy],
        outer: str,
    ) -> Self: ...
    def find(self, path: str) -> tuple[int | None, str | None]:
        """Return the index of the policy that decides on a path, and what makes it ambiguous.

        Args:
            path: the path after `root_path`.
        """

    @staticmethod
    def index_at(policy: CompiledPolicy, scope: Scope) -> int | None:
        """Return the index of the policy that decides on a request, or None if the outer options do."""

@final
class CompiledPolicy:
    """An immutable policy, with every header that its responses share built once.

    Args:
        options: what this is compiled from, kept to explain decisions.
        origins: the entries of `allow_origins`, in their order.
        expressions: in the Rust engine's syntax; any of them may match the whole origin.
        python_only: called in turn with an origin that nothing else allows.
        methods: the methods, with `*` replaced by the eight that it stands for.
        headers: the request headers as they are sent, with the safelisted ones.
        any_header: whether any requested headers are allowed.
        credentials: whether credentials are allowed.
        private_network: whether private network access is allowed.
        expose: the response headers that scripts may read.
        max_age: the value of Access-Control-Max-Age.
        enforce: the name of a mode: ``"off"``, ``"unsafe"``, ``"all"``, ``"isolate"`` or ``"report"``.
        hosts: the server's own host names.
        responses: what responses have: ``"starlette"`` or ``"minimal"``.
        function: what is asked about an origin that nothing else allows.
        live: the set whose entries count too.
        paths: the policies of the option `paths`, if there are any.
        place: for a policy of `paths`: its key, or None if it is for ambiguous paths; whether requests
            go on as they are; whether a request for another host is only reported.

    Raises:
        ValueError: for an invalid expression or pattern, an unknown mode, unknown responses, or more
            text than 4 GiB.
    """

    def __new__(
        cls,
        *,
        options: Options,
        origins: Iterable[str],
        expressions: Sequence[str],
        python_only: Sequence[Callable[[str], object]],
        methods: Sequence[str],
        headers: Sequence[str],
        any_header: bool,
        credentials: bool,
        private_network: bool,
        expose: Sequence[str],
        max_age: str,
        enforce: str = "off",
        hosts: Sequence[str] | None = None,
        responses: str = "starlette",
        function: Callable[..., object] | None = None,
        live: OriginSetBase | None = None,
        paths: CompiledPaths | None = None,
        place: tuple[str | None, bool, bool] | None = None,
    ) -> Self: ...
    @property
    def options(self) -> Options:
        """The options that this was compiled from."""

    @property
    def any_origin(self) -> bool:
        """Whether every origin is allowed."""

    @property
    def enforces(self) -> bool:
        """Whether any request may be rejected before the application runs."""

    @property
    def path(self) -> str | None:
        """The key of `paths` that it is for: None for a policy of its own, and for ambiguous paths."""

    @property
    def is_ambiguous(self) -> bool:
        """Whether it is for paths that are ambiguous."""

    @property
    def is_untouched(self) -> bool:
        """Whether requests go on as they are."""

    def origins(self, limit: int | None = None) -> list[str]:
        """Return the entries of `allow_origins`, in their order, as a new list.

        Args:
            limit: the largest number of them.
        """

    def has_origins(self, texts: Sequence[str | None]) -> bool:
        """Whether `allow_origins` was made of these texts, in their order. A None counts for nothing."""

    def entry_count(self) -> int:
        """Return the number of entries of `allow_origins`."""

    def origin_counts(self) -> tuple[int, int]:
        """Return the number of distinct listed origins, and that of distinct patterns."""

    def has_entries_of(self, other: CompiledPolicy) -> bool:
        """Whether both have the same entries of `allow_origins`, in whatever order."""

    def entries_hash(self) -> int:
        """Return a hash of the entries of `allow_origins`, whatever their order."""

    def allows(self, origin: str) -> bool:
        """Whether an Origin, decoded as latin-1, is allowed by the options; the function is not asked."""

    def asks_about(self, origin: str) -> bool:
        """Whether the function is asked about an Origin, decoded as latin-1, that nothing else allows."""

    def preflight(
        self, origin_allowed: bool, method: str, headers: str | None, private_network: bool
    ) -> tuple[int, str, list[str], bool, bool, bool]:
        """Decide on a preflight.

        Args:
            origin_allowed: the verdict on its Origin.
            method: its Access-Control-Request-Method.
            headers: its Access-Control-Request-Headers, if it has one.
            private_network: whether it has an Access-Control-Request-Private-Network.

        Returns:
            The status, the body, the reasons for a rejection, and whether the response has the
            explicit origin, the mirrored request headers, and the header that allows private network
            access.
        """

    def preflight_response(
        self,
        *,
        origin: bytes,
        origin_fits: bool,
        method: bytes,
        headers: bytes | None,
        headers_fit: bool,
        private_network: bool,
    ) -> tuple[int, bytes, list[tuple[bytes, bytes]], list[str]]:
        """Return the whole response to a preflight.

        Args:
            origin: its Origin.
            origin_fits: whether a header can hold it; else it is rejected.
            method: its Access-Control-Request-Method.
            headers: its Access-Control-Request-Headers, if it has one.
            headers_fit: whether a header can hold them; else they are rejected.
            private_network: whether it has an Access-Control-Request-Private-Network.

        Returns:
            The status, the body, the headers, and the reasons for a rejection.
        """

    def preflight_lines(self) -> list[tuple[str, str]]:
        """Return the headers with which the response to an allowed preflight begins, in lower case."""

    def actual_lines(self) -> list[tuple[str, str]]:
        """Return the headers that are the same in each response to an allowed actual request."""

    @property
    def varies(self) -> bool:
        """Whether responses to actual requests depend on their Origin."""

    def actual_response(
        self, *, origin: bytes | None, origin_fits: bool
    ) -> tuple[bool, list[tuple[bytes, bytes]]]:
        """Whether an actual request is allowed, and the headers that its response gets."""

    def enforced_response(
        self,
        *,
        method: bytes | None,
        is_https: bool,
        host: bytes | None,
        origin: bytes | None,
        origin_fits: bool,
        site: bytes | None,
        mode: bytes | None,
        destination: bytes | None,
    ) -> tuple[str, Literal["pass", "report", "reject"], int, bytes, list[tuple[bytes, bytes]]]:
        """Decide on a request that is no preflight, by CORS and by enforcement.

        Args:
            method: its method; None for the handshake of a WebSocket.
            is_https: whether it is known to be sent by https.
            host: its Host, if it has one.
            origin: its Origin, if it has one.
            origin_fits: whether a header can hold it; else it is rejected.
            site: its Sec-Fetch-Site, if it has one.
            mode: its Sec-Fetch-Mode, if it has one.
            destination: its Sec-Fetch-Dest, if it has one.

        Returns:
            The name of the rule that it fits; what follows; the status and the body of a rejection by
            this rule; and the header lines of the rejection, or those that the application's response
            gets.
        """

    def message_with_headers(
        self,
        message: Message,
        origin: bytes | None,
        allowed: bool,
        scope: Scope | None = None,
        asked: Middleware | None = None,
    ) -> Message:
        """Return a copy of the message that starts the response to an actual request, with headers.

        Args:
            message: an ``http.response.start``.
            origin: the request's Origin; None where it has none.
            allowed: whether it is allowed.
            scope: the request's scope, if a response that allows a rejected origin is reported.
            asked: the middleware whose `is_allowed_origin` decided, if it was asked.
        """

    def rejected_names(self, value: bytes) -> list[tuple[int, int]]:
        """Return where the names in an Access-Control-Request-Headers value are that are not allowed."""

    def origin_rule(
        self, origin: bytes
    ) -> tuple[Literal["any", "listed", "pattern", "expression"], str | None]:
        """Return the kind of rule that allows an origin; for a pattern, also the pattern."""

    def closest_to(self, origin: bytes, skipped: list[str], meant: list[str]) -> _Closest:
        """Return what comes closest to an origin that is rejected: it looks at every entry.

        Args:
            origin: the Origin.
            skipped: the entries of `allow_origins` that can match nothing.
            meant: what to write instead of them; the closest of these is returned separately.
        """

    def odd_entries(self, limit: int) -> list[str]:
        """Return the first entries of `allow_origins` that are not written as browsers write origins."""

_Relation: TypeAlias = Literal[
    "same",
    "scheme",
    "port",
    "scheme-and-port",
    "loopback",
    "www-missing",
    "www-added",
    "dot-missing",
    "dot-added",
    "apex",
    "subdomain",
    "parent",
    "begins-alike",
    "ends-alike",
    "sibling",
    "typo",
]

class _NearestVariant(TypedDict):
    text: str
    relation: _Relation
    scheme: bool
    port: bool
    cost: int

class _NearestEntry(_NearestVariant):
    pattern: str | None

class _Closest(TypedDict):
    oddities: list[str]
    corrected: str | None
    site: str | None
    this_machine: bool
    entry: _NearestEntry | None
    meant: _NearestEntry | None
    variant: _NearestVariant | None
    # Whether a part that an expression matches comes closer than all.
    far: bool

def claim_call(class_: type[Middleware], /) -> None:
    """Make a call of an instance of this class run the compiled code.

    The class has an `async def __call__`, by which servers tell an ASGI 3 application, and which a
    call would run otherwise. Overriding or assigning `__call__` later undoes this.

    Raises:
        TypeError: where the class is no subclass of `Middleware`.
    """

def entries_allow(entries: list[str], origin: bytes) -> bool:
    """Whether these entries as `allow_origins` would allow an origin."""

def expression_problem(expression: str) -> str | None:
    """Return why Rust cannot run a regular expression, or None."""

def is_on_this_machine(entry: str) -> bool:
    """Whether an entry of `allow_origins` can only be on the machine that the browser runs on."""

def matched_part(expression: str, origin: bytes) -> tuple[int, int] | None:
    """Return the part of an origin that a regular expression matches, or None."""

def nearest_header(names: Sequence[str], name: str) -> tuple[str, int] | None:
    """Return the header that a name was probably written for, and how many letters differ, or None."""

def nearest_name(names: Sequence[str], name: str) -> tuple[str, int] | None:
    """Return the name that is most similar to another, and how many letters differ, or None."""

def oddities() -> list[str]:
    """Return the names of what can be odd about an Origin, so that no browser sends it."""

def parse_url(
    text: str, base: str | None = None, /
) -> (
    tuple[
        tuple[str, str, str, str, str, int | None],
        tuple[str, str | None, str | None, str, str, bool],
    ]
    | None
):
    """Parse a URL as the URL standard does, relative to `base` if it is given.

    Returns:
        None if either is no URL; else the URL, its scheme, username, password, host and port, and
        its path, query, fragment, origin, site, and whether it is potentially trustworthy.
    """

def relations() -> list[_Relation]:
    """Return the name of each relation of an origin to the rule that comes closest to it."""

def vary_by_origin(values: Sequence[bytes]) -> bytes:
    """Return one Vary value that has these values and `Origin`."""

# Code, severity, the entry's place in the list, the sentence after the value, what was probably meant,
# and the option that this is for where it is another.
_Reported: TypeAlias = tuple[
    str, Literal["error", "warning"], int, str, str | list[str] | None, str | None
]

def lint_codes() -> list[str]:
    """Return the code of every problem that the functions below can report, each once."""

def lint_origins(
    entries: Iterable[str],
    credentials: bool,
    proofs: dict[str, str | list[str] | None] | None = None,
) -> list[_Reported]:
    """Return what is wrong with entries of `allow_origins`, in their order.

    `proofs` has, for each of `regexes_to_prove`, the regex or the entries to write instead, or None.
    Without it, nothing is suggested for those.

    Linear in the texts, which are not copied: half a second for a million that are sound.

    Raises:
        TypeError: for an entry that is no str.
    """

def regexes_to_prove(entries: Iterable[str]) -> list[str]:
    """Return the regular expressions among entries that `lint_origins` needs a proof of."""

def lint_methods(entries: Iterable[str], credentials: bool) -> list[_Reported]:
    """Return the problems of entries of `allow_methods`, in their order."""

def lint_request_headers(entries: Iterable[str], credentials: bool) -> list[_Reported]:
    """Return the problems of entries of `allow_headers`, in their order."""

def lint_response_headers(entries: Iterable[str], credentials: bool) -> list[_Reported]:
    """Return the problems of entries of `expose_headers`, in their order."""

class _Proof(TypedDict):
    # It matches no origin; it matches the origin of any site, with these schemes.
    nothing: bool
    everything: Literal["https", "http", "both"] | None
    # An origin, the domain to be registered for it, the public suffix that the domain is under.
    untrusted: tuple[str, str, str] | None
    # The same below a suffix of a company's that gives names to everyone, or below one for some
    # organizations, where that is False.
    hosted: tuple[str, str, str, bool] | None
    # One with a written part.
    shared: tuple[str, str, str] | None
    # Origins: at an address that is left open, at one in a network that is written.
    address: str | None
    network: str | None
    null: Literal["written", "open"] | None
    # It matches file://.
    file: bool
    # An origin with http, and whether there is one on this machine.
    insecure: str | None
    local: bool
    # An origin with a scheme of its own.
    scheme: str | None
    # An origin whose name is joined from parts, the domain to be registered for it, if it is a name, and
    # whether a dot is left out.
    joined: tuple[str, str | None, bool] | None
    # Why untrusted origins may be left, in words.
    unproven: str | None
    # Whether it is proven to match no untrusted origin, and something.
    safe: bool

def prove_expression(marked: str, name: str, credentials: bool) -> _Proof:
    """Find which origins a marked regex matches that its author may not mean.

    Args:
        marked: in the syntax of the `regex` crate, with the high bit set in the characters that its
            author left open, and with seams (`src/proof/nfa.rs`).
        name: a label that an untrusted origin has in its name, if there is one.
        credentials: whether to look for an http origin.
    """

def missed_origin(one: str, other: str) -> str | None:
    """Return a shortest origin that one marked regex matches and another does not.

    None if there is none, and if that takes too long to know.
    """

def is_within(one: str, other: str) -> bool:
    """Whether a marked regex matches no origin but those that another matches.

    False if that takes too long to know.
    """

def share_an_origin(one: str, other: str) -> bool:
    """Whether two marked regexes match an origin that is the same and has a domain or an address.

    False if that takes too long to know.
    """

def matches_an_origin(marked: str) -> bool:
    """Whether a marked regex matches an origin that a browser sends. True if that takes too long to know."""
