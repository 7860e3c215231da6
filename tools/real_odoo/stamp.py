"""The mark that something was made completely, and of what. It is written last: without it the thing is made anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "made-of"


def made_of(folder: Path) -> str | None:
    """What the folder was made of; None if it isn't complete."""
    stamp = folder / _NAME
    return stamp.read_text(encoding="utf-8") if stamp.exists() else None


def mark(folder: Path, origin: str) -> None:
    """The folder is complete now."""
    (folder / _NAME).write_text(origin, encoding="utf-8")


@contextmanager
def made_beside(folder: Path) -> Iterator[Path]:
    """An empty folder to be filled; when that succeeds it takes the folder's place."""
    beside = folder.with_name(f"{folder.name}.new")
    remove(beside)
    beside.mkdir(parents=True)
    yield beside
    remove(folder)
    beside.rename(folder)


def remove(folder: Path) -> None:
    """Remove a folder, if it is there."""
    if folder.exists():
        (folder / _NAME).unlink(missing_ok=True)
        shutil.rmtree(folder)
