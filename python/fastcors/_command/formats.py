"""The findings in the formats of machines: JSON, annotations of GitHub, SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastcors import __version__
from fastcors.problems import CODES, page_of

from .findings import LAYER_CODES, Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .examination import Examined

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(name: str, examined: Sequence[Examined]) -> str:
    """Return the findings as a JSON object."""
    middleware = [
        {
            "class": None if one.layer is None else one.layer.name,
            "path": one.path,
            "file": None if one.call is None else one.call.place().file,
            "line": None if one.call is None else one.call.place().line,
            "problems": [_values(finding) for finding in one.findings],
        }
        for one in examined
    ]
    return json.dumps({"application": name, "middleware": middleware}, indent=2)


def _values(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "option": None if finding.problem is None else finding.problem.option,
        "message": finding.message,
        "fix": finding.fix,
        "documentation": finding.url,
        "file": None if finding.place is None else finding.place.file,
        "line": None if finding.place is None else finding.place.line,
    }


def as_github(findings: Sequence[Finding]) -> str:
    """Return a workflow command for each finding, which GitHub shows at its line."""
    return "\n".join(map(_annotation, findings))


def _annotation(finding: Finding) -> str:
    properties = {"title": f"fastcors: {finding.code}"}
    if finding.place is not None:
        properties = {"file": finding.place.file, "line": str(finding.place.line), **properties}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{finding.severity} {written}::{_data(f'{finding.message} ({finding.url})')}"


def _data(text: str) -> str:
    """Return text as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return text as a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(findings: Sequence[Finding]) -> str:
    """Return the findings as a SARIF log."""
    codes = sorted({finding.code for finding in findings})
    driver = {
        "name": "fastcors",
        "version": __version__,
        "informationUri": "https://github.com/fastcors/fastcors",
        "rules": [_rule(code) for code in codes],
    }
    results = [_result(finding, codes.index(finding.code)) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, Any]:
    if code in LAYER_CODES:
        said = LAYER_CODES[code]
    else:
        said = f"A problem of {', '.join(CODES[code].options) or 'the options'}"
    return {"id": code, "shortDescription": {"text": said}, "helpUri": page_of(code)}


def _result(finding: Finding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": finding.message},
    }
    if finding.place is not None:
        artifact = {"uri": _uri(finding.place.file)}
        region = {"startLine": finding.place.line}
        result["locations"] = [
            {"physicalLocation": {"artifactLocation": artifact, "region": region}}
        ]
    return result


def _uri(file: str) -> str:
    path = quote(file)
    if file.startswith("/"):
        return f"file://{path}"
    # The drive of a path of Windows.
    return f"file:///{quote(file, safe='/:')}" if file[1:2] == ":" else path
