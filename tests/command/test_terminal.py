"""What is printed for a person."""

from __future__ import annotations

import pytest

from fastcors._command.terminal import Terminal

ADDRESS = "https://fastcors.github.io/fastcors/problems/private-network-for-everyone/"


def test_an_address_that_is_too_long_for_a_line_is_not_divided(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    Terminal().line(f"True allows every site ({ADDRESS}) to reach this server", indent=2, hanging=2)
    assert capsys.readouterr().out.splitlines() == [
        "  True allows every site",
        f"    ({ADDRESS})",
        "    to reach this server",
    ]
