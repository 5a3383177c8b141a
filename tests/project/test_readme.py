"""The application of the README does what it says, and its claims are true."""

from __future__ import annotations

import json
import re
import tomllib
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware as Starlette

from benches.report import RESULTS
from examples.demo.terminal import EXCHANGES
from fastcors import Policy
from fastcors.options import DEFAULTS
from fastcors.problems import CODES
from tests.documents import ROOT, blocks_of, rows_below
from tests.exchange import App, actual, preflight, responding, sent, sent_in_a_loop, values
from tests.parity import test_differences

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = blocks_of("README.md")

CARGO = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
READABLE = "access-control-allow-origin"
OTHER = "https://other.example"
LIBRARIES = "| | fastcors | Starlette | Flask-CORS | django-cors-headers | jub0bs/cors |"


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
def test_the_application_rejects_methods_and_headers_that_are_not_listed(
    app: App, method: str, header: str, failing: str
) -> None:
    start, body = sent_in_a_loop(app, preflight(method=method, headers=header))
    assert (start["status"], body["body"]) == (400, f"Disallowed CORS {failing}".encode())


def options_of(document: str) -> dict[str, tuple[str, str]]:
    """Return the default and the meaning of each option in a document's table."""
    rows = rows_below(document, "| option | default | meaning |")
    # There each is a link to its section.
    return {re.sub(r"^\[`(\w+)`\].*", r"\1", name): (default, told) for name, default, told in rows}


def test_the_table_of_options_has_each_with_its_default() -> None:
    options = options_of("docs/configuration.md")
    defaults = {option: eval(default) for option, (default, _) in options.items() if default}
    assert defaults == DEFAULTS
    assert [option for option, (default, _) in options.items() if not default] == ["policy"]
    # The README has some of them.
    assert options_of("README.md").items() <= options.items()
    policy = Policy(allow_methods=["*"])
    _, methods = options["allow_methods"]
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


def recorded(benchmark: str) -> Any:
    """Return the recorded results of a benchmark."""
    return json.loads((RESULTS / f"{benchmark}.json").read_text(encoding="utf-8"))


def test_each_kind_of_request_takes_starlette_more_than_ten_times_as_long() -> None:
    assert "The middleware itself costs less than a tenth of Starlette's." in README
    for row in recorded("added_cost")["rows"]:
        assert row["Starlette"] > 10 * row["fastcors"]


def test_the_requests_per_second_are_the_recorded_ones() -> None:
    rows = {
        (row["server"], row["request"], row["variant"]): row["requests per second"]
        for row in recorded("servers")["rows"]
    }
    assert f"Behind uvicorn and granian, with {recorded('servers')['python']}," in README
    for kind, words in (
        ("actual request", "{} to {} % more requests"),
        ("preflight", "{} to {} % more preflights"),
    ):
        more = sorted(
            round(100 * rows[server, kind, "fastcors"] / rows[server, kind, "Starlette"] - 100)
            for server in ("uvicorn", "granian")
        )
        assert words.format(*more) in README


def test_the_time_of_an_endpoint_is_the_recorded_one() -> None:
    (row,) = [row for row in recorded("endpoint")["rows"] if row["what"] == "allowed"]
    assert (
        f"takes {row['fastcors']:.1f} µs behind fastcors, {row['Starlette']:.1f} µs behind Starlette's "
        f"middleware and {row['no middleware']:.1f} µs without one"
    ) in README


def test_the_time_of_a_hostile_origin_is_the_recorded_one() -> None:
    found = recorded("scaling")
    longest = [row for row in found["length"] if "Starlette" in row][-1]
    assert (
        f"Against `{found['expression']}`, an Origin of {longest['length']} letters takes Starlette "
        f"{longest['Starlette'] / 1e9:.1f} seconds and fastcors {longest['fastcors'] / 1000:.0f} µs"
    ) in README


def test_the_time_with_a_set_is_the_recorded_one() -> None:
    found = recorded("scaling")
    times = {(row["origins"], row["asking"]): row for row in found["origins"]}
    with_a_set = round(times[10_000, "one"]["Starlette, a set"], -3)
    assert f"with a set it takes about {with_a_set:,.0f} ns" in README


def test_there_are_more_than_150_kinds_of_problems() -> None:
    assert "[more than 150 kinds](https://fastcors.github.io/fastcors/problems/)" in README
    assert len(CODES) > 150


def test_the_table_of_libraries_is_right_about_starlette() -> None:
    """`tests/migration` tests the columns of Flask-CORS and django-cors-headers."""
    rows = rows_below("docs/comparison.md", LIBRARIES)
    # The README has some of them.
    assert all(row in rows for row in rows_below("README.md", LIBRARIES))
    cells = {row[0].replace("`", ""): row[2] for row in rows}
    assert f"fastcors {CARGO['version']}, Starlette {version('starlette')}," in README

    def headers(response: Any) -> dict[bytes, bytes]:
        return dict(response[0]["headers"])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        every = Starlette(responding(), ["*"], allow_credentials=True)
        null = Starlette(responding(), ["null"])
        regex = Starlette(responding(), allow_origin_regex=r"https://a\.example")
        pattern = Starlette(responding(), ["https://*.example.com"])
    assert headers(sent(every, actual(OTHER)))[READABLE.encode()] == OTHER.encode()
    assert cells["* with credentials"] == "✗ allows every site"
    assert headers(sent(null, actual("null")))[READABLE.encode()] == b"null"
    assert cells["origin null"] == "✗ allowed if listed"
    assert not regex.is_allowed_origin("https://a.example.evil.com")
    assert cells["regular expressions"] == "✓ the whole origin must match"
    with pytest.raises(re.error):
        Starlette(responding(), allow_origin_regex="(")
    assert cells["misconfiguration reported at start"] == "✗ only an invalid regex"
    assert not pattern.is_allowed_origin("https://a.example.com")
    assert cells["https://*.example.com, http://localhost:*"] == "✗ regex"
    for scope in (actual(None), actual(OTHER)):
        assert headers(sent(null, scope))[b"vary"] == b"Origin"
    assert cells["Vary: Origin"] == "✓ always"
    start, body = sent(null, preflight(OTHER))
    assert (start["status"], body["body"]) == (400, b"Disallowed CORS origin")
    assert cells["preflight from a rejected origin"] == "400, the body names what failed"


def test_the_demo_sends_as_many_requests_as_the_readme_says() -> None:
    assert "sends it four requests" in README
    assert len(EXCHANGES) == 4


def test_the_picture_of_the_demo_is_a_small_png_of_1280_pixels() -> None:
    (picture,) = re.findall(r"^!\[.*demo.*\]\((.*)\)$", README, re.MULTILINE)
    content = (ROOT / picture).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20]) == 1280
    assert len(content) < 200_000


def test_the_list_of_differences_is_numbered_as_its_tests_are() -> None:
    details = (ROOT / "docs" / "differences.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^(\d)\. ", details, re.MULTILINE)
    tested = {name[5] for name in dir(test_differences) if re.match(r"test_\d_", name)}
    assert numbers == sorted(tested)
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    assert f"There are {words[len(numbers)]}, each with a reason and a test" in README


def test_the_readme_is_read_in_three_minutes() -> None:
    assert Path(ROOT / "README.md").stat().st_size < 12_000
    prose = re.sub(r"^```.*?^```$|^\|.*?$", "", README, flags=re.DOTALL | re.MULTILINE)
    assert len(prose.split()) < 780
