"""A set that follows feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastcors._fastcors
from fastcors import ConfigError, lint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastcors import Problem
    from fastcors.feeds import Feed


class Base:
    def _fastcors_add(self, entry):
        return not errors_of(entry)


if not hasattr(fastcors._fastcors, "OriginSetBase"):
    fastcors._fastcors.OriginSetBase = Base

from fastcors.feeds.feed import FeedStatus
from fastcors.feeds.follow import Following


class OriginSet(set[str]):
    """Stands in for the real one."""

    following: Following | None = None

    def add(self, entry: str) -> None:
        if problems := errors_of(entry):
            raise ConfigError(problems)
        super().add(entry)

    def _fastcors_load(self, entries: Iterable[object], *args) -> list[Problem]:
        problems = []
        good = []
        for entry in entries:
            if found := errors_of(entry):
                problems.append(entry)
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
        return lint(allow_origins="*")
    return [problem for problem in lint(allow_origins=[entry]) if problem.severity == "error"]
