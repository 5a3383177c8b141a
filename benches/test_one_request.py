"""One request in one process: without a middleware, behind Starlette's, behind fastcors."""

from __future__ import annotations

from typing import Any

import pytest

from benches.requests import POLICIES, REQUESTS, middlewares, request, response


@pytest.mark.parametrize("variant", ["no middleware", "Starlette", "fastcors"])
@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("policy", POLICIES)
def test_one_request(benchmark: Any, policy: str, kind: str, variant: str) -> None:
    """Measure a request after its response has been found to be Starlette's."""
    apps = middlewares(policy)
    scope = REQUESTS[kind]
    assert response(apps["fastcors"], scope) == response(apps["Starlette"], scope)
    benchmark.group = f"{kind}, {policy}"
    benchmark.name = variant
    slow = variant == "Starlette" and kind == "rejected" and policy == "10,000 origins"
    benchmark.pedantic(
        request,
        (apps[variant], scope),
        rounds=200,
        iterations=100 if slow else 1000,
        warmup_rounds=5,
    )
