# pyright: standard
"""What a user may not write: each line marked as an error is one to every type checker."""

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send

from fastcors import CORSMiddleware, Policy, PolicyOptions, install, patch_starlette


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Do nothing."""


ORIGINS = ["https://a.example"]

# A name that is no option's.
CORSMiddleware(application, allow_origin=ORIGINS)  # error
Middleware(CORSMiddleware, allow_origin=ORIGINS)  # error
Starlette().add_middleware(CORSMiddleware, allow_origin=ORIGINS)  # error
FastAPI().add_middleware(CORSMiddleware, allow_origin=ORIGINS)  # error
middleware = CORSMiddleware(application, ORIGINS)
middleware.reconfigure(allow_origin=ORIGINS)  # error
middleware.reconfigure(simple_headers={})  # error

# No application, and one argument too many.
CORSMiddleware(allow_origins=ORIGINS)  # error
CORSMiddleware(application, [], [], [], False, None, False, [], 600, True)  # error

# A value of another type.
CORSMiddleware(application, allow_credentials="false")  # error
CORSMiddleware(application, allow_private_network="no")  # error
CORSMiddleware(application, strict="yes")  # error
CORSMiddleware(application, max_age="600")  # error
CORSMiddleware(application, enforce="Unsafe")  # error
CORSMiddleware(application, responses="small")  # error
CORSMiddleware(application, hosts=[b"localhost"])  # error
CORSMiddleware(application, max_age=None)  # error
CORSMiddleware(application, allow_origins=None)  # error
CORSMiddleware(application, allow_origins=b"https://a.example")  # error
CORSMiddleware(application, allow_origins=[b"https://a.example"])  # error
CORSMiddleware(application, allow_methods=True)  # error
CORSMiddleware(application, allow_headers=[1])  # error
CORSMiddleware(application, expose_headers=object())  # error
CORSMiddleware(application, allow_origin_regex=rb"https://.*")  # error
CORSMiddleware(application, allow_origin_regex=[1])  # error
Starlette().add_middleware(CORSMiddleware, allow_credentials="false")  # error
Starlette().add_middleware(CORSMiddleware, max_age="600")  # error
middleware.reconfigure(max_age="600")  # error
middleware.reconfigure(strict="yes")  # error
middleware.allow_credentials = "false"  # error
middleware.max_age = "600"  # error

# What cannot be installed, or not like this.
install()  # error
install(application)  # error
install(CORSMiddleware(application))  # error
install(Starlette(), ORIGINS)  # error
install(Starlette(), allow_origin=ORIGINS)  # error
install(Starlette(), allow_credentials="false")  # error
install(FastAPI(), policy={"allow_origins": ORIGINS})  # error
served: Starlette = install(Starlette())  # error
patch_starlette("starlette")  # error

# What follows from the options.
middleware.allow_all_origins = True  # error
middleware.allow_all_headers = True  # error
middleware.preflight_explicit_allow_origin = True  # error
middleware.simple_headers = {}  # error
middleware.preflight_headers = {}  # error

# Calls without an argument, or with another result.
middleware.is_allowed_origin()  # error
middleware.is_allowed_origin(b"https://a.example")  # error
middleware.send({}, application)  # error
response: str = middleware.is_allowed_origin("https://a.example")  # error


# A policy, and what it says.
policy = Policy(allow_origins=ORIGINS)
Policy(allow_origin=ORIGINS)  # error
Policy(max_age="600")  # error
policy.replace(allow_origin=ORIGINS)  # error
policy.max_age = 5  # error
policy.preflight(origin="https://a.example")  # error
policy.preflight("https://a.example", "GET")  # error
policy.preflight(origin=b"https://a.example", method="GET")  # error
policy.preflight(origin=None, method="GET")  # error
policy.preflight(origin="https://a.example", method="GET", headers=[b"x-a"])  # error
policy.preflight(origin="https://a.example", method="GET", private_network="no")  # error
policy.actual()  # error
policy.actual(origin=None, path=b"/x")  # error
Policy(paths={"/x": {"allow_origins": ORIGINS}})  # error
Policy(paths={"/x": False})  # error
Policy(paths={b"/x": None})  # error
Policy(paths=["/x"])  # error
policy.actual(origin="https://a.example").headers = []  # error


# Options that are written once.
unknown: PolicyOptions = {"allow_origin": ORIGINS}  # error
mistyped: PolicyOptions = {"max_age": "600"}  # error
CORSMiddleware(application, accept=7)  # error
CORSMiddleware(application, accept=[7])  # error


class Awaiting(CORSMiddleware):
    """Awaits something that is no coroutine."""

    async def is_allowed_origin(self, origin: str) -> bool:
        return await super().is_allowed_origin(origin)  # error


class Misspelt(CORSMiddleware):
    """Overrides with another shape."""

    def is_allowed_origin(self, origin: bytes) -> bool:  # error
        return origin == b"https://a.example"
