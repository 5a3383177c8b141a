# pyright: standard
"""What a user may write: no type checker finds anything wrong in here."""

import re
from collections.abc import Collection, Mapping
from typing import assert_type

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware as StarletteCORSMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fastcors import (
    ALL_METHODS,
    SAFELISTED_HEADERS,
    ConfigError,
    ConfigWarning,
    CORSMiddleware,
    Decision,
    Denial,
    OriginSet,
    Policy,
    PolicyOptions,
    Problem,
    __version__,
    cached,
    install,
    lint,
    patch_starlette,
    unpatch_starlette,
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Do nothing."""


# Added to an application.

fastapi = FastAPI(middleware=[Middleware(CORSMiddleware, allow_origins=["https://a.example"])])
starlette = Starlette(middleware=[Middleware(CORSMiddleware, allow_origins=["https://a.example"])])
for app in (fastapi, starlette):
    app.add_middleware(CORSMiddleware)
    app.add_middleware(CORSMiddleware, ["https://a.example"], ["GET"])
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["https://a.example"],
        allow_methods=("GET", "PUT"),
        allow_headers={"X-Token"},
        allow_credentials=True,
        allow_origin_regex=r"https://.*\.example\.com",
        allow_private_network=True,
        expose_headers=frozenset({"X-Total"}),
        max_age=3600,
    )
    app.add_middleware(CORSMiddleware, allow_origins=["https://a.example"], strict=True)
    app.add_middleware(CORSMiddleware, enforce=True, hosts=["localhost"])
    app.add_middleware(CORSMiddleware, enforce="report", hosts={"localhost"})
    app.add_middleware(CORSMiddleware, responses="minimal")
Middleware(CORSMiddleware, ["https://a.example"], max_age=60)

# Wrapped around an application from outside, and a middleware around another.

wrapped = CORSMiddleware(application, allow_origins=["https://a.example"])
customers = OriginSet(["https://a.example"])
customers.update(origin for origin in ("https://b.example", "https://*.c.example"))
assert_type(list(customers), list[str])
assert "https://a.example" in customers
assert len(customers) == 3
shared = [
    CORSMiddleware(application, allow_origins=customers),
    CORSMiddleware(application, policy=Policy(allow_origins=customers)),
]
shared[0].allow_origins = OriginSet(customers)
around: ASGIApp = CORSMiddleware(wrapped)
by_position = CORSMiddleware(
    application, ["https://b"], ["GET"], ["X-Token"], True, "https://a", True, ["X-Total"], 600
)
for framework in (fastapi, starlette):
    CORSMiddleware(framework, allow_origins=["https://a.example"])
CORSMiddleware(application, allow_origin_regex=None)
CORSMiddleware(application, allow_origin_regex=re.compile("https://a"))
CORSMiddleware(application, allow_origin_regex=["https://a", re.compile("https://b")])


# Installed into an application, which stays the same object.

installed = FastAPI()
assert_type(
    install(
        installed,
        allow_origins=["https://a.example"],
        allow_methods=("GET", "PUT"),
        allow_headers={"X-Token"},
        allow_credentials=True,
        allow_origin_regex=r"https://.*\.example\.com",
        allow_private_network=True,
        expose_headers=frozenset({"X-Total"}),
        max_age=3600,
        paths={"/public": Policy(allow_origins=["*"]), "/internal": None},
        strict=False,
    ),
    CORSMiddleware,
)


def is_tenant(origin: str, scope: Scope) -> bool:
    """Whether an origin or a path is public."""
    return origin == "https://a.example" or scope["path"] == "/public"


async def is_customer(origin: str, scope: Scope) -> bool:
    """Do the same in a coroutine function."""
    return is_tenant(origin, scope)


install(Starlette(), allow_origin_func=is_tenant, origin_func_timeout=0.5)
install(Starlette(), allow_origin_func=is_customer).reconfigure(allow_origin_func=None)
assert_type(cached(is_tenant)("https://a.example", {}), bool)
assert_type(cached(is_customer, 30, ttl_rejected=0).info(), dict[str, int])
Policy(allow_origin_func=cached(is_tenant)).replace(allow_origin_func=cached(is_customer))

install(app=Starlette()).reconfigure(allow_origins=["https://a.example"])
install(Starlette(), policy=Policy(allow_origins=["https://a.example"])).stats()
install(FastAPI(), policy=None, max_age=5)

# Other policies below paths.

below: dict[str, Policy] = {"/public": Policy(allow_origins=["*"])}
with_paths = CORSMiddleware(application, paths=below)
CORSMiddleware(application, paths=None)
assert_type(with_paths.paths, Mapping[str, Policy | None])
with_paths.paths = {"/internal": None}
with_paths.reconfigure(paths=below)
assert_type(with_paths.stats()["paths"]["/public"]["rejected"], dict[str, int])
Policy(paths=below).replace(paths=None).actual(origin=None, path="/public")
Policy().preflight(origin="https://a.example", method="GET", path="/x")
Policy().request(method="GET", path="/x")
Policy().websocket(path="/x")


def for_the_whole_process() -> list[str]:
    """Put the class in Starlette's place, and look who has Starlette's."""
    missed = patch_starlette()
    assert_type(missed, list[str])
    unpatch_starlette()
    return missed


async def call(scope: Scope, receive: Receive, send: Send) -> None:
    """Call the middleware as a server does."""
    await wrapped(scope, receive, send)


# Subclasses.


class Tenants(CORSMiddleware):
    """Overrides the question that most subclasses override."""

    def is_allowed_origin(self, origin: str) -> bool:
        return origin.endswith(".example.com")


class MoreTenants(Tenants):
    """Asks the class above, in front of an option of its own."""

    def __init__(self, app: ASGIApp, tenants: Collection[str], allow_credentials: bool) -> None:
        super().__init__(app, allow_origins=tenants, allow_credentials=allow_credentials)
        self.tenants = set(self.allow_origins)

    def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin) or origin in self.tenants


class AsynchronousTenants(CORSMiddleware):
    """Asks something that has to be awaited, and the class above."""

    async def is_allowed_origin(self, origin: str) -> bool:
        if super().is_allowed_origin(origin):
            return True
        return await registered(origin)


class MoreAsynchronousTenants(AsynchronousTenants):
    """Asks a class above that is asynchronous itself."""

    async def is_allowed_origin(self, origin: str) -> bool:
        return await super().is_allowed_origin(origin) or origin == "https://b.example"


async def registered(origin: str) -> bool:
    """Whether an origin is registered."""
    return origin.endswith(".example.com")


class Whole(CORSMiddleware):
    """Overrides everything that Starlette's subclasses may."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/internal"):
            await self.app(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers=request_headers)
        response.headers["X-Preflight"] = "1"
        return response if response.status_code == 200 else PlainTextResponse("no", 403)

    async def simple_response(
        self, scope: Scope, receive: Receive, send: Send, request_headers: Headers
    ) -> None:
        await super().simple_response(scope, receive, send, request_headers=request_headers)

    async def send(self, message: Message, send: Send, request_headers: Headers) -> None:
        await super().send(message, send=send, request_headers=request_headers)


starlette.add_middleware(Tenants)
starlette.add_middleware(MoreTenants, ["https://a.example"], allow_credentials=True)
starlette.add_middleware(AsynchronousTenants, allow_credentials=True)
starlette.add_middleware(MoreAsynchronousTenants)
fastapi.add_middleware(Whole, allow_origins=["https://a.example"])

tenants: ASGIApp = MoreTenants(application, ["https://a.example"], allow_credentials=True)

# The policy, read and replaced.

assert_type(wrapped.allow_origins, Collection[str])
assert_type(wrapped.allow_methods, Collection[str])
assert_type(wrapped.allow_headers, list[str])
assert_type(wrapped.allow_credentials, bool)
assert_type(wrapped.allow_private_network, bool)
assert_type(wrapped.expose_headers, Collection[str])
assert_type(wrapped.max_age, int)
assert_type(wrapped.allow_all_origins, bool)
assert_type(wrapped.allow_all_headers, bool)
assert_type(wrapped.preflight_explicit_allow_origin, bool)
assert_type(wrapped.simple_headers, dict[str, str])
assert_type(wrapped.preflight_headers, dict[str, str])
allowed: bool = wrapped.is_allowed_origin("https://a.example")
expression: re.Pattern[str] | None = wrapped.allow_origin_regex
behind: ASGIApp = wrapped.app

wrapped.allow_origins = ["https://b.example"]
wrapped.allow_methods = ("GET",)
wrapped.allow_headers = {"X-Token"}
wrapped.allow_credentials = True
wrapped.allow_origin_regex = re.compile("https://c")
wrapped.allow_private_network = False
wrapped.expose_headers = []
wrapped.max_age = 60
wrapped.app = application
wrapped.reconfigure()
wrapped.reconfigure(
    allow_origins=["https://c.example"],
    allow_methods={"GET"},
    allow_headers=(),
    allow_credentials=False,
    allow_origin_regex=[r"https://.*\.example\.com"],
    allow_private_network=True,
    expose_headers=["X-Total"],
    max_age=5,
    strict=False,
)

# Options that are written once.

OPTIONS: PolicyOptions = {
    "allow_origins": ["https://a.example"],
    "allow_methods": ("GET", "PUT"),
    "allow_headers": {"X-Token"},
    "allow_credentials": True,
    "allow_origin_regex": [r"https://[a-z]+\.example\.com", re.compile("https://a")],
    "allow_private_network": False,
    "expose_headers": frozenset({"X-Total"}),
    "max_age": 3600,
    "strict": True,
    "accept": ["regex-insecure"],
}
FEW: PolicyOptions = {"allow_origins": ["https://a.example"]}
for options in (OPTIONS, FEW):
    CORSMiddleware(application, **options).reconfigure(**options)
    Policy(**options).replace(**options)
    lint(**options)
    fastapi.add_middleware(CORSMiddleware, **options)
    starlette.add_middleware(CORSMiddleware, **options)
    FastAPI(middleware=[Middleware(CORSMiddleware, **options)])
    longer: PolicyOptions = {**options, "max_age": 7200}
    CORSMiddleware(application, **longer)
wrapped.reconfigure(accept=["origin-insecure"])
Policy(accept=("regex-untrusted-origins",))


def options_of(setting: str) -> PolicyOptions:
    """Return options that depend on a setting."""
    return PolicyOptions(allow_origins=setting.split(","), strict=True)


# A policy without an application.

policy = Policy(allow_origins=["https://a.example"], allow_methods=["GET"], max_age=60)
assert_type(wrapped.policy, Policy)
assert_type(policy.replace(max_age=5), Policy)
assert_type(policy.allow_credentials, bool)
decision = policy.preflight(
    origin="https://a.example", method="PUT", headers=["X-Token"], private_network=True
)
for each in (
    policy.preflight(origin="https://a.example", method="PUT"),
    policy.request(method="POST", host="a.example", origin=None, sec_fetch_site="same-origin"),
    policy.websocket(origin="https://a.example", host="a.example", scheme="https"),
    policy.preflight(origin="https://a.example", method="PUT", headers="x-token, x-other"),
    policy.preflight(origin="https://a.example", method="PUT", headers={"X-Token": "1"}),
    policy.actual(origin="https://a.example"),
    policy.actual(origin=None),
):
    assert_type(each, Decision)
assert_type(decision.allowed, bool)
assert_type(decision.status, int | None)
assert_type(decision.body, bytes | None)
assert_type(decision.headers, list[tuple[bytes, bytes]])
assert_type(decision.denials, tuple[Denial, ...])
reasons: list[tuple[str, str, str]] = [
    (denial.kind, denial.value, denial.message) for denial in decision.denials
]
known: dict[Policy | Decision, str] = {policy: str(policy), decision: str(decision)}

# Whatever takes Starlette's options takes these.


def both(origins: list[str]) -> list[ASGIApp]:
    """Return both middlewares, made in the same way."""
    return [
        middleware(application, allow_origins=origins, allow_credentials=True)
        for middleware in (CORSMiddleware, StarletteCORSMiddleware)
    ]


methods: list[str] = [*ALL_METHODS, "PURGE"]
headers: set[str] = SAFELISTED_HEADERS | {"X-Token"}
version: str = __version__

# What is wrong with options of any kind.

found: list[Problem] = lint(allow_origins=None, allow_origin=["https://a.example"], app=application)
report: str = str(lint())
assert_type(lint().safe, tuple[str, ...])
errors = {problem for problem in found if problem.severity == "error"}
meant: list[object] = [problem.suggestion or problem.value for problem in found]


def complaints(error: ConfigError) -> list[tuple[str, str, str]]:
    """Return the problems of a configuration."""
    problems: list[Problem] = error.problems
    return [(problem.code, problem.option, problem.message) for problem in problems]


def is_advice(warning: Warning) -> bool:
    """Whether a warning is one of this package's."""
    return isinstance(warning, ConfigWarning)
