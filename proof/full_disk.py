"""The disk of the database becomes full, and has space again."""

from __future__ import annotations

import errno
import random
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proof.figures import Figures
from proof.ground import Ground, Setting, own_folder
from proof.outages import A_WHILE, endured, wait
from proof.place import Place, SqlitePlace
from proof.postgres import PostgresGround
from proof.scene import awaited
from proof.stage import Stage, staged
from proof.verdict import Verdict
from real_odoo.account import Account

NAME = "disk full"
_SIZE = "48m"
_PIECE = 64 * 1024  # bytes
_SAYS = "disk is full"


class NoSmallDisk(Exception):
    """Mounting a small disk needs root: run the proofs as root to have this one, too."""


@dataclass(frozen=True, slots=True)
class FullDiskStage(Stage):
    """A scene whose database is alone on `disk`."""

    disk: Path


def filled(stage: FullDiskStage, _: random.Random) -> None:
    """Fill it, until billing is refused for it, and a while longer."""
    refused = len(stage.scene.refusals)
    filler = stage.disk / "filler"
    _fill(filler)
    awaited(lambda: any(_SAYS in said for said in stage.scene.refusals[refused:]), "billing to be told of the full disk")
    wait(A_WHILE)
    filler.unlink()


def of_the_disk(setting: Setting[Ground]) -> Iterator[Verdict]:
    """The part of `make proof`."""
    yield full_disk(setting)


def full_disk(setting: Setting[Ground]) -> Verdict:
    """On either engine; a proof that can't be carried out here says so, and doesn't hold."""
    try:
        return endured(setting, NAME, lambda chance: _stage(setting, chance), filled)
    except NoSmallDisk as reason:
        nothing = Figures(0, 0, 0, 0)
        return Verdict(
            name=NAME,
            engine=setting.ground.engine,
            seed=setting.extent.seed,
            faults=0,
            figures=nothing,
            remark=f"NOT DONE. {reason.__doc__}",
        )


@contextmanager
def _stage(setting: Setting[Ground], chance: random.Random) -> Iterator[FullDiskStage]:
    with (
        own_folder() as folder,
        _small_disk() as disk,
        _place_on(setting, disk) as place,
        staged(place, folder, chance.getrandbits(32)) as stage,
    ):
        yield FullDiskStage(stage.scene, stage.target, stage.to_target, disk)


@contextmanager
def _place_on(setting: Setting[Ground], disk: Path) -> Iterator[Place]:
    if isinstance(setting.ground, PostgresGround):
        with setting.ground.place_on(disk) as place:
            yield place
    else:
        yield SqlitePlace(disk)


@contextmanager
def _small_disk() -> Iterator[Path]:
    """A disk of a few megabytes, of which PostgreSQL's user is the owner.

    Raises:
        NoSmallDisk: this user may not mount one.
    """
    owner = Account.for_postgresql()
    with tempfile.TemporaryDirectory(prefix="duebell-proof-") as folder:
        options = f"size={_SIZE},mode=0700,uid={owner.uid},gid={owner.gid}"
        mounting = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
        if subprocess.run(mounting, check=False, capture_output=True).returncode:
            raise NoSmallDisk
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


def _fill(file: Path) -> None:
    """Take all space that there is."""
    with file.open("wb", buffering=0) as filler:
        for piece in (_PIECE, 1):
            try:
                while filler.write(bytes(piece)):
                    continue
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
