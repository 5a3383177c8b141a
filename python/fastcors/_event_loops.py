"""Which event loop runs this code: asyncio's or trio's. Neither is imported to find out."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


def running_trio() -> ModuleType | None:
    """Return trio if this is one of its tasks.

    Ask this first: in trio's guest mode the host's event loop runs in the same thread.
    """
    trio = sys.modules.get("trio")
    lowlevel = getattr(trio, "lowlevel", None)
    if lowlevel is None:
        return None
    try:
        lowlevel.current_task()
    except RuntimeError:
        return None
    return trio


def running_asyncio() -> ModuleType | None:
    """Return asyncio if one of its event loops runs in this thread."""
    asyncio = sys.modules.get("asyncio")
    running = getattr(asyncio, "_get_running_loop", None)
    return asyncio if running is not None and running() is not None else None


def is_of_another_task(error: BaseException) -> bool:
    """Whether asyncio canceled something that this task awaited, and not this task."""
    asyncio: ModuleType | Any = running_asyncio()
    if asyncio is None or not isinstance(error, asyncio.CancelledError):
        return False
    task = asyncio.current_task()
    return task is not None and not task.cancelling()
