"""A benchmark measures what users run, prints what it found, and writes only when it is asked to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from benches import document, instructions, report
from benches.tables import TABLES
from tests.project.programs import put

ROOT = Path(__file__).parents[2]
# Runs a module as if the extension were built like this.
PROGRAM = """
import runpy, sys
from fastcors import _fastcors
_fastcors.DEBUG_BUILD, module, sys.argv = {debug}, {module!r}, {arguments!r}
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
PYTEST = ("pytest", "benches", "--quiet", "-p", "no:cacheprovider")
# Runs a benchmark in a very short form, first without recording and then with it.
SHORT = """
import importlib, json, os, sys
from pathlib import Path
name, folder, constants, arguments = {name!r}, Path({folder!r}), {constants!r}, {arguments!r}
from benches import report, timing
timing.BATCH_NS, report.RESULTS = 1, folder
module = importlib.import_module("benches." + name)
for constant, value in constants.items():
    setattr(module, constant, eval(value, vars(module)))
module.main(arguments)
assert not folder.exists(), "it has written something"
print("now with --record")
module.main([*arguments, "--record"])
"""
# Stands in for wrk.
LOAD = """
import os, sys, urllib.request
for _ in range(10):
    request = urllib.request.Request(sys.argv[-1], method=os.environ['METHOD'])
    urllib.request.urlopen(request).read()
print('counted 10 1000000 0')
"""
# What makes each of them short: constants of its module, as expressions.
BENCHMARKS: dict[str, dict[str, str]] = {
    "added_cost": {},
    "cold": {"MILLION": "1_000"},
    "endpoint": {},
    "enforcement": {},
    "function": {},
    "minimal": {"BATCH": "2"},
    "origin_set": {"MILLION": "1_000", "TOGETHER": "5", "SPAN": "0.01"},
    "overrides": {},
    "protocol": {"BATCH": "2"},
    "rivals": {},
    "scaling": {
        "SIZES": "[1, 10]",
        "PATTERNS": "[1, 30]",
        "ORIGIN_LENGTHS": "[4, 8, 100]",
        "ATTACKS": "ATTACKS[::8]",
    },
    "servers": {},
}
ARGUMENTS = {"servers": ["--starts", "1", "--seconds", "1", "--server", "uvicorn"]}


def started(*command: str, debug: bool) -> subprocess.CompletedProcess[str]:
    """Start a benchmark with a debug build or a release build."""
    program = PROGRAM.format(debug=debug, module=command[0], arguments=list(command))
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [(*PYTEST, "--benchmark-only"), PYTEST, ("benches.added_cost",), ("benches.servers",)],
    ids=" ".join,
)
def test_a_benchmark_rejects_a_debug_build(command: tuple[str, ...]) -> None:
    finished = started(*command, debug=True)
    assert finished.returncode not in {0, 5}
    assert "this is a debug build of fastcors: build it with `make build`" in finished.stderr
    assert finished.stdout == ""


def test_a_benchmark_takes_a_release_build() -> None:
    finished = started(*PYTEST, "--collect-only", debug=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "test_one_request" in finished.stdout


def programs(folder: Path) -> str:
    """Return a PATH with a `wrk` that sends ten requests, and a `taskset` that runs it."""
    for name, script in (
        ("wrk", f'exec "{sys.executable}" -c "{LOAD}" "$@"'),
        ("taskset", 'shift 2; exec "$@"'),
    ):
        put(folder, name, script)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_prints_and_writes_its_results_only_to_record_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    arguments = ["--rounds", "1", *ARGUMENTS.get(name, [])]
    program = SHORT.format(
        name=name, folder=str(results), constants=BENCHMARKS[name], arguments=arguments
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PATH": programs(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if name == "servers" and len(os.sched_getaffinity(0)) < 2:
        assert "the load needs Linux and two cores" in finished.stderr
        return
    assert finished.returncode == 0, finished.stdout + finished.stderr
    recorded = json.loads((results / f"{name}.json").read_text())
    assert (recorded["benchmark"], recorded["rounds"]) == (name, 1)
    assert recorded["python"] == report.python()
    assert recorded["machine"] == report.machine()
    assert {"fastcors", "starlette"} <= recorded["versions"].keys()
    printed = finished.stdout.partition("now with --record\n")[2].splitlines()
    monkeypatch.setattr(report, "RESULTS", results)
    sentence = document.measured(name)
    assert report.python() in sentence
    assert report.machine() in sentence
    shown = [table for table in TABLES if table.result == name]
    assert shown
    for table in shown:
        # The document shows the very lines that were printed, if it shows all of them.
        if table.heading in printed:
            start = printed.index(table.heading)
            end = printed.index("", start)
            text = document.rewritten(f"{table.heading}\n|---|\n| old |\n\nend\n").splitlines()
            assert text[2:-2] == printed[start + 2 : end]
            assert text[2:-2]


def test_the_instructions_of_this_python_are_recorded_next_to_those_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded = tmp_path / "instructions.json"
    recorded.write_text('{"3.0": {"figures": {}}}')
    figures = {"allowed, two origins": {"no middleware": 10, "Starlette": 70, "fastcors": 14}}
    monkeypatch.setattr(instructions, "RECORDED", recorded)
    monkeypatch.setattr(instructions, "counted", lambda: figures)
    instructions.main([])
    assert "| allowed, two origins | 10 | 60 | 4 | 15.0 |\n" in capsys.readouterr().out
    assert json.loads(recorded.read_text()).keys() == {"3.0"}
    instructions.main(["--record"])
    written = json.loads(recorded.read_text())
    assert written.keys() == {"3.0", instructions.MINOR}
    assert written[instructions.MINOR]["figures"] == figures
    assert written[instructions.MINOR]["machine"] == report.machine()


def test_a_table_whose_benchmark_was_not_recorded_is_empty_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    heading = next(table.heading for table in TABLES if table.result == "endpoint")
    before = f"<!-- measured: endpoint -->\nMeasured.\n\n{heading}\n|---|\n| old |\n\nend\n"
    after = f"<!-- measured: endpoint -->\nNot measured yet.\n\n{heading}\n|---|\n\nend\n"
    assert document.rewritten(before) == after


def test_the_pictures_are_drawn_from_the_recorded_results(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from benches import plots;"
        f"plots.IMAGES = Path({str(tmp_path)!r}); plots.main([])"
    )
    subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, timeout=600, check=True
    )
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn == sorted(path.name for path in (ROOT / "docs/img").glob("*.svg"))


def test_the_modules_of_the_benchmarks_import_each_other_in_one_direction() -> None:
    """No module imports one that imports it."""
    graph = grimp.build_graph("benches", cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert sum(map(len, imports.values())) > len(imports)
    while leaves := [name for name, imported in imports.items() if not imported & imports.keys()]:
        for name in leaves:
            del imports[name]
    assert imports == {}
