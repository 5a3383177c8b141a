"""Whether the tests run on a build of Python without the GIL, where some things come later."""

from __future__ import annotations

import sys
import sysconfig


def without_gil() -> bool:
    """Whether threads of this Python run at the same time."""
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return free and not sys._is_gil_enabled()  # type: ignore[attr-defined,unused-ignore]
