"""What a call of `CORSMiddleware(...)` checks: a policy instead of options, and the options' names."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import typing
import warnings
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import fastcors
from fastcors import CORSMiddleware, Policy
from fastcors.options import DEFAULTS
from tests.exchange import ORIGIN, actual, answering, preflight, sent

POLICY = Policy(allow_origins=[ORIGIN], allow_methods=["PUT"], allow_credentials=True)
APP = answering()


def test_a_policy_stands_for_all_options() -> None:
    by_policy = CORSMiddleware(APP, policy=POLICY)
    by_options = CORSMiddleware(
        APP, allow_origins=[ORIGIN], allow_methods=["PUT"], allow_credentials=True
    )
    assert by_policy.policy is POLICY
    for scope in (actual(), preflight(method="PUT"), preflight(method="PATCH")):
        assert sent(by_policy, scope) == sent(by_options, scope)


def test_a_policy_can_be_added_to_an_application() -> None:
    app = Starlette()
    app.add_middleware(CORSMiddleware, policy=POLICY)
    with TestClient(app) as client:
        response = client.get("/", headers={"Origin": ORIGIN})
    assert response.headers["access-control-allow-origin"] == ORIGIN


def test_no_policy_is_the_same_as_none() -> None:
    assert CORSMiddleware(APP, [ORIGIN], policy=None).policy == Policy(allow_origins=[ORIGIN])


def test_a_policy_was_warned_of_where_it_was_written() -> None:
    with pytest.warns(UserWarning, match="trailing-slash"):
        policy = Policy(allow_origins=["https://a.example/"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CORSMiddleware(APP, policy=policy)


@pytest.mark.parametrize("name", list(DEFAULTS))
def test_an_option_beside_a_policy_is_an_error_even_with_its_default_value(name: str) -> None:
    given: dict[str, Any] = {name: DEFAULTS[name]}
    with pytest.raises(TypeError, match=rf"{name}: not allowed beside policy.*replace\({name}="):
        CORSMiddleware(APP, policy=POLICY, **given)


def test_an_option_by_position_beside_a_policy_is_an_error() -> None:
    with pytest.raises(TypeError, match="allow_origins, allow_methods: not allowed beside policy"):
        CORSMiddleware(APP, (), (), policy=POLICY)


def test_what_is_no_policy_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"policy is a dict, not a fastcors.Policy"):
        CORSMiddleware(APP, policy={"allow_origins": [ORIGIN]})  # type: ignore[arg-type]


def test_a_middleware_of_a_policy_can_be_reconfigured_and_leaves_the_policy_as_it_is() -> None:
    middleware = CORSMiddleware(APP, policy=POLICY)
    middleware.reconfigure(allow_origins=["https://b.example"])
    assert middleware.policy == POLICY.replace(allow_origins=["https://b.example"])
    assert POLICY.allow_origins == [ORIGIN]


def test_an_unknown_option_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(TypeError, match=r"no option 'allow_origin'; did you mean allow_origins\?"):
        CORSMiddleware(APP, allow_origin=[ORIGIN])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="no option 'zzz'; the options are allow_origins, "):
        CORSMiddleware(APP, zzz=1)  # type: ignore[call-arg]


def test_a_subclass_with_options_of_its_own_is_named_in_the_error() -> None:
    class Tenants(CORSMiddleware):
        def __init__(self, app: Any, tenants: list[str], **options: Any) -> None:
            super().__init__(app, allow_origins=tenants, **options)

    assert Tenants(APP, tenants=[ORIGIN]).allow_origins == [ORIGIN]
    with pytest.raises(TypeError, match="Tenants has no option 'tenant'"):
        Tenants(APP, [ORIGIN], tenant=1)


def test_editors_see_the_whole_signature() -> None:
    names = list(inspect.signature(CORSMiddleware).parameters)
    assert names == ["app", *DEFAULTS, "policy"]
    assert list(inspect.signature(Policy).parameters) == list(DEFAULTS)


def test_the_typed_dict_has_every_option() -> None:
    assert list(fastcors.PolicyOptions.__annotations__) == list(DEFAULTS)
    assert fastcors.PolicyOptions.__optional_keys__ == DEFAULTS.keys()
    assert set(typing.get_type_hints(fastcors.PolicyOptions)) == set(DEFAULTS)


def test_the_typed_dict_does_not_make_the_import_dearer() -> None:
    script = (
        "import sys, fastcors\n"
        "assert 'typing' not in sys.modules\n"
        "from fastcors import *\n"
        "assert PolicyOptions(max_age=5) == {'max_age': 5}\n"
        "assert fastcors.PolicyOptions is PolicyOptions\n"
        "assert not hasattr(fastcors, 'PolicyOption')\n"
    )
    # Without the site module, which may import typing for an editable installation.
    path = str(Path(fastcors.__file__).parents[1])
    subprocess.run(
        [sys.executable, "-S", "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        timeout=60,
    )
