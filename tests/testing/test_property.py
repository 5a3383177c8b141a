"""What a browser lets a page do, a looser server never blocks."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fastcors.testing import BlockedByCORS, Browser

EXAMPLES = int(os.environ.get("FASTCORS_EXAMPLES", "2000"))
ORIGIN = "https://app.example.com"
METHODS = ["GET", "POST", "PUT", "PATCH", "patch", "DELETE", "*"]
NAMES = ["x-a", "x-b", "authorization", "content-type", "*"]

Lists = tuple[set[str], set[str], set[str]]


def server(methods: set[str], names: set[str], exposed: set[str], switches: dict[str, bool]) -> Any:
    lines = {
        "access-control-allow-methods": ", ".join(sorted(methods)),
        "access-control-allow-headers": ", ".join(sorted(names)),
        "access-control-expose-headers": ", ".join(sorted(exposed)),
        "x-a": "1",
        "x-b": "2",
    }
    if switches["credentials"]:
        lines["access-control-allow-credentials"] = "true"
    if switches["origin"]:
        lines["access-control-allow-origin"] = ORIGIN
    headers = [(name.encode(), value.encode()) for name, value in lines.items()]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    return app


subsets = st.tuples(
    st.sets(st.sampled_from(METHODS)),
    st.sets(st.sampled_from(NAMES)),
    st.sets(st.sampled_from(NAMES)),
)
switches = st.fixed_dictionaries({"credentials": st.booleans(), "origin": st.booleans()})
fetches = st.fixed_dictionaries(
    {
        "method": st.sampled_from([method for method in METHODS if method != "*"]),
        "headers": st.dictionaries(
            st.sampled_from(NAMES), st.sampled_from(["1", "application/json"])
        ),
        "credentials": st.sampled_from(["omit", "same-origin", "include"]),
    }
)


def outcome(app: Any, follow: Any, fetch: dict[str, Any]) -> set[str] | None:
    """Return the names that a script can read; None if it is blocked."""
    with Browser(app, ORIGIN, follow) as browser:
        try:
            return set(browser.fetch("/", **fetch).headers)
        except BlockedByCORS:
            return None


@settings(max_examples=EXAMPLES // 4)
@given(st.sampled_from(["chromium", "standard"]), subsets, subsets, switches, switches, fetches)
def test_what_is_allowed_a_looser_server_never_blocks(
    follow: str,
    few: Lists,
    more: Lists,
    given_switches: dict[str, bool],
    more_switches: dict[str, bool],
    fetch: dict[str, Any],
) -> None:
    looser: Lists = few[0] | more[0], few[1] | more[1], few[2] | more[2]
    loose_switches = {name: on or more_switches[name] for name, on in given_switches.items()}
    before = outcome(server(*few, given_switches), follow, fetch)
    after = outcome(server(*looser, loose_switches), follow, fetch)
    if before is not None:
        assert after is not None
        assert before <= after
