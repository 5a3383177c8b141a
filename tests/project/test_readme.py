"""What the README shows runs and prints what it says, and what it claims is so."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from benches.report import RESULTS
from examples.demo import EXCHANGES
from fastcors import Policy
from fastcors.options import DEFAULTS
from tests.documents import ROOT, Block, blocks_of, rows_below
from tests.exchange import App, actual, preflight, sent_in_a_loop, values
from tests.parity import test_differences

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = blocks_of("README.md")
PRINTING = [block for block in BLOCKS if block.printed is not None]

CARGO = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
READABLE = "access-control-allow-origin"


@pytest.fixture(scope="module", params=["install", "add_middleware"])
def app(request: pytest.FixtureRequest) -> App:
    """Return the application that the README makes, with either way of adding the middleware."""
    (code,) = [block.code for block in BLOCKS if "app = " in block.code]
    names: dict[str, Any] = {}
    if request.param == "add_middleware":
        assert "`app.add_middleware(CORSMiddleware, ...)`" in README
        added = code.replace(
            "fastcors.install(\n    app,", "app.add_middleware(\n    CORSMiddleware,"
        )
        assert added != code
        (change,) = re.findall(r"^\+(.*)$", README, re.MULTILINE)
        code = f"{change}\n{added}"
    exec(compile(code, "README.md", "exec"), names)
    application: App = names["app"]
    return application


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_of_python_runs_without_a_warning(block: Block) -> None:
    assert block.names()


@pytest.mark.parametrize("block", PRINTING, ids=lambda block: block.section)
def test_a_block_of_python_prints_what_stands_below_it(
    block: Block, capsys: pytest.CaptureFixture[str]
) -> None:
    block.names()
    assert capsys.readouterr().out == block.printed


def test_two_blocks_print() -> None:
    assert len(PRINTING) == 2


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://app.example.com", True),
        ("https://shop.example.org", True),
        ("https://eu.shop.example.org", True),
        ("http://localhost", True),
        ("http://localhost:5173", True),
        ("https://example.org", False),
        ("https://notexample.org", False),
        ("https://localhost:5173", False),
        ("https://elsewhere.example", False),
    ],
)
def test_the_application_allows_its_origins_and_no_other(
    app: App, origin: str, allowed: bool
) -> None:
    expected = [origin] if allowed else []
    asked = preflight(origin, method="PUT", headers="content-type, x-token")
    for request, status in ((asked, 200 if allowed else 400), (actual(origin), 404)):
        response = sent_in_a_loop(app, request)
        assert response[0]["status"] == status
        assert values(response, READABLE) == expected


@pytest.mark.parametrize(
    ("method", "header", "failing"),
    [("DELETE", "X-Token", "method"), ("PUT", "X-Other", "headers")],
)
def test_the_application_rejects_what_it_does_not_list(
    app: App, method: str, header: str, failing: str
) -> None:
    start, body = sent_in_a_loop(app, preflight(method=method, headers=header))
    assert (start["status"], body["body"]) == (400, f"Disallowed CORS {failing}".encode())


def test_the_table_of_options_has_each_with_its_default() -> None:
    rows = rows_below("README.md", "| option | default | meaning |")
    defaults = {option: eval(default) for option, default, _ in rows if default}
    assert defaults == DEFAULTS
    assert [option for option, default, _ in rows if not default] == ["policy"]
    policy = Policy(allow_methods=["*"])
    (methods,) = [meaning for option, _, meaning in rows if option == "allow_methods"]
    for method in ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "PURGE"):
        allowed = not any(
            denial.kind == "method"
            for denial in policy.preflight(origin="https://a.example", method=method).denials
        )
        assert (method in methods) is allowed


def test_the_versions_that_are_needed_are_those_of_the_build() -> None:
    minors = [line[-4:] for line in PROJECT["classifiers"] if re.search(r" 3\.\d+$", line)]
    assert PROJECT["requires-python"] == f">={minors[0]}"
    assert f"Python {minors[0]} to {minors[-1]}" in README
    assert f"Rust {CARGO['rust-version']} or newer" in README


def test_each_kind_of_request_takes_starlette_more_than_ten_times_as_long() -> None:
    assert "takes more than ten times as long" in README
    recorded = json.loads((RESULTS / "added_cost.json").read_text(encoding="utf-8"))
    for row in recorded["rows"]:
        assert row["Starlette"] > 10 * row["fastcors"]


def test_the_demo_sends_as_many_requests_as_the_readme_says() -> None:
    assert "sends it four requests" in README
    assert len(EXCHANGES) == 4


def test_the_list_of_differences_is_numbered_as_its_tests_are() -> None:
    part = README.split("## Differences from Starlette\n")[1].split("\n## ")[0]
    numbers = re.findall(r"^(\d)\. ", part, re.MULTILINE)
    tested = {name[5] for name in dir(test_differences) if re.match(r"test_\d_", name)}
    assert numbers == sorted(tested)
    assert Path(ROOT / "README.md").stat().st_size < 20_000
