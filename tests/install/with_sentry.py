"""`python -m tests.install.with_sentry install|init starlette|fastapi with-spans|without-spans`.

Prints what an application responds with Sentry and an installed middleware, and what Sentry got.
"""

import json
import sys
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.fastapi import FastApiIntegration
from sentry_sdk.integrations.starlette import StarletteIntegration
from sentry_sdk.transport import Transport

import fastcors
from tests.exchange import ORIGIN
from tests.install.applications import FRAMEWORKS, HEADERS, PREFLIGHT, Gate, client, cors_of


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Any] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.items += [item.payload.json for item in envelope.items]


def main(first: str, framework: str, spans: str) -> None:
    kept = Kept()
    call = fastcors.CORSMiddleware.__call__

    def init() -> None:
        with_spans = spans == "with-spans"
        sentry_sdk.init(
            dsn="http://key@127.0.0.1:9/1",
            transport=kept,
            traces_sample_rate=1.0,
            integrations=[
                StarletteIntegration(middleware_spans=with_spans),
                FastApiIntegration(middleware_spans=with_spans),
            ],
        )

    if first == "init":
        init()
    app = FRAMEWORKS[framework]()
    fastcors.install(app, allow_origins=[ORIGIN])
    app.add_middleware(Gate)
    if first == "install":
        init()
    calling = client(app)
    responses = {path: calling.get(path, headers=HEADERS) for path in ("/", "/boom", "/login")}
    responses["preflight"] = calling.options("/", headers=PREFLIGHT)
    events = [item for item in kept.items if item and item.get("exception")]
    traced = [item for item in kept.items if item and item.get("type") == "transaction"]
    json.dump(
        {
            "statuses": {path: response.status_code for path, response in responses.items()},
            "origins": {path: cors_of(response) for path, response in responses.items()},
            "errors": [event["exception"]["values"][-1]["type"] for event in events],
            "transactions": len(traced),
            "compiled": fastcors.CORSMiddleware.__call__ is call,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
