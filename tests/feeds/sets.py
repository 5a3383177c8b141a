"""A set that follows feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastcors import ConfigError, lint
from fastcors.feeds.feed import FeedStatus
from fastcors.feeds.follow import Following

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastcors import Problem
    from fastcors.feeds import Feed


class OriginSet(set[str]):
    """Stands in for the real one."""

    following: Following | None = None

    def add(self, entry: str) -> None:
        if problems := errors_of(entry):
            raise ConfigError(problems)
        super().add(entry)

    def replace_good(self, entries: Iterable[object]) -> list[Problem]:
        problems = []
        good = []
        for entry in entries:
            if found := errors_of(entry):
                problems += found
            else:
                good.append(str(entry))
        self.clear()
        self.update(good)
        return problems

    def follow(
        self, feed: Feed, *, keep: Iterable[str] = (), start_timeout: float = 30.0
    ) -> Following:
        self.following = Following(self, feed, keep, start_timeout)
        return self.following

    def feed_status(self) -> FeedStatus:
        return self.following.status() if self.following else FeedStatus(entries=len(self))


def errors_of(entry: Any) -> list[Problem]:
    if entry == "*":
        return lint(allow_origins="**")
    return [problem for problem in lint(allow_origins=[entry]) if problem.severity == "error"]
