"""No generated configuration, request and application shows a difference from Starlette."""

from __future__ import annotations

import os
import warnings
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.parity.exchanges import configuration, difference, exchange

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
@given(st.randoms(use_true_random=False))
def test_what_leaves_equals_what_starlette_sends(random: Random) -> None:
    options, several = configuration(random), [exchange(random) for _ in range(4)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the expressions that only Python's engine matches
        assert difference(options, several) is None


def test_the_fuzzer_runs_the_same_generator() -> None:
    random = Random(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(EXAMPLES):
            several = [exchange(random) for _ in range(10)]
            assert difference(configuration(random), several) is None
