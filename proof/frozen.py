"""One of several dispatchers is frozen in mid-call past its lease: others take over, and what it does late changes nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

from sqlalchemy import text

from proof.errors import ProofBroken
from proof.ground import Setting, own_folder
from proof.postgres import PostgresGround
from proof.scene import Scene, awaited
from proof.stage import staged
from proof.tally import Tally
from proof.target import Held, Target
from proof.verdict import Verdict

SOON = 30.0
"""Seconds after which nobody would call it a takeover any more; it is printed how long it took."""

_HOLDER = text("""
    SELECT owner FROM bucket JOIN stream ON stream.id % (SELECT count(*) FROM bucket) = bucket.number
    WHERE stream.environment || '/' || stream.customer = :line
""")
_LEASES = text("SELECT count(DISTINCT owner) FROM bucket WHERE until > clock_timestamp()")
_SETTLED_TWICE = text("""
    SELECT provisioning_id FROM attempt WHERE outcome = 'Provisioned' GROUP BY provisioning_id HAVING count(*) > 1
""")


def of_several(setting: Setting[PostgresGround]) -> Iterator[Verdict]:
    """The part of `make proof`: with two dispatchers, and with four."""
    for processes in (2, 4):
        yield dispatchers(setting, processes)


def dispatchers(setting: Setting[PostgresGround], processes: int) -> Verdict:
    """So many on one database, of which one after the other is frozen while it has a call out."""
    name = f"one of {processes} dispatchers frozen past its lease"
    chance = setting.extent.chance(name)
    tally = Tally(setting, name, max(1, setting.extent.rounds // 5))
    takeovers: list[float] = []
    with own_folder() as folder:
        place = setting.ground.place(folder)
        with staged(place, folder, chance.getrandbits(32), services=processes) as stage:
            scene = stage.scene
            awaited(lambda: _sharing(scene) == processes, "every dispatcher to have leases")
            while tally.left:
                takeovers.append(_freeze_one(scene, stage.target))
                scene.goes_on()
                tally.fault()
            figures, unexplained = scene.end()
            tally.found(figures, unexplained + _settled_twice(scene))
    return tally.verdict(f"others took over after {', '.join(f'{takeover:.1f}' for takeover in takeovers)} s")


def _freeze_one(scene: Scene, target: Target) -> float:
    """Freeze whoever makes the next call; gives the seconds until others have delivered what was in it.

    Its call arrives while it is frozen and after they have: that must change nothing. Then it comes back.
    """
    held = target.hold()
    awaited(lambda: bool(held.told), "a call")
    frozen = _caller(scene, held)
    os.kill(frozen, signal.SIGSTOP)
    try:
        keys = {event.key for event in held.told}
        takeover = awaited(lambda: keys <= {effect.key for effect in scene.effects}, "others to take over", patience=SOON)
        held.release()
        awaited(lambda: bool(held.outcomes), "the late call to be answered")
        if set(held.outcomes.values()) != {"already there"}:
            raise ProofBroken(f"The call of a frozen dispatcher took effect late: {held.outcomes}")
    finally:
        held.release()
        os.kill(frozen, signal.SIGCONT)
    return takeover


def _caller(scene: Scene, held: Held) -> int:
    """The process id of the dispatcher whose call is held: it has the lease of its customers."""
    with scene.place.look() as connection:
        owner: str = connection.execute(_HOLDER, {"line": held.told[0].line}).scalar_one()
    (pid,) = [int(word) for word in owner.split() if word in {str(service.pid) for service in scene.services}]
    return pid


def _sharing(scene: Scene) -> int:
    with scene.place.look() as connection:
        return int(connection.execute(_LEASES).scalar_one())


def _settled_twice(scene: Scene) -> tuple[str, ...]:
    with scene.place.look() as connection:
        rows = connection.execute(_SETTLED_TWICE).scalars().all()
    return (f"a frozen dispatcher settled what others had: {rows[:5]}",) if rows else ()
