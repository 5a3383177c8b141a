"""One request to a FastAPI endpoint: without CORS, behind Starlette's middleware, behind fastcors."""

from __future__ import annotations

from typing import Any

import pytest

from benches.endpoint import KINDS, applications, request_of
from benches.requests import request


@pytest.mark.parametrize("variant", ["no middleware", "Starlette", "fastcors"])
@pytest.mark.parametrize("kind", KINDS)
def test_endpoint(benchmark: Any, kind: str, variant: str) -> None:
    """Measure a request, with the copy of its scope that FastAPI writes into."""
    app, scope = applications()[variant], request_of(kind)
    benchmark.group = f"a FastAPI endpoint, {kind}"
    benchmark.name = variant
    benchmark.pedantic(lambda: request(app, {**scope}), rounds=200, iterations=100, warmup_rounds=5)
