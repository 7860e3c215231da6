"""Whatever a power failure leaves of the file, what was acknowledged is in it, and it goes on from there in order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from proof.disk.writes import SECTOR, Delete, Disk, Sync, Write
from proof.ground import Setting, SqliteGround
from proof.power import failures

FEW = 25


def test_the_power_failing_at_any_moment_that_counts_loses_nothing_that_was_acknowledged(
    on_sqlite: Setting[SqliteGround],
) -> None:
    verdict = failures(on_sqlite, facts=FEW)
    assert verdict.holds, verdict


def test_a_disk_that_only_says_that_it_flushed_is_found_out(on_sqlite: Setting[SqliteGround]) -> None:
    assert failures(on_sqlite, honest=False, facts=FEW).figures.lost > 0


def left(disk: Disk, folder: Path, luck: random.Random | None = None) -> dict[str, bytes]:
    folder.mkdir()
    disk.lose_power(folder, luck)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_what_was_flushed_is_there_and_what_was_not_is_not(tmp_path: Path) -> None:
    disk = Disk()
    for asked in (Write("a", 2, b"kept"), Sync("a", folder=False), Write("a", 0, b"lost"), Write("b", 0, b"lost")):
        disk.take(asked)
    assert left(disk, tmp_path / "left") == {"a": b"\0\0kept"}


@pytest.mark.parametrize(("flushed", "files"), [(False, {"a": b"back"}), (True, {})])
def test_a_deleted_file_comes_back_unless_its_folder_was_flushed(tmp_path: Path, flushed: bool, files: object) -> None:
    disk = Disk()
    for asked in (Write("a", 0, b"back"), Sync("a", folder=False), Delete("a", durable=flushed)):
        disk.take(asked)
    assert left(disk, tmp_path / "left") == files


def test_with_luck_a_write_reaches_the_disk_in_whole_sectors(tmp_path: Path) -> None:
    disk = Disk()
    disk.take(Write("a", 100, b"x" * SECTOR * 4))
    torn = set()
    for seed in range(40):
        content = left(disk, tmp_path / str(seed), random.Random(seed)).get("a", b"")  # noqa: S311 - the same each time
        sectors = [content[start : start + SECTOR].strip(b"\0") for start in range(0, SECTOR * 5, SECTOR)]
        assert {len(sector) for sector in sectors} <= {0, 100, SECTOR - 100, SECTOR}
        torn.add(tuple(bool(sector) for sector in sectors))
    assert len(torn) > 2
