"""One request to a subclass, or to a middleware with a live list: Starlette's, and fastcors."""

from __future__ import annotations

from typing import Any

import pytest

from benches.overrides import KINDS, middlewares
from benches.requests import REQUESTS, request, response


@pytest.mark.parametrize("variant", ["Starlette", "fastcors"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", middlewares())
def test_overrides(benchmark: Any, name: str, kind: str, variant: str) -> None:
    """Measure a request after its response has been found to be Starlette's."""
    apps = middlewares()[name]
    scope = REQUESTS[kind]
    assert response(apps["fastcors"], scope) == response(apps["Starlette"], scope)
    benchmark.group = f"{kind}, {name}"
    benchmark.name = variant
    benchmark.pedantic(request, (apps[variant], scope), rounds=100, iterations=100, warmup_rounds=5)
