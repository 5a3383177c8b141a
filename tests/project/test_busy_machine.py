"""No test depends on how fast the machine is, or on what else runs there."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests").rglob("*.py"))
TESTS = [path for path in FILES if path.name.startswith(("test_", "conftest"))]
# What ends a test that hangs may take this long at least.
LEAST_SECONDS = 60
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def limits(path: Path) -> Iterator[tuple[int, float]]:
    """Return the line and the seconds of each timeout that is a number."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.keyword(arg=str(argument), value=ast.Constant(value=int() | float() as value)):
                # That option's tests have clocks that jump.
                if argument.endswith("timeout") and argument != "origin_func_timeout":
                    yield node.value.lineno, value
            case ast.Assign(
                targets=[ast.Name(id=target)], value=ast.Constant(value=int() | float() as value)
            ):
                if target.endswith("SECONDS"):
                    yield node.lineno, value


@pytest.mark.parametrize("path", [*FILES, ROOT / "examples/demo/process.py"], ids=name)
def test_a_timeout_is_a_safety_net_and_no_measure(path: Path) -> None:
    short = [(line, seconds) for line, seconds in limits(path) if seconds < LEAST_SECONDS]
    assert short == []


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_no_test_compares_the_time_of_day_or_a_time_that_others_on_the_machine_lengthen(
    path: Path,
) -> None:
    read = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "time"
        and node.attr.removesuffix("_ns") in CLOCKS
    }
    # The demo's tests wait for a port until a safety net ends that.
    assert read <= ({"monotonic"} if path.name == "test_demo.py" else set())
