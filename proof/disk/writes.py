"""What SQLite asked of the disk, in order, and what is left on it when the power fails."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Delete:
    """`durable`: the folder was flushed, too, so that the file doesn't come back."""

    file: str
    durable: bool


@dataclass(frozen=True, slots=True)
class Sync:
    """All that was asked of this file is on the disk now; `folder`: and so is which files there are."""

    file: str
    folder: bool


Change = Write | Truncate | Delete


@dataclass(slots=True)
class Disk:
    """What is on the disk for certain, and what may be by luck.

    Args:
        honest: False: it says that it has flushed and has not, as some do.
    """

    honest: bool = True
    _certain: dict[str, bytearray] = field(default_factory=dict)
    _by_luck: dict[str, list[Change]] = field(default_factory=dict)

    def take(self, asked: Change | Sync) -> None:
        """The next thing that SQLite asks for."""
        if not isinstance(asked, Sync):
            self._by_luck.setdefault(asked.file, []).append(asked)
        if not self.honest:
            return
        if isinstance(asked, Sync):
            for change in self._by_luck.pop(asked.file, ()):
                _apply(self._certain, change)
        if (isinstance(asked, Sync) and asked.folder) or (isinstance(asked, Delete) and asked.durable):
            self._flush_folder()

    def _flush_folder(self) -> None:
        """Files that were deleted don't come back; what is in the new ones of their names is another matter."""
        for name, changes in list(self._by_luck.items()):
            deletions = [place for place, change in enumerate(changes) if isinstance(change, Delete)]
            if deletions:
                self._certain.pop(name, None)
                self._by_luck[name] = changes[deletions[-1] + 1 :]

    def lose_power(self, folder: Path, luck: random.Random | None) -> None:
        """Write the files as they are after the power failed now.

        Args:
            folder: an empty one.
            luck: decides what of the unflushed changes is on the disk, sector by sector; None: nothing is.
        """
        files = {name: bytearray(content) for name, content in self._certain.items()}
        if luck is not None:
            for name, changes in self._by_luck.items():
                for change in _lucky(changes, luck, was_there=name in files):
                    _apply(files, change)
        for name, content in files.items():
            (folder / name).write_bytes(content)


def _apply(files: dict[str, bytearray], change: Change) -> None:
    match change:
        case Write(name, offset, data):
            content = files.setdefault(name, bytearray())
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        case Truncate(name, size):
            del files.setdefault(name, bytearray())[size:]
        case Delete(name):
            files.pop(name, None)


def _lucky(changes: Sequence[Change], luck: random.Random, *, was_there: bool) -> Iterator[Change]:
    """Those that reached the disk. A file that was not deleted after all is not the one that was made after it."""
    share = luck.choice([0.1, 0.5, 0.9, 1.0])
    exists = was_there
    for change in changes:
        if isinstance(change, Delete):
            if exists and luck.random() > share:
                return
            exists = False
        pieces = _sectors(change) if isinstance(change, Write) else (change,)
        yield from (piece for piece in pieces if isinstance(change, Delete) or luck.random() <= share)


def _sectors(write: Write) -> Iterator[Write]:
    """A write, cut where the disk's sectors end."""
    start = 0
    while start < len(write.data):
        end = start + SECTOR - (write.offset + start) % SECTOR
        yield Write(write.file, write.offset + start, write.data[start:end])
        start = end
