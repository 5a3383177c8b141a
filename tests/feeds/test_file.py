"""`FileFeed`: what a file may hold, and when a change of it counts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from fastcors import OriginSet
from fastcors.feeds import Change, Failure, FileFeed, Snapshot, _tasks
from fastcors.feeds._entries import entries_of
from tests.feeds.waiting import Run, in_each_library, run_asyncio, until

if TYPE_CHECKING:
    from collections.abc import Callable

A, B, C = (f"https://{letter}.example.com" for letter in "abc")

CONTENTS: dict[str, tuple[bytes, list[object]]] = {
    "lines": (b"https://a\nhttps://b\n", ["https://a", "https://b"]),
    "no line break at the end": (b"https://a", ["https://a"]),
    "comments": (b"# ours\nhttps://a # theirs\n  # more\n#https://b\n", ["https://a"]),
    "a fragment, which is no comment": (b"https://a#b", ["https://a#b"]),
    "blank lines and spaces": (b"\n  \n  https://a\t\n\n", ["https://a"]),
    "Windows": (b"\xef\xbb\xbfhttps://a\r\nhttps://b\r\n", ["https://a", "https://b"]),
    "nothing": (b"", []),
    "comments alone": (b"# nobody\n\n", []),
    "a JSON list": (b' \n["https://a", "https://b"]', ["https://a", "https://b"]),
    "a JSON list over lines": (
        b'[\n  "https://a",\n\t"https:\\/\\/b"\r\n]\n',
        ["https://a", "https://b"],
    ),
    "a JSON list of nothing": (b"[ ]", []),
    "a JSON list of other things": (
        b'["https://a", 1, {"a": []}, null]',
        ["https://a", 1, {"a": []}, None],
    ),
}
BROKEN: dict[str, tuple[bytes, str]] = {
    "not UTF-8": (b"https://a\n\xff\n", "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff"),
    "half a JSON list": (b'["https://a", "htt', "JSONDecodeError: Unterminated string"),
    "a JSON list without its end": (b'["https://a"', "JSONDecodeError: Expecting ',' delimiter"),
    "JSON with a comma too many": (b'["https://a",]', "JSONDecodeError: Expecting value"),
    "JSON and more": (b'["https://a"] x', "JSONDecodeError: Extra data: line 1 column 15"),
    "a JSON object": (
        b'{"origins": []}',
        """FeedError: it holds a JSON object, '{"origins": []}'""",
    ),
    "very deep JSON": (b"[" * 100_000, "RecursionError"),
}


class Ended(Exception):
    """There are no more steps."""


def updates_of(
    feed: FileFeed, monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], object]
) -> list[str]:
    """Return what a feed yields if one step happens between each two looks at the file."""
    left = list(steps)
    found: list[str] = []

    async def sleep(seconds: float) -> None:
        assert seconds == feed.every
        if not left:
            raise Ended
        found.append("|")
        left.pop(0)()

    async def read() -> None:
        async for update in feed.updates():
            if isinstance(update, Snapshot):
                found.append(" ".join(map(str, update.entries)) or "nothing")
            else:
                found.append("unchanged" if isinstance(update, Change) else "failed")

    monkeypatch.setattr(_tasks, "sleep", sleep)
    with pytest.raises(Ended):
        run_asyncio(read)
    return found


async def first_update(feed: FileFeed) -> Snapshot | Change | Failure:
    async for update in feed.updates():
        return update
    raise AssertionError("it yields nothing")


def rename_to(path: Path, text: str) -> None:
    """Write a file the way that is recommended."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


def nothing() -> None:
    """Let time pass."""


@pytest.mark.parametrize(("content", "entries"), CONTENTS.values(), ids=CONTENTS)
def test_a_file_has_entries_on_lines_or_in_a_json_list(
    content: bytes, entries: list[object], tmp_path: Path
) -> None:
    path = tmp_path / "origins"
    path.write_bytes(content)

    async def main() -> None:
        assert await first_update(FileFeed(path)) == Snapshot(entries)

    run_asyncio(main)


@pytest.mark.parametrize("count", [3999, 4000, 4001, 9000])
@pytest.mark.parametrize("write", ["\n".join, json.dumps], ids=["lines", "json"])
def test_no_entry_is_lost_where_the_reading_pauses(
    count: int, write: Callable[[list[str]], str], tmp_path: Path
) -> None:
    path = tmp_path / "origins"
    origins = [f"https://{number}.example.com" for number in range(count)]
    path.write_text(write(origins))

    async def main() -> None:
        assert await first_update(FileFeed(path)) == Snapshot(origins)

    run_asyncio(main)


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN)
@in_each_library
def test_a_broken_file_leaves_the_last_entries_and_a_good_one_counts_again(
    content: bytes, said: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "origins"
    path.write_text(A)
    origins = OriginSet()

    async def main() -> None:
        async with origins.follow(FileFeed(path, every=0.01)):
            assert set(origins) == {A}
            path.write_bytes(content)
            await until(lambda: not origins.feed_status().connected)
            assert set(origins) == {A}
            status = origins.feed_status()
            assert status.last_error
            assert said in status.last_error
            assert (status.errors, status.entries) == (1, 1)
            rename_to(path, B)
            await until(lambda: origins.feed_status().connected)
            assert set(origins) == {B}

    run(main)


@pytest.mark.parametrize("missing", ["removed", "a folder", "not readable"])
def test_a_missing_file_leaves_the_last_entries(missing: str, tmp_path: Path) -> None:
    path = tmp_path / "origins"
    path.write_text(A)
    origins = OriginSet()

    async def main() -> None:
        async with origins.follow(FileFeed(path, every=0.01)):
            path.unlink()
            if missing == "a folder":
                path.mkdir()
            elif missing == "not readable":
                path.symlink_to(path)
            await until(lambda: not origins.feed_status().connected)
            assert set(origins) == {A}

    run_asyncio(main)


def test_a_file_without_entries_allows_no_origin_and_that_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "origins"
    path.write_text(f"{A}\n{B}")
    origins = OriginSet()

    async def main() -> None:
        async with origins.follow(FileFeed(path, every=0.01)):
            rename_to(path, "# nobody\n")
            await until(lambda: not origins and caplog.messages)
            assert origins.feed_status().connected

    run_asyncio(main)
    assert caplog.messages == [
        f"feed file {str(path)!r}: it has no entries any more, so none of the 2 origins is allowed"
    ]


def test_a_file_that_is_renamed_over_the_old_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "origins"
    path.write_text(A)
    found = updates_of(FileFeed(path), monkeypatch, lambda: rename_to(path, B), nothing, nothing)
    assert found == [A, "|", "|", B, "|", "unchanged"]


def test_a_file_that_is_written_in_place_is_read_when_it_is_no_longer_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "origins"
    path.write_text(A)
    found = updates_of(
        FileFeed(path),
        monkeypatch,
        lambda: path.write_text(""),
        lambda: path.write_text(f"{A}\nhttps://half"),
        lambda: path.write_text(f"{A}\n{B}"),
        nothing,
    )
    assert found == [A, "|", "|", "|", "|", f"{A} {B}"]


def test_a_file_that_is_always_written_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "origins"
    path.write_text("")
    steps = [lambda n=number: path.write_text("https://a\n" * n) for number in range(1, 20)]
    found = updates_of(FileFeed(path), monkeypatch, *steps)
    assert len([each for each in found if each.startswith("https://a")]) > 2


def test_a_file_that_changes_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "origins"
    path.write_text(A)

    def read(file: BinaryIO) -> list[object]:
        entries = entries_of(file)
        if entries == [A]:
            path.write_text(f"{A}\n{B}")
        return entries

    monkeypatch.setattr("fastcors.feeds.file.entries_of", read)
    assert updates_of(FileFeed(path), monkeypatch, nothing) == ["|", f"{A} {B}"]


def test_a_change_of_the_same_length_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "origins"
    path.write_text(A)

    def rewrite() -> None:
        path.write_text(B)
        os.utime(path, ns=(0, 1))

    assert updates_of(FileFeed(path), monkeypatch, rewrite, nothing) == [A, "|", "|", B]


def test_a_link_that_leads_to_another_file_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, origin in (("one", A), ("two", B)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "origins").write_text(origin)
    link = tmp_path / "current"
    link.symlink_to("one")

    def relink() -> None:
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").replace(link)

    assert updates_of(FileFeed(link / "origins"), monkeypatch, relink, nothing) == [A, "|", "|", B]


def test_a_missing_file_is_reported_once_and_read_when_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "origins"
    found = updates_of(
        FileFeed(path), monkeypatch, nothing, nothing, lambda: path.write_text(A), nothing
    )
    assert found == ["failed", "|", "|", "|", "|", A]


def test_the_bad_entries_of_a_file_are_skipped_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "origins"
    path.write_text(f"{A}\nnonsense\n*\n")
    origins = OriginSet()

    async def main() -> None:
        async with origins.follow(FileFeed(path, every=0.01)):
            assert set(origins) == {A}
            assert origins.feed_status().bad_entries == 2
            rename_to(path, f"{B}\nnonsense\n{C}/\n")
            await until(lambda: len(caplog.messages) == 3)
            assert set(origins) == {B}

    run_asyncio(main)
    for message, value in zip(caplog.messages, ("nonsense", "*", f"{C}/"), strict=True):
        assert message.startswith(f"feed file {str(path)!r}: an entry is skipped: ")
        assert value in message
