"""readings.toml: which key of `paths` each path is below, in the compiled code and in explanations."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette._utils import get_route_path

from fastcors import CORSMiddleware, Policy
from tests.exchange import responding, sent, values

from .scopes import at

FILE = Path(__file__).with_name("readings.toml")
DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))


class Row(NamedTuple):
    """A row of the table."""

    keys: list[str]
    scope: dict[str, Any]
    decides: str
    because: str


def rows() -> list[Row]:
    """Return the rows, in their order."""
    found = []
    for row in DATA["reading"]:
        scope = {name: row[name] for name in ("path", "root_path") if name in row}
        if "raw_path" in row:
            scope["raw_path"] = row["raw_path"].encode()
        found.append(
            Row(DATA["keys"][row.get("keys", "usual")], scope, row["decides"], row["because"])
        )
    return found


each_row = pytest.mark.parametrize("row", rows(), ids=lambda row: repr(row.scope))


def origin_of(key: str) -> str:
    """Return the one origin that the policy of a key allows."""
    return f"https://{key.encode().hex()}.example"


def policy_of(keys: list[str]) -> Policy:
    paths = {key: Policy(allow_origins=[origin_of(key)]) for key in keys}
    return Policy(allow_origins=[origin_of("outside")], paths=paths)


def decided_by(row: Row) -> list[str]:
    """Return what allows its origin on a request, as the middleware decides."""
    middleware = CORSMiddleware(responding(), policy=policy_of(row.keys))
    found = []
    for key in ("outside", *row.keys):
        origin = origin_of(key)
        if values(sent(middleware, at(origin=origin, **row.scope)), "access-control-allow-origin"):
            found.append(key)
    return found


@each_row
def test_a_request_is_decided_by_the_key_that_the_table_names(row: Row) -> None:
    assert decided_by(row) == ([] if row.decides == "ambiguous" else [row.decides])


@each_row
def test_a_policy_explains_with_the_same_key(row: Row) -> None:
    if "raw_path" in row.scope or "root_path" in row.scope:
        pytest.skip("a decision is about a path alone")
    policy = policy_of(row.keys)
    allowed = [
        key
        for key in ("outside", *row.keys)
        if policy.actual(origin=origin_of(key), path=row.scope["path"]).allowed
    ]
    assert allowed == ([] if row.decides == "ambiguous" else [row.decides])
    text = str(policy.actual(origin=origin_of("outside"), path=row.scope["path"]))
    if row.decides == "ambiguous":
        assert "no key of paths decides on" in text
    elif row.decides == "outside":
        assert "the options outside of paths decide" in text
    else:
        assert f"paths[{row.decides!r}] decides" in text


@each_row
def test_the_order_in_which_keys_are_given_does_not_matter(row: Row) -> None:
    assert decided_by(row._replace(keys=row.keys[::-1])) == decided_by(row)


@each_row
def test_a_key_that_decides_covers_the_path_that_starlettes_routers_see(row: Row) -> None:
    if row.decides in ("ambiguous", "outside"):
        return
    path = get_route_path(row.scope)
    assert f"{path}/".startswith(row.decides.rstrip("/") + "/")


def test_each_row_has_a_reason_and_no_two_are_the_same() -> None:
    assert all(row.because for row in rows())
    scopes = [(tuple(row.keys), *sorted(row.scope.items())) for row in rows()]
    assert len(set(scopes)) == len(scopes)
