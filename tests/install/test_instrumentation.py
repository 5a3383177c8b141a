"""OpenTelemetry's and Sentry's instrumentation with an installed middleware, in either order."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fastapi
import pytest
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.middleware.errors import ServerErrorMiddleware

import fastcors
from tests.exchange import ORIGIN

from .applications import HEADERS, PREFLIGHT, Gate, client, cors_of, fastapi_app

ROOT = Path(__file__).parents[2]


class Tracing:
    """A provider of OpenTelemetry's, and what it recorded."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def names(self) -> list[str]:
        """Return the names of the server's spans since the last call."""
        spans = self.exporter.get_finished_spans()
        self.exporter.clear()
        return [span.name for span in spans if span.kind.name == "SERVER"]

    def exceptions(self) -> list[str]:
        """Return the types of the exceptions in the server's spans, and leave these."""
        return [
            str((event.attributes or {})["exception.type"])
            for span in self.exporter.get_finished_spans()
            if span.kind.name == "SERVER"
            for event in span.events
        ]


@pytest.fixture
def tracing(caplog: pytest.LogCaptureFixture) -> Iterator[Tracing]:
    """Yield a provider, and fail if OpenTelemetry logs that something is not as it expects."""
    tracing = Tracing()
    yield tracing
    tracing.provider.shutdown()
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


def app_without_telemetry() -> Any:
    """Return an application without FastAPI's own telemetry, which turns the other off."""
    return fastapi_app(telemetry={"tracing": False, "metrics": False, "logs": False})


@pytest.mark.parametrize("first", ["install", "instrument"])
def test_opentelemetry_traces_and_the_headers_stay_until_it_is_gone_and_afterwards(
    tracing: Tracing, first: str
) -> None:
    app = app_without_telemetry()
    steps: dict[str, Callable[[], Any]] = {
        "install": lambda: fastcors.install(app, allow_origins=[ORIGIN]),
        "instrument": lambda: FastAPIInstrumentor.instrument_app(
            app, tracer_provider=tracing.provider
        ),
    }
    middleware = steps.pop(first)()
    middleware = steps.popitem()[1]() or middleware
    app.add_middleware(Gate)
    calling = client(app)
    assert cors_of(calling.get("/items/3", headers=HEADERS)) == [ORIGIN]
    assert tracing.names() == ["GET /items/{number}"]
    response = calling.get("/boom", headers=HEADERS)
    assert (response.status_code, cors_of(response)) == (500, [ORIGIN])
    assert tracing.exceptions() == ["LookupError"]
    assert tracing.names() == ["GET /boom"]
    assert cors_of(calling.get("/login", headers=HEADERS)) == [ORIGIN]
    assert tracing.names() == ["GET"]
    # Preflights get their response in front of it.
    assert calling.options("/", headers=PREFLIGHT).text == "OK"
    assert tracing.names() == []
    assert app.middleware_stack is middleware

    FastAPIInstrumentor.uninstrument_app(app)
    for path, status in (("/items/3", 200), ("/boom", 500), ("/login", 401)):
        response = calling.get(path, headers=HEADERS)
        assert (response.status_code, cors_of(response)) == (status, [ORIGIN])
    assert calling.options("/", headers=PREFLIGHT).text == "OK"
    assert tracing.names() == []
    assert app.middleware_stack is middleware
    assert isinstance(middleware.app, ServerErrorMiddleware)

    # Once more.
    FastAPIInstrumentor.instrument_app(app, tracer_provider=tracing.provider)
    app.middleware_stack = None
    assert cors_of(calling.get("/boom", headers=HEADERS)) == [ORIGIN]
    assert tracing.names() == ["GET /boom"]
    FastAPIInstrumentor.uninstrument_app(app)


def test_opentelemetry_can_be_uninstrumented_before_the_first_request(tracing: Tracing) -> None:
    app = app_without_telemetry()
    FastAPIInstrumentor.instrument_app(app, tracer_provider=tracing.provider)
    middleware = fastcors.install(app, allow_origins=[ORIGIN])
    FastAPIInstrumentor.uninstrument_app(app)
    assert cors_of(client(app).get("/boom", headers=HEADERS)) == [ORIGIN]
    assert app.middleware_stack is middleware
    assert tracing.names() == []


def test_opentelemetry_can_instrument_every_application(tracing: Tracing) -> None:
    FastAPIInstrumentor().instrument(tracer_provider=tracing.provider)
    try:
        app = app_without_telemetry()
        fastcors.install(app, allow_origins=[ORIGIN])
        assert isinstance(app, fastapi.FastAPI)
        assert cors_of(client(app).get("/boom", headers=HEADERS)) == [ORIGIN]
        assert tracing.names() == ["GET /boom"]
    finally:
        FastAPIInstrumentor().uninstrument()
    assert cors_of(client(app).get("/boom", headers=HEADERS)) == [ORIGIN]
    assert tracing.names() == []


def test_the_telemetry_of_fastapi_sees_preflights_too_and_steps_aside_for_the_other(
    tracing: Tracing,
) -> None:
    for both in (False, True):
        app = fastapi_app(telemetry={"tracer_provider": tracing.provider})
        fastcors.install(app, allow_origins=[ORIGIN])
        if both:
            FastAPIInstrumentor.instrument_app(app, tracer_provider=tracing.provider)
        calling = client(app)
        assert cors_of(calling.get("/items/3", headers=HEADERS)) == [ORIGIN]
        assert tracing.names() == ["GET /items/{number}"]
        assert calling.options("/items/3", headers=PREFLIGHT).text == "OK"
        assert tracing.names() == ([] if both else ["OPTIONS"])
        if both:
            FastAPIInstrumentor.uninstrument_app(app)


@pytest.mark.parametrize(
    ("first", "framework", "spans"),
    [
        ("install", "fastapi", "with-spans"),
        ("install", "starlette", "without-spans"),
        ("init", "fastapi", "without-spans"),
        ("init", "starlette", "with-spans"),
    ],
)
def test_sentry_reports_errors_and_the_middleware_stays_compiled(
    first: str, framework: str, spans: str
) -> None:
    # Sentry changes classes of Starlette's, and never restores them.
    finished = subprocess.run(
        [sys.executable, "-m", "tests.install.with_sentry", first, framework, spans],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == {
        "statuses": {"/": 200, "/boom": 500, "/login": 401, "preflight": 200},
        "origins": {path: [ORIGIN] for path in ("/", "/boom", "/login", "preflight")},
        "errors": ["LookupError"],
        "transactions": 3,
        "compiled": True,
    }
