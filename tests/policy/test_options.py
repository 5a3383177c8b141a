"""The checks of a call of `CORSMiddleware(...)`: a policy instead of options, and the options' names."""

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
from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Policy
from fastcors._lint.reading import READERS
from fastcors.options import DEFAULTS, OPTIONS, Option, Options
from tests.exchange import ORIGIN, actual, preflight, responding, sent

POLICY = Policy(allow_origins=[ORIGIN], allow_methods=["PUT"], allow_credentials=True)
APP = responding()


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


def test_the_warning_about_a_policy_points_at_its_line() -> None:
    with pytest.warns(UserWarning, match="trailing-slash"):
        policy = Policy(allow_origins=["https://a.example/"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CORSMiddleware(APP, policy=policy)


@pytest.mark.parametrize("name", list(DEFAULTS))
def test_an_option_next_to_a_policy_is_an_error_even_with_its_default_value(name: str) -> None:
    given: dict[str, Any] = {name: DEFAULTS[name]}
    with pytest.raises(TypeError, match=rf"{name}: not allowed beside policy.*replace\({name}="):
        CORSMiddleware(APP, policy=POLICY, **given)


def test_an_option_by_position_next_to_a_policy_is_an_error() -> None:
    with pytest.raises(TypeError, match="allow_origins, allow_methods: not allowed beside policy"):
        CORSMiddleware(APP, (), (), policy=POLICY)


def test_what_is_no_policy_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"policy is a dict, not a fastcors.Policy"):
        CORSMiddleware(APP, policy={"allow_origins": [ORIGIN]})  # type: ignore[arg-type]


def test_a_middleware_of_a_policy_can_be_reconfigured_and_leaves_the_policy_as_it_is() -> None:
    middleware = CORSMiddleware(APP, policy=POLICY)
    middleware.reconfigure(allow_origins=["https://b.example"])
    assert middleware.policy == POLICY.replace(allow_origins=["https://b.example"])


def test_a_middleware_is_reconfigured_with_a_policy_alone() -> None:
    middleware = CORSMiddleware(APP, [ORIGIN])
    middleware.reconfigure(policy=POLICY)
    assert middleware.policy is POLICY
    with pytest.raises(TypeError, match=r"max_age: not allowed beside policy.*replace\(max_age="):
        middleware.reconfigure(policy=Policy(), max_age=1)
    with pytest.raises(TypeError, match=r"policy is a str, not a fastcors\.Policy"):
        middleware.reconfigure(policy="mine")  # type: ignore[arg-type]
    assert middleware.policy is POLICY
    middleware.reconfigure(policy=None, max_age=1)
    assert middleware.policy == POLICY.replace(max_age=1)


def test_a_change_reports_only_the_problems_that_it_brings() -> None:
    with pytest.warns(ConfigWarning, match="origin-trailing-slash"):
        middleware = CORSMiddleware(APP, ["https://a.example/"])
    before = middleware.policy
    with pytest.raises(ConfigError) as raised:
        middleware.reconfigure(allow_methods="GET,POST")
    assert [problem.code for problem in raised.value.problems] == ["not-a-collection"]
    assert middleware.policy is before
    # A new `strict` makes a problem of each error.
    with pytest.raises(ConfigError) as raised:
        middleware.reconfigure(strict=True)
    assert [problem.code for problem in raised.value.problems] == ["origin-trailing-slash"]
    # Without it, such a change takes effect.
    with pytest.warns(ConfigWarning, match="method-lower-case") as heard:
        middleware.reconfigure(allow_methods=["get"])
    assert len(heard) == 1
    assert middleware.allow_methods == ["get"]
    assert POLICY.allow_origins == [ORIGIN]


def test_an_unknown_option_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(
        TypeError, match=r"no option 'allow_origin'; did you mean 'allow_origins'\?"
    ):
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


def test_the_signatures_are_those_of_the_table() -> None:
    of_middleware = inspect.signature(CORSMiddleware).parameters
    of_policy = inspect.signature(Policy).parameters
    assert list(of_middleware) == ["app", *DEFAULTS, "policy"]
    assert list(of_policy) == list(DEFAULTS)
    for name, default in DEFAULTS.items():
        assert of_middleware[name].default == of_policy[name].default == default
        assert of_middleware[name].annotation == of_policy[name].annotation


def test_the_typed_dict_is_that_of_the_table() -> None:
    annotations = fastcors.PolicyOptions.__annotations__
    assert list(annotations) == list(DEFAULTS)
    assert fastcors.PolicyOptions.__optional_keys__ == DEFAULTS.keys()
    assert set(typing.get_type_hints(fastcors.PolicyOptions)) == set(DEFAULTS)
    for name, parameter in inspect.signature(Policy).parameters.items():
        assert annotations[name].__forward_arg__ == parameter.annotation


def test_what_is_read_is_typed_as_the_table_lists_it() -> None:
    assert [name for name in Options.__annotations__ if name in DEFAULTS] == list(DEFAULTS)
    assert DEFAULTS.keys() < set(Options.__slots__)


@pytest.mark.parametrize("option", OPTIONS, ids=[option.name for option in OPTIONS])
def test_an_option_of_the_table_is_read_and_shown(option: Option) -> None:
    assert option.kind in READERS
    assert (option.compiled is None) or option.sent is not None
    shown = hasattr(Policy, option.name)
    assert shown == hasattr(CORSMiddleware, option.name)
    # A policy shows what its requests are decided by.
    assert shown == (option.name == "allow_origins" or option.sent is not None)


def is_tenant(origin: str, scope: Any) -> bool:
    """Allow nothing."""
    return False


OTHERS: dict[str, Any] = {
    "allow_origins": ["https://b.example"],
    "allow_methods": ["PUT"],
    "allow_headers": ["X-Token"],
    "allow_credentials": True,
    "allow_origin_regex": r"https://c\.example",
    "allow_private_network": True,
    "expose_headers": ["X-Total"],
    "max_age": 5,
    "allow_origin_func": is_tenant,
    "origin_func_timeout": 2.5,
    "paths": {"/internal": None},
    "enforce": "unsafe",
    "hosts": ["api.example.com"],
    "responses": "minimal",
    "strict": True,
    "accept": ("private-network-superseded",),
}


def test_every_option_of_the_middleware_reaches_its_policy() -> None:
    assert OTHERS.keys() == DEFAULTS.keys()
    for name, value in OTHERS.items():
        given: dict[str, Any] = {"allow_origins": [ORIGIN], name: value}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ours, usual = CORSMiddleware(APP, **given).policy, Policy(allow_origins=[ORIGIN])
            assert ours == Policy(**given)
        assert ours._options.given([]) != usual._options.given([])
        if hasattr(Policy, name):
            assert ours != usual


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
