"""A policy without ASGI: a value that does not change, and decides as its middleware."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import warnings
import weakref
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fastcors import ALL_METHODS, ConfigError, CORSMiddleware, Decision, Policy
from fastcors.options import DEFAULTS
from tests.exchange import ORIGIN, actual, preflight, responding, sent, values
from tests.parity.exchanges import configuration

OTHER = "https://other.example.com"
FULL: dict[str, Any] = {
    "allow_origins": [ORIGIN, "https://*.example.org", OTHER],
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["X-Token"],
    "allow_credentials": True,
    "allow_origin_regex": [r"https://a\.example", re.compile("b", re.IGNORECASE)],
    "allow_private_network": True,
    "expose_headers": ["X-Total"],
    "max_age": 5,
}


def policy(**options: Any) -> Policy:
    """Return a policy, in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Policy(**options)


# Equality

EQUAL: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"allow_origins": [], "allow_methods": ["GET"], "max_age": 600}),
    ({"allow_origins": ["a", "b"]}, {"allow_origins": ("b", "a")}),
    ({"allow_origins": ["a", "b", "a"]}, {"allow_origins": {"a", "b"}}),
    ({"allow_origins": ["https://*.a", "https://*.b"]}, {"allow_origins": {"https://*.b", "https://*.a"}}),
    ({"allow_origins": ["https://\xe4", "\ud800"]}, {"allow_origins": ["\ud800", "https://\xe4"]}),
    ({"allow_methods": ["*"]}, {"allow_methods": ALL_METHODS}),
    ({"allow_methods": ["GET", "PUT"]}, {"allow_methods": ("GET", "PUT")}),
    ({"allow_headers": ["X-B", "X-A"]}, {"allow_headers": {"X-A", "X-B", "Accept"}}),
    ({"allow_credentials": 1}, {"allow_credentials": True}),
    ({"allow_origin_regex": "a"}, {"allow_origin_regex": [re.compile("a")]}),
    ({"allow_origin_regex": ["a", "b"]}, {"allow_origin_regex": ("b", "a", "b")}),
    ({"allow_origin_regex": None}, {"allow_origin_regex": []}),
    ({"expose_headers": ["X-A"]}, {"expose_headers": frozenset({"X-A"})}),
    ({"max_age": 600}, {"max_age": "600"}),
    (FULL, FULL),
]  # fmt: skip
DIFFERENT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"allow_origins": ["a"]}),
    ({"allow_origins": ["a"]}, {"allow_origins": ["a", "b"]}),
    ({"allow_origins": ["*"]}, {"allow_origins": []}),
    ({"allow_origins": ["https://*.a"]}, {"allow_origins": ["https://*.b"]}),
    ({"allow_methods": ["GET", "PUT"]}, {"allow_methods": ["PUT", "GET"]}),
    ({"allow_methods": ["GET"]}, {"allow_methods": ["GET", "GET"]}),
    ({"allow_methods": []}, {}),
    ({"allow_headers": ["X-A"]}, {"allow_headers": ["x-a"]}),
    ({"allow_headers": ["*"]}, {}),
    ({"allow_credentials": True}, {}),
    ({"allow_origin_regex": "a"}, {"allow_origin_regex": re.compile("a", re.IGNORECASE)}),
    ({"allow_origin_regex": ""}, {}),
    ({"allow_private_network": True}, {}),
    ({"expose_headers": ["X-A", "X-B"]}, {"expose_headers": ["X-B", "X-A"]}),
    ({"max_age": 1}, {"max_age": True}),
]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=repr)
def test_policies_with_the_same_options_are_one_value(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = policy(**one), policy(**other)
    assert first == second
    assert hash(first) == hash(second)
    assert len({first, second}) == 1
    assert (first != second) is False


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=repr)
def test_policies_that_respond_differently_are_two_values(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = policy(**one), policy(**other)
    assert first != second
    assert second != first
    assert len({first, second}) == 2


def test_a_policy_equals_nothing_else() -> None:
    assert Policy() != {}
    assert Policy() != object()
    assert Policy().__eq__(1) is NotImplemented


@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_equal_options_give_equal_policies_whatever_they_come_in(random: Random) -> None:
    options = configuration(random)
    shuffled = dict(options)
    if "allow_origins" in options:
        entries = list(options["allow_origins"])
        random.shuffle(entries)
        shuffled["allow_origins"] = entries
    one, other = policy(**options), policy(**shuffled)
    assert one == other
    assert hash(one) == hash(other)
    # Another generated one is equal only if it responds the same.
    options = configuration(random)
    another = policy(**options)
    if one == another:
        assert hash(one) == hash(another)
        assert one.preflight_headers == another.preflight_headers
        assert one.simple_headers == another.simple_headers
        assert {*one.allow_origins} == {*another.allow_origins}


def test_a_hundred_thousand_origins_are_compared_and_hashed() -> None:
    origins = [f"https://shop-{number}.example" for number in range(100_000)]
    one, other = Policy(allow_origins=origins), Policy(allow_origins=origins[::-1])
    assert one == other
    assert hash(one) == hash(other) == hash(one)
    assert one != Policy(allow_origins=origins[1:])
    assert one != Policy(allow_origins=[*origins[1:], "https://other.example"])


# Immutability

PUBLIC = [*FULL, "allow_all_origins", "preflight_headers", "anything", "_compiled", "_options"]


@pytest.mark.parametrize("name", PUBLIC)
def test_an_attribute_that_is_assigned_says_how_to_get_another_policy(name: str) -> None:
    mine = policy(**FULL)
    for change, arguments in ((setattr, (1,)), (delattr, ())):
        with pytest.raises(
            AttributeError, match=rf"Policy does not change.*{name}.*replace\("
        ) as reported:
            change(mine, name, *arguments)
        assert "\n" not in str(reported.value)
    assert mine == policy(**FULL)


@pytest.mark.parametrize(
    "name", ["allow_origins", "allow_methods", "allow_headers", "expose_headers"]
)
def test_a_list_that_it_returns_cannot_change_it(name: str) -> None:
    mine = policy(**FULL)
    with pytest.raises(TypeError, match="replace"):
        getattr(mine, name).append("x")
    assert mine == policy(**FULL)


def test_a_policy_cannot_be_made_twice() -> None:
    mine = policy(**FULL)
    before = hash(mine)
    with pytest.raises(AttributeError, match=r"does not change, so __init__.*replace\("):
        mine.__init__(allow_origins=[OTHER])  # type: ignore[misc]
    assert mine == policy(**FULL)
    assert hash(mine) == before


def test_the_options_are_those_of_the_middleware_by_keyword() -> None:
    theirs = inspect.signature(CORSMiddleware).parameters.values()
    options = [each for each in theirs if each.name not in ("app", "policy")]
    keyword = [each.replace(kind=each.KEYWORD_ONLY) for each in options]
    assert list(inspect.signature(Policy).parameters.values()) == keyword
    assert {each.name: each.default for each in keyword} == DEFAULTS


def test_the_callers_own_objects_can_change_without_it() -> None:
    given_lists = {name: list(value) for name, value in FULL.items() if isinstance(value, list)}
    mine = policy(**{**FULL, **given_lists})
    for each in given_lists.values():
        each.clear()
    assert mine == policy(**FULL)


# Making one from another


def test_replace_changes_what_it_names_and_nothing_else() -> None:
    mine = policy(**FULL)
    changed = mine.replace(max_age=7, allow_origins=[OTHER])
    assert (changed.max_age, list(changed.allow_origins)) == (7, [OTHER])
    assert changed == policy(**{**FULL, "max_age": 7, "allow_origins": [OTHER]})
    assert mine == policy(**FULL)
    assert mine.replace() == mine


def test_what_cannot_be_a_policy_raises_and_changes_nothing() -> None:
    mine = policy(**FULL)
    wrong: list[tuple[type[Exception], dict[str, Any]]] = [
        (ConfigError, {"allow_origins": "https://a.example"}),
        (re.error, {"allow_origin_regex": "("}),
        (TypeError, {"allow_origin": []}),
    ]
    for error, options in wrong:
        for make in (Policy, mine.replace):
            with pytest.raises(error):
                make(**options)
    by_position: Any = Policy
    with pytest.raises(TypeError, match="did you mean 'allow_origins'"):
        mine.replace(allow_origin=[])  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        by_position([ORIGIN])
    assert mine == policy(**FULL)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_policy_that_was_pickled_is_the_same(protocol: int) -> None:
    mine = policy(**FULL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = pickle.loads(pickle.dumps(mine, protocol))
    assert again == mine
    assert hash(again) == hash(mine)
    assert repr(again) == repr(mine)
    assert list(again.allow_origins) == FULL["allow_origins"]


class Named(Policy):
    """A policy of a class of its own."""

    __slots__ = ()


def test_a_policy_of_a_subclass_stays_one() -> None:
    mine = Named(allow_origins=[ORIGIN])
    assert repr(mine) == f"Named(allow_origins=['{ORIGIN}'])"
    for again in (
        mine.replace(max_age=1),
        pickle.loads(pickle.dumps(mine)),
        copy.copy(mine),
        copy.deepcopy(mine),
    ):
        assert type(again) is Named
        assert list(again.allow_origins) == [ORIGIN]


def test_that_the_methods_were_a_star_is_kept() -> None:
    mine = Policy(allow_methods=["*"])
    for again in (mine.replace(max_age=1).replace(max_age=600), pickle.loads(pickle.dumps(mine))):
        assert repr(again) == repr(mine) == "Policy(allow_methods=['*'])"


def test_a_copy_is_the_policy_itself() -> None:
    mine = Policy()
    assert copy.copy(mine) is mine
    assert copy.deepcopy(mine) is mine


def test_a_policy_that_nobody_holds_is_freed() -> None:
    class Age:
        """What a policy holds, and can be referred to weakly."""

        def __str__(self) -> str:
            return "5"

    age: Any = Age()
    mine: Policy | None = Policy(max_age=age)
    del age
    assert mine is not None
    held = weakref.ref(mine.max_age)
    decision: Decision | None = mine.actual(origin=ORIGIN)
    mine = None
    assert held() is not None
    assert str(decision)
    decision = None
    assert held() is None


# The repr

REPRS: list[tuple[dict[str, Any], str]] = [
    ({}, "Policy()"),
    ({"allow_origins": [ORIGIN]}, f"Policy(allow_origins=['{ORIGIN}'])"),
    (
        {"allow_origins": [f"https://{n}.example" for n in range(9_999)], "allow_credentials": True},
        "Policy(allow_origins=['https://0.example', 'https://1.example', 'https://2.example', … 9,996 more], "
        "allow_credentials=True)",
    ),
    (
        {"allow_origins": [f"https://{name}" for name in "abcd"]},
        "Policy(allow_origins=['https://a', 'https://b', 'https://c', 'https://d'])",
    ),
    ({"allow_methods": ["*"]}, "Policy(allow_methods=['*'])"),
    (
        {"allow_methods": list(ALL_METHODS)},
        "Policy(allow_methods=['DELETE', 'GET', 'HEAD', … 5 more])",
    ),
    ({"allow_methods": []}, "Policy(allow_methods=[])"),
    ({"allow_methods": ["GET"]}, "Policy()"),
    ({"allow_headers": ["X-B", "X-A"]}, "Policy(allow_headers=['X-B', 'X-A'])"),
    ({"allow_headers": ["Accept"]}, "Policy()"),
    (
        {"allow_origin_regex": r"https://a\.b"},
        r"Policy(allow_origin_regex='https://a\\.b')",
    ),
    (
        {"allow_origin_regex": ["https://a", re.compile("https://b", re.IGNORECASE)]},
        "Policy(allow_origin_regex=['https://a', re.compile('https://b', re.IGNORECASE)])",
    ),
    ({"allow_private_network": True}, "Policy(allow_private_network=True)"),
    ({"expose_headers": ["X-A"], "max_age": 0}, "Policy(expose_headers=['X-A'], max_age=0)"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "expected"), REPRS, ids=[text[:60] for _, text in REPRS])
def test_the_repr_shows_what_differs_from_the_defaults(
    options: dict[str, Any], expected: str
) -> None:
    mine = policy(**options)
    assert repr(mine) == expected
    if "…" not in expected:
        assert eval(expected, {"Policy": Policy, "re": re}) == mine


def test_the_repr_of_anything_is_one_short_line() -> None:
    long = policy(
        allow_origins=["https://" + "a" * 1000, "x\n", "\ud800"],
        allow_origin_regex="a\n" * 1000,
        expose_headers=["X" * 1000] * 10,
    )
    assert len(repr(long)) < 1000
    assert repr(long).isprintable()


# A middleware has one


def test_a_middleware_is_a_policy_and_an_application() -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN], allow_credentials=True)
    assert middleware.policy == Policy(allow_origins=[ORIGIN], allow_credentials=True)
    assert middleware.policy is middleware.policy
    before = middleware.policy
    middleware.allow_origins = [OTHER]
    assert middleware.policy == before.replace(allow_origins=[OTHER])
    assert before == Policy(allow_origins=[ORIGIN], allow_credentials=True)


def test_a_subclass_may_have_a_policy_of_its_own() -> None:
    class Assigning(CORSMiddleware):
        def __init__(self, app: Any) -> None:
            self.policy: Any = "mine"
            super().__init__(app, [ORIGIN])

    class Overriding(CORSMiddleware):
        policy: Any = "mine"

    for middleware in (Assigning(responding()), Overriding(responding(), [ORIGIN])):
        assert middleware.policy == "mine"
        assert values(sent(middleware, actual()), "access-control-allow-origin") == [ORIGIN]
        again = copy.copy(middleware)
        assert again.policy == "mine"
        middleware.reconfigure(allow_origins=[OTHER])
        assert sent(middleware, preflight())[0]["status"] == 400


def test_what_a_subclass_overrides_is_not_asked() -> None:
    class Open(CORSMiddleware):
        def is_allowed_origin(self, origin: str) -> bool:
            return True

    middleware = Open(responding())
    assert sent(middleware, preflight())[0]["status"] == 200
    assert not middleware.policy.preflight(origin=ORIGIN, method="GET")


def test_assigning_a_policy_replaces_the_one_that_decides() -> None:
    class Subclass(CORSMiddleware):
        pass

    for class_ in (CORSMiddleware, Subclass):
        origins = [ORIGIN]
        middleware = class_(responding(), origins)
        middleware.policy = new = middleware.policy.replace(allow_origins=[OTHER])
        origins.append("https://c.example")
        assert middleware.policy is new
        assert "policy" not in vars(middleware)
        assert sent(middleware, preflight())[0]["status"] == 400
        assert sent(middleware, preflight(OTHER))[0]["status"] == 200
        assert sent(middleware, preflight("https://c.example"))[0]["status"] == 400
        assert copy.copy(middleware).policy == new


def test_what_is_no_policy_is_not_assigned() -> None:
    middleware = CORSMiddleware(responding(), [ORIGIN])
    before = middleware.policy
    for wrong in (None, "mine", {"allow_origins": [OTHER]}):
        with pytest.raises(TypeError, match=r"not a fastcors\.Policy; write policy=Policy\("):
            middleware.policy = wrong  # type: ignore[assignment]
    with pytest.raises(AttributeError, match="assign another Policy"):
        del middleware.policy
    assert middleware.policy is before


def test_an_attribute_of_a_subclass_ends_when_a_policy_is_assigned_or_it_is_deleted() -> None:
    class Own(CORSMiddleware):
        pass

    middleware: Any = Own(responding(), [ORIGIN])
    before = middleware.policy
    middleware.policy = "mine"
    assert middleware.policy == "mine"
    del middleware.policy
    assert middleware.policy is before
    middleware.policy = None
    middleware.policy = new = before.replace(allow_origins=[OTHER])
    assert middleware.policy is new
    assert sent(middleware, preflight(OTHER))[0]["status"] == 200


def test_a_property_of_a_subclass_named_policy_stays_its_own() -> None:
    class Own(CORSMiddleware):
        kept: Any = None

        @property
        def policy(self) -> Any:
            return "mine"

        @policy.setter
        def policy(self, value: Any) -> None:
            self.kept = value

    middleware = Own(responding(), [ORIGIN])
    middleware.policy = Policy(allow_origins=[OTHER])
    assert middleware.policy == "mine"
    assert middleware.kept == Policy(allow_origins=[OTHER])
    assert sent(middleware, preflight())[0]["status"] == 200


def test_the_attribute_of_the_class_is_the_descriptor() -> None:
    assert CORSMiddleware.policy is vars(CORSMiddleware)["policy"]
    assert "policy" not in vars(CORSMiddleware(responding()))


def test_an_unknown_option_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(
        TypeError, match=r"no option 'allow_origin'; did you mean 'allow_origins'\?"
    ):
        Policy(allow_origin=[ORIGIN])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="no option 'zzz'; the options are allow_origins, "):
        Policy(zzz=1)  # type: ignore[call-arg]
