"""Shows the output of a server if a test with it fails."""

from collections.abc import Generator
from typing import Any

import pytest

from .running import Server


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        for server in item.funcargs.values():
            if isinstance(server, Server):
                report.sections.append((f"Output of {server.name}", server.said()))
    return report
