"""A file as a feed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from . import _tasks
from ._entries import entries_of
from ._pauses import positive
from .feed import Change, Failure, Feed, Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# What changes if a file does: for a file, when, how long and which one it is; for none, the error.
_Signature = tuple[object, ...]

# A file that somebody never stops writing is read all the same after this many looks.
_LONGEST_UNSETTLED = 3


class FileFeed(Feed):
    """The entries of a file: one per line with `#` comments, or a JSON list of strings; in UTF-8.

    Write a new file beside it and rename it, so nobody reads half a file. A file that is written in
    place is read when it has not changed between two looks. A file without entries allows no origin. A
    file that is missing, cannot be read, or has no valid entry leaves the set as it was.

    Args:
        path: the file. Links are followed, so a file that Kubernetes mounts works.
        every: the seconds between two looks at the file's time, size and inode.
        required: fail at start-up if the file cannot be read.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, every: float = 0.25, required: bool = False
    ) -> None:
        self.path = Path(path)
        self.every = positive("every", every)
        self.required = required

    def __str__(self) -> str:
        return f"file {str(self.path)!r}"

    async def updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
        """Yield the entries when the file has changed."""
        read: _Signature | None = None
        before: _Signature | None = None
        good = False
        unsettled = 0
        while True:
            now = await _tasks.in_thread(self._signature)
            if now == read:
                unsettled = 0
                if good:
                    yield Change()
            elif read is None or now == before or unsettled >= _LONGEST_UNSETTLED:
                unsettled = 0
                found = await _tasks.in_thread(self._read)
                if found is not None:
                    read, update = found
                    good = isinstance(update, Snapshot)
                    yield update
            else:
                unsettled += 1
            before = now
            await _tasks.sleep(self.every)

    def _signature(self) -> _Signature:
        try:
            return _signature_of(self.path.stat())
        except OSError as error:
            return _signature_of(error)

    def _read(self) -> tuple[_Signature, Snapshot | Failure] | None:
        """Return what is in the file, or None if it has changed meanwhile."""
        try:
            file = self.path.open("rb")
        except OSError as error:
            return _signature_of(error), Failure(error)
        with file:
            signature = _signature_of(os.fstat(file.fileno()))
            update: Snapshot | Failure
            try:
                update = Snapshot(entries_of(file))
            except Exception as error:  # noqa: BLE001 - a file may hold anything
                update = Failure(error)
            unchanged = signature == _signature_of(os.fstat(file.fileno()))
        return (signature, update) if unchanged else None


def _signature_of(found: os.stat_result | OSError) -> _Signature:
    if isinstance(found, OSError):
        return (type(found), found.errno)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
