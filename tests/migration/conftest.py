"""What fastcors has logged in one test does not keep it from logging in the next."""

from __future__ import annotations

import pytest

from fastcors._log import function, limit


@pytest.fixture(autouse=True)
def nothing_was_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Log each origin anew."""
    monkeypatch.setattr(function, "_limit", limit.Limit())
