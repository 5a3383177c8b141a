"""Whatever the request, the time of one decision grows no faster than it, and the response is right."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import pytest

from fastcors import CORSMiddleware
from tests.attacks.attacks import ATTACKS, CATASTROPHIC, GROWTH, Attack, hostile_to_expressions
from tests.attacks.timing import best_times
from tests.exchange import headers_of, responding, sent, values

if TYPE_CHECKING:
    from collections.abc import Callable

# What a busy machine may add. Quadratic time is a ratio of GROWTH squared, far above.
NOISE = 2.5
# How many times as long as a loop in Python over the same input a request may take.
LOOPS = 5

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


def best_of(attack: Attack, enough: Callable[[float, float], bool]) -> tuple[float, float]:
    """Return the times at both sizes, and measure again on a machine that is busy the whole time."""
    subjects = [(attack.fastcors(size), partial(attack.scope, size)) for size in attack.sizes]
    small = large = float("inf")
    for _ in range(5):
        times = best_times(subjects)
        small, large = min(small, times[0]), min(large, times[1])
        if enough(small, large):
            break
    return small, large


@each_attack
def test_the_time_grows_no_faster_than_the_request(attack: Attack) -> None:
    def linear(small: float, large: float) -> bool:
        return large / small < GROWTH * NOISE

    small, large = best_of(attack, linear)
    assert linear(small, large), f"{GROWTH} times the size takes {large / small:.1f} times as long"


@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if not attack.allowed], ids=lambda attack: attack.name
)
def test_the_time_grows_no_faster_than_the_request_that_is_explained_in_the_log(
    attack: Attack,
) -> None:
    def linear(small: float, large: float) -> bool:
        return large / small < GROWTH * NOISE

    lines: list[int] = []

    def counted(record: logging.LogRecord) -> bool:
        lines.append(len(record.getMessage()))
        return False

    logger = logging.getLogger("fastcors")
    logger.addFilter(counted)
    level = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        small, large = best_of(attack, linear)
    finally:
        logger.setLevel(level)
        logger.removeFilter(counted)
    assert linear(small, large), f"{GROWTH} times the size takes {large / small:.1f} times as long"
    assert lines
    assert max(lines) < 2_000


@each_attack
def test_a_request_costs_no_more_than_a_few_loops_in_python_over_it(attack: Attack) -> None:
    size = max(attack.sizes)
    subject = (attack.fastcors(size), partial(attack.scope, size))
    for _ in range(5):
        request, loop = best_times([subject], beside=partial(attack.loop, size))
        if request < LOOPS * loop:
            break
    assert request < LOOPS * loop, f"{request / loop:.1f} times as long as a loop"


@each_attack
def test_the_response_is_right_and_starlettes(attack: Attack) -> None:
    for size in {min(size, attack.starlette_limit) for size in attack.sizes}:
        ours = sent(attack.fastcors(size), attack.scope(size))
        theirs = sent(attack.starlette(size), attack.scope(size))
        origins = values(ours, "access-control-allow-origin")
        assert (ours[0]["status"] == 200 and origins != []) == attack.allowed
        # Not one assertion of both: a megabyte of difference takes minutes to print.
        same = ours == theirs
        assert same, f"another response at size {size}"


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize("expression", CATASTROPHIC.values(), ids=CATASTROPHIC)
def test_a_catastrophic_expression_takes_about_as_long_as_a_plain_one(expression: str) -> None:
    subjects = [
        (
            CORSMiddleware(responding(), allow_origin_regex=regex),
            partial(hostile_to_expressions, 100),
        )
        for regex in (expression, r"https://[a-z]+\.example\.com")
    ]
    for _ in range(5):
        catastrophic, plain = best_times(subjects)
        if catastrophic < 10 * plain:
            break
    # An engine that goes back takes 2 to the power of 100 steps.
    assert catastrophic < 10 * plain


@pytest.mark.filterwarnings("ignore::fastcors.ConfigWarning")
@pytest.mark.parametrize("expression", CATASTROPHIC.values(), ids=CATASTROPHIC)
@pytest.mark.parametrize("size", [100, 1_000_000])
def test_a_catastrophic_expression_rejects_an_origin_that_is_hostile_to_it(
    expression: str, size: int
) -> None:
    app = CORSMiddleware(responding(), allow_origin_regex=expression)
    assert headers_of(sent(app, hostile_to_expressions(size))) == [
        (b"content-type", b"text/plain"),
        (b"vary", b"Origin"),
    ]
