"""Stops a benchmark of a debug build."""

from __future__ import annotations

import pytest

from fastcors import _fastcors


def pytest_configure(config: pytest.Config) -> None:
    """Stop before anything is measured if the extension is a debug build."""
    if _fastcors.DEBUG_BUILD and not config.getoption("--benchmark-disable", default=False):
        pytest.exit("this is a debug build of fastcors: build it with `make build`", returncode=3)
