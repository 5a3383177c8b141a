"""The linter takes anything at all, and raises nothing."""

from __future__ import annotations

import re
import tracemalloc
import warnings
from typing import Any

import pytest

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Problem
from fastcors.options import DEFAULTS
from tests.exchange import responding
from tests.lint.alone import lint
from tests.lint.hostile import MAKERS, RudeText, everything_raises

APP = responding()


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("option", [*DEFAULTS, "app", "allow_origin", "\r\n\ud800"])
def test_any_value_is_linted_without_an_exception(option: str, make: Any) -> None:
    reported = lint(**{option: make()})
    for problem in reported:
        assert problem.option == option
        assert problem.severity in {"error", "warning"}
        # Whatever the value is, what is said of it is a line of text for a log.
        for text in (str(problem), repr(problem)):
            assert text.isprintable(), text
            text.encode()
        assert len(str(problem)) < 2000
        # Whatever the value's own comparison and hash do.
        assert len({problem, problem}) == 1
    str(reported)
    repr(reported)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize(
    "option",
    ["allow_origins", "allow_methods", "allow_headers", "allow_origin_regex", "expose_headers"],
)
def test_any_item_is_linted_without_an_exception(option: str, make: Any) -> None:
    for place in range(3):
        items = ["GET", "https://a.example"]
        items.insert(place, make())
        assert {problem.option for problem in lint(**{option: items})} <= {option}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("option", DEFAULTS)
def test_the_middleware_raises_nothing_but_a_config_error(option: str, make: Any) -> None:
    options = {"max_age": -1, "strict": True, option: make()}
    raised: ConfigError | None = None
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            CORSMiddleware(APP, **options)
        except ConfigError as error:
            raised = error
        except (re.error, OverflowError, RecursionError):
            # What Python says to an expression.
            assert option == "allow_origin_regex"
    assert raised is None or (raised.problems and str(raised))
    # Beside ours: what Python says to NotImplemented as a bool, and to an expression.
    ours = {ConfigWarning, DeprecationWarning, FutureWarning}
    assert {warning.category for warning in warned} <= ours


def test_everything_rude_at_once() -> None:
    reported = lint(**{option: everything_raises() for option in DEFAULTS})
    assert {problem.option for problem in reported} == set(DEFAULTS)
    assert {problem.severity for problem in reported} == {"error"}


def test_the_name_of_an_option_may_be_of_a_class_of_its_own() -> None:
    class Name(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            raise ArithmeticError

        __hash__ = str.__hash__

    (problem,) = lint(**{Name("max_agee"): 5})
    assert (problem.code, problem.suggestion) == ("unknown-option", "max_age")


def test_a_text_of_a_class_of_its_own_counts_as_the_text_that_it_is() -> None:
    assert (
        lint(allow_origins=[RudeText("https://a.example")], allow_methods=[RudeText("GET")]) == []
    )


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_is_no_exception_goes_through(kind: type[BaseException]) -> None:
    class Interrupted:
        def __iter__(self) -> Any:
            raise kind

    with pytest.raises(kind):
        lint(allow_origins=Interrupted())


def test_what_an_object_raises_is_the_cause_of_the_error() -> None:
    class Failing:
        def __iter__(self) -> Any:
            raise ConnectionError("the database is away")

    with pytest.raises(ConfigError, match="ConnectionError: the database is away") as raised:
        CORSMiddleware(APP, Failing())  # type: ignore[arg-type]
    assert isinstance(raised.value.__cause__, ConnectionError)
    (problem,) = lint(allow_origins=Failing())
    assert problem.code == "unreadable"


def test_a_huge_text_costs_no_more_to_tell_than_a_short_one() -> None:
    problem = Problem(
        "origin-path", "allow_origins", ["x" * 100] * 1_000_000, "message", "y" * 10_000_000
    )
    tracemalloc.start()
    try:
        assert len(repr(problem)) < 3000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_hostile_item_hides_no_other(make: Any) -> None:
    reported = lint(allow_origins=["https://a.example/", make(), "https://b.example/"])
    slashes = [p.value for p in reported if p.code == "origin-trailing-slash"]
    assert slashes == ["https://a.example/", "https://b.example/"]


def test_a_list_of_any_length_is_read_to_its_end_and_an_iterator_is_not() -> None:
    many = ["https://a.example"] * 2_000_001
    assert not [problem for problem in lint(allow_origins=many) if problem.code == "endless"]
    (problem,) = lint(allow_origins=iter(many))
    assert (problem.code, problem.severity) == ("endless", "error")
    assert "list(...)" in problem.message
