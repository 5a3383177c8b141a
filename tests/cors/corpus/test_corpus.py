"""Runs the corpus on the built extension and on Starlette."""

from __future__ import annotations

import dataclasses
import tomllib
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware as Starlette

from fastcors import ConfigWarning, CORSMiddleware
from tests.exchange import Message, responding, scope_of, sent

FOLDER = Path(__file__).parent
# Of the intended differences, those that a response can show.
DIFFERENCES = {3, 4, 5}
# The rest of the application's response, besides its header lines.
STATUS, BODY = 200, b"hello"

Pairs = Sequence[tuple[str, str]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """A request."""

    method: str
    headers: Pairs


@dataclasses.dataclass(frozen=True, kw_only=True)
class Expected:
    """A response: a preflight's has a status and a body, any other keeps the application's."""

    headers: Pairs
    status: int = STATUS
    body: str = BODY.decode()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """A case, as its table has it: an unknown or missing key is a TypeError."""

    file: str
    name: str
    options: dict[str, Any]
    request: Request
    expected: Expected
    application: Pairs = ()
    starlette_differs: int | None = None

    def response(self, middleware: type[Any]) -> list[Message]:
        """Return the messages that a middleware sends."""
        with warnings.catch_warnings():
            # Some cases show what a configuration does that raises warnings.
            warnings.simplefilter("ignore", ConfigWarning)
            app = middleware(responding(lines(self.application), STATUS, BODY), **self.options)
        return sent(app, scope_of(self.request.method, lines(self.request.headers)))

    def expected_response(self) -> list[Message]:
        """Return the messages that are expected."""
        start = {"type": "http.response.start", "status": self.expected.status}
        return [
            {**start, "headers": lines(self.expected.headers)},
            {"type": "http.response.body", "body": self.expected.body.encode("latin-1")},
        ]


def lines(pairs: Pairs) -> list[tuple[bytes, bytes]]:
    """Return header lines as ASGI has them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def read(file: Path) -> list[Case]:
    """Read the cases of one file."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return [
        Case(
            file=file.name,
            **{
                **table,
                "request": Request(**table["request"]),
                "expected": Expected(**table["expected"]),
            },
        )
        for table in tables["case"]
    ]


CASES = [case for file in sorted(FOLDER.glob("*.toml")) for case in read(file)]
STARLETTES = [case for case in CASES if "responses" not in case.options]


def each(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "case", cases, ids=[f"{case.file}: {case.name}" for case in cases]
    )


@each(CASES)
def test_fastcors_responds_to_every_case_as_expected(case: Case) -> None:
    assert case.response(CORSMiddleware) == case.expected_response()


@each(STARLETTES)
def test_starlette_responds_to_every_case_as_expected_except_for_the_intended_differences(
    case: Case,
) -> None:
    same = case.response(Starlette) == case.expected_response()
    if case.starlette_differs is None:
        assert same, case.response(Starlette)
    else:
        assert not same, "this is no difference, remove the mark"
        assert case.starlette_differs in DIFFERENCES


def test_every_file_has_cases_and_every_case_a_name_of_its_own() -> None:
    assert {case.file for case in CASES} == {file.name for file in FOLDER.glob("*.toml")}
    assert len(CASES) > 100
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []
