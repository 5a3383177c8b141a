"""Values that can be copied and pickled, by every protocol, and those that raise an error."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest

from fastcors import ConfigError, CORSMiddleware, Policy, _fastcors, lint
from tests.exchange import ORIGIN, actual, never, preflight, receive, responding, run, sent


def by(protocol: int) -> Callable[[Any], Any]:
    return lambda value: pickle.loads(pickle.dumps(value, protocol))


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"protocol {number}": by(number) for number in range(pickle.HIGHEST_PROTOCOL + 1)},
}
each_way = pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)


async def app(scope: Any, receive: Any, send: Any) -> None:
    await responding()(scope, receive, send)


class Subclass(CORSMiddleware):
    note = "class"


class Overriding(CORSMiddleware):
    def is_allowed_origin(self, origin: str) -> bool:
        return origin == "https://overridden.example"


class Arguments(CORSMiddleware):
    """Its `__new__` takes what a pickle must keep."""

    kept: str

    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        made = super().__new__(cls)
        made.kept = options.pop("kept", None)
        return made

    def __init__(self, app: Any, *, kept: str) -> None:
        super().__init__(app, [ORIGIN])

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, str]]:
        return (), {"kept": self.kept}


SCOPES = [
    actual(),
    actual("https://b"),
    actual("https://overridden.example"),
    preflight(method="PUT"),
]


@each_way
@pytest.mark.parametrize("cls", [CORSMiddleware, Subclass, Overriding])
def test_a_middleware_comes_back_with_its_options_and_attributes(
    cls: type[CORSMiddleware], copied: Callable[[Any], Any]
) -> None:
    middleware: Any = cls(app, {ORIGIN}, ["PUT"], allow_origin_regex="https://b", max_age=7)
    middleware.note = "instance"
    other = copied(middleware)
    assert type(other) is cls
    assert vars(other) == {"note": "instance"}
    assert other.policy == middleware.policy
    assert other.app is app
    for scope in SCOPES:
        assert sent(other, scope) == sent(middleware, scope)
    assert other.stats()["requests"] == len(SCOPES)
    other.allow_origins = ["https://c.example"]
    assert middleware.allow_origins == {ORIGIN}


@each_way
def test_a_middleware_that_is_made_of_arguments_is_made_of_them_again(
    copied: Callable[[Any], Any],
) -> None:
    other = copied(Arguments(app, kept="this"))
    assert other.kept == "this"
    assert sent(other, actual()) == sent(Arguments(app, kept="this"), actual())


def config_error() -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        CORSMiddleware(app, "https://a", "GET")
    return raised.value


POLICY = Policy(
    allow_origins=(ORIGIN, "https://*.b.example"),
    allow_methods={"PUT"},
    allow_headers=["*"],
    allow_origin_regex=[r"https://b", re.compile(r"https://c\.example", re.IGNORECASE)],
    expose_headers=["X-A"],
    max_age=7,
)
DECISION = POLICY.preflight(origin="https://c", method="PURGE", private_network=True)
VALUES: dict[str, Any] = {
    "policy": POLICY,
    "policy without options": Policy(),
    "preflight": DECISION,
    "actual": POLICY.actual(origin=None),
    "denial": DECISION.denials[0],
    "problem": config_error().problems[0],
    "report": lint(allow_origins=[f"{ORIGIN}/"], allow_origin_regex=r"https://b\.example"),
}


@each_way
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_comes_back_equal(value: Any, copied: Callable[[Any], Any]) -> None:
    other = copied(value)
    assert type(other) is type(value)
    assert other == value
    assert str(other) == str(value)


@each_way
def test_a_config_error_comes_back_with_its_problems(copied: Callable[[Any], Any]) -> None:
    error = config_error()
    other = copied(error)
    assert (type(other), str(other)) == (ConfigError, str(error))
    assert other.problems == error.problems


def send() -> Any:
    """Return the `send` that an application gets."""
    found = []

    async def keeping(scope: Any, receive: Any, send: Any) -> None:
        found.append(send)

    run(CORSMiddleware(keeping)(actual(), receive, never))
    return found[0]


COMPILED: dict[str, Any] = {
    "CompiledPolicy": POLICY._compiled,
    "Middleware": _fastcors.Middleware(),
    "Send": send(),
}


@each_way
@pytest.mark.parametrize(("name", "value"), COMPILED.items(), ids=COMPILED)
def test_a_compiled_value_says_that_it_cannot_be_copied(
    name: str, value: Any, copied: Callable[[Any], Any]
) -> None:
    with pytest.raises((TypeError, pickle.PicklingError), match=f"(cannot|Can't) pickle .*{name}"):
        copied(value)
