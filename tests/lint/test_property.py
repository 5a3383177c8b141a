"""For configurations of all kinds: the linter never raises, and the middleware tells just what it finds."""

from __future__ import annotations

import dataclasses
import os
import re
import warnings
from collections import Counter
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcors import ConfigError, ConfigWarning, CORSMiddleware, Problem, lint
from fastcors.options import DEFAULTS
from tests.exchange import responding
from tests.lint.hostile import MAKERS
from tests.parity.exchanges import configuration

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
APP = responding()


@dataclasses.dataclass(frozen=True)
class Hostile:
    """Stands for one of the hostile values."""

    name: str


def made(drawn: Any) -> Any:
    """Give the value that was drawn."""
    if isinstance(drawn, Hostile):
        return MAKERS[drawn.name]()
    return [made(item) for item in drawn] if type(drawn) is list else drawn


texts = st.one_of(
    st.text(),
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Z"])),
    st.sampled_from(["*", "null", "GET", "Cookie", "https://a.example", "https://a.example/"]),
    st.from_regex(r"[a-zA-Z]{0,5}:?/{0,2}[a-zA-Z.*@\[\]:]{0,12}(:[0-9*]{0,6})?[/?#]?"),
)
expressions = st.one_of(
    st.text("htps:/.*+?()[]{}|\\^$a-zA1-9", max_size=12),
    st.from_regex(r"https?://([a-z*]{1,3}\\?\.){1,3}com\$?", fullmatch=True),
)
plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), texts, st.timedeltas()
)
# What takes long, and what is another value once it was read.
LEFT_OUT = ("endless", "generator", "huge", "long", "middle")
# By name, for the library that draws them could not print them.
hostile = st.builds(
    Hostile,
    st.sampled_from([name for name in MAKERS if not any(word in name for word in LEFT_OUT)]),
)
values = st.one_of(
    plain,
    st.lists(texts),
    st.recursive(plain, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=9),
    hostile,
    st.lists(hostile | texts, max_size=3),
)  # fmt: skip
options = st.one_of(
    st.fixed_dictionaries({}, optional=dict.fromkeys(DEFAULTS, values)),
    st.fixed_dictionaries(
        {},
        optional={
            "allow_origins": st.lists(texts),
            "allow_methods": st.lists(texts),
            "allow_headers": st.lists(texts),
            "allow_credentials": st.booleans(),
            "allow_origin_regex": expressions | st.lists(expressions, max_size=3),
            "allow_private_network": st.booleans(),
            "expose_headers": st.lists(texts),
            "max_age": st.integers() | st.floats(),
        },
    ),
    st.randoms(use_true_random=False).map(configuration),
)

quick = settings(max_examples=EXAMPLES // 4, deadline=None, suppress_health_check=list(HealthCheck))


def reported(problems: list[Problem]) -> Counter[str]:
    """Return the warnings that report problems, if no ten of them are alike."""
    return Counter(f"fastcors: {problem}" for problem in problems)


def heard(given: dict[str, Any], *, strict: bool) -> tuple[Counter[str], Exception | None]:
    """Make a middleware, and give our warnings and what was raised."""
    raised: Exception | None = None
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")
        try:
            CORSMiddleware(APP, **{**given, "strict": strict})
        except Exception as error:
            raised = error
    ours = [warning for warning in recorded if warning.category is ConfigWarning]
    return Counter(str(warning.message) for warning in ours), raised


def few_alike(problems: list[Problem]) -> bool:
    counts = Counter((problem.option, problem.code) for problem in problems)
    return max(counts.values(), default=0) <= 10


@quick
@given(st.dictionaries(texts | st.sampled_from([*DEFAULTS]), values, max_size=5))
def test_the_linter_never_raises(anything: dict[str, Any]) -> None:
    for problem in lint(**{name: made(value) for name, value in anything.items()}):
        assert problem.option in anything or problem.code == "no-origins"
        assert str(problem).isprintable()
        assert repr(problem).isprintable()


@quick
@given(options)
def test_the_middleware_reports_just_the_errors_that_the_linter_finds(options: Any) -> None:
    options = {name: made(value) for name, value in options.items() if name != "strict"}
    problems = lint(**options)
    errors = [problem for problem in problems if problem.severity == "error"]
    advice = [problem for problem in problems if problem.severity == "warning"]
    for strict in (False, True):
        said, raised = heard(options, strict=strict)
        if not strict and any(problem.code == "regex-syntax" for problem in problems):
            assert isinstance(raised, re.error | OverflowError | RecursionError | ValueError)
            assert not isinstance(raised, ConfigError)
            assert not said
        elif raised is not None:
            assert isinstance(raised, ConfigError)
            # As values, for the linter's own may be equal to nothing, such as a NaN.
            assert reported(raised.problems) == reported(errors)
            assert not said
        elif few_alike(problems):
            # Linear time is promised, unless a warning says that it is not.
            shown = [*errors, *(each for each in advice if each.code == "regex-python-only")]
            assert said == reported(advice if strict else shown)
        if strict:
            assert (raised is not None) is bool(errors)


def test_the_generator_reaches_errors_and_advice_and_silence() -> None:
    random, kinds = Random(0), Counter[str]()
    for _ in range(300):
        severities: list[str] = [problem.severity for problem in lint(**configuration(random))]
        kinds.update(severities or ["silence"])
    assert set(kinds) == {"error", "warning", "silence"}
