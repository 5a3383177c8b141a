"""A pattern covers what its meaning says and nothing else: attacks, near misses, the edges of its parts."""

from __future__ import annotations

import dataclasses
import os
import re
import tomllib
import warnings
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fastcors import ConfigWarning, CORSMiddleware
from tests.cors.patterns.generated import case, covered, disagreement, origin, pattern
from tests.cors.patterns.twin import covers, is_pattern
from tests.exchange import actual, preflight, responding, sent, values
from tests.parity.twin import Twin

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
APP = responding()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Class:
    """A class of origins, as its table has it: an unknown or missing key is a TypeError."""

    name: str
    patterns: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()

    def rows(self) -> list[tuple[str, bool]]:
        """Return each origin with its verdict."""
        return [(each, True) for each in self.allowed] + [(each, False) for each in self.rejected]


def read() -> list[Class]:
    """Read the table."""
    text = Path(__file__).with_name("attacks.toml").read_text(encoding="utf-8")
    return [
        Class(name=table.pop("name"), **{key: tuple(rows) for key, rows in table.items()})
        for table in tomllib.loads(text)["class"]
    ]


CLASSES = read()
DOCUMENT = Path(__file__).parents[3].joinpath("docs/configuration.md").read_text(encoding="utf-8")
EACH = pytest.mark.parametrize("attacks", CLASSES, ids=lambda attacks: attacks.name)


def quiet(*entries: str, **options: Any) -> CORSMiddleware:
    """Return a middleware whatever it warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConfigWarning)
        return CORSMiddleware(APP, allow_origins=entries, **options)


@EACH
@pytest.mark.parametrize("credentials", [False, True], ids=["", "with credentials"])
def test_every_origin_is_decided_as_the_table_says(attacks: Class, credentials: bool) -> None:
    middleware = quiet(*attacks.patterns, allow_credentials=credentials)
    for asked, allowed in attacks.rows():
        assert middleware.is_allowed_origin(asked) is allowed, asked
        named = [asked] if allowed else []
        # Once more at the end: the verdict is remembered.
        for scope in (actual(asked), preflight(asked), actual(asked)):
            assert values(sent(middleware, scope), "access-control-allow-origin") == named, asked
        assert sent(middleware, preflight(asked))[0]["status"] == (200 if allowed else 400), asked


@EACH
def test_the_twins_decide_as_the_table_says(attacks: Class) -> None:
    twin = Twin(APP, allow_origins=attacks.patterns)
    for asked, allowed in attacks.rows():
        assert any(covers(entry, asked) for entry in attacks.patterns) is allowed, asked
        assert twin.is_allowed_origin(asked) is allowed, asked


def test_the_documentation_is_right_about_what_is_covered() -> None:
    _, _, table = DOCUMENT.partition("| entry | covers | does not cover |")
    rows = [line.split("|")[1:4] for line in table.split("\n\n")[0].splitlines()[2:]]
    assert len(rows) > 4
    for cells in rows:
        (entry,), covered_ones, others = (re.findall(r"`([^`]+)`", cell) for cell in cells)
        assert covered_ones
        assert others
        middleware = quiet(entry)
        for asked in (*covered_ones, *others):
            assert middleware.is_allowed_origin(asked) is (asked in covered_ones), (entry, asked)


def test_an_entry_that_is_no_pattern_is_reported_at_start_up_and_matches_nothing() -> None:
    entries = {entry for attacks in CLASSES for entry in attacks.patterns}
    wrong = {entry for entry in entries if not is_pattern(entry)}
    assert len(wrong) > 20
    assert len(entries - wrong) > 10
    for entry in wrong:
        with pytest.warns(ConfigWarning, match="never matches"):
            middleware = CORSMiddleware(APP, allow_origins=[entry])
        for asked in (entry, entry.replace("*", "a"), entry.replace("*", "80")):
            assert not middleware.is_allowed_origin(asked), (entry, asked)


def test_every_port_from_1_to_65535_is_covered_and_no_other_number() -> None:
    middleware = quiet("http://localhost:*")
    covered_ports = [
        port for port in range(100_000) if middleware.is_allowed_origin(f"http://localhost:{port}")
    ]
    assert covered_ports == list(range(1, 65536))


@pytest.mark.parametrize("port", [1, 9, 10, 80, 443, 8080, 65535])
@pytest.mark.parametrize(
    "written", ["0{}", "00{}", "+{}", "-{}", " {}", "{} ", "{}.", "{}a", "{}:"]
)
def test_a_port_is_written_in_the_shortest_way(port: int, written: str) -> None:
    middleware = quiet("http://localhost:*", f"https://*.example.com:{port}")
    for host in ("http://localhost", "https://a.example.com"):
        assert middleware.is_allowed_origin(f"{host}:{port}")
        assert not middleware.is_allowed_origin(f"{host}:{written.format(port)}")


@pytest.mark.parametrize("place", range(len("https://a.example.com")))
def test_an_origin_with_any_byte_inserted_or_replaced_is_decided_as_by_the_twin(
    place: int,
) -> None:
    entry, asked = "https://*.example.com", "https://a.example.com"
    middleware = quiet(entry)
    for byte in map(chr, range(256)):
        for changed in (
            asked[:place] + byte + asked[place:],
            asked[:place] + byte + asked[place + 1 :],
        ):
            assert middleware.is_allowed_origin(changed) is covers(entry, changed), changed


def test_every_beginning_and_every_end_of_an_origin_is_rejected_except_those_below_the_domain() -> (
    None
):
    asked = "https://a.b.example.com"
    middleware = quiet("https://*.example.com")
    for place in range(len(asked)):
        assert not middleware.is_allowed_origin(asked[:place]), asked[:place]
        assert not place or not middleware.is_allowed_origin(asked[place:]), asked[place:]


def test_listed_origins_and_expressions_work_together_with_patterns() -> None:
    middleware = quiet(
        "https://*.example.com",
        "https://example.com",
        allow_origin_regex=r"https://a\.example\.org",
    )
    for allowed in ("https://a.example.com", "https://example.com", "https://a.example.org"):
        assert middleware.is_allowed_origin(allowed)
    for rejected in ("https://b.example.org", "https://example.org", "https://*.example.com"):
        assert not middleware.is_allowed_origin(rejected)


def test_a_pattern_that_is_repeated_is_kept_in_the_list_and_counts_once() -> None:
    entries = ["https://*.example.com"] * 3
    middleware = quiet(*entries)
    assert list(middleware.allow_origins) == entries
    assert middleware.is_allowed_origin("https://a.example.com")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_generated_patterns_decide_as_the_twin(random: Random) -> None:
    found, _ = disagreement(*case(random))
    assert found is None


def test_the_fuzzer_runs_the_same_generator_and_comes_close_to_what_is_allowed() -> None:
    random, origins, allowed = Random(1), 0, 0
    for _ in range(EXAMPLES):
        entries, asked = case(random)
        found, matched = disagreement(entries, asked)
        assert found is None
        origins, allowed = origins + len(asked), allowed + matched
    assert 0.15 < allowed / origins < 0.6


def test_what_the_generator_takes_for_covered_is_covered() -> None:
    random, count = Random(2), 0
    for _ in range(1000):
        entry = pattern(random)
        if is_pattern(entry):
            asked = covered(random, entry)
            count += covers(entry, asked)
            assert covers(entry, asked) or len(asked) > 250, (entry, asked)
    assert count > 500
    assert len({origin(random, ["https://*.a.b"]) for _ in range(1000)}) > 300
