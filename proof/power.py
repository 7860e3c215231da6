"""Power failures: SQLite's writes are recorded and replayed only up to each flush, and whatever is left goes on from there."""

from __future__ import annotations

import asyncio
import pickle
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from duebell.errors import StorageError
from duebell.espf.handler import Outcome, Owed, Provisioned
from proof.composition import Composition
from proof.crash import CrashPoints
from proof.dialect import Effect
from proof.disk.vfs import RecordingVfs
from proof.disk.writes import SECTOR, Change, Disk, Sync
from proof.errors import ProofBroken
from proof.figures import Figures, unexplained
from proof.ground import Setting, SqliteGround, own_folder
from proof.handler import effect_of
from proof.place import SqlitePlace
from proof.processes import ended, started
from proof.verdict import Verdict
from proof.worker import in_calls, quiet

NAME = "power failed at each flush and acknowledgement"
FACTS = 300
_OPENINGS = 3
"""The file is closed and opened anew so often."""
_TOLD_AFTERWARDS = 5

Acknowledged = frozenset[int]
Moment = Change | Sync | Effect | Acknowledged
"""What happened next: something was asked of the disk, an event took effect, or facts were acknowledged."""


class Remembering:
    """An `espf.handler.EventHandler` to a target in this process that takes each key once and remembers the order."""

    max_batch = 20

    def __init__(self, effects: Sequence[Effect], told: Callable[[Effect], None] = lambda _: None) -> None:
        self._effects = {effect.key: effect for effect in effects}
        self._told = told

    @property
    def effects(self) -> Sequence[Effect]:
        return list(self._effects.values())

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        for owed in batch:
            if owed.key not in self._effects:
                self._effects[owed.key] = effect_of(owed)
                self._told(self._effects[owed.key])
        return {owed.provisioning: Provisioned("done") for owed in batch}

    async def probe(self) -> None:
        return

    async def close(self) -> None:
        return


def of_power(setting: Setting[SqliteGround]) -> Iterator[Verdict]:
    """The part of `make proof`."""
    yield failures(setting)


def failures(setting: Setting[SqliteGround], *, honest: bool = True, facts: int = FACTS) -> Verdict:
    """A day's work recorded once, then as many ends of it as it has flushes and acknowledgements.

    Args:
        setting: the engine, and how much.
        honest: False: the disk only says that it flushed. Then events must be found missing.
        facts: how much work.
    """
    chance = setting.extent.chance(NAME)
    with own_folder() as folder:
        moments = _recorded(folder, facts, chance.getrandbits(32))
    chosen = sum(isinstance(moment, Sync | frozenset) for moment in moments)
    if not any(isinstance(moment, Sync) for moment in moments):
        raise ProofBroken("Nothing was flushed to the disk while events were recorded: Python's SQLite wasn't recorded.")
    failing = _Failures(setting, Disk(honest), every=max(1, chosen // setting.extent.kills), of=chosen)
    failing.go_through(moments, chance)
    return failing.verdict()


class _Failures:
    """One power failure after the other, each followed by what a Duebell makes of what is left."""

    def __init__(self, setting: Setting[SqliteGround], disk: Disk, *, every: int, of: int) -> None:
        self._setting = setting
        self._disk = disk
        self._every = every
        self._of = of
        self._passed = 0
        self._faults = 0
        self._figures = Figures(0, 0, 0, 0)
        self._unexplained: dict[str, None] = {}

    def go_through(self, moments: Sequence[Moment], chance: random.Random) -> None:
        """Let the power fail where something is promised: at each flush and each acknowledgement, or each so many of them.

        Before a flush luck decides what of the changes is on the disk already; after it and at an acknowledgement nothing is but
        what was flushed.
        """
        effects: list[Effect] = []
        acknowledged: set[int] = set()
        for moment in moments:
            match moment:
                case Effect():
                    effects.append(moment)
                case frozenset():
                    acknowledged |= moment
                    if self._is_chosen():
                        self._fail(effects, acknowledged, None)
                case Sync():
                    is_chosen = self._is_chosen()
                    if is_chosen:
                        self._fail(effects, acknowledged, chance)
                    self._disk.take(moment)
                    if is_chosen:
                        self._fail(effects, acknowledged, None)
                case change:
                    self._disk.take(change)

    def _is_chosen(self) -> bool:
        self._passed += 1
        return self._passed % self._every == 0

    def _fail(self, effects: Sequence[Effect], acknowledged: set[int], luck: random.Random | None) -> None:
        with own_folder() as folder:
            self._disk.lose_power(folder, luck)
            place = SqlitePlace(folder)
            try:
                self._look_at(place)
                self._figures += asyncio.run(_gone_on(place, effects, acknowledged))
                self._look_at(place)
            except (DatabaseError, StorageError) as error:
                self._figures += Figures.of(acknowledged, ())
                self._unexplained[f"a file that doesn't open: {error}"] = None
        self._faults += 1
        self._setting.progress("sqlite", f"{NAME}: {self._faults}", self._passed / self._of)

    def _look_at(self, place: SqlitePlace) -> None:
        with place.look() as connection:
            damage = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            has_tables = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'attempt'")).first()
            found = unexplained(connection) if has_tables else ()
        self._unexplained |= dict.fromkeys([*found, *(line for line in damage if line != "ok")])

    def verdict(self) -> Verdict:
        return Verdict(
            name=NAME,
            engine="sqlite",
            seed=self._setting.extent.seed,
            faults=self._faults,
            figures=self._figures,
            unexplained=tuple(self._unexplained),
            remark=f"writes that were not flushed torn at sectors of {SECTOR} bytes",
        )


async def _gone_on(place: SqlitePlace, effects: Sequence[Effect], acknowledged: set[int]) -> Figures:
    """What becomes of the events when the power is back: what is owed is delivered, and billing tells something new."""
    target = Remembering(effects)
    duebell = Composition(place.open(), target, CrashPoints(None))
    next_ = max(acknowledged, default=-1) + 1
    async with duebell.delivering():
        await asyncio.wrap_future(duebell.record(range(next_, next_ + _TOLD_AFTERWARDS)))
        duebell.wake()
    await duebell.close()
    return Figures.of(acknowledged, target.effects)


# --- the day's work that is recorded --------------------------------------------------------------------------------


def _recorded(folder: Path, facts: int, seed: int) -> Sequence[Moment]:
    ended(started(_work, folder, facts, seed))
    moments: Sequence[Moment] = pickle.loads((folder / "moments").read_bytes())  # noqa: S301 - our own process wrote it
    return moments


def _work(folder: Path, facts: int, seed: int) -> None:
    quiet()
    moments: list[Moment] = []
    recording = RecordingVfs(moments.append)
    effects: list[Effect] = []
    calls = in_calls(range(facts), seed)
    part = len(calls) // _OPENINGS + 1
    for start in range(0, len(calls), part):
        asyncio.run(_opening(folder, calls[start : start + part], moments, effects))
    (folder / "moments").write_bytes(pickle.dumps(moments))
    del recording  # it must live as long as SQLite calls it


async def _opening(folder: Path, calls: Sequence[Sequence[int]], moments: list[Moment], effects: list[Effect]) -> None:
    target = Remembering(effects, moments.append)
    duebell = Composition(SqlitePlace(folder).open(), target, CrashPoints(None))
    async with duebell.delivering():
        for numbers in calls:
            await asyncio.wrap_future(duebell.record(numbers))
            duebell.wake()
            moments.append(frozenset(numbers))
    await duebell.close()
    effects[:] = target.effects
