"""Keeps a thread from changing a set that nobody waits for any more."""

from __future__ import annotations

from threading import Lock


class Closed(Exception):
    """The set follows no longer."""


class Gate:
    """A context manager for each change. Once it is closed, no change begins, and none is going on.

    A thread cannot be interrupted. What it has read may be old when it is done, and another feed may
    have replaced the entries meanwhile.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_closed = False

    def __enter__(self) -> None:
        self._lock.acquire()
        if self._is_closed:
            self._lock.release()
            raise Closed

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def close(self) -> None:
        """Let no change begin any more. Waits for the end of one, some hundredths of a second at most."""
        with self._lock:
            self._is_closed = True
