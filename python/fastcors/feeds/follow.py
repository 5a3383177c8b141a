"""Keeps an `OriginSet` up to date with its feed: retries, log lines and the status."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack, ExitStack, aclosing
from datetime import UTC, datetime
from itertools import chain
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from fastcors._event_loops import running_trio
from fastcors._fastcors import OriginSetBase
from fastcors._format import described, in_one_line, quoted, shown
from fastcors._lint.live_entries import problems_of
from fastcors._lint.suggestions import text_of
from fastcors.problems import ConfigError

from . import _tasks
from ._gate import Gate
from ._logged import log
from ._pauses import Pauses, positive
from .feed import Change, Failure, Feed, FeedError, FeedStatus, Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Any, Literal, Self


# The most bad entries that get a line of their own while a set follows a feed.
_MOST_LOGGED = 100


class Origins(Protocol):
    """What a feed needs of an `OriginSet`."""

    _fastcors_following: Following | None

    def add(self, entry: str, /) -> None:
        """Add an entry, or raise ConfigError."""

    def discard(self, entry: str, /) -> None:
        """Remove an entry if it is there."""

    def _fastcors_load(
        self,
        entries: Iterable[object],
        text_of: Callable[[Any], str | None],
        how: Literal["replace-valid"],
    ) -> list[Any]:
        """Replace all entries by the valid ones of these; return the others."""

    def __len__(self) -> int:
        """Return the number of entries."""


class Following:
    """What `OriginSet.follow` returns: an async context manager, in which the set follows a feed."""

    def __init__(
        self, origins: Origins, feed: Feed, keep: Iterable[str] = (), start_timeout: float = 30.0
    ) -> None:
        if not isinstance(feed, Feed):
            raise TypeError(
                f"fastcors: an OriginSet follows a feed, and {shown(feed)} is {described(feed)}; write "
                "FileFeed(path), PollingFeed(function) or RedisFeed(url, key=...)"
            )
        self._origins = origins
        self._feed = feed
        self._keep = [keep] if isinstance(keep, str) else list(keep)
        self._start_timeout = positive("start_timeout", start_timeout)
        self._exit = AsyncExitStack()
        self._running = False
        self._connected = False
        self._last_success: datetime | None = None
        self._bad_entries = 0
        self._errors = 0
        self._last_error: str | None = None
        # What was logged since the last success, and the bad entries that were logged.
        self._kinds: set[object] = set()
        self._logged: set[str] = set()

    def status(self) -> FeedStatus:
        """Return the state of the feed."""
        return FeedStatus(
            connected=self._connected,
            last_success=self._last_success,
            entries=len(self._origins),
            bad_entries=self._bad_entries,
            errors=self._errors,
            last_error=self._last_error,
        )

    async def __aenter__(self) -> Self:
        if self._feed.asyncio_only and running_trio():
            raise FeedError(
                f"{type(self._feed).__name__} needs asyncio, and this application runs under trio: run "
                "the server with asyncio, or use a PollingFeed whose function works with trio"
            )
        before = self._origins._fastcors_following
        if before is not None and before._running:
            raise FeedError(
                f"the OriginSet follows the feed {before._feed} already, and can follow only one: make "
                f"another OriginSet for the feed {self._feed}"
            )
        for entry in self._keep:
            self._origins.add(entry)
        self._origins._fastcors_following = self
        self._attempted = _tasks.new_event()
        self._gate = Gate()
        self._running = True
        try:
            await self._exit.enter_async_context(_tasks.in_background(self._run))
            await _tasks.wait_for(self._attempted, self._start_timeout)
            self._require()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        try:
            await self._exit.aclose()
        finally:
            self._gate.close()
            self._running = self._connected = False

    def _require(self) -> None:
        """Raise if a required feed has no entries yet; log if another one is late."""
        if self._last_success is not None:
            return
        why = self._last_error or f"no entries came within {self._start_timeout:g} seconds"
        if not self._feed.required:
            if self._last_error is None:
                log(
                    logging.WARNING,
                    "feed %s: %s, so the application starts with the entries that the set has, %d now",
                    self._feed,
                    why,
                    len(self._origins),
                )
            return
        sentence = (
            f"the application does not start, because the required feed {self._feed} cannot be read "
            f"({why}): repair it, or write required=False to start with the entries that the set has"
        )
        # Some servers do not show the exceptions of a lifespan.
        log(logging.ERROR, "%s", sentence)
        raise FeedError(f"fastcors: {sentence}")

    async def _run(self) -> None:
        """Read the feed until this is cancelled."""
        pauses = Pauses(self._feed.first_pause, self._feed.longest_pause)
        while True:
            readable_since: float | None = None
            try:
                async with aclosing(self._updates()) as updates:
                    async for update in updates:
                        await self._take(update)
                        if self._connected and readable_since is None:
                            readable_since = monotonic()
                        self._attempted.set()
                self._failed(FeedError("it has ended"))
            except BaseException as error:
                # The code of a feed may raise anything, and wait for a task that another one cancels.
                if _tasks.ends_task(error):
                    raise
                self._failed(error)
            self._attempted.set()
            # A source that can be read and is lost at once is not read again and again.
            if readable_since is not None and monotonic() - readable_since >= pauses.longest / 2:
                pauses.reset()
            await _tasks.sleep(pauses.next())

    def _updates(self) -> AsyncGenerator[Snapshot | Change | Failure]:
        """Begin to read the feed.

        Raises:
            FeedError: if its method is no asynchronous generator.
        """
        updates: Any = self._feed.updates()
        if hasattr(updates, "aclose"):
            return updates  # type: ignore[no-any-return]
        _tasks.close(updates)
        raise FeedError(
            f"its method updates returned {described(updates)}, and not an asynchronous generator: "
            "write async def and yield"
        )

    async def _take(self, update: Snapshot | Change | Failure) -> None:
        """Bring the set up to date, in a thread, because a million entries take a second."""
        if isinstance(update, Failure):
            self._failed(update.error)
            return
        before, gate = len(self._origins), self._gate
        if isinstance(update, Snapshot):
            entries = update.entries
            try:
                self._bad_entries = await _tasks.in_thread(lambda: self._replace(entries, gate))
            except Exception as error:  # noqa: BLE001 - the iteration may raise anything
                self._failed(error)
                return
            self._succeeded()
        elif not isinstance(update, Change):
            raise FeedError(
                f"it yielded {described(update)}, and not a Snapshot, Change or Failure"
            )
        elif update.added or update.removed:
            added, removed = update.added, update.removed
            await _tasks.in_thread(lambda: self._apply(added, removed, gate))
        if self._connected:
            self._last_success = datetime.now(UTC)
        if before and not len(self._origins):
            log(
                logging.WARNING,
                "feed %s: it has no entries any more, so none of the %d origins is allowed",
                self._feed,
                before,
            )

    def _replace(self, entries: Iterable[object], gate: Gate) -> int:
        """Replace the entries by the valid ones of a snapshot; return how many are not valid.

        Raises:
            FeedError: if there are entries, but none is valid: the source holds something else.
            Closed: if the set follows no longer.
        """
        entries = _listed(entries)
        if entries and not _has_valid(entries):
            raise FeedError(
                f"none of its {len(entries)} entries is valid, the first: {shown(entries[0])}"
            )
        with ExitStack() as stack:
            whole = _Whole(self._keep, entries, lambda: stack.enter_context(gate))
            bad = self._origins._fastcors_load(whole, text_of, "replace-valid")
        self._skipped(bad)
        return len(bad)

    def _apply(self, added: Iterable[object], removed: Iterable[object], gate: Gate) -> None:
        """Remove and add entries, and log those that are not valid.

        Raises:
            Closed: if the set follows no longer.
        """
        added, removed = _listed(added), _listed(removed)
        for entry in removed:
            if isinstance(entry, str) and entry not in self._keep:
                with gate:
                    self._origins.discard(entry)
        bad: list[object] = []
        for entry in added:
            try:
                with gate:
                    self._origins.add(entry)  # type: ignore[arg-type]  # any other raises too
            except ConfigError:
                bad.append(entry)
        self._skipped(bad)

    def _succeeded(self) -> None:
        if self._kinds:
            self._kinds.clear()
            log(logging.INFO, "feed %s: it can be read again", self._feed)
        self._connected = True

    def _failed(self, error: BaseException) -> None:
        """Count an error, and log it unless one of its kind was logged since the last success."""
        self._connected = False
        self._errors += 1
        self._last_error = in_one_line(quoted(error))
        kind = type(error), getattr(error, "errno", None)
        if kind not in self._kinds:
            self._kinds.add(kind)
            log(
                logging.WARNING,
                "feed %s: it cannot be read, so the set keeps its entries, %d now: %s",
                self._feed,
                len(self._origins),
                self._last_error,
            )

    def _skipped(self, bad: list[object]) -> None:
        """Log each bad entry once."""
        # A column of a million NULLs is one bad entry.
        distinct = {entry if type(entry) is str else id(entry): entry for entry in bad}
        for entry in distinct.values():
            name = shown(entry)
            if len(self._logged) >= _MOST_LOGGED:
                return
            if name in self._logged:
                continue
            self._logged.add(name)
            log(
                logging.WARNING,
                "feed %s: an entry is skipped: %s",
                self._feed,
                problems_of([entry])[0],
            )
            if len(self._logged) == _MOST_LOGGED:
                log(
                    logging.WARNING,
                    "feed %s: further bad entries are not logged; feed_status() counts them",
                    self._feed,
                )


class _Whole:
    """Two lists as one, at whose end something is called."""

    def __init__(
        self, kept: list[str], entries: list[object], at_end: Callable[[], object]
    ) -> None:
        self._kept = kept
        self._entries = entries
        self._at_end = at_end

    def __len__(self) -> int:
        return len(self._kept) + len(self._entries)

    def __iter__(self) -> Iterator[object]:
        return chain(self._kept, self._entries, self._end())

    def _end(self) -> Iterator[object]:
        self._at_end()
        yield from ()


def _listed(entries: Iterable[object]) -> list[object]:
    """Return entries as a list.

    Raises:
        FeedError: for a single string, whose characters are no entries.
    """
    if isinstance(entries, (str, bytes)):
        raise FeedError(f"it yielded {shown(entries)}, and not a list of origins")
    return list(entries)


def _has_valid(entries: list[object]) -> bool:
    """Whether an entry is valid. Mostly the first one is."""
    scratch = OriginSetBase()
    return any(scratch._fastcors_add(text_of(entry)) for entry in entries)
