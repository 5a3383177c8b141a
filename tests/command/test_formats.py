"""The formats for machines: GitHub's annotations are escaped, and SARIF keeps its schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fastcors import __version__
from fastcors._command import formats
from fastcors._command.findings import Finding
from fastcors._command.source import Place
from tests.command.running import APPLICATIONS, run_with

# What of the schema of SARIF 2.1.0 is about what the command writes, with nothing else allowed.
TEXT = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"text": {"type": "string", "minLength": 1}},
}
LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "additionalProperties": False,
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "pattern": "^[!#-;=?-~]+$"}},
                },
                "region": {
                    "type": "object",
                    "required": ["startLine"],
                    "additionalProperties": False,
                    "properties": {"startLine": {"type": "integer", "minimum": 1}},
                },
            },
        }
    },
}
SARIF = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"const": "fastcors"},
                                    "version": {"const": __version__},
                                    "informationUri": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "shortDescription": TEXT,
                                                "helpUri": {"type": "string"},
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": TEXT,
                                "locations": {"type": "array", "items": LOCATION},
                            },
                        },
                    },
                },
            },
        },
    },
}


def sarif(application: str) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(run_with(application, "lint", "--format", "sarif").printed)
    return log


@pytest.mark.parametrize("application", ["shop:app", "sound:app", "raising:app", "layers:wrapped"])
def test_what_is_written_keeps_the_schema_of_sarif(application: str) -> None:
    pytest.importorskip("jsonschema").validate(sarif(application), SARIF)


def test_each_result_has_its_rule_and_its_place() -> None:
    (run,) = sarif("shop:app")["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == 9
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == f"{APPLICATIONS}/shop.py"


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a folder/über.py", "a%20folder/%C3%BCber.py"),
        ("/srv/app.py", "file:///srv/app.py"),
        ("C:/app/main.py", "file:///C:/app/main.py"),
    ],
)
def test_a_file_is_named_by_a_uri(file: str, uri: str) -> None:
    assert formats._uri(file) == uri


def test_annotations_are_escaped() -> None:
    finding = Finding(
        "origin-host", "error", "100% wrong,\r\nin: two lines", place=Place("a,b:c%.py", 7)
    )
    assert formats.as_github([finding]) == (
        "::error file=a%2Cb%3Ac%25.py,line=7,title=fastcors%3A origin-host::"
        "100%25 wrong,%0D%0Ain: two lines (https://fastcors.github.io/fastcors/problems/origin-host/)"
    )


def test_there_is_an_annotation_a_line_for_each_problem() -> None:
    lines = run_with("shop:app", "lint", "--format", "github").printed.splitlines()
    assert len(lines) == 9
    assert all(line.startswith(("::error file=", "::warning file=")) for line in lines)
    assert run_with("sound:app", "lint", "--format", "github").printed == ""
