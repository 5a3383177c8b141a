"""`allow_origin_func` as an option: a policy with it, and what is wrong with a value."""

from __future__ import annotations

import asyncio
import copy
import functools
import gc
import pickle
import weakref
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from fastcors import ConfigError, CORSMiddleware, Policy, cached, lint
from tests.exchange import ORIGIN, Scope, responding
from tests.origins.test_function import TENANT, Tenants, awaited, plain


def other(origin: str, scope: Scope) -> bool:
    return False


remembered = cached(plain)


@cached
def decorated(origin: str, scope: Scope) -> bool:
    return origin == TENANT


def test_policies_are_equal_if_their_functions_are_the_same_object() -> None:
    tenants = Tenants()
    policies = [
        Policy(allow_origin_func=function)
        for function in (plain, other, cached(plain), tenants.method, Tenants().method, tenants)
    ]
    for place, policy in enumerate(policies):
        for number, each in enumerate(policies):
            assert (policy == each) is (place == number)
    assert len(set(policies)) == 6
    again = Policy(allow_origin_func=tenants.method)
    assert again == policies[3]
    assert hash(again) == hash(policies[3])
    assert Policy(allow_origin_func=plain) != Policy(allow_origin_func=plain, origin_func_timeout=1)
    with_float = Policy(allow_origin_func=plain, origin_func_timeout=5.0)
    assert Policy(allow_origin_func=plain) == with_float


def test_a_function_without_a_hash_or_with_an_equality_of_its_own_is_compared_by_identity() -> None:
    class Odd:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            return False

        def __call__(self, origin: str, scope: Scope) -> bool:
            return True

    odd = Odd()
    first, second = Policy(allow_origin_func=odd), Policy(allow_origin_func=odd)
    assert first == second
    assert hash(first) == hash(second)
    assert first != Policy(allow_origin_func=Odd())


@pytest.mark.parametrize("function", [plain, awaited, decorated])
def test_a_policy_with_a_function_of_a_module_can_be_pickled(function: Any) -> None:
    policy = Policy(allow_origins=[ORIGIN], allow_origin_func=function, origin_func_timeout=2)
    again = pickle.loads(pickle.dumps(policy))
    assert again == policy
    assert again.origin_func_timeout == 2
    assert copy.deepcopy(policy) is policy
    assert copy.copy(policy).allow_origin_func is policy.allow_origin_func


def test_a_cached_function_that_has_another_name_is_pickled_as_an_empty_one() -> None:
    assert remembered(TENANT, {})
    again = pickle.loads(pickle.dumps(Policy(allow_origin_func=remembered))).allow_origin_func
    assert again is not remembered
    assert again.__wrapped__ is plain
    assert again.info()["allowed"] == 0


def test_a_lambda_cannot_be_pickled() -> None:
    policy = Policy(allow_origin_func=lambda origin, scope: origin == TENANT)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(policy)


def test_a_policy_shows_the_name_of_its_function() -> None:
    name = f"{plain.__module__}.plain"
    for function in (plain, functools.partial(plain)):
        assert repr(Policy(allow_origin_func=function)) == f"Policy(allow_origin_func={name})"
    assert repr(Policy(allow_origin_func=Tenants().method, origin_func_timeout=1)) == (
        f"Policy(allow_origin_func={Tenants.__module__}.Tenants.method, origin_func_timeout=1)"
    )
    assert f"<fastcors.cached {name}>" in repr(remembered)


def test_the_middleware_has_it_as_attributes_and_can_be_reconfigured() -> None:
    middleware = CORSMiddleware(responding(), allow_origin_func=plain)
    assert (middleware.allow_origin_func, middleware.origin_func_timeout) == (plain, 5)
    middleware.origin_func_timeout = 2.5
    middleware.reconfigure(allow_origin_func=awaited)
    assert middleware.policy == Policy(allow_origin_func=awaited, origin_func_timeout=2.5)
    for wrong in ({"allow_origin_func": 3}, {"origin_func_timeout": "5"}):
        before = middleware.policy
        with pytest.raises(ConfigError):
            middleware.reconfigure(**wrong)
        assert middleware.policy is before
    middleware.reconfigure(allow_origin_func=None, allow_origins=[ORIGIN], origin_func_timeout=5)
    assert middleware.policy == Policy(allow_origins=[ORIGIN])


def test_a_policy_does_not_call_it_and_says_so() -> None:
    def never(origin: str, scope: Scope) -> bool:
        raise AssertionError(origin)

    policy = Policy(allow_origins=[ORIGIN], allow_origin_func=never)
    for decision in (
        policy.actual(origin=TENANT),
        policy.preflight(origin=TENANT, method="GET"),
        policy.request(origin=TENANT, method="POST"),
    ):
        assert not decision.allowed
        (denial,) = decision.denials
        assert denial.kind == "origin"
        assert denial.value == TENANT
        assert "the middleware calls it for each request, a Policy does not" in denial.message
        assert "you allow https://app.example.com" in denial.message
    assert policy.actual(origin=ORIGIN).allowed
    for origin in ("null", "", "https://\u2603.example", "https://\xe9.example", "x" * 301):
        decision = policy.actual(origin=origin)
        assert not decision
        assert "allow_origin_func" not in str(decision)


def test_a_cycle_through_the_function_is_collected() -> None:
    class Owner:
        def allows(self, origin: str, scope: Scope) -> bool:
            return False

    owner = Owner()
    owner.middleware = CORSMiddleware(responding(), allow_origin_func=owner.allows)  # type: ignore[attr-defined]
    known = weakref.ref(owner)
    del owner
    gc.collect()
    assert known() is None


def generating(origin: str, scope: Scope) -> Iterator[bool]:
    yield True


async def generating_later(origin: str, scope: Scope) -> AsyncIterator[bool]:
    yield True


class Checking:
    def __call__(self, origin: str) -> bool:
        return True


async def allowing(origin: str, scope: Scope) -> bool:
    return True


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (
        {"allow_origin_func": Tenants},
        "function-type",
        "is a class, and calling it returns an object",
    ),
    (
        {"allow_origin_func": True},
        "function-type",
        "True is a bool, not a function; list the origins",
    ),
    ({"allow_origin_func": False}, "function-type", "False is a bool, not a function; remove it"),
    ({"allow_origin_func": TENANT}, "function-type", "is a str, not a function; list origins in"),
    ({"allow_origin_func": [TENANT]}, "function-type", "is a list, not a function; list origins"),
    ({"allow_origin_func": 3}, "function-type", "3 is an int, not a function; write def allows("),
    (
        {"allow_origin_func": generating},
        "function-type",
        "has a yield, so calling it returns a gen",
    ),
    ({"allow_origin_func": generating_later}, "function-type", "has a yield"),
    (
        {"allow_origin_func": Checking()},
        "function-parameters",
        "(origin: 'str') -> 'bool' cannot be",
    ),
    ({"allow_origin_func": lambda: True}, "function-parameters", "too many positional arguments"),
    ({"allow_origin_func": Tenants.method}, "function-parameters", "missing a required argument"),
    (
        {"allow_origin_func": lambda a, b, c: a},
        "function-parameters",
        "missing a required argument",
    ),
    ({"allow_origin_func": cached(Checking())}, "function-parameters", "cannot be called"),  # type: ignore[arg-type]
    ({"allow_origin_func": lambda a, b: True}, "function-any-origin", "returns True whatever"),
    ({"allow_origin_func": allowing}, "function-any-origin", "write allow_origins=['*']"),
    (
        {"allow_origin_func": allowing, "allow_credentials": True},
        "function-any-origin",
        "may read responses with credentials; compare the origin",
    ),
    ({"allow_origin_func": plain, "allow_origins": "*"}, "function-without-effect", "never called"),
    ({"origin_func_timeout": 3}, "function-timeout-without-function", "no effect without"),
    *[
        ({"allow_origin_func": plain, "origin_func_timeout": value}, "function-timeout", said)
        for value, said in [
            (0, "0 is no number of seconds that passes"),
            (-1, "-1 is no number"),
            (float("nan"), "nan is no number"),
            (float("inf"), "inf is no number"),
            (True, "True is a bool, not a number of seconds, so it would not end the call"),
            (None, "None is not a number of seconds"),
            ("30 s", "write a number above 0, such as 30"),
        ]
    ],
    (
        {"allow_origin_func": plain, "origin_func_timeout": 61},
        "function-timeout-long",
        "61 seconds are longer than a browser or its user waits",
    ),
]


@pytest.mark.parametrize(("options", "code", "said"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_reported(options: dict[str, Any], code: str, said: str) -> None:
    messages = {problem.code: problem.message for problem in lint(**options)}
    assert said in messages[code]


def test_a_coroutine_instead_of_its_function_is_reported() -> None:
    coroutine = awaited(TENANT, {})
    try:
        (problem,) = lint(allow_origin_func=coroutine)
    finally:
        coroutine.close()
    assert problem.code == "function-type"
    assert "give the function itself, without calling it" in problem.message


class Failing:
    """A callable that raises wherever it is looked at."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __call__(self, origin: str, scope: Scope) -> bool:
        return True


@pytest.mark.parametrize(
    "function",
    [
        plain,
        awaited,
        remembered,
        cached(awaited),
        Tenants(),
        Tenants().method,
        functools.partial(plain),
        lambda *arguments: arguments[0] == TENANT,
        lambda origin, scope, more=None: origin in more,
        {TENANT: True}.get,
    ],
    ids=repr,
)
def test_what_can_be_called_with_an_origin_and_a_scope_is_no_problem(function: Any) -> None:
    assert lint(allow_origin_func=function) == []
    assert lint(allow_origin_func=function, allow_credentials=True, strict=True) == []
    assert lint(allow_origin_func=function, enforce=True) == []
    Policy(allow_origin_func=function, strict=True)


def test_an_object_that_raises_when_it_is_looked_at_is_reported() -> None:
    assert {problem.code for problem in lint(allow_origin_func=Failing())} == {"unreadable"}


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("allow_origin_fn", "allow_origin_func"),
        ("origin_func", "allow_origin_func"),
        ("AllowOriginFunc", "allow_origin_func"),
        ("origin_callback", "allow_origin_func"),
        ("origin_timeout", "origin_func_timeout"),
        ("allow_origins_list", "allow_origins"),
    ],
)
def test_a_misspelled_name_is_understood(name: str, option: str) -> None:
    options: dict[str, Any] = {name: plain}
    with pytest.raises(TypeError, match=f"did you mean {option!r}"):
        CORSMiddleware(responding(), **options)


def test_a_policy_is_made_without_an_event_loop_and_within_one() -> None:
    async def main() -> Policy:
        return Policy(allow_origin_func=awaited)

    assert asyncio.run(main()) == Policy(allow_origin_func=awaited)
