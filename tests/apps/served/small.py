"""A small Starlette application to test `python -m tests.apps` itself with."""

import os

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def hello(request):
    headers = {"Vary": "Accept-Language"}
    # A planted difference.
    if os.environ.get("PLANTED") and CORSMiddleware.__module__.startswith("fastcors"):
        headers["X-Planted"] = "1"
    return PlainTextResponse("hello", headers=headers)


async def fail(request):
    raise RuntimeError("the database is unavailable")


async def secret(request):
    return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})


app = Starlette(
    routes=[Route("/hello", hello), Route("/fail", fail), Route("/secret", secret)],
    middleware=[
        Middleware(
            CORSMiddleware,
            allow_origins=["https://app.example.com"],
            allow_headers=["X-Token"],
            allow_credentials=True,
        )
    ],
)
