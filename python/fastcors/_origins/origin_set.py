"""A set of origins that changes while requests are served."""

from __future__ import annotations

from itertools import islice

from fastcors._fastcors import OriginSetBase
from fastcors._format import listed
from fastcors._lint.collections import entries as read_entries
from fastcors._lint.live_entries import problems_of
from fastcors._lint.suggestions import TEXTS, text_of
from fastcors.problems import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Literal, Self

    from fastcors.feeds.feed import Feed, FeedStatus
    from fastcors.feeds.follow import Following
    from fastcors.problems import Problem

_OPTION = "allow_origins"
# How many entries the repr shows if there are more.
_SHOWN = 3
# The most entries that are read from an iterator: it may never end.
_MOST = 2_000_000
_FOLLOWING = "_fastcors_following"


class OriginSet(OriginSetBase):
    """Origins and patterns for `allow_origins` that change while requests are served.

        >>> from fastcors import OriginSet, Policy
        >>> customers = OriginSet(["https://app.example.com"])
        >>> policy = Policy(allow_origins=customers)
        >>> customers.add("https://*.customer.example")
        >>> policy.actual(origin="https://shop.customer.example").allowed
        True

    Args:
        entries: the first entries, as for `update`.

    Any number of middlewares and policies may have the same set. A change takes effect from the next
    request, in every thread, with or without the GIL. Looking an origin up takes no lock, adding and
    removing an entry some microseconds, whatever the number of entries.

    An entry is written as in a list: ``https://app.example.com``, ``https://*.example.com``,
    ``http://localhost:*``. Nobody reads warnings while a server runs. So whatever the linter reports as
    an error raises a `ConfigError`, also what a list accepts with a warning, such as a slash at the end,
    and what is an error with credentials alone, such as ``null``; and so does ``"*"``. The set is then
    as it was.

    Two sets are equal only if they are the same object. A copy of it is the same object, too, so
    copies of a middleware share it; ``OriginSet(other)`` is another set. A pickle has the entries that
    the set has at that moment.
    """

    # What the set follows, or has followed last.
    _fastcors_following: Following | None = None

    def __init__(self, entries: Iterable[str] = ()) -> None:
        if not (type(entries) is tuple and not entries):
            self.replace(entries)

    def add(self, origin: str) -> None:
        """Add an entry.

        Raises:
            ConfigError: if the linter reports an error in it, or it is ``"*"``.
        """
        if not self._fastcors_add(origin):
            self.update((origin,))

    def discard(self, origin: str) -> None:
        """Remove an entry, if it is there. A pattern is removed by its own text."""
        text = origin if type(origin) is str else text_of(origin)
        if text is not None and text.isascii():
            self._fastcors_discard(text)

    def update(self, entries: Iterable[str]) -> None:
        """Add all entries, or none if one is bad.

        Raises:
            ConfigError: with the problems of all bad entries; and for a single string.
        """
        self._load(entries, "add")

    def replace(self, entries: Iterable[str]) -> None:
        """Replace all entries in one step: each request is decided by the old or by the new ones.

        Other threads run while it works; a million entries take about a second.

        Raises:
            ConfigError: with the problems of all bad entries; and for a single string. Nothing changes
                then, nor if the iteration raises.
        """
        self._load(entries, "replace")

    def follow(
        self, feed: Feed, *, keep: Iterable[str] = (), start_timeout: float = 30.0
    ) -> Following:
        """Return an async context manager in which the set has the entries of a feed.

        The entries that the set has serve until the first ones of the feed replace them. When the block
        ends, the set keeps its entries, and follows no longer. Each worker process follows by itself.

        Args:
            feed: a `FileFeed`, a `PollingFeed`, a `RedisFeed`, or another `fastcors.feeds.Feed`.
            keep: entries that the set has in any case. A bad one raises a ConfigError.
            start_timeout: how many seconds the block waits for the first entries before it begins.

        Raises:
            fastcors.feeds.FeedError: when the block begins, if the feed is required and has no entries;
                and if the set follows another one.
        """
        from fastcors.feeds.follow import Following

        return Following(self, feed, keep, start_timeout)

    def feed_status(self) -> FeedStatus:
        """Return the state of the feed that the set follows, or has followed last."""
        if self._fastcors_following is not None:
            return self._fastcors_following.status()
        from fastcors.feeds import FeedStatus

        return FeedStatus(entries=len(self))

    def __repr__(self) -> str:
        """Return some of the entries."""
        first = list(islice(self, _SHOWN + 1))
        return f"{type(self).__name__}({listed(sorted(first), len(self), _SHOWN)})"

    def __reduce__(self) -> tuple[Any, ...]:
        # A subclass may have attributes, and be made of something else than entries.
        state = {name: value for name, value in vars(self).items() if name != _FOLLOWING}
        return _restored, (type(self), list(self)), state or None

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    if TYPE_CHECKING:

        def __iter__(self) -> Iterator[str]:
            """Iterate over the entries that the set has now, in no particular order."""

    def _load(self, entries: Iterable[str], how: Literal["replace", "add"]) -> None:
        bad = self._fastcors_load(_iterable(entries), text_of, how)
        if bad:
            raise ConfigError(problems_of(bad))


def _restored(kind: type[OriginSet], entries: list[str]) -> OriginSet:
    """Return the set of a pickle, without the attributes of its own."""
    restored = kind.__new__(kind)
    OriginSet.replace(restored, entries)
    return restored


def _iterable(given: Iterable[str]) -> Iterable[str]:
    """Return what yields the entries.

    Raises:
        ConfigError: for a single string, what cannot be iterated, and what was iterated before.
    """
    kind = type(given)
    was_read = getattr(given, "gi_frame", given) is None
    if issubclass(kind, TEXTS) or not hasattr(kind, "__iter__") or was_read:
        problems: list[Problem] = []
        read_entries(_OPTION, given, problems)
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            raise ConfigError(errors)
        return ("*",)
    # An iterable that has a length ends, and memory for its entries is reserved.
    return given if hasattr(kind, "__len__") else _limited(given)


def _limited(given: Iterable[str]) -> Iterator[str]:
    """Yield the entries, but not for ever."""
    for count, entry in enumerate(given):
        if count == _MOST:
            problems: list[Problem] = []
            read_entries(_OPTION, given, problems)
            raise ConfigError(problems)
        yield entry
