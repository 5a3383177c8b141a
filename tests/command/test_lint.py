"""`fastcors lint` finds every CORS middleware, and what is wrong with it and around it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.command.running import APPLICATIONS, ROOT, Ran, run, run_with

LAYERS = f"{APPLICATIONS}/layers.py"


def lint(application: str, *arguments: str) -> Ran:
    return run_with(application, "lint", *arguments)


def found(application: str) -> list[dict[str, Any]]:
    """Return each middleware that is found in one of the applications, as JSON has it."""
    return list(json.loads(lint(application, "--format", "json").printed)["middleware"])


def codes(application: str) -> list[str]:
    """Return the codes of all problems but the one that every Starlette application has."""
    listed = [problem["code"] for one in found(application) for problem in one["problems"]]
    return [code for code in listed if code != "errors-outside-cors"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("wrapped", ""),
        ("by_position", ""),
        ("partial", ""),
        ("starlette_instance", ""),
        ("in_mount", "/v1"),
        ("in_router", "/v1"),
        ("in_route", "/one"),
        ("in_host", ""),
        ("in_included", "/api/v1"),
        ("litestar", ""),
        ("quart", ""),
        ("create()", ""),
    ],
)
def test_a_middleware_is_found_wherever_it_is(name: str, path: str) -> None:
    (one,) = found(f"layers:{name}")
    assert one["path"] == path
    assert codes(f"layers:{name}") == ["origin-trailing-slash"]


def test_the_policy_of_a_middleware_is_looked_at() -> None:
    assert codes("layers:with_policy") == []


def test_the_policies_below_paths_are_looked_at() -> None:
    (one,) = found("layers:below_paths")
    problem, _ = one["problems"]
    assert problem["code"] == "origin-trailing-slash"
    assert problem["message"].startswith("paths['/public']: allow_origins: 'https://app")


def test_the_options_of_a_built_middleware_of_starlette_are_read_back() -> None:
    (one,) = found("layers:starlette_instance")
    assert one["class"] == "CORSMiddleware (Starlette)"
    # All its options were read as they are written there.
    assert (one["file"], one["line"]) == (LAYERS, line_of("starlette_instance = "))


def line_of(text: str) -> int:
    lines = (ROOT / LAYERS).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("limited", ["outside-cors"]),
        ("logged", []),
        ("inside", []),
        ("installed", []),
        ("twice", ["two-cors-layers"]),
        ("alike", ["two-cors-layers"]),
    ],
)
def test_the_order_of_the_layers_is_looked_at(name: str, expected: list[str]) -> None:
    assert codes(f"layers:{name}") == expected


@pytest.mark.parametrize(("name", "status"), [("twice", 1), ("alike", 0)])
def test_a_second_middleware_is_an_error_if_its_options_differ(name: str, status: int) -> None:
    assert lint(f"layers:{name}").status == status


def test_of_many_similar_problems_ten_are_shown_to_a_person() -> None:
    printed = lint("layers:many").printed
    assert (
        printed.count("    https://fastcors.github.io/fastcors/problems/origin-trailing-slash/\n")
        == 10
    )
    assert "  allow_origins: 2 more like these, origin-trailing-slash\n" in printed
    assert "layers:many: 12 errors, 1 warning\n" in printed


def test_install_leaves_nothing_outside() -> None:
    assert found("sound:app")[0]["problems"] == []
    assert lint("sound:app", "--strict").status == 0


def test_a_subclass_that_decides_itself_does_not_lack_origins() -> None:
    (one,) = found("layers:own")
    assert one["class"] == "Own (fastcors)"
    assert codes("layers:own") == []


def test_a_pattern_is_an_error_only_with_starlette() -> None:
    outer, inner = found("shop:app")
    assert [problem["code"] for problem in inner["problems"]] == [
        "origin-trailing-slash",
        "regex-untrusted-origins",
        "pattern-in-starlette",
        "two-cors-layers",
    ]
    assert "pattern-in-starlette" not in [problem["code"] for problem in outer["problems"]]


def test_a_suggestion_that_only_fastcors_understands_is_not_a_fix_for_starlette() -> None:
    _, inner = found("shop:app")
    (regex,) = [each for each in inner["problems"] if each["code"] == "regex-untrusted-origins"]
    assert regex["fix"] is None


@pytest.mark.parametrize(
    ("arguments", "status"), [((), 0), (("--strict",), 1), (("--format", "github"), 0)]
)
def test_warnings_are_problems_only_if_asked(arguments: tuple[str, ...], status: int) -> None:
    assert lint("layers:limited", *arguments).status == status


def test_errors_end_it_with_1_in_every_format() -> None:
    for format_ in ("text", "json", "github", "sarif"):
        assert lint("shop:app", "--format", format_).status == 1
    assert lint("shop:app", "--fix").status == 1


def test_what_raises_at_the_import_is_reported_at_its_line() -> None:
    ran = lint("raising:app", "--format", "json")
    assert ran.status == 1
    ((problem,),) = [one["problems"] for one in json.loads(ran.printed)["middleware"]]
    line = len((ROOT / APPLICATIONS / "raising.py").read_text().splitlines())
    assert problem["code"] == "not-a-collection"
    assert (problem["file"], problem["line"]) == (f"{APPLICATIONS}/raising.py", line)


def test_a_place_is_the_line_of_the_option() -> None:
    lines = (ROOT / APPLICATIONS / "shop.py").read_text().splitlines()
    outer, _ = found("shop:app")
    options = [each for each in outer["problems"] if each["option"] is not None]
    assert len(options) == 3
    for problem in options:
        assert f"    {problem['option']}=" in lines[problem["line"] - 1]


@pytest.mark.parametrize(("name", "line"), [("app", 10), ("with_default", 14)])
def test_the_call_of_install_is_found(name: str, line: int) -> None:
    (one,) = found(f"installed:{name}")
    (problem,) = one["problems"]
    assert (problem["file"], problem["line"]) == (f"{APPLICATIONS}/installed.py", line)
    fixed = lint(f"installed:{name}", "--fix").printed
    assert f"--- a/{APPLICATIONS}/installed.py\n" in fixed


def test_no_place_is_named_if_several_calls_fit() -> None:
    (one,) = found("layers:wrapped")
    assert (one["file"], one["line"]) == (None, None)


def test_the_correction_can_be_applied_and_corrects_all_errors(tmp_path: Path) -> None:
    text = (ROOT / APPLICATIONS / "shop.py").read_text()
    # Another name: Python has imported the other one.
    (tmp_path / "corrected.py").write_text(text)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    difference = run("lint", "corrected:app", "--fix", folder=tmp_path).printed
    subprocess.run(
        ["git", "apply"], cwd=tmp_path, input=difference, text=True, check=True, timeout=60
    )
    (tmp_path / "corrected.py").rename(tmp_path / "applied.py")
    after = json.loads(run("lint", "applied:app", "--format", "json", folder=tmp_path).printed)
    left = [
        problem["code"]
        for one in after["middleware"]
        for problem in one["problems"]
        if problem["severity"] == "error" and problem["fix"] is not None
    ]
    assert left == []
    assert "http://shop.example.com" in (tmp_path / "applied.py").read_text()


def test_warnings_are_corrected_if_asked() -> None:
    assert '"https://shop.example.com"' in lint("shop:app", "--fix", "--strict").printed


def test_options_that_are_not_literals_are_corrected_alone() -> None:
    printed = lint("layers:by_position", "--fix").printed
    assert printed == (
        "--- options (as they are)\n"
        "+++ options (corrected)\n"
        "@@ -1,4 +1,4 @@\n"
        " CORSMiddleware(\n"
        "     app,\n"
        '-    allow_origins=["https://app.example.com/"],\n'
        '+    allow_origins=["https://app.example.com"],\n'
        " )\n"
    )


def test_nothing_to_correct_prints_nothing() -> None:
    ran = lint("sound:app", "--fix")
    assert (ran.status, ran.printed) == (0, "")
