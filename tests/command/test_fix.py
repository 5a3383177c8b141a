"""Corrected options have none of the errors that a suggestion is there for."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from fastcors import CORSMiddleware, Policy, lint
from fastcors._command import fix
from fastcors._command.cors_layer import FASTCORS, STARLETTE, CORSLayer
from fastcors._command.examination import fix_of
from fastcors._command.fix import corrected, differences


def layer(library: str = FASTCORS, **options: Any) -> CORSLayer:
    return CORSLayer(CORSMiddleware, library, options)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"allow_origins": "https://a.example.com"},
            {"allow_origins": ["https://a.example.com"]},
        ),
        (
            {"allow_origins": ["https://a.example.com:443/", "https://b.example.com"]},
            {"allow_origins": ["https://a.example.com", "https://b.example.com"]},
        ),
        (
            {"allow_origins": ["https://a.example.com https://b.example.com"]},
            {"allow_origins": ["https://a.example.com", "https://b.example.com"]},
        ),
        (
            {"allow_origins": ["https://a.example.com/", "https://a.example.com"]},
            {"allow_origins": ["https://a.example.com"]},
        ),
        (
            {"allow_origins": ("https://a.example.com/",)},
            {"allow_origins": ["https://a.example.com"]},
        ),
        (
            {"allow_origin_regex": r"https://.*example\.com"},
            {"allow_origins": ["https://example.com", "https://*.example.com"]},
        ),
        (
            {
                "allow_origins": ["https://o.example"],
                "allow_origin_regex": r"https://.*example\.com",
            },
            {
                "allow_origins": [
                    "https://o.example",
                    "https://example.com",
                    "https://*.example.com",
                ]
            },
        ),
        (
            {"allow_origins": ["https://a.example.com"], "allow_methds": ["PUT"]},
            {"allow_origins": ["https://a.example.com"], "allow_methods": ["PUT"]},
        ),
        (
            {"allow_origins": ["https://a.example.com"], "allow_credentials": "false"},
            {"allow_origins": ["https://a.example.com"], "allow_credentials": False},
        ),
        (
            {"allow_origins": ["https://a.example.com"]},
            {"allow_origins": ["https://a.example.com"]},
        ),
    ],
)
def test_every_suggestion_of_an_error_is_followed(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert corrected(layer(**before), strict=False) == after
    assert [problem for problem in lint(**after) if problem.severity == "error"] == []


def test_a_key_of_paths_is_replaced_and_the_others_stay() -> None:
    given: dict[str, Any] = {"paths": {"internal": None, "/public": Policy()}}
    after = corrected(layer(**given), strict=False)
    assert list(after["paths"].items()) == [("/internal", None), ("/public", Policy())]
    (problem,) = (each for each in lint(**given) if each.code == "path-no-slash")
    assert fix_of(problem, layer(**given)) == "paths={'/internal': ..., ...}"


def test_a_pattern_is_not_written_for_starlette() -> None:
    given = {"allow_origin_regex": r"https://.*example\.com"}
    assert corrected(layer(STARLETTE, **given), strict=True) == given


def test_warnings_are_followed_only_if_asked() -> None:
    given: dict[str, Any] = {"allow_origins": ["https://a.example.com"], "max_age": "600"}
    assert corrected(layer(**given), strict=False) == given
    assert corrected(layer(**given), strict=True) == {**given, "max_age": 600}


def test_ten_thousand_wrong_entries_are_corrected() -> None:
    given = [f"https://a{number}.example.com/" for number in range(10_000)]
    (entries,) = corrected(layer(allow_origins=given), strict=False).values()
    assert entries == [entry.rstrip("/") for entry in given]


def test_a_long_list_has_an_entry_a_line() -> None:
    given = [f"https://{name}.example.com/" for name in ("one", "two", "three", "four")]
    printed = differences([(layer(allow_origins=given), None)], strict=False)
    assert '+        "https://two.example.com",\n' in printed
    assert "+++ options (corrected)\n" in printed


def test_a_long_difference_is_one_hunk_that_can_be_applied(tmp_path: Path) -> None:
    before = "first\n" + "".join(f"{number}/\n" for number in range(3_000)) + "last\n"
    after = before.replace("/", "")
    (tmp_path / "list").write_text(before)
    difference = fix._unified(before, after, "a/list", "b/list")
    assert difference.count("@@ ") == 1
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    subprocess.run(
        ["git", "apply"], cwd=tmp_path, input=difference, text=True, check=True, timeout=60
    )
    assert (tmp_path / "list").read_text() == after
    assert fix._unified(before, before, "a", "b") == ""
